import { groupBy } from '../model/group-by.ts';
import { subtract } from '../model/interval.ts';
import { asksForTunnel, isOwnDoing, pidOf, type Span, type SpanKind } from '../model/span.ts';
import { SpanIndex } from '../model/span-index.ts';
import { SpanTree } from './span-tree.ts';

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
  pause: 10,
  lock: 9,
  prompt: 9,
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
  const index = indexOf(spans);
  const waits = spans.flatMap((span) => {
    const rank = RANKS[span.kind];
    if (
      rank === undefined ||
      span.attributes['gotrace.unneeded'] === true ||
      (span.kind === 'git-command' && hasProcess(span, index, endNs))
    )
      return [];
    // Programs that are neither git nor a helper (a shell, a compiler) work; they are not waited for by name.
    if (span.kind === 'process' && span.phase === 'cpu') return [];
    const whole = { startNs: span.startNs, endNs: span.endNs ?? endNs };
    const inner = [...insideOf(span, index), ...pausesOf(span, index)];
    const holes = inner.map((each) => ({ startNs: each.startNs, endNs: each.endNs ?? endNs }));
    const parts = subtract(whole, holes);
    // What is open goes on behind the last wait inside it, though the log may end with that.
    if (span.endNs === undefined && holes.some((hole) => hole.endNs === endNs) && inner.every(isOver))
      parts.push({ startNs: endNs, endNs });
    return parts.map((part) => ({
      span,
      rank,
      open: span.endNs === undefined && part.endNs === endNs,
      ...part,
    }));
  });
  return [...waits, ...workOf(spans, waits, endNs)];
}

function isOver({ endNs }: Span): boolean {
  return endNs !== undefined;
}

/** Who is stopped waits for nobody. What go prints names no process. */
function pausesOf(span: Span, { pauses }: Index): readonly Span[] {
  if (span.kind === 'pause') return [];
  const pid = pidOf(span);
  return pauses
    .overlapping(span.startNs, span.endNs ?? Number.POSITIVE_INFINITY)
    .filter((pause) => pid === undefined || (pidOf(pause) ?? pid) === pid);
}

/** Work, and sleep, is all that goes on where nothing is waited for. */
function workOf(spans: readonly Span[], waits: readonly Piece[], endNs: number): Piece[] {
  const index = new SpanIndex(waits);
  return spans.filter(isOwnDoing).flatMap((span) => {
    const whole = { startNs: span.startNs, endNs: span.endNs ?? endNs };
    const inside = index.overlapping(whole.startNs, whole.endNs);
    return subtract(whole, inside).map((part) => ({ span, rank: 0, open: false, ...part }));
  });
}

/** A look at /proc may come a quarter of a second late. */
const LATE_NS = 0.3e9;

/** Whether the process is known that a line of -x tells of. */
function hasProcess(command: Span, { git }: Index, endNs: number): boolean {
  return git.overlapping((command.endNs ?? endNs) - LATE_NS, command.startNs + LATE_NS).length > 0;
}

/** What spans are looked up by, so that each container need not look at all of them. */
interface Index {
  readonly tree: SpanTree;
  /** Git's processes. */
  readonly git: SpanIndex<Span>;
  /** Lookups, connects and handshakes. */
  readonly network: SpanIndex<Span>;
  readonly fetchHosts: ReadonlySet<string>;
  /** Fetches and bodies of a module. */
  readonly byModule: ReadonlyMap<string, readonly Span[]>;
  /** Bodies that took a while. */
  readonly bodies: SpanIndex<Span>;
  readonly pauses: SpanIndex<Span>;
  /** Requests to the checksum database. */
  readonly checks: SpanIndex<Span>;
  /** What those waited for that were seen to hold a lock which others waited for, by the process. */
  readonly byHolder: ReadonlyMap<number, SpanIndex<Span>>;
  /** What a process starts to learn a password, by the process: its requests wait for that. */
  readonly authPrograms: ReadonlyMap<number, readonly Span[]>;
}

