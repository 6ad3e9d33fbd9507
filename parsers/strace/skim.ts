import { CLOSE_BRACKET, DOT, GREATER, LOWER_D, OPEN_PAREN, RETURN, SPACE, ZERO } from './ascii.ts';
import { isDigit, isNameByte } from './bytes.ts';
import { type CallTail, readShortTail, readTail } from './call.ts';
import type { Calls } from './calls.ts';
import { skipBlanks } from './head.ts';
import { RecentNames } from './names.ts';
import type { Selection } from './selection.ts';

const NEWLINE = 0x0a;
/** Digits of an epoch in seconds, from 2001 to 2286. */
const EPOCH_DIGITS = 10;
/** Any number of so many digits is below Linux's PID_MAX_LIMIT. */
const PID_DIGITS = 6;
const FRACTION_DIGITS = 9;

/**
 * Counts runs of lines that need no more than that: `PID EPOCH name(…) = …`, with or without pid and time, complete, and
 * not of interest. Nothing is made for such a line; the first that is anything else ends the run.
 */
export class Skimmer {
  /** Lines of the last run. */
  lines = 0;
  /** Where its last line begins. */
  lastLine = 0;
  /** How long the call on it took; NaN without -T. */
  lastDurationNs = Number.NaN;
  readonly #calls: Calls;
  readonly #selection: Selection;
  readonly #names = new RecentNames();
  readonly #tail: CallTail = { argsEnd: 0, retStart: 0, retEnd: 0, durationNs: 0 };

  constructor(calls: Calls, selection: Selection) {
    this.#calls = calls;
    this.#selection = selection;
  }

  /** Gives where the run that begins at `start` ends: the beginning of a line, or of what the bytes hold of one. */
  run(bytes: Uint8Array, start: number): number {
    this.lines = 0;
    let at = start;
    // Only the last line's time is read: either all lines of a run have one, or none has.
    const isDated = hasTime(bytes, start, bytes.length);
    for (;;) {
      const end = bytes.indexOf(NEWLINE, at);
      if (end < 0) return at;
      const name = nameOffset(bytes, at, end, isDated);
      if (name < 0) return at;
      if (!this.#names.find(bytes, name, OPEN_PAREN) && !this.#readName(bytes, name, end)) return at;
      if (!this.#count(bytes, this.#names.id, this.#names.end + 1, end)) return at;
      this.lines++;
      this.lastLine = at;
      this.lastDurationNs = this.#tail.durationNs;
      at = end + 1;
    }
  }

  #readName(bytes: Uint8Array, start: number, lineEnd: number): boolean {
    let end = start;
    while (end < lineEnd && isNameByte(bytes[end] ?? 0)) end++;
    if (end === lineEnd || bytes[end] !== OPEN_PAREN) return false;
    this.#names.remember(bytes, start, end, this.#calls.idOf(bytes, start, end));
    return true;
  }

  /** Counts a call; false, and nothing counted, where it has to be read as a line of its own. */
  #count(bytes: Uint8Array, id: number, argsStart: number, end: number): boolean {
    const last = bytes[end - 1];
    if (last === SPACE || last === RETURN || last === LOWER_D) return false;
    if (last === GREATER && bytes[end - 2] === DOT) return false;
    const interest = this.#calls.interestOf(id);
    if (interest === 'always') return false;
    const tail = this.#tail;
    let errno: string | undefined;
    if (!readShortTail(tail, bytes, argsStart, end)) {
      readTail(tail, bytes, argsStart, end);
      if (tail.argsEnd < 0) return false;
      errno = this.#calls.errnoOf(bytes, tail);
      if (this.#selection.wantsResult(interest, errno, tail.durationNs)) return false;
    }
    if (interest !== 'counted' && this.#selection.wantsCall(interest, bytes, argsStart, tail.argsEnd))
      return false;
    this.#calls.count(id, tail.durationNs, errno);
    return true;
  }
}

/** Behind the pid; `start` where there is none, -1 where it is no pid. */
function skipPid(bytes: Uint8Array, start: number, end: number): number {
  let at = start;
  while (at < end && isDigit(bytes[at])) at++;
  if (at === start || bytes[at] === DOT) return start;
  return at - start > PID_DIGITS || bytes[at] !== SPACE ? -1 : skipBlanks(bytes, at, end);
}

function hasTime(bytes: Uint8Array, start: number, end: number): boolean {
  return isDigit(bytes[skipPid(bytes, start, end)]);
}

/** Where the name of the call begins; -1 where something unusual stands in front of it. */
function nameOffset(bytes: Uint8Array, start: number, end: number, isDated: boolean): number {
  let at = skipPid(bytes, start, end);
  if (at < 0) return -1;
  if (isDated) {
    const point = at + EPOCH_DIGITS;
    if (point >= end || bytes[point] !== DOT || !areDigits(bytes, at, point)) return -1;
    at = point + 1;
    while (at < end && bytes[at] !== SPACE) at++;
    const digits = at - point - 1;
    if (digits < 1 || digits > FRACTION_DIGITS || !areDigits(bytes, point + 1, at)) return -1;
    at = skipBlanks(bytes, at, end);
  }
  const first = bytes[at] ?? 0;
  return first > CLOSE_BRACKET && isNameByte(first) ? at : -1;
}

/** Without a branch for each byte: adding 6 carries 10 to 15 into the fifth bit, and what is no digit has higher ones. */
function areDigits(bytes: Uint8Array, start: number, end: number): boolean {
  let seen = 0;
  for (let at = start; at < end; at++) {
    const digit = (bytes[at] ?? 0) - ZERO;
    seen |= digit | (digit + 6);
  }
  return (seen & ~15) === 0;
}
