import type { Span } from '../model/span.ts';
import { type Process, programOf } from './processes.ts';

/**
 * Programs that GOAUTH names. go starts them before its first request, again with the URL after a 4xx, and sends nothing
 * until they have ended (cmd/go/internal/auth/auth.go). They are told by when they run: compilers and tests are started
 * when every module is there, never inside a fetch; and `go mod` starts nothing else but version control.
 */
export function markAuthPrograms(spans: readonly Span[], processes: readonly Process[]): void {
  const byId = new Map(spans.map((span) => [span.id, span]));
  const fetches = spans.filter((span) => span.kind === 'fetch');
  for (const span of spans) {
    if (span.kind !== 'process' || span.phase !== 'cpu') continue;
    const parent = byId.get(span.parentId ?? -1);
    const [go = '', subcommand] = parent?.attributes['process.command']?.split(' ') ?? [];
    const program = span.attributes['process.command']?.split(' ')[0] ?? '';
    if (programOf([go]) !== 'go' || /\/pkg\/tool\//.test(program) || programOf([program]) === 'go') continue;
    const pid = parent?.attributes['process.pid'];
    const isAwaited = fetches.some(
      (fetch) => (fetch.attributes['process.pid'] ?? pid) === pid && encloses(fetch, span),
    );
    if (!isAwaited && subcommand !== 'mod') continue;
    span.phase = 'auth';
    // A script may hand over to another program: the setting names the script.
    const first = processes.find((each) => each.pid === span.attributes['process.pid'])?.earlier[0];
    if (first !== undefined) span.attributes['process.command'] = first.join(' ');
    span.attributes['gotrace.helper'] = 'goauth';
  }
}

function encloses(outer: Span, inner: Span): boolean {
  const { endNs = Number.POSITIVE_INFINITY } = outer;
  return outer.startNs <= inner.startNs && endNs >= (inner.endNs ?? Number.POSITIVE_INFINITY);
}
