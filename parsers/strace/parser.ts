import { TableReader } from '../strace-summary/table.ts';
import type { Clock, InputLine, LineOutcome, LineParser } from '../types.ts';
import { DOT, LESS, OPEN_PAREN, QUESTION } from './ascii.ts';
import { indexOf, isNameByte } from './bytes.ts';
import { type CallTail, readTail } from './call.ts';
import { Calls } from './calls.ts';
import { endOfFirstHalf, isInterrupted, isLooseMark, startOfEcho } from './halves.ts';
import { type Head, readHead } from './head.ts';
import { type Interest, interestOf } from './interest.ts';
import { LineTimes } from './line-times.ts';
import { readNotice } from './notices.ts';
import { Output } from './output.ts';
import type { StraceRecord } from './records.ts';
import { absorbState, type Known, type SegmentState, stateOf } from './segment-state.ts';
import { Selection } from './selection.ts';
import { Skimmer } from './skim.ts';
import type { SyscallTotals } from './statistics.ts';
import { TrackedCalls } from './tracked-calls.ts';
import { LastChunk } from './words.ts';

export interface StraceOptions {
  /** Default: `interestOf`. Tests that compare every line pass `() => 'always'`. */
  readonly interest?: (name: string) => Interest;
  /** The process of lines that name none: `-ff` writes a file per process, with the pid in its name. */
  readonly pid?: number;
  /** The log is one of several of a process with threads (-ff), and its descriptors are bare: any may be of interest. */
  readonly wantsAll?: boolean;
  /** It reads a part of a log and does not know what came before: see segment.ts. */
  readonly isSegment?: boolean;
}

/** A row of -C's table is at most some 150 wide. */
const LONGEST_ROW = 300;
const RESUMED = Buffer.from(' resumed>');

export class StraceParser implements LineParser {
  readonly #output: Output;
  readonly #clock: Clock;
  readonly #calls: Calls;
  readonly #pid: number;
  readonly #times: LineTimes;
  /** The thread whose call was cut in two, by strace's own message or by what the call wrote to the terminal. */
  #interrupted: number | undefined;
  readonly #table = new TableReader();
  readonly #selection: Selection;
  readonly #tracked: TrackedCalls;
  readonly #skimmer: Skimmer;
  readonly #head: Head = { pid: 0, timeNs: 0, rest: 0, relative: false, timeOfDay: false };
  readonly #chunk = new LastChunk();
  readonly #tail: CallTail = { argsEnd: 0, retStart: 0, retEnd: 0, durationNs: 0 };
  /** When the line that was read last was printed, and when the call on it returned. */
  timeNs = 0;
  #endNs = 0;
  firstLineNs: number | undefined;
  /** How many lines the last `skim` counted. */
  skimmed = 0;

  constructor(emit: (record: StraceRecord) => void, clock: Clock, options: StraceOptions = {}) {
    this.#output = new Output(emit);
    this.#clock = clock;
    this.#calls = new Calls(options.interest ?? interestOf);
    this.#pid = options.pid ?? 0;
    this.#times = new LineTimes(clock.originSeconds !== undefined);
    this.#selection = new Selection(options);
    this.#skimmer = new Skimmer(this.#calls, this.#selection);
    this.#tracked = new TrackedCalls(this.#calls, this.#selection, this.#output, options);
  }

  /** When the first line was printed and the last call returned, whether or not they became records; undefined for an empty log. */
  extent(): { readonly firstNs: number; readonly lastNs: number } | undefined {
    const { firstNs, endNs } = this.#times;
    return firstNs === undefined ? undefined : { firstNs, lastNs: endNs };
  }

  totals(): SyscallTotals[] {
    return this.#calls.totals();
  }

