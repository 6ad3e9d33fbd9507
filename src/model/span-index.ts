import type { Span } from './span.ts';

/** Spans in the order in which they began: those of a stretch of time are found without a look at all of them. */
export class SpanIndex {
  readonly #spans: readonly Span[];
  /** The latest end of the spans up to each of them. */
  readonly #latestEnds: Float64Array;

  constructor(spans: readonly Span[]) {
    this.#spans = [...spans].sort((a, b) => a.startNs - b.startNs);
    this.#latestEnds = new Float64Array(spans.length);
    let latest = Number.NEGATIVE_INFINITY;
    for (const [at, { endNs = Number.POSITIVE_INFINITY }] of this.#spans.entries()) {
      latest = Math.max(latest, endNs);
      this.#latestEnds[at] = latest;
    }
  }

  /** Those that begin before `untilNs` and end after `fromNs`, or not at all; in the order of their beginnings. */
  overlapping(fromNs: number, untilNs: number): Span[] {
    const found: Span[] = [];
    for (let at = this.#countBefore(untilNs) - 1; at >= 0; at--) {
      const span = this.#spans[at];
      if (span === undefined || (this.#latestEnds[at] ?? 0) <= fromNs) break;
      if ((span.endNs ?? Number.POSITIVE_INFINITY) > fromNs) found.push(span);
    }
    return found.reverse();
  }

  /** How many begin before a time. */
  #countBefore(timeNs: number): number {
    let low = 0;
    let high = this.#spans.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.#spans[middle]?.startNs ?? 0) < timeNs) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
