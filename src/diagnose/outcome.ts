import { programOf } from '../correlate/processes/processes.ts';
import type { Ending, ProcessInfo, Trace } from '../model/trace.ts';

/**
 * Whether the command did what it was run for. A script may end with 0 although the go in it failed: of several, the last
 * one counts, for a script may try again.
 */
export function endedWell({ ending, processes }: Trace): boolean {
  return ending.kind === 'exited' && ending.code === 0 && !hasFailed(lastGo(processes));
}

/** Somebody ended it before it was done: what it waited for, it was still waiting for. */
export function wasEnded({ kind }: Ending): boolean {
  return kind === 'killed' || kind === 'cancelled';
}

/** Who or what ended it, as the end of a sentence that says that it was ended. */
export function endedBy(ending: Ending): string | undefined {
  if (ending.kind === 'killed') return `by ${ending.signal}`;
  if (ending.kind === 'cancelled') return ending.reason === 'time-limit' ? 'by a time limit' : 'on request';
  return undefined;
}

function hasFailed(process: ProcessInfo | undefined): boolean {
  return (process?.exitCode ?? 0) !== 0;
}

/** The go that ended last, of those that no go started. */
function lastGo(processes: readonly ProcessInfo[]): ProcessInfo | undefined {
  const isGo = ({ command }: ProcessInfo) => programOf(command) === 'go';
  const started = new Set(processes.filter(isGo).map(({ pid }) => pid));
  return processes
    .filter((process) => isGo(process) && !started.has(process.parent ?? -1) && process.endNs !== undefined)
    .reduce<ProcessInfo | undefined>(
      (a, b) => (a === undefined || (b.endNs ?? 0) >= (a.endNs ?? 0) ? b : a),
      undefined,
    );
}

/** `go mod download -json` says what failed as JSON on its stdout, which goes past gotrace. */
export function asksForJson({ command }: Trace): boolean {
  return command?.some((word) => /(?:^|\s)-json\b/.test(word)) === true;
}
