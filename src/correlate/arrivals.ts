import { isUnanswered, type Span } from '../model/span.ts';

interface Arrival {
  lastNs: number;
  longestGapNs: number;
}

/** What did not grow for so long stands still, unless its pieces came as slowly before. */
const STILL_NS = 1e9;
/** A gap of so many times the longest one before is not slowness any more. */
const UNHEARD_OF = 3;

/** The bodies that are arriving, piece by piece: one that still grew when it was ended was slow, and had not stopped. */
export class Arrivals {
  readonly #of = new Map<Span, Arrival>();

  onPiece(body: Span, timeNs: number): void {
    const arrival = this.#of.get(body);
    if (arrival === undefined) {
      this.#of.set(body, { lastNs: timeNs, longestGapNs: 0 });
      return;
    }
    arrival.longestGapNs = Math.max(arrival.longestGapNs, timeNs - arrival.lastNs);
    arrival.lastNs = timeNs;
  }

  /** It is whole, or will never be. */
  onEnd(body: Span): void {
    this.#of.delete(body);
  }

  /** The trace ends. */
  markGrowing(endNs: number): void {
    for (const [body, { lastNs, longestGapNs }] of this.#of) {
      const silentNs = (body.endNs ?? endNs) - lastNs;
      if (isUnanswered(body) && silentNs < Math.max(STILL_NS, UNHEARD_OF * longestGapNs))
        body.attributes['gotrace.growing'] = true;
    }
  }
}
