import type { Span, SpanKind } from '../../model/span.ts';
import { type Process, programOf } from '../processes/processes.ts';

/** These have the ends of their processes already. */
const OF_PROCESSES: ReadonlySet<SpanKind> = new Set(['command', 'process', 'git-command']);
/** Go dials again while a connection is busy, and takes whichever is free first (net/http, Transport.queueForDial). */
const RACED: ReadonlySet<SpanKind> = new Set(['lookup', 'dns-query', 'connect', 'tls', 'response']);
/** What ends with one of its processes ends within this time. */
const AT_ONCE_NS = 0.5e9;
/** A process is seen so long after it began, at most, where /proc is looked at. */
const SEEN_LATE_NS = 0.3e9;

/**
 * What a process waited for ends with it: of `timeout 60 go mod download || go mod download`, the first go never got its
 * answer, and nobody waits for it while the second one runs. What was ended together with the whole command was still
 * being waited for; a go that ended well was waiting for nothing any more. `endNs` is the end of the trace.
 */
export function endWithProcesses({
  spans,
  processes,
  endNs: traceEndNs,
}: {
  readonly spans: readonly Span[];
  readonly processes: readonly Process[];
  readonly endNs: number;
}): void {
  const byPid = new Map(processes.map((process) => [process.pid, process]));
  const goes = processes.filter((process) => programOf(process.command) === 'go');
  for (const span of spans) {
    if (span.endNs !== undefined || OF_PROCESSES.has(span.kind)) continue;
    const pid = span.attributes['process.pid'];
    const process = pid === undefined ? undefined : byPid.get(pid);
    const endNs = pid === undefined ? endOfAll(goes, span.startNs) : process?.endNs;
    if (endNs === undefined || endNs < span.startNs) continue;
    const isUnneeded = RACED.has(span.kind) && process?.exitCode === 0 && goes.includes(process);
    if (isUnneeded) span.attributes['gotrace.unneeded'] = true;
    else if (endNs > traceEndNs - AT_ONCE_NS) continue;
    span.endNs = endNs;
    span.attributes['error.type'] ??= 'aborted';
  }
}

/** A line of stderr does not tell which go printed it: when all were gone that were there. */
function endOfAll(goes: readonly Process[], timeNs: number): number | undefined {
  const there = goes.filter(
    ({ startNs, endNs }) => startNs <= timeNs + SEEN_LATE_NS && (endNs ?? timeNs) >= timeNs,
  );
  if (there.length === 0 || there.some(({ endNs }) => endNs === undefined)) return undefined;
  return Math.max(...there.flatMap(({ endNs }) => endNs ?? []));
}
