import type { SourceLine } from '../types.ts';
import type { Interest } from './interest.ts';

/** A call whose first half was printed and whose end was not yet. */
export interface PendingCall {
  readonly nameId: number;
  readonly interest: Interest;
  readonly startNs: number;
  /** What it is called with says that it becomes a record; otherwise only the way it ends may. */
  readonly isWanted: boolean;
  /** Empty for a call that never becomes a record. */
  readonly args: string;
  readonly at: SourceLine;
}

/** More open calls than a machine has threads are hostile input; the oldest are given up, and counted. */
const MAX_PENDING = 50_000;

/**
 * The open call of each thread: it is in one at a time. A thread keeps its place in the map from call to call: a Map in
 * and out of which keys go makes itself anew again and again, and the old ones keep alive what they held.
 */
export class PendingCalls {
  readonly #calls = new Map<number, PendingCall | undefined>();

  get(pid: number): PendingCall | undefined {
    return this.#calls.get(pid);
  }

  set(pid: number, call: PendingCall): void {
    if (this.#calls.size >= MAX_PENDING && !this.#calls.has(pid)) this.#makeRoom();
    this.#calls.set(pid, call);
  }

  /** Takes the call away. */
  take(pid: number): PendingCall | undefined {
    const call = this.#calls.get(pid);
    if (call !== undefined) this.#calls.set(pid, undefined);
    return call;
  }

  /** `+++ superseded by execve in pid N +++`: thread N's execve returns under this pid. */
  takeOver(from: number, to: number): void {
    const call = this.take(from);
    // Without: the mark `<pid changed to …>` said it before.
    if (call !== undefined) this.set(to, call);
  }

  /** In the order in which their threads were first seen. */
  *entries(): Generator<[number, PendingCall]> {
    for (const [pid, call] of this.#calls) if (call !== undefined) yield [pid, call];
  }

  clear(): void {
    this.#calls.clear();
  }

  /** Threads in no call lose their places; if most are in one, the half that has the oldest places loses those. */
  #makeRoom(): void {
    for (const [pid, call] of this.#calls) if (call === undefined) this.#calls.delete(pid);
    if (this.#calls.size < MAX_PENDING / 2) return;
    let count = 0;
    for (const pid of this.#calls.keys()) {
      if (count++ >= MAX_PENDING / 2) return;
      this.#calls.delete(pid);
    }
  }
}
