import type { Head } from './head.ts';

const DAY_NS = 86_400e9;

/** When the lines of a log were printed, in nanoseconds since the clock's origin, whatever form their times have. */
export class LineTimes {
  /** Whether it was known at the beginning that lines have dates. */
  readonly #isDated: boolean;
  /** The line that was understood first, and last. */
  firstNs: number | undefined;
  lastNs = 0;
  /** When the call on the last of them returned: as long after its line begins as it took. */
  endNs = 0;
  #dayNs = 0;
  /** A time depended on the line before the first one that was seen here, or will set what the next ones mean. */
  isBeyond = false;

  constructor(isDated: boolean) {
    this.#isDated = isDated;
  }

  /** Of a line that was just read; one without a time takes `arrivalNs`, else the one before it. */
  of(head: Head, arrivalNs: number | undefined): number {
    if (Number.isNaN(head.timeNs)) {
      if (this.#isDated && this.firstNs === undefined) this.isBeyond = true;
      return arrivalNs ?? this.lastNs;
    }
    if (head.relative || head.timeOfDay || !this.#isDated) this.isBeyond = true;
    if (head.relative) return this.lastNs + head.timeNs;
    if (!head.timeOfDay) return head.timeNs;
    // -t and -tt print no date: a time that jumps back by hours has passed midnight.
    if (head.timeNs + this.#dayNs < this.lastNs - DAY_NS / 2) this.#dayNs += DAY_NS;
    return head.timeNs + this.#dayNs;
  }

  /** `endNs` is when the call on the line returned. */
  note(timeNs: number, endNs = timeNs): void {
    this.firstNs ??= timeNs;
    this.lastNs = timeNs;
    this.endNs = endNs;
  }
}