function indexOf(spans: readonly Span[]): Index {
  return {
    tree: new SpanTree(spans),
    git: new SpanIndex(spans.filter((span) => span.kind === 'process' && span.phase === 'git')),
    network: new SpanIndex(
      spans.filter(
        (span) =>
          NETWORK.has(span.kind) || asksForTunnel(span) || span.attributes['gotrace.redirected'] === true,
      ),
    ),
    fetchHosts: new Set(
      spans.flatMap((span) => (span.kind === 'fetch' ? (span.attributes['server.address'] ?? []) : [])),
    ),
    byModule: groupBy(spans, ({ kind, attributes }) =>
      kind === 'transfer' || kind === 'fetch' ? attributes['gotrace.module'] : undefined,
    ),
    bodies: new SpanIndex(
      spans.filter(
        ({ kind, startNs, endNs }) =>
          kind === 'transfer' && endNs !== undefined && endNs - startNs > LONG_BODY_NS,
      ),
    ),
    checks: new SpanIndex(spans.filter(({ kind, phase }) => kind !== 'process' && phase === 'sumdb')),
    pauses: new SpanIndex(spans.filter((span) => span.kind === 'pause')),
    byHolder: byHolderOf(spans),
    authPrograms: authProgramsOf(spans),
  };
}

function byHolderOf(spans: readonly Span[]): Map<number, SpanIndex<Span>> {
  const holders = new Set(spans.flatMap(({ attributes }) => attributes['gotrace.lock.holder'] ?? []));
  const waits = groupBy(spans, (span) => {
    const pid = pidOf(span);
    return pid !== undefined && holders.has(pid) && isWaitedFor(span) ? pid : undefined;
  });
  return new Map([...waits].map(([pid, held]) => [pid, new SpanIndex(held)]));
}

function authProgramsOf(spans: readonly Span[]): Map<number, Span[]> {
  const pids = new Map(spans.map((span) => [span.id, span.attributes['process.pid']]));
  return groupBy(spans, ({ kind, phase, parentId = -1 }) =>
    kind === 'process' && phase === 'auth' ? pids.get(parentId) : undefined,
  );
}

function insideOf(span: Span, index: Index): readonly Span[] {
  if (span.kind === 'process') return index.tree.below(span, isWaitedFor);
  const pid = span.attributes['process.pid'];
  if (span.kind === 'lock') return whileHeld(span, index);
  if (span.kind === 'fetch')
    return [
      ...networkOf(span, index),
      // What go prints names no process.
      ...(pid === undefined ? [...index.authPrograms.values()].flat() : (index.authPrograms.get(pid) ?? [])),
      ...bodiesBefore(span, index),
    ];
  if (span.kind !== 'unzip') return [];
  const same = index.byModule.get(span.attributes['gotrace.module'] ?? '') ?? [];
  // Between its hash and the end of the lock, a module is checked against the checksum database (modfetch.checkModSum).
  const checks = index.checks.overlapping(span.startNs, span.endNs ?? Number.POSITIVE_INFINITY);
  return [...same, ...checks].filter((each) => pidOf(each) === pid);
}

/** Who waits for a lock waits for what its holder does. */
function whileHeld({ startNs, endNs, attributes }: Span, { byHolder }: Index): readonly Span[] {
  const holder = byHolder.get(attributes['gotrace.lock.holder'] ?? -1);
  const waits = holder?.overlapping(startNs, endNs ?? Number.POSITIVE_INFINITY) ?? [];
  // In a deadlock, each waits for the other.
  return waits.filter((each) => each.attributes['gotrace.lock.holder'] !== attributes['process.pid']);
}

function networkOf(fetch: Span, { network, fetchHosts }: Index): Span[] {
  return network
    .overlapping(fetch.startNs, fetch.endNs ?? Number.POSITIVE_INFINITY)
    .filter((each) => servesFetch(each, fetch, fetchHosts));
}

const LONG_BODY_NS = 0.25e9;
/** A response's headers are there as soon as the bytes before them are. */
const RIGHT_BEHIND_NS = 0.1e9;

/**
 * On one HTTP/2 connection the headers of a response stand in line behind the body of another one that was sent before:
 * they come when that is whole. What such a fetch waited for is that body, and how fast the line is.
 */
function bodiesBefore({ startNs, endNs, attributes }: Span, { bodies }: Index): Span[] {
  if (endNs === undefined) return [];
  return bodies.overlapping(startNs, endNs).filter((body) => {
    const bodyEndNs = body.endNs ?? Number.POSITIVE_INFINITY;
    return (
      bodyEndNs > endNs - RIGHT_BEHIND_NS &&
      bodyEndNs <= endNs + RIGHT_BEHIND_NS &&
      bodyEndNs - Math.max(body.startNs, startNs) > (endNs - startNs) / 2 &&
      body.attributes['server.address'] === attributes['server.address'] &&
      body.attributes['process.pid'] === attributes['process.pid'] &&
      body.attributes['url.full'] !== attributes['url.full']
    );
  });
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

/** An inner shell or compiler is no wait of its own, but what it waits for is. */
function isWaitedFor({ kind, phase }: Span): boolean {
  return RANKS[kind] !== undefined && !(kind === 'process' && phase === 'cpu');
}
