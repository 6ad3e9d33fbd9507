import { BACKSLASH, CLOSE_PAREN, DOT, EQUALS, GREATER, LESS, QUOTE, SPACE, ZERO } from './ascii.ts';
import { indexOfByte } from './bytes.ts';
import { POWERS } from './head.ts';

/** Offsets of the parts of `name(args) = ret <duration>`, as absolute positions in the bytes. */
export interface CallTail {
  /** Offset of the `)` that closes the arguments; -1 where the line has no ` = `. */
  argsEnd: number;
  retStart: number;
  retEnd: number;
  /** Nanoseconds; NaN without -T. */
  durationNs: number;
}

/**
 * Finds the end of a call, searching from the back: only the last `) = ` outside strings and `<…>` separates arguments
 * from the return value. Where the text behind it could hide another one (a path in the return value), the line is
 * read from the front instead.
 */
export function readTail(tail: CallTail, bytes: Uint8Array, argsStart: number, end: number): void {
  const stop = readDuration(tail, bytes, argsStart, end);
  tail.retEnd = stop;
  tail.argsEnd = -1;
  for (let at = stop - 1; at > argsStart; at--) {
    while (at > argsStart && bytes[at] !== EQUALS) at--;
    if (bytes[at - 1] !== SPACE || (at + 1 < stop && bytes[at + 1] !== SPACE)) continue;
    let close = at - 1;
    while (close >= argsStart && bytes[close] === SPACE) close--;
    if (close < argsStart || bytes[close] !== CLOSE_PAREN) continue;
    tail.argsEnd = close;
    tail.retStart = Math.min(at + 2, stop);
    break;
  }
  if (tail.argsEnd >= 0 && mayBeInside(bytes, tail.retStart, stop)) readForward(tail, bytes, argsStart, stop);
}

/**
 * Whether what looks like a return value is a part of something else. `3</path>` is a whole one; a `>` without its `<`,
 * or a quote, means that the text is still inside a path or a string.
 */
function mayBeInside(bytes: Uint8Array, start: number, stop: number): boolean {
  for (let at = start; at < stop; at++) {
    const byte = bytes[at];
    if (byte === LESS) return false;
    if (byte === GREATER || byte === QUOTE) return true;
  }
  return false;
}

/** `<0.000183>` at the very end. Gives the offset at which the text before it ends. */
function readDuration(tail: CallTail, bytes: Uint8Array, start: number, end: number): number {
  tail.durationNs = Number.NaN;
  let last = end - 1;
  while (last > start && bytes[last] === SPACE) last--;
  if (bytes[last] !== GREATER) return last + 1;
  // From the back, as one whole number: multiplying fractions is slower, and rounds.
  let value = 0;
  let scale = 1;
  let point = last;
  let at = last - 1;
  for (; at > start; at--) {
    const digit = (bytes[at] ?? 0) - ZERO;
    if (digit >= 0 && digit <= 9) {
      value += digit * scale;
      scale *= 10;
    } else if (bytes[at] === DOT && point === last) point = at;
    else break;
  }
  if (bytes[at] !== LESS || scale === 1 || bytes[at - 1] !== SPACE) return last + 1;
  tail.durationNs = value * (POWERS[point === last ? 9 : 10 - (last - point)] ?? 0);
  return at - 1;
}

/** The exact reading: skips strings and `<…>` annotations, and takes the last `) = ` at the top level. */
function readForward(tail: CallTail, bytes: Uint8Array, start: number, stop: number): void {
  let found = -1;
  let separator = -1;
  for (let at = start; at < stop; at++) {
    const byte = bytes[at];
    if (byte === QUOTE) at = skipString(bytes, at, stop);
    else if (byte === LESS && bytes[at - 1] !== LESS && bytes[at + 1] !== LESS)
      at = skipAnnotation(bytes, at, stop);
    else if (byte === CLOSE_PAREN) {
      let equals = at + 1;
      while (equals < stop && bytes[equals] === SPACE) equals++;
      if (
        equals > at + 1 &&
        bytes[equals] === EQUALS &&
        (equals + 1 >= stop || bytes[equals + 1] === SPACE)
      ) {
        found = at;
        separator = equals;
        // What follows is the return value; a path in it may hold anything.
        break;
      }
    }
  }
  if (found < 0) return;
  tail.argsEnd = found;
  tail.retStart = Math.min(separator + 2, stop);
}

function skipString(bytes: Uint8Array, quote: number, stop: number): number {
  for (let at = quote + 1; at < stop; at++) {
    if (bytes[at] === BACKSLASH) at++;
    else if (bytes[at] === QUOTE) return at;
  }
  return quote;
}

/** strace escapes `<` and `>` in paths since 4.26 as `\74` and `\76`; older logs may hold them bare. */
function skipAnnotation(bytes: Uint8Array, open: number, stop: number): number {
  let close = indexOfByte(bytes, GREATER, open, stop);
  // `->` inside a socket's annotation does not close it.
  while (close > 0 && bytes[close - 1] === 0x2d) close = indexOfByte(bytes, GREATER, close + 1, stop);
  if (close < 0 || close >= stop) return open;
  // `<char 1:3>` may follow inside: `2</dev/null<char 1:3>>`.
  return bytes[close + 1] === GREATER ? close + 1 : close;
}
