import type { JobEndRecord } from '../../parsers/job-end/records.ts';
import type { SourceLine } from '../../parsers/types.ts';

/**
 * What was said of the end of the go whose lines come before. It is not of that go where another program printed lines in
 * between, or where go goes on.
 */
export class JobEnd {
  #last: SourceLine | undefined;
  #said: JobEndRecord | undefined;

  get said(): JobEndRecord | undefined {
    return this.#said;
  }

  /** Whether go printed nothing after this. */
  isLast({ input, line }: SourceLine): boolean {
    return input === this.#last?.input && line === this.#last.line;
  }

  /** go printed a line. */
  onLine(at: SourceLine): void {
    this.#last = at;
    if (at.input === this.#said?.at.input) this.#said = undefined;
  }

  /**
   * Whether it is taken. The first word is the one of who was nearest: a shell's of a signal comes before a CI system's of
   * the job.
   */
  onEnd(record: JobEndRecord): boolean {
    if (this.#said !== undefined || this.#last === undefined) return false;
    const isNext = record.at.input === this.#last.input && record.strangerLine <= this.#last.line;
    if (isNext) this.#said = record;
    return isNext;
  }
}
