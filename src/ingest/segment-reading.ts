import { statSync } from 'node:fs';
import type { TraceRecord } from '../../parsers/registry.ts';
import type { StraceParser } from '../../parsers/strace/parser.ts';
import { shiftLines, shiftState } from '../../parsers/strace/segment.ts';
import type { Clock } from '../../parsers/types.ts';
import {
  linesOf,
  type ReadSegment,
  SEGMENT_BYTES,
  type Segment,
  type SegmentJob,
  type SegmentPool,
  segmentsOf,
} from './segments.ts';
import { COUNTERS, type InputSummary } from './summary.ts';

/** After this many segments that only we can read, there is no use in reading them elsewhere first. */
const MOST_READ_TWICE = 3;

/** Whoever reads the log, and has read what is before the segments. */
export interface LogReader {
  readonly strace: StraceParser;
  readonly summary: InputSummary;
  readonly clock: Clock;
  /** How many records there were so far. */
  readonly given: () => number;
  readonly emit: (record: TraceRecord) => void;
  /** Reads whole lines. */
  readonly feed: (lines: Uint8Array) => void;
  /** Reads a line that a segment handed on. */
  readonly offer: (number: number, line: Uint8Array) => void;
}

/** What became of a step; the rest may be to be read as a stream, from a byte of the file on. */
export type Step = 'read' | 'ended' | { readonly streamFrom: number };

/** The rest of a large strace log, read in segments by other threads for as long as that saves time. */
export class SegmentReading {
  readonly #pool: SegmentPool;
  readonly #reader: LogReader;
  readonly #first: SegmentJob;
  readonly #size: number;
  readonly #segmentBytes: number;
  #segments: AsyncGenerator<Segment> | undefined;
  #readTwice = 0;

  constructor(
    log: Omit<SegmentJob, 'end' | 'clock'>,
    reader: LogReader,
    pool: SegmentPool,
    segmentBytes = SEGMENT_BYTES,
  ) {
    this.#pool = pool;
    this.#reader = reader;
    this.#segmentBytes = segmentBytes;
    this.#size = statSync(log.file).size;
    this.#first = {
      ...log,
      end: Math.min(this.#size, log.start + segmentBytes),
      clock: { originSeconds: undefined },
    };
  }

  async pull(): Promise<Step> {
    if (this.#segments === undefined) return this.#readFirst();
    const next = await this.#segments.next();
    if (next.done) return 'ended';
    const { job, result } = next.value;
    if (result !== undefined && !this.#reader.strace.contradicts(result.state))
      return this.#take(job, result);
    return ++this.#readTwice <= MOST_READ_TWICE && this.#readHere(job) ? 'read' : { streamFrom: job.start };
  }

  release(): void {
    void this.#pool.close();
  }

  /** We read the first one, before any thread is started: it tells whether they are of any use. */
  #readFirst(): Step {
    const { summary, given, clock } = this.#reader;
    const job = this.#first;
    const before = { records: given(), lines: summary.lines };
    if (!this.#readHere(job)) return { streamFrom: job.start };
    if (this.#isCostly(given() - before.records, summary.lines - before.lines))
      return { streamFrom: job.end };
    const rest = { ...job, start: job.end, size: this.#size, clock: { ...clock } };
    this.#segments = segmentsOf(rest, this.#pool, this.#segmentBytes);
    return 'read';
  }

  /** False for a line that is too long. */
  #readHere(job: SegmentJob): boolean {
    const lines = linesOf(job);
    if (lines !== undefined) this.#reader.feed(lines);
    return lines !== undefined;
  }

  /** Handing over so many costs more than reading does. */
  #isCostly(events: number, lines: number): boolean {
    return events > this.#pool.mostEvents * lines;
  }

  #take(job: SegmentJob, result: ReadSegment): Step {
    const { summary, strace, emit, offer } = this.#reader;
    const base = summary.lines;
    strace.passedBy(result.firstNs);
    for (const event of result.events) {
      if (event.kind === 'record') emit(shiftLines(event.record, base));
      else {
        offer(base + event.number, event.bytes);
        strace.passedBy(event.nextNs);
      }
    }
    for (const outcome of ['record', 'continued', 'ignored'] as const)
      summary[COUNTERS[outcome]] += result.counts[outcome];
    summary.lines = base + result.lines;
    summary.bytes += result.bytes;
    strace.absorb(shiftState(result.state, base));
    return this.#isCostly(result.events.length, result.lines) ? { streamFrom: job.end } : 'read';
  }
}
