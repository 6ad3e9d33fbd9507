import type { Process } from '../processes/processes.ts';

/** A program connects as soon as its lookup is over: Go first connects a UDP socket, to sort addresses (net/addrselect.go). */
const AT_ONCE_NS = 50e6;
/** The addresses of one answer are turned to one right after the other, with five calls each under the tracer. */
const NEXT_ADDRESS_NS = 10e6;
const MOST_WAITING = 100;

interface Answer {
  readonly process: Process;
  readonly name: string;
  readonly timeNs: number;
  /** For which address it was used last, and when. */
  used: { readonly address: string; readonly timeNs: number } | undefined;
}

/**
 * Answers whose addresses the log does not hold: strace shows 32 bytes of a message unless -s says more, and there is
 * no room for more than the question. That an address was in such an answer is told by the order of things only, so
 * one that can belong to two names belongs to none.
 */
export class UnreadAnswers {
  #answers: Answer[] = [];

  add(process: Process, name: string, timeNs: number): void {
    // A and AAAA of one name are one lookup: it goes on with the later of them.
    this.#answers = this.#answers.filter((each) => each.process !== process || each.name !== name);
    this.#answers.push({ process, name, timeNs, used: undefined });
    if (this.#answers.length > MOST_WAITING) this.#answers.shift();
  }

  /** The name that an address belongs to which `process` turns to now; another connection to it may follow. */
  nameOf(process: Process, address: string, timeNs: number): string | undefined {
    const candidates = this.#answers.filter(({ process: asker, timeNs: cameNs, used }) => {
      if (asker !== process || cameNs > timeNs) return false;
      const isOther = used !== undefined && used.address !== address;
      return timeNs - (used?.timeNs ?? cameNs) <= (isOther ? NEXT_ADDRESS_NS : AT_ONCE_NS);
    });
    const [only] = candidates;
    if (only === undefined || candidates.length > 1) return undefined;
    only.used = { address, timeNs };
    return only.name;
  }
}
