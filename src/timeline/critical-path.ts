import type { Phase, Span } from '../model/span.ts';
import { SpanIndex } from '../model/span-index.ts';
import type { Piece } from './leaves.ts';

/** A stretch of the critical path. Without a span, nothing that was recorded explains it. */
export interface Segment {
  readonly span: Span | undefined;
  readonly phase: Phase;
  readonly startNs: number;
  readonly endNs: number;
  /** True where the command was still waiting for it when the log ended. */
  readonly open: boolean;
}

/** What ended this long before something began may have been what it waited for: a wake-up and some computing between. */
const HAND_OVER_NS = 5e6;

/**
 * Walks back from the end: what was waited for last, then what that waited for, to the start. Where a wait began in
 * the middle of a longer one, the longer one is followed: the two ran side by side, and it had begun before.
 */
export function criticalPath(
  pieces: readonly Piece[],
  startNs: number,
  endNs: number,
  idle: Phase,
): Segment[] {
  const byEnd = [...pieces].filter((piece) => piece.endNs > piece.startNs).sort((a, b) => a.endNs - b.endNs);
  const index = new SpanIndex(byEnd);
  const segments: Segment[] = [];
  let at = endNs;
  let limit = byEnd.length;
  while (at > startNs) {
    // Everything behind `limit` ends after `at`, and can only be followed clipped.
    while (limit > 0 && (byEnd[limit - 1]?.endNs ?? 0) > at) limit--;
    const next = choose(byEnd, index, limit, at);
    if (next === undefined) {
      segments.push({ span: undefined, phase: idle, startNs, endNs: at, open: false });
      break;
    }
    const until = Math.min(next.endNs, at);
    if (until < at) segments.push({ span: undefined, phase: idle, startNs: until, endNs: at, open: false });
    const from = Math.max(next.startNs, startNs);
    if (until > from)
      segments.push({
        span: next.span,
        phase: next.span.phase,
        startNs: from,
        endNs: until,
        open: next.open && until === endNs,
      });
    at = Math.min(from, until);
    if (until <= from) at = from - 1;
  }
  return segments.reverse();
}

/** Of the pieces in the order of their ends, `limit` of which end by `at`: what was waited for until then. */
function choose(
  byEnd: readonly Piece[],
  index: SpanIndex<Piece>,
  limit: number,
  at: number,
): Piece | undefined {
  const last = byEnd[limit - 1];
  let best: Piece | undefined;
  if (last !== undefined && last.endNs >= at - HAND_OVER_NS) {
    for (let place = limit - 1; place >= 0; place--) {
      const piece = byEnd[place];
      if (piece === undefined || piece.endNs < at - HAND_OVER_NS) break;
      if (piece.startNs < at && (best === undefined || isBetter(piece, best))) best = piece;
    }
    if (best !== undefined) return best;
  }
  // Nothing ended just before: something longer was in flight, or there is a gap.
  const underWay = index.overlapping(at, at).sort((a, b) => a.endNs - b.endNs);
  for (const piece of underWay) if (best === undefined || isBetter(piece, best)) best = piece;
  return best ?? last;
}

function isBetter(a: Piece, b: Piece): boolean {
  // Opening a file for 6 ms does not explain what a 10 s fetch beside it does.
  const long = Math.max(a.endNs - a.startNs, b.endNs - b.startNs);
  const comparable = Math.min(a.endNs - a.startNs, b.endNs - b.startNs) > long / 4;
  if (comparable && a.rank !== b.rank) return a.rank > b.rank;
  return a.endNs - a.startNs > b.endNs - b.startNs;
}