  push(line: InputLine): LineOutcome {
    const { bytes, end } = line;
    const head = this.#head;
    readHead(head, bytes, line.start, end, this.#clock);
    const rest = head.rest;
    if (rest >= end) return 'ignored';
    this.#settleHead(line.timeNs);
    this.firstLineNs ??= head.timeNs;
    this.#endNs = head.timeNs;
    if (this.#output.held !== undefined) this.#output.release(head.timeNs);
    const first = bytes[rest] ?? 0;
    const outcome =
      first === LESS && bytes[rest + 1] === DOT
        ? this.#resume(line)
        : (first >= 0x5f && first <= 0x7a) || first === QUESTION
          ? this.#call(line)
          : this.#notice(line);
    if (outcome !== 'unparsed') this.#times.note(head.timeNs, this.#endNs);
    return outcome;
  }

  /**
   * Counts the lines from `start` on of which no record is to be made. Gives where the first other one begins, and
   * leaves in `skimmed` how many they were; each counts as a record.
   */
  skim(bytes: Uint8Array, start: number): number {
    this.skimmed = 0;
    // The first line settles when the log begins, and a call without a duration waits for the time of the next line.
    if (this.#times.firstNs === undefined || this.#output.held !== undefined) return start;
    const stop = this.#skimmer.run(this.#chunk.of(bytes), start);
    this.skimmed = this.#skimmer.lines;
    if (this.skimmed > 0) {
      readHead(this.#head, bytes, this.#skimmer.lastLine, stop, this.#clock);
      this.#settleHead(undefined);
      this.#times.note(this.timeNs, this.timeNs + (this.#skimmer.lastDurationNs || 0));
    }
    return stop;
  }

  end(): void {
    this.#output.release(this.#times.lastNs);
    this.#tracked.end();
  }

  /** Of the line whose head was just read: when it was printed, and by which thread, are settled there. */
  #settleHead(arrivalNs: number | undefined): void {
    const head = this.#head;
    if (head.pid === 0) head.pid = this.#pid;
    head.timeNs = this.#times.of(head, arrivalNs);
    this.timeNs = head.timeNs;
  }

  #notice(line: InputLine): LineOutcome {
    if (isLooseMark(line.bytes, this.#head.rest, line.end)) return 'continued';
    // The table that -C prints behind the calls repeats what they say.
    if (line.end - line.start < LONGEST_ROW && this.#table.read(line.text()) !== undefined) return 'ignored';
    const { pid, rest, timeNs } = this.#head;
    const record = readNotice(line, rest, pid, timeNs);
    if (record === 'unparsed' && this.#interrupted !== undefined) return this.#goOn(line, this.#interrupted);
    if (typeof record === 'string') return record;
    if (record.kind === 'exit' && this.#tracked.isForeign(record.pid)) return this.#handOn();
    if (
      record.kind === 'superseded' &&
      (this.#tracked.isForeign(record.pid) || this.#tracked.isForeign(record.by))
    ) {
      // Half of it is known here, half to whoever read the part before.
      if (!this.#tracked.isForeign(record.pid) || !this.#tracked.isForeign(record.by))
        this.#times.isBeyond = true;
      return this.#handOn();
    }
    if (record.kind === 'exit') this.#tracked.giveUp(record.pid, timeNs);
    if (record.kind === 'superseded') this.#tracked.pending.takeOver(record.by, record.pid);
    this.#output.emit(record);
    return 'record';
  }

  /**
   * `clone(…strace: Process 12 attached`, and on the next line `, child_tidptr=0x…) = 12`. Between the two may stand what
   * the program itself wrote.
   */
  #goOn(line: InputLine, pid: number): LineOutcome {
    readTail(this.#tail, line.bytes, this.#head.rest, line.end);
    const call = this.#tail.argsEnd < 0 ? undefined : this.#tracked.pending.take(pid);
    if (call === undefined) return 'unparsed';
    this.#interrupted = undefined;
    this.#head.pid = pid;
    this.#tracked.complete(line, this.#head, this.#tail, call.nameId, call.interest, this.#head.rest, call);
    return 'continued';
  }

  #call(line: InputLine): LineOutcome {
    const { bytes, end } = line;
    const start = this.#head.rest;
    let open = start;
    while (open < end && isNameByte(bytes[open] ?? 0)) open++;
    // `???(`: the call that a thread was in could not be read any more.
    if (open === start) while (open < end && bytes[open] === QUESTION) open++;
    if (open === start || bytes[open] !== OPEN_PAREN) return this.#notice(line);
    const nameId = this.#calls.idOf(bytes, start, open);
    const interest = this.#calls.interestOf(nameId);
    const half = endOfFirstHalf(bytes, open + 1, end);
    if (half >= 0) {
      this.#tracked.begin(line, this.#head, nameId, interest, open + 1, half);
      this.#interrupted = isInterrupted(bytes, end) ? this.#head.pid : undefined;
      return 'record';
    }
    readTail(this.#tail, bytes, open + 1, end);
    if (this.#tail.argsEnd < 0) {
      // strace prints what a thread enters before the thread does: the log ended, and the call had not.
      const echoed = line.isCut ? end : startOfEcho(bytes, open + 1, end);
      if (echoed < 0) return 'unparsed';
      this.#tracked.begin(line, this.#head, nameId, interest, open + 1, echoed);
      this.#interrupted = this.#head.pid;
      return 'record';
    }
    this.#endNs += this.#tail.durationNs || 0;
    this.#tracked.complete(line, this.#head, this.#tail, nameId, interest, open + 1, undefined);
    return 'record';
  }

  /** `<... NAME resumed>rest) = ret <dur>`. One whose beginning the log does not hold is a record of its own. */
  #resume(line: InputLine): LineOutcome {
    const { bytes, end } = line;
    const marker = indexOf(bytes, RESUMED, this.#head.rest, end);
    if (marker < 0) return 'unparsed';
    const rest = marker + RESUMED.length;
    const nameId = this.#calls.idOf(bytes, this.#head.rest + 5, marker);
    const pid = this.#head.pid;
    const call = this.#tracked.pending.get(pid);
    readTail(this.#tail, bytes, rest, end);
    if (this.#tail.argsEnd < 0) {
      // Resumed and interrupted again, or a kill that left no return: the call stays open.
      return endOfFirstHalf(bytes, rest, end) >= 0 ? 'continued' : 'unparsed';
    }
    if (this.#tracked.isForeign(pid)) return this.#handOn();
    const known = call?.nameId === nameId ? call : undefined;
    if (known !== undefined) this.#tracked.pending.take(pid);
    const interest = known?.interest ?? this.#calls.interestOf(nameId);
    this.#tracked.complete(line, this.#head, this.#tail, nameId, interest, rest, known ?? null);
    return known === undefined ? 'record' : 'continued';
  }

  /** The line is strace's, and is to be read by whoever has read what is before the segment. */
  #handOn(): LineOutcome {
    this.#times.note(this.#head.timeNs);
    return 'unparsed';
  }

  /** True once a line depended on what came before the segment in a way that cannot be made up for later. */
  get isBeyond(): boolean {
    return this.#times.isBeyond || this.#calls.isFull;
  }

  segmentState(): SegmentState {
    return stateOf(this.#known);
  }

  /** A line was read elsewhere; a call without a duration had returned by then. */
  passedBy(timeNs: number | undefined): void {
    if (timeNs !== undefined) this.#output.release(timeNs);
  }

  /** Whether a segment that follows took descriptors for uninteresting which are of interest. */
  contradicts({ passedOver }: SegmentState): boolean {
    return this.#selection.knowsAny(passedOver);
  }

  absorb(state: SegmentState): void {
    absorbState(this.#known, state);
  }

  get #known(): Known {
    return {
      pending: this.#tracked.pending,
      calls: this.#calls,
      output: this.#output,
      selection: this.#selection,
      times: this.#times,
      owned: this.#tracked.owned ?? new Set(),
    };
  }
}
