import type { JobEndRecord, JobStepRecord } from '../../../parsers/job-end/records.ts';
import type { SourceLine } from '../../../parsers/types.ts';
import type { SpanStore } from '../../model/span.ts';

/** What a log says of the job around go: that another step began, and how a command ended. */
export class Job {
  readonly #store: SpanStore;
  /** What go printed last. */
  #last: SourceLine | undefined;
  #said: JobEndRecord | undefined;
  /** The heading of another step, after which go has not said anything yet. */
  #nextStep: JobStepRecord | undefined;

  constructor(store: SpanStore) {
    this.#store = store;
  }

  /**
   * What was said of the end of the go whose lines come before. It is not of that go where another program printed lines
   * in between, or where go goes on.
   */
  get end(): JobEndRecord | undefined {
    return this.#said;
  }

  /** Whether go printed nothing after this. */
  isLast({ input, line }: SourceLine): boolean {
    return input === this.#last?.input && line === this.#last.line;
  }

  /** go printed a line. */
  onLine(at: SourceLine, timeNs: number): void {
    this.#endOtherSteps(at, timeNs);
    this.#last = at;
    if (at.input === this.#said?.at.input) this.#said = undefined;
  }

  onStep(record: JobStepRecord): void {
    // The silence of a go is its own.
    if (record.startsGo) this.#endOtherSteps(record.at, record.timeNs);
    else this.#nextStep ??= record;
  }

  /** Whatever the job did since the heading, it was not the go before. */
  #endOtherSteps(at: SourceLine, timeNs: number | undefined): void {
    const startNs = this.#nextStep?.timeNs;
    this.#nextStep = undefined;
    if (startNs === undefined || timeNs === undefined || this.#last === undefined || startNs >= timeNs)
      return;
    this.#store.open('work', 'unknown', 'other steps of the job', startNs, [at]).endNs = timeNs;
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
