import type { Span } from '../../model/span.ts';
import { type Process, programOf } from './processes.ts';

/**
 * Programs that GOAUTH names. go starts them before its first request, again with the URL after a 4xx, and sends nothing
 * until they have ended (cmd/go/internal/auth/auth.go). They are told by when they run: compilers and tests are started
 * when every module is there, never inside a fetch; and `go mod` starts nothing else but version control.
 */
export function markAuthPrograms(spans: readonly Span[], processes: readonly Process[]): void {
  const byPid = new Map([...processes].reverse().map((process) => [process.pid, process]));
  const fetches = spans.filter((span) => span.kind === 'fetch');
  for (const span of spans) {
    const process = byPid.get(span.attributes['process.pid'] ?? -1);
    const go = process?.parent;
    if (span.kind !== 'process' || span.phase !== 'cpu' || process === undefined || go === undefined)
      continue;
    const isTool = process.command[0]?.includes('/pkg/tool/') || programOf(process.command) === 'go';
    if (programOf(go.command) !== 'go' || isTool) continue;
    const isAwaited = fetches.some(
      (fetch) => (fetch.attributes['process.pid'] ?? go.pid) === go.pid && encloses(fetch, span),
    );
    if (!isAwaited && go.command[1] !== 'mod') continue;
    span.phase = 'auth';
    // A script may hand over to another program: the setting names the script.
    const [first] = process.earlier;
    if (first !== undefined) span.attributes['process.command'] = first.join(' ');
    span.attributes['gotrace.helper'] = 'goauth';
  }
}

function encloses(outer: Span, inner: Span): boolean {
  const { endNs = Number.POSITIVE_INFINITY } = outer;
  return outer.startNs <= inner.startNs && endNs >= (inner.endNs ?? Number.POSITIVE_INFINITY);
}
