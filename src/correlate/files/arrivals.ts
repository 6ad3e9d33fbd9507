import { isUnanswered, type Span } from '../../model/span.ts';

interface Arrival {
  readonly firstNs: number;
  lastNs: number;
  longestGapNs: number;
}

/** What did not grow for so long stands still, unless its pieces came as slowly before. */
export const STILL_NS = 1e9;
/** A gap of so many times the longest one before is not slowness any more. */
const UNHEARD_OF = 3;
/** What has arrived in a burst tells nothing about what comes: the log may end with it, and the wait not be in it. */
const SHORTEST_NS = 0.5e9;

/** The bodies that are arriving, piece by piece: one that still grew when it was ended was slow, and had not stopped. */
export class Arrivals {
  readonly #of = new Map<Span, Arrival>();

  onPiece(body: Span, timeNs: number): void {
    const arrival = this.#of.get(body);
    if (arrival === undefined) {
      this.#of.set(body, { firstNs: timeNs, lastNs: timeNs, longestGapNs: 0 });
      return;
    }
    arrival.longestGapNs = Math.max(arrival.longestGapNs, timeNs - arrival.lastNs);
    arrival.lastNs = timeNs;
  }

  /** When the last piece of a body that is not whole came. */
  lastOf(body: Span): number | undefined {
    return this.#of.get(body)?.lastNs;
  }

  /** It is whole, or will never be. */
  onEnd(body: Span): void {
    this.#of.delete(body);
  }

  /** The trace ends. */
  markGrowing(endNs: number): void {
    for (const [body, { firstNs, lastNs, longestGapNs }] of this.#of) {
      if (!isUnanswered(body) || lastNs - firstNs < SHORTEST_NS) continue;
      const silentNs = (body.endNs ?? endNs) - lastNs;
      if (silentNs < Math.max(STILL_NS, UNHEARD_OF * longestGapNs)) body.attributes['gotrace.growing'] = true;
    }
  }
}
