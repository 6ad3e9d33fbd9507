import { type Clock, sinceOrigin } from '../types.ts';
import {
  CLOSE_BRACKET,
  COLON,
  DOT,
  GREATER,
  LESS,
  NINE,
  OPEN_BRACKET,
  OPEN_PAREN,
  PLUS,
  SPACE,
  TAB,
  ZERO,
} from './ascii.ts';
import { indexOfByte, isDigit } from './bytes.ts';

/**
 * What stands in front of `name(`: a pid (`-f`), its comm (`-Y`), a time (`-t`, `-tt`, `-ttt`, `-r`), the syscall
 * number (`-n`) and the instruction pointer (`-i`). Formats: strace(1), "Output format" and `--decode-pids`.
 */
export interface Head {
  /** 0 where the line names none. */
  pid: number;
  /** NaN where the line names none. */
  timeNs: number;
  /** Offset of the first byte behind the head. */
  rest: number;
  /** A `-r` delta: the time since the line before. */
  relative: boolean;
  /** `-t` and `-tt`: hours, minutes, seconds without a date. */
  timeOfDay: boolean;
}

/** 10 to the power of the index: what the digits of a fraction are worth in nanoseconds. */
export const POWERS: readonly number[] = [1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9];

/** Linux's PID_MAX_LIMIT: a bare number beyond it is a time in whole seconds. */
const PID_MAX = 4_194_304;

/** Reads the head of a line into `head`; the time is relative to `clock`'s origin unless `head.relative`. */
export function readHead(head: Head, bytes: Uint8Array, start: number, end: number, clock: Clock): void {
  head.pid = 0;
  head.timeNs = Number.NaN;
  head.relative = false;
  head.timeOfDay = false;
  let at = skipBlanks(bytes, start, end);
  at = readBracketedPid(head, bytes, at, end);
  if (head.pid === 0) at = readBarePid(head, bytes, at, end);
  // --secontext: the context of the process.
  if (head.pid !== 0 && bytes[at] === OPEN_BRACKET) at = skipAnnotations(bytes, at, end);
  at = readTime(head, bytes, at, end, clock);
  head.rest = skipAnnotations(bytes, at, end);
}

/** The offset of the first byte that is neither a blank nor a tab. */
export function skipBlanks(bytes: Uint8Array, from: number, end: number): number {
  let at = from;
  while (at < end && (bytes[at] === SPACE || bytes[at] === TAB)) at++;
  return at;
}

/** `[pid 123] ` and `[pid 123<comm>] `, as strace prints them on stderr. */
function readBracketedPid(head: Head, bytes: Uint8Array, at: number, end: number): number {
  if (
    bytes[at] !== OPEN_BRACKET ||
    bytes[at + 1] !== 0x70 ||
    bytes[at + 2] !== 0x69 ||
    bytes[at + 3] !== 0x64
  ) {
    return at;
  }
  let digits = skipBlanks(bytes, at + 4, end);
  let pid = 0;
  while (digits < end && isDigit(bytes[digits])) pid = pid * 10 + (bytes[digits++] ?? 0) - ZERO;
  const close = indexOfByte(bytes, CLOSE_BRACKET, digits, end);
  if (close < 0 || close >= end || pid === 0) return at;
  head.pid = pid;
  return skipBlanks(bytes, close + 1, end);
}

/** `123 ` and `123<comm> `, as strace prints them to a file. A number with a dot or a colon is a time instead. */
function readBarePid(head: Head, bytes: Uint8Array, from: number, end: number): number {
  let at = from;
  let pid = 0;
  while (at < end && isDigit(bytes[at])) pid = pid * 10 + (bytes[at++] ?? 0) - ZERO;
  if (at === from || pid > PID_MAX) return from;
  if (bytes[at] === LESS) {
    const close = indexOfByte(bytes, GREATER, at, end);
    if (close < 0 || close >= end) return from;
    at = close + 1;
  }
  if (bytes[at] !== SPACE) return from;
  head.pid = pid;
  return skipBlanks(bytes, at, end);
}

function readTime(head: Head, bytes: Uint8Array, from: number, end: number, clock: Clock): number {
  if (!isDigit(bytes[from])) return from;
  let at = from;
  let seconds = 0;
  let field = 0;
  let colons = 0;
  for (; at < end; at++) {
    const byte = bytes[at] ?? 0;
    if (byte >= ZERO && byte <= NINE) field = field * 10 + byte - ZERO;
    else if (byte === COLON && colons < 2) {
      seconds = (seconds + field) * 60;
      field = 0;
      colons++;
    } else break;
  }
  seconds += field;
  let nanoseconds = 0;
  if (bytes[at] === DOT) {
    // Whole numbers only: multiplying fractions is slower, and rounds.
    const point = at;
    for (at++; at < end; at++) {
      const digit = (bytes[at] ?? 0) - ZERO;
      if (digit < 0 || digit > 9) break;
      nanoseconds = nanoseconds * 10 + digit;
    }
    nanoseconds *= POWERS[9 - (at - point - 1)] ?? 0;
  }
  if (bytes[at] !== SPACE || colons === 1) return from;
  head.timeOfDay = colons === 2;
  // -r prints seconds since the line before, padded to a width of 12; no epoch is that small.
  head.relative = colons === 0 && seconds < 100_000_000;
  head.timeNs = head.relative ? seconds * 1e9 + nanoseconds : sinceOrigin(clock, seconds, nanoseconds);
  return skipBlanks(bytes, at, end);
}

/** `(+ 0.000012) ` of -r with another time, `[ 257] ` of -n, `[00007f…] ` of -i. */
function skipAnnotations(bytes: Uint8Array, from: number, end: number): number {
  let at = from;
  for (;;) {
    const isDelta = bytes[at] === OPEN_PAREN && bytes[at + 1] === PLUS;
    if (!isDelta && bytes[at] !== OPEN_BRACKET) return at;
    const close = indexOfByte(bytes, isDelta ? 0x29 : CLOSE_BRACKET, at, end);
    if (close < 0 || close >= end) return at;
    at = skipBlanks(bytes, close + 1, end);
  }
}
