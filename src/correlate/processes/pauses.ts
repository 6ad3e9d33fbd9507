import type { SignalRecord, SyscallRecord } from '../../../parsers/strace/records.ts';
import type { SourceLine } from '../../../parsers/types.ts';
import type { Span, SpanStore } from '../../model/span.ts';
import type { Process } from './processes.ts';

/** A shell that stops a job and goes on at once has done so for no one to notice. */
const LEAST_NS = 0.1e9;
/** Calls that wait for nothing, not even for a disk. */
const NEVER_WAITS =
  /^(?:sched_yield|get(?:pid|tid|ppid|e?[ug]id|sockname|peername|sockopt)|setsockopt|socket|epoll_(?:ctl|create1?)|eventfd2?|pipe2?|dup[23]?|rt_sig(?:action|procmask|return)|sigaltstack|tgkill|clock_gettime|gettimeofday|uname|prlimit64|sched_getaffinity)$/;
/** A container that has used up its share of the processors waits up to 0.1 s for the next (cpu.cfs_period_us). */
const STARVED_NS = 50e6;
/** ptrace(2), "Group-stop": a line for each thread of a process that a signal stopped. Other signals stop nobody. */
const STOPPED = /^stopped by (SIG(?:STOP|TSTP|TTIN|TTOU))$/;

/** A process that stands still, as far as was seen. */
interface Stop {
  readonly signal: string;
  readonly at: SourceLine;
  /** When the last of its threads stood still. */
  sinceNs: number;
}

/**
 * Times in which a process stood still: stopped by a signal (Ctrl-Z, a background job at its terminal), from the last
 * thread that stopped to the next line of any of them; without a processor, in a call that waits for nothing; or with
 * the whole machine. What it waited for meanwhile only seems to have taken long.
 */
export class Pauses {
  readonly #store: SpanStore;
  /** By process. */
  readonly #stops = new Map<number, Stop>();
  /** The end of the last jump of the clock. */
  #jumpedNs = Number.NEGATIVE_INFINITY;

  constructor(store: SpanStore) {
    this.#store = store;
  }

  onSignal({ signal, timeNs, at }: SignalRecord, { pid }: Process): void {
    const name = STOPPED.exec(signal)?.[1];
    const stop = this.#stops.get(pid);
    if (name === undefined) this.onSign(pid, timeNs, at);
    else if (stop === undefined) this.#stops.set(pid, { signal: name, at, sinceNs: timeNs });
    else stop.sinceNs = timeNs;
  }

  onCall(
    { name, state, startNs, durationNs = 0, at, resumedAt = at }: SyscallRecord,
    { pid }: Process,
  ): void {
    // What is open at the end of the log was said of an earlier line.
    if (state === 'open') return;
    this.onSign(pid, startNs + durationNs, resumedAt);
    if (durationNs < STARVED_NS || !NEVER_WAITS.test(name)) return;
    const span = openPause(
      this.#store,
      'starved',
      `${name}, which waits for nothing, took ${seconds(durationNs)}`,
      startNs,
      [at],
      pid,
    );
    span.endNs = startNs + durationNs;
  }

  /**
   * The clock went forward by `byNs` until `timeNs`, and what measures time otherwise did not: nobody waited for anything
   * meanwhile. Every thread that was in a call tells of the same one.
   */
  onClockJump(timeNs: number, byNs: number, at: SourceLine): void {
    this.#onJump('asleep', `its clock went forward by ${seconds(byNs)} at once`, timeNs, byNs, at);
  }

  /** The same, told by what go prints: its line may also have come late, out of a buffer. */
  onLateLine(timeNs: number, byNs: number, tookNs: number, at: SourceLine): void {
    const name = `go says that a fetch took ${seconds(tookNs)}, whose two lines were stamped ${seconds(byNs + tookNs)} apart`;
    this.#onJump('held-up', name, timeNs, byNs, at);
  }

  #onJump(reason: 'asleep' | 'held-up', name: string, timeNs: number, byNs: number, at: SourceLine): void {
    const startNs = timeNs - byNs;
    if (startNs < this.#jumpedNs) return;
    this.#jumpedNs = timeNs;
    openPause(this.#store, reason, name, startNs, [at]).endNs = timeNs;
  }

  /** A process did something: it stands still no more. */
  onSign(pid: number, timeNs: number, at: SourceLine): void {
    const stop = this.#stops.get(pid);
    if (stop === undefined) return;
    this.#stops.delete(pid);
    if (timeNs - stop.sinceNs < LEAST_NS) return;
    const span = this.#open(pid, stop);
    span.endNs = timeNs;
    span.evidence.push(at);
  }

  /** At the end of the log. */
  finish(): void {
    for (const [pid, stop] of this.#stops) this.#open(pid, stop);
    this.#stops.clear();
  }

  #open(pid: number, { signal, at, sinceNs }: Stop): Span {
    return openPause(this.#store, 'stopped', `it was stopped by ${signal}`, sinceNs, [at], pid);
  }
}

/** `name` says what shows it: `it was stopped by SIGTSTP`. */
export function openPause(
  store: SpanStore,
  reason: 'stopped' | 'starved' | 'asleep' | 'held-up',
  name: string,
  startNs: number,
  evidence: SourceLine[],
  pid?: number,
): Span {
  const span = store.open('pause', 'cpu', name, startNs, evidence);
  span.attributes = { 'gotrace.pause': reason, ...(pid === undefined ? {} : { 'process.pid': pid }) };
  return span;
}

function seconds(ns: number): string {
  return `${(ns / 1e9).toFixed(1)} s`;
}
