import { groupBy } from '../model/group-by.ts';
import type { Phase, Span } from '../model/span.ts';
import { type Trace, wasDone } from '../model/trace.ts';
import { criticalPath, type Segment } from './critical-path.ts';
import { leavesOf, type Piece } from './leaves.ts';

/** Critical-path segments with the same phase and the same culprit. */
export interface Group {
  readonly phase: Phase;
  readonly culprit: string;
  readonly segments: readonly Segment[];
  /** The spans of the segments, longest first. */
  readonly spans: readonly Span[];
  readonly criticalNs: number;
  readonly startNs: number;
  readonly endNs: number;
  /** It was still being waited for when the log ended. */
  readonly open: boolean;
}

export interface PhaseTotal {
  readonly phase: Phase;
  /** How long at least one wait of this phase was in flight. */
  readonly wallNs: number;
  readonly criticalNs: number;
  readonly count: number;
}

export interface HostTotal {
  readonly host: string;
  readonly wallNs: number;
  readonly criticalNs: number;
  readonly count: number;
}

export interface Timeline {
  readonly pieces: readonly Piece[];
  readonly segments: readonly Segment[];
  /** Heaviest first. */
  readonly groups: readonly Group[];
  readonly phases: readonly PhaseTotal[];
  readonly hosts: readonly HostTotal[];
  readonly wallNs: number;
}

export function buildTimeline(trace: Trace): Timeline {
  const pieces = leavesOf(trace.spans, trace.endNs);
  const { sleeps, attached, unfollowed } = trace.coverage;
  const idle: Phase = sleeps && !attached && !unfollowed ? 'cpu' : 'unknown';
  const segments = withOpenEnd(criticalPath(pieces, trace.startNs, trace.endNs, idle), pieces, trace);
  return {
    pieces,
    segments,
    groups: groupsOf(segments),
    phases: totalsBy(pieces, segments, (_, phase) => phase).map(({ key, ...rest }) => ({
      phase: key as Phase,
      ...rest,
    })),
    hosts: totalsBy(pieces, segments, (span) => span && hostOf(span)).map(({ key, ...rest }) => ({
      host: key,
      ...rest,
    })),
    wallNs: trace.endNs - trace.startNs,
  };
}

/** A log may stop at the very line on which a wait begins: it has no length yet, and is still what comes last. */
function withOpenEnd(
  segments: readonly Segment[],
  pieces: readonly Piece[],
  trace: Trace,
): readonly Segment[] {
  if (wasDone(trace) || segments.some((segment) => segment.open)) return segments;
  const waiting = pieces.filter((piece) => piece.open && piece.span.kind !== 'unzip');
  const around = ancestorsOf(waiting, trace.spans);
  const open = waiting.filter(({ span }) => !around.has(span.id));
  const last = open.sort((a, b) => b.rank - a.rank || a.startNs - b.startNs)[0];
  if (last === undefined) return segments;
  return [
    ...segments,
    { span: last.span, phase: last.span.phase, startNs: trace.endNs, endNs: trace.endNs, open: true },
  ];
}

/** What stands around them: without a length, a wait leaves no hole in those. */
function ancestorsOf(pieces: readonly Piece[], spans: readonly Span[]): ReadonlySet<number> {
  const parents = new Map(spans.map(({ id, parentId }) => [id, parentId]));
  const ancestors = new Set<number>();
  for (const { span } of pieces) {
    let parent = span.parentId;
    while (parent !== undefined && !ancestors.has(parent)) {
      ancestors.add(parent);
      parent = parents.get(parent);
    }
  }
  return ancestors;
}

function groupsOf(segments: readonly Segment[]): Group[] {
  const byKey = groupBy(segments, (segment) => `${segment.phase} ${culpritOf(segment)}`);
  return [...byKey.values()].map(groupOf).sort((a, b) => b.criticalNs - a.criticalNs);
}

export function groupOf(segments: readonly Segment[]): Group {
  const length = (segment: Segment) => segment.endNs - segment.startNs;
  const byLength = [...segments].sort((a, b) => length(b) - length(a));
  const first = byLength[0];
  return {
    phase: first?.phase ?? 'unknown',
    culprit: first === undefined ? '' : culpritOf(first),
    segments,
    spans: [...new Set(byLength.flatMap((segment) => segment.span ?? []))],
    criticalNs: segments.reduce((sum, segment) => sum + length(segment), 0),
    startNs: Math.min(...segments.map((segment) => segment.startNs)),
    endNs: Math.max(...segments.map((segment) => segment.endNs)),
    open: segments.some((segment) => segment.open),
  };
}

/** What the waits of a phase have in common when they have one cause. */
function culpritOf({ phase, span }: Segment): string {
  if (span === undefined) return '';
  const { attributes } = span;
  switch (phase) {
    case 'dns':
    case 'sumdb':
    case 'toolchain':
    case 'disk':
      return phase;
    case 'connect':
      return attributes['network.peer.address'] ?? attributes['server.address'] ?? '';
    case 'git':
      return attributes['server.address'] ?? attributes['url.full'] ?? 'git';
    case 'lock':
      return attributes['gotrace.path'] ?? '';
    case 'cpu':
      return attributes['gotrace.module'] ?? attributes['gotrace.pause'] ?? '';
    case 'auth':
      return attributes['process.command'] ?? '';
    default:
      if (attributes['gotrace.redirected'] === true) return attributes['server.address'] ?? '';
      // Two GOPROXY entries may share a host and differ in port.
      return (
        /^[a-z+]+:\/\/[^/]+/.exec(attributes['url.full'] ?? '')?.[0].replace(/^[a-z+]+:\/\//, '') ??
        attributes['server.address'] ??
        attributes['network.peer.address'] ??
        ''
      );
  }
}

function hostOf(span: Span): string | undefined {
  return span.attributes['server.address'] ?? span.attributes['network.peer.address'];
}

interface Total {
  readonly key: string;
  readonly wallNs: number;
  readonly criticalNs: number;
  readonly count: number;
}

/** What nothing explains has no span, and counts for its phase. */
function totalsBy(
  pieces: readonly Piece[],
  segments: readonly Segment[],
  keyOf: (span: Span | undefined, phase: Phase) => string | undefined,
): Total[] {
  const gaps = segments.filter(({ span }) => span === undefined);
  const inFlight = groupBy(
    [...pieces.map((piece) => ({ ...piece, phase: piece.span.phase })), ...gaps],
    (each) => keyOf(each.span, each.phase),
  );
  const critical = groupBy(segments, ({ span, phase }) => keyOf(span, phase));
  return [...inFlight]
    .map(([key, parts]) => ({
      key,
      wallNs: unionOf(parts),
      criticalNs: (critical.get(key) ?? []).reduce((sum, { startNs, endNs }) => sum + endNs - startNs, 0),
      count: new Set(parts.flatMap(({ span }) => span ?? [])).size,
    }))
    .sort((a, b) => b.criticalNs - a.criticalNs || b.wallNs - a.wallNs);
}

/** How long at least one of the intervals was open. */
export function unionOf(pieces: readonly { readonly startNs: number; readonly endNs: number }[]): number {
  let total = 0;
  let until = Number.NEGATIVE_INFINITY;
  for (const { startNs, endNs } of [...pieces].sort((a, b) => a.startNs - b.startNs)) {
    total += Math.max(0, endNs - Math.max(startNs, until));
    until = Math.max(until, endNs);
  }
  return total;
}
