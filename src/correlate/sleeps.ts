import type { SyscallRecord } from '../../parsers/strace/records.ts';
import type { SpanStore } from '../model/span.ts';
import { type Process, programOf } from './processes.ts';

/** Shorter ones are the pace of a loop. */
const LEAST_NS = 0.5e9;
const SLEEP = /^(?:clock_)?nanosleep$/;
/** poll(2) and select(2) without a descriptor wait for the time alone: curl between two tries, older Pythons and Perls. */
const POLL = /^p?poll$/;
const SELECT = /^(?:_new)?select$|^pselect6$/;
const NO_POLLED = /^(?:fds=)?NULL, (?:nfds=)?0, /;
const NO_SELECTED = /^(?:n=)?0, /;

/** Times in which a program slept of its own accord: only its first thread tells, for others have their own pace. */
export class Sleeps {
  readonly #store: SpanStore;

  constructor(store: SpanStore) {
    this.#store = store;
  }

  onCall({ pid, name, args, state, startNs, durationNs = 0, at }: SyscallRecord, process: Process): void {
    if (state !== 'complete' || durationNs < LEAST_NS || pid !== process.pid || !isSleep(name, args)) return;
    const program = programOf(process.command);
    const span = this.#store.open('sleep', 'sleep', `${program} sleeps`, startNs, [at]);
    span.endNs = startNs + durationNs;
    span.attributes = { 'process.pid': pid, 'process.command': program };
  }
}

function isSleep(name: string, args: string): boolean {
  return (
    SLEEP.test(name) ||
    (POLL.test(name) && NO_POLLED.test(args)) ||
    (SELECT.test(name) && NO_SELECTED.test(args))
  );
}
