import type { Span, SpanKind } from '../model/span.ts';

/** A stretch of time in which a span itself, and nothing inside it, was waited for. */
export interface Piece {
  readonly span: Span;
  readonly startNs: number;
  readonly endNs: number;
  readonly open: boolean;
  /** Of two waits that end together, the more telling one wins. */
  readonly rank: number;
}

/** Higher is more telling: a lock or a packet says more than the program around it. */
const RANKS: Readonly<Partial<Record<SpanKind, number>>> = {
  lock: 9,
  lookup: 8,
  connect: 8,
  tls: 8,
  transfer: 7,
  response: 7,
  file: 6,
  fetch: 5,
  process: 4,
  'git-command': 3,
  unzip: 1,
};

const NETWORK: ReadonlySet<SpanKind> = new Set(['lookup', 'connect', 'tls']);

/** The pieces of all spans that stand for waiting or work; containers only where nothing inside them says more. */
export function leavesOf(spans: readonly Span[], endNs: number): Piece[] {
  const sawGit = spans.some((span) => span.kind === 'process' && span.phase === 'git');
  const children = childrenOf(spans);
  const network = spans.filter((span) => NETWORK.has(span.kind) || span.name.startsWith('CONNECT '));
  const fetchHosts = new Set(
    spans.flatMap((span) => (span.kind === 'fetch' ? (span.attributes['server.address'] ?? []) : [])),
  );
  return spans.flatMap((span) => {
    const rank = RANKS[span.kind];
    if (rank === undefined || (span.kind === 'git-command' && sawGit)) return [];
    // Programs that are neither git nor a helper (a shell, a compiler) work; they are not waited for by name.
    if (span.kind === 'process' && span.phase === 'cpu') return [];
    const whole = { startNs: span.startNs, endNs: span.endNs ?? endNs };
    const inner = insideOf(span, children, network, fetchHosts, spans);
    const holes = inner.map((each) => ({ startNs: each.startNs, endNs: each.endNs ?? endNs }));
    return subtract(whole, holes).map((part) => ({
      span,
      rank,
      open: span.endNs === undefined && part.endNs === endNs,
      ...part,
    }));
  });
}

function insideOf(
  span: Span,
  children: ReadonlyMap<number, readonly Span[]>,
  network: readonly Span[],
  fetchHosts: ReadonlySet<string>,
  spans: readonly Span[],
): readonly Span[] {
  if (span.kind === 'process') return descendantsOf(span, children);
  if (span.kind === 'fetch') return network.filter((each) => servesFetch(each, span, fetchHosts));
  if (span.kind === 'unzip') {
    const pid = span.attributes['process.pid'];
    return spans.filter(
      (each) =>
        (each.kind === 'transfer' || each.kind === 'fetch') &&
        each.attributes['gotrace.module'] === span.attributes['gotrace.module'] &&
        each.attributes['process.pid'] === pid,
    );
  }
  return [];
}

/** Reaching the fetch's own host, or a host that no fetch names: an egress proxy. */
function servesFetch(each: Span, fetch: Span, fetchHosts: ReadonlySet<string>): boolean {
  const pid = fetch.attributes['process.pid'];
  if (
    pid !== undefined &&
    each.attributes['process.pid'] !== undefined &&
    each.attributes['process.pid'] !== pid
  )
    return false;
  const host = each.attributes['server.address'];
  return host === undefined || host === fetch.attributes['server.address'] || !fetchHosts.has(host);
}

function childrenOf(spans: readonly Span[]): Map<number, Span[]> {
  const children = new Map<number, Span[]>();
  for (const span of spans) {
    if (span.parentId === undefined) continue;
    const list = children.get(span.parentId);
    if (list === undefined) children.set(span.parentId, [span]);
    else list.push(span);
  }
  return children;
}

function descendantsOf(span: Span, children: ReadonlyMap<number, readonly Span[]>): Span[] {
  const direct = children.get(span.id) ?? [];
  return direct.flatMap((child) => {
    // An inner shell or compiler is no wait of its own, but what it waits for is.
    const own =
      RANKS[child.kind] === undefined || (child.kind === 'process' && child.phase === 'cpu') ? [] : [child];
    return [...own, ...descendantsOf(child, children)];
  });
}

interface Interval {
  readonly startNs: number;
  readonly endNs: number;
}

/** What is left of an interval without the others. */
export function subtract(whole: Interval, holes: readonly Interval[]): Interval[] {
  const parts: Interval[] = [];
  let at = whole.startNs;
  for (const hole of [...holes].sort((a, b) => a.startNs - b.startNs)) {
    if (hole.endNs <= at || hole.startNs >= whole.endNs) continue;
    if (hole.startNs > at) parts.push({ startNs: at, endNs: hole.startNs });
    at = Math.max(at, hole.endNs);
  }
  if (at < whole.endNs || (parts.length === 0 && whole.startNs === whole.endNs))
    parts.push({ startNs: at, endNs: whole.endNs });
  return parts;
}
