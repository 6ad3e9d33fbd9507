import { NEWLINE } from './ascii.ts';
import { latin1 } from './bytes.ts';
import { type Head, readHead } from './head.ts';

/** It has a call's arguments and its return: `close(3) = 0`, `<... close resumed>) = 0`. */
const RETURNED = /\) += (?!\?)/;
const FIRST_HALF = /<(?:unfinished|detached) \.\.\.>\s*$/;
const GONE = /^(?:\+\+\+ |exit(?:_group)?\()/;
const SIGNAL = /^--- /;

/**
 * Whether a log of strace that has all calls stops while a thread is at work: the last that is seen of it, in the last
 * lines of the log, is a call that has returned, and it would have gone on to the next. Where all that are left wait, each is seen
 * in a call: strace prints its first half when it begins (strace(1), "unfinished").
 */
export function stopsAtWork(tail: Uint8Array): boolean {
  const head: Head = { pid: 0, timeNs: 0, rest: 0, relative: false, timeOfDay: false };
  const told = new Set<number>();
  let end = tail.length;
  while (end > 0) {
    const newline = tail.lastIndexOf(NEWLINE, end - 1);
    // The first line of what is looked at may be a part of one.
    if (newline < 0) return false;
    const line = latin1(tail, newline + 1, end);
    if (line.trim() !== '') {
      readHead(head, tail, newline + 1, end, { originSeconds: 0 });
      const rest = line.slice(head.rest - newline - 1);
      if (!SIGNAL.test(rest) && !told.has(head.pid)) {
        told.add(head.pid);
        if (!GONE.test(rest) && !FIRST_HALF.test(rest) && RETURNED.test(rest)) return true;
      }
    }
    end = newline;
  }
  return false;
}
