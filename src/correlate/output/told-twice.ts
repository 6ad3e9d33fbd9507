import type { TextRecord } from '../../../parsers/registry.ts';

/** Stamps of whole milliseconds may be the same by chance. */
const MILLISECOND_NS = 1e6;
/** Seconds since the epoch, as a number, are no more exact. */
const EXACT_NS = 1000;

/**
 * Notices what another input told before: the archive of a job's logs holds each step twice, as a file of its own and in
 * that of the whole job. A line that has the same words at the very same moment is the same line. Records come in the
 * order of their times.
 */
export class ToldTwice {
  #timeNs: number | undefined;
  /** How often each line was told at that time, by each input. */
  readonly #told = new Map<string, Map<string, number>>();

  isCopy({ timeNs, at: { input, text } }: TextRecord): boolean {
    if (timeNs === undefined || isWholeMillisecond(timeNs)) return false;
    if (timeNs !== this.#timeNs) this.#told.clear();
    this.#timeNs = timeNs;
    const byInput = this.#told.get(text) ?? new Map<string, number>();
    const before = Math.max(0, ...byInput.values());
    const count = (byInput.get(input) ?? 0) + 1;
    this.#told.set(text, byInput.set(input, count));
    return count <= before;
  }
}

function isWholeMillisecond(timeNs: number): boolean {
  return Math.abs(timeNs - Math.round(timeNs / MILLISECOND_NS) * MILLISECOND_NS) < EXACT_NS;
}
