import type { InputLine } from '../types.ts';
import type { CallTail } from './call.ts';
import type { Calls } from './calls.ts';
import { changedPid } from './halves.ts';
import type { Head } from './head.ts';
import { type Interest, isNeverOpen, isWaiting } from './interest.ts';
import type { Output } from './output.ts';
import { type PendingCall, PendingCalls } from './pending.ts';
import { begunCall, NOWHERE, returnedCall } from './record-of.ts';
import type { Selection } from './selection.ts';

/** Stamps and durations in whole seconds differ by less. */
const LEAST_JUMP_NS = 3e9;

/** Calls from their beginning to their return: counted, joined where they are printed in halves, and given out as records. */
export class TrackedCalls {
  readonly pending = new PendingCalls();
  /** Threads that a segment has shown to enter a call: which one is open does not depend on what came before it. */
  readonly owned: Set<number> | undefined;
  readonly #calls: Calls;
  readonly #selection: Selection;
  readonly #output: Output;
  readonly #pid: number;

  constructor(
    calls: Calls,
    selection: Selection,
    output: Output,
    { pid = 0, isSegment = false }: { readonly pid?: number; readonly isSegment?: boolean },
  ) {
    this.#calls = calls;
    this.#selection = selection;
    this.#output = output;
    this.#pid = pid;
    this.owned = isSegment ? new Set() : undefined;
  }

  /** Whether what a thread is in was begun before the segment. */
  isForeign(pid: number): boolean {
    return this.owned !== undefined && !this.owned.has(pid);
  }

  /** The first half of a call, whose arguments are at [argsStart, argsEnd). */
  begin(
    line: InputLine,
    { pid, timeNs }: Head,
    nameId: number,
    interest: Interest,
    argsStart: number,
    argsEnd: number,
  ): void {
    const { bytes, end } = line;
    // Kept on suspicion: it may take long.
    const isKept = interest !== 'idle';
    const isWanted = this.#selection.wantsCall(interest, bytes, argsStart, argsEnd);
    const call: PendingCall = {
      nameId,
      interest,
      startNs: timeNs,
      isWanted,
      args: isNeverOpen(interest) ? '' : line.latin1(argsStart, argsEnd),
      at: isKept ? line.at() : NOWHERE,
    };
    const thread = (interest === 'always' ? changedPid(bytes, end) : undefined) ?? pid;
    this.pending.set(thread, call);
    this.owned?.add(thread);
    // A descriptor's number is free as soon as close begins: another thread's open may get it before close returns.
    const name = this.#calls.nameOf(nameId);
    if (isWanted && (interest === 'always' || name === 'close'))
      this.#output.emit(begunCall('entered', pid, name, call));
  }

  /**
   * A call that returned, in one line (`call` undefined), resumed, or resumed without a beginning (null). Counts it,
   * and emits it where it is of interest.
   */
  complete(
    line: InputLine,
    { pid, timeNs }: Head,
    tail: CallTail,
    nameId: number,
    interest: Interest,
    argsStart: number,
    call: PendingCall | undefined | null,
  ): void {
    const { bytes } = line;
    const errno = this.#calls.errnoOf(bytes, tail);
    let durationNs = tail.durationNs;
    if (Number.isNaN(durationNs) && call) durationNs = timeNs - call.startNs;
    else if (call) this.#compareClocks(line, pid, timeNs, timeNs - call.startNs - durationNs);
    this.#calls.count(nameId, tail.durationNs, errno);
    const isWanted =
      this.#selection.wantsResult(interest, errno, durationNs) ||
      (call?.isWanted ?? this.#selection.wantsCall(interest, bytes, argsStart, tail.argsEnd));
    if (!isWanted) return;
    const name = this.#calls.nameOf(nameId);
    this.#selection.remember(name, bytes, argsStart, tail, call?.args ?? '');
    const record = returnedCall(line, argsStart, tail, { pid, name, timeNs, durationNs, errno, call });
    if (name === 'close' && pid === this.#pid) this.#selection.forget(Number.parseInt(record.args, 10));
    this.#output.complete(record);
  }

  /**
   * strace stamps lines by the time of day, and takes the time of calls by a clock that stands still while the machine
   * sleeps (CLOCK_REALTIME and CLOCK_MONOTONIC: clock_gettime(2)).
   */
  #compareClocks(line: InputLine, pid: number, timeNs: number, byNs: number): void {
    if (byNs >= LEAST_JUMP_NS) this.#output.emit({ kind: 'clock-jump', at: line.at(), pid, timeNs, byNs });
  }

  /** A process that ends leaves the call that it was in without a return. */
  giveUp(pid: number, timeNs: number): void {
    const call = this.pending.take(pid);
    if (call === undefined) return;
    if (isWaiting(call.interest) || call.args === '') return;
    const record = begunCall('open', pid, this.#calls.nameOf(call.nameId), call);
    this.#output.emit({ ...record, durationNs: timeNs - call.startNs });
  }

  /** The log ends: what has begun is open. Given out in the order of the lines, in however many parts they were read. */
  end(): void {
    const open = [...this.pending.entries()].sort(([, a], [, b]) => a.at.line - b.at.line);
    for (const [pid, call] of open) {
      if (isNeverOpen(call.interest)) continue;
      this.#output.emit(begunCall('open', pid, this.#calls.nameOf(call.nameId), call));
    }
    this.pending.clear();
  }
}
