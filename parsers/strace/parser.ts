import { TableReader } from '../strace-summary/table.ts';
import type { Clock, InputLine, LineOutcome, LineParser } from '../types.ts';
import { DOT, LESS, OPEN_PAREN, QUESTION } from './ascii.ts';
import { indexOf, isNameByte } from './bytes.ts';
import { type CallTail, readTail } from './call.ts';
import { Calls } from './calls.ts';
import { changedPid, endOfFirstHalf, isInterrupted, isLooseMark, startOfEcho } from './halves.ts';
import { type Head, readHead } from './head.ts';
import { type Interest, interestOf } from './interest.ts';
import { LineTimes } from './line-times.ts';
import { readNotice } from './notices.ts';
import { Output } from './output.ts';
import { type PendingCall, PendingCalls } from './pending.ts';
import { begunCall, NOWHERE, returnedCall } from './record-of.ts';
import type { StraceRecord } from './records.ts';
import { absorbState, type Known, type SegmentState, stateOf } from './segment-state.ts';
import { Selection } from './selection.ts';
import { Skimmer } from './skim.ts';
import type { SyscallTotals } from './statistics.ts';

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
  /** Threads that the segment has shown to enter a call: which one is open does not depend on what came before it. */
  readonly #owned: Set<number> | undefined;
  readonly #times: LineTimes;
  /** The thread whose call was cut in two, by strace's own message or by what the call wrote to the terminal. */
  #interrupted: number | undefined;
  readonly #pending = new PendingCalls();
  readonly #table = new TableReader();
  readonly #selection: Selection;
  readonly #skimmer: Skimmer;
  readonly #head: Head = { pid: 0, timeNs: 0, rest: 0, relative: false, timeOfDay: false };
  readonly #tail: CallTail = { argsEnd: 0, retStart: 0, retEnd: 0, durationNs: 0 };
  /** When the line that was read last was printed. */
  timeNs = 0;
  firstLineNs: number | undefined;
  /** How many lines the last `skim` counted. */
  skimmed = 0;

  constructor(emit: (record: StraceRecord) => void, clock: Clock, options: StraceOptions = {}) {
    this.#output = new Output(emit);
    this.#clock = clock;
    this.#calls = new Calls(options.interest ?? interestOf);
    this.#pid = options.pid ?? 0;
    this.#owned = options.isSegment === true ? new Set() : undefined;
    this.#times = new LineTimes(clock.originSeconds !== undefined);
    this.#selection = new Selection(options);
    this.#skimmer = new Skimmer(this.#calls, this.#selection);
  }

  /** When the first and the last line were printed, whether or not they became records; undefined for an empty log. */
  extent(): { readonly firstNs: number; readonly lastNs: number } | undefined {
    const { firstNs, lastNs } = this.#times;
    return firstNs === undefined ? undefined : { firstNs, lastNs };
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
    const timeNs = this.#timeOf(line.timeNs);
    this.timeNs = timeNs;
    this.firstLineNs ??= timeNs;
    if (this.#output.held !== undefined) this.#output.release(timeNs);
    const first = bytes[rest] ?? 0;
    const outcome =
      first === LESS && bytes[rest + 1] === DOT
        ? this.#resume(line, timeNs)
        : (first >= 0x5f && first <= 0x7a) || first === QUESTION
          ? this.#call(line, timeNs)
          : this.#notice(line, timeNs);
    if (outcome !== 'unparsed') this.#times.note(timeNs);
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
    const stop = this.#skimmer.run(bytes, start);
    this.skimmed = this.#skimmer.lines;
    if (this.skimmed > 0) {
      readHead(this.#head, bytes, this.#skimmer.lastLine, stop, this.#clock);
      this.timeNs = this.#timeOf(undefined);
      this.#times.note(this.timeNs);
    }
    return stop;
  }

  end(): void {
    this.#output.release(this.#times.lastNs);
    for (const [pid, call] of this.#pending.entries()) {
      if (call.args === '' && call.interest === 'idle') continue;
      this.#output.emit(begunCall('open', pid, this.#calls.nameOf(call.nameId), call));
    }
    this.#pending.clear();
  }

  #timeOf(arrivalNs: number | undefined): number {
    if (this.#head.pid === 0) this.#head.pid = this.#pid;
    return this.#times.of(this.#head, arrivalNs);
  }

  #notice(line: InputLine, timeNs: number): LineOutcome {
    if (isLooseMark(line.bytes, this.#head.rest, line.end)) return 'continued';
    // The table that -C prints behind the calls repeats what they say.
    if (line.end - line.start < LONGEST_ROW && this.#table.read(line.text()) !== undefined) return 'ignored';
    const record = readNotice(line, this.#head.rest, this.#head.pid, timeNs);
    if (record === 'unparsed' && this.#interrupted !== undefined)
      return this.#goOn(line, this.#interrupted, timeNs);
    if (typeof record === 'string') return record;
    if (record.kind === 'exit' && this.#isForeign(record.pid)) return this.#handOn(timeNs);
    if (record.kind === 'superseded' && (this.#isForeign(record.pid) || this.#isForeign(record.by))) {
      // Half of it is known here, half to whoever read the part before.
      if (!this.#isForeign(record.pid) || !this.#isForeign(record.by)) this.#times.isBeyond = true;
      return this.#handOn(timeNs);
    }
    if (record.kind === 'exit') this.#giveUp(record.pid, timeNs);
    if (record.kind === 'superseded') this.#pending.takeOver(record.by, record.pid);
    this.#output.emit(record);
    return 'record';
  }

  /**
   * `clone(…strace: Process 12 attached`, and on the next line `, child_tidptr=0x…) = 12`. Between the two may stand what
   * the program itself wrote.
   */
  #goOn(line: InputLine, pid: number, timeNs: number): LineOutcome {
    readTail(this.#tail, line.bytes, this.#head.rest, line.end);
    const call = this.#tail.argsEnd < 0 ? undefined : this.#pending.take(pid);
    if (call === undefined) return 'unparsed';
    this.#interrupted = undefined;
    this.#head.pid = pid;
    this.#finish(line, timeNs, call.nameId, call.interest, this.#head.rest, call);
    return 'continued';
  }

  /** A process that ends leaves the call that it was in without a return. */
  #giveUp(pid: number, timeNs: number): void {
    const call = this.#pending.take(pid);
    if (call === undefined) return;
    if (call.interest === 'idle' || call.args === '') return;
    const record = begunCall('open', pid, this.#calls.nameOf(call.nameId), call);
    this.#output.emit({ ...record, durationNs: timeNs - call.startNs });
  }

  #call(line: InputLine, timeNs: number): LineOutcome {
    const { bytes, end } = line;
    const start = this.#head.rest;
    let open = start;
    while (open < end && isNameByte(bytes[open] ?? 0)) open++;
    // `???(`: the call that a thread was in could not be read any more.
    if (open === start) while (open < end && bytes[open] === QUESTION) open++;
    if (open === start || bytes[open] !== OPEN_PAREN) return this.#notice(line, timeNs);
    const nameId = this.#calls.idOf(bytes, start, open);
    const interest = this.#calls.interestOf(nameId);
    const half = endOfFirstHalf(bytes, open + 1, end);
    if (half >= 0) {
      this.#suspend(line, timeNs, nameId, interest, open + 1, half);
      if (isInterrupted(bytes, end)) this.#interrupted = this.#head.pid;
      return 'record';
    }
    readTail(this.#tail, bytes, open + 1, end);
    if (this.#tail.argsEnd < 0) {
      // strace prints what a thread enters before the thread does: the log ended, and the call had not.
      const echoed = line.isCut ? end : startOfEcho(bytes, open + 1, end);
      if (echoed < 0) return 'unparsed';
      this.#suspend(line, timeNs, nameId, interest, open + 1, echoed);
      this.#interrupted = this.#head.pid;
      return 'record';
    }
    this.#finish(line, timeNs, nameId, interest, open + 1, undefined);
    return 'record';
  }

  #suspend(
    line: InputLine,
    timeNs: number,
    nameId: number,
    interest: Interest,
    argsStart: number,
    argsEnd: number,
  ): void {
    const { bytes, end } = line;
    const wanted = this.#selection.wantsArguments(interest, bytes, argsStart, end);
    const call: PendingCall = {
      nameId,
      interest,
      startNs: timeNs,
      args: wanted ? line.latin1(argsStart, argsEnd) : '',
      at: wanted ? line.at() : NOWHERE,
    };
    const pid = (interest === 'always' ? changedPid(bytes, end) : undefined) ?? this.#head.pid;
    this.#pending.set(pid, call);
    this.#owned?.add(pid);
    this.#interrupted = undefined;
    // A descriptor's number is free as soon as close begins: another thread's open may get it before close returns.
    const name = this.#calls.nameOf(nameId);
    if (wanted && (interest === 'always' || name === 'close'))
      this.#output.emit(begunCall('entered', this.#head.pid, name, call));
  }

  /** `<... NAME resumed>rest) = ret <dur>`. One whose beginning the log does not hold is a record of its own. */
  #resume(line: InputLine, timeNs: number): LineOutcome {
    const { bytes, end } = line;
    const marker = indexOf(bytes, RESUMED, this.#head.rest, end);
    if (marker < 0) return 'unparsed';
    const rest = marker + RESUMED.length;
    const nameId = this.#calls.idOf(bytes, this.#head.rest + 5, marker);
    const pid = this.#head.pid;
    const call = this.#pending.get(pid);
    readTail(this.#tail, bytes, rest, end);
    if (this.#tail.argsEnd < 0) {
      // Resumed and interrupted again, or a kill that left no return: the call stays open.
      return endOfFirstHalf(bytes, rest, end) >= 0 ? 'continued' : 'unparsed';
    }
    if (this.#isForeign(pid)) return this.#handOn(timeNs);
    if (call?.nameId === nameId) this.#pending.take(pid);
    const known = call?.nameId === nameId ? call : undefined;
    this.#finish(
      line,
      timeNs,
      nameId,
      known?.interest ?? this.#calls.interestOf(nameId),
      rest,
      known ?? null,
    );
    return known === undefined ? 'record' : 'continued';
  }

  /**
   * A call that returned, in one line (`call` undefined), resumed, or resumed without a beginning (null). Counts it,
   * and emits it where it is of interest.
   */
  #finish(
    line: InputLine,
    timeNs: number,
    nameId: number,
    interest: Interest,
    argsStart: number,
    call: PendingCall | undefined | null,
  ): void {
    const { bytes } = line;
    const tail = this.#tail;
    const errno = this.#calls.errnoOf(bytes, tail);
    let durationNs = tail.durationNs;
    if (Number.isNaN(durationNs) && call) durationNs = timeNs - call.startNs;
    this.#calls.count(nameId, tail.durationNs, errno);
    const wanted =
      call?.args ||
      this.#selection.wantsResult(interest, errno, durationNs) ||
      this.#selection.wantsCompleted(interest, bytes, argsStart, tail.argsEnd);
    if (!wanted) return;
    const name = this.#calls.nameOf(nameId);
    const { pid } = this.#head;
    this.#selection.remember(name, bytes, argsStart, tail, call?.args ?? '');
    const record = returnedCall(line, argsStart, tail, { pid, name, timeNs, durationNs, errno, call });
    if (name === 'close' && pid === this.#pid) this.#selection.forget(Number.parseInt(record.args, 10));
    this.#output.complete(record);
  }

  #isForeign(pid: number): boolean {
    return this.#owned !== undefined && !this.#owned.has(pid);
  }

  /** The line is strace's, and is to be read by whoever has read what is before the segment. */
  #handOn(timeNs: number): LineOutcome {
    this.#times.note(timeNs);
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
      pending: this.#pending,
      calls: this.#calls,
      output: this.#output,
      selection: this.#selection,
      times: this.#times,
      owned: this.#owned ?? new Set(),
    };
  }
}
