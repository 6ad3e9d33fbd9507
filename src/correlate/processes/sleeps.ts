import { interestOf, isLongSleep } from '../../../parsers/strace/interest.ts';
import type { SyscallRecord } from '../../../parsers/strace/records.ts';
import type { SpanStore } from '../../model/span.ts';
import { type Process, programOf } from './processes.ts';

/** poll(2) and select(2) without a descriptor wait for the time alone: curl between two tries, older Pythons and Perls. */
const NO_DESCRIPTORS = /^(?:(?:fds=)?NULL, (?:nfds=)?|(?:n=)?)0, /;

/** Times in which a program slept of its own accord: only its first thread tells, for others have their own pace. */
export class Sleeps {
  readonly #store: SpanStore;

  constructor(store: SpanStore) {
    this.#store = store;
  }

  onCall({ pid, name, args, state, startNs, durationNs = 0, at }: SyscallRecord, process: Process): void {
    const interest = interestOf(name);
    if (state !== 'complete' || pid !== process.pid || !isLongSleep(interest, durationNs)) return;
    if (interest === 'polling' && !NO_DESCRIPTORS.test(args)) return;
    const program = programOf(process.command);
    const span = this.#store.open('sleep', 'sleep', `${program} sleeps`, startNs, [at]);
    span.endNs = startNs + durationNs;
    span.attributes = { 'process.pid': pid, 'process.command': program };
  }
}
