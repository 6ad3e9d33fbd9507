import { CLOSE_BRACKET, DOT, GREATER, LOWER_D, NEWLINE, OPEN_PAREN, RETURN, SPACE } from './ascii.ts';
import { isDigit, isNameByte } from './bytes.ts';
import { type CallTail, readTail } from './call.ts';
import type { Calls } from './calls.ts';
import { skipBlanks } from './head.ts';
import { Demand, isTelling, LONG_SLEEP_NS } from './interest.ts';
import { RecentNames } from './names.ts';
import { UsualReturns } from './returns.ts';
import type { Selection } from './selection.ts';
import { areDigits, type Chunk, WORD, wordAt } from './words.ts';

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
  #isDated = false;
  readonly #calls: Calls;
  readonly #selection: Selection;
  readonly #names = new RecentNames();
  readonly #usual = new UsualReturns();
  readonly #tail: CallTail = { argsEnd: 0, retStart: 0, retEnd: 0, durationNs: 0 };

  constructor(calls: Calls, selection: Selection) {
    this.#calls = calls;
    this.#selection = selection;
  }

  /** Gives where the run that begins at `start` ends: the beginning of a line, or of what the bytes hold of one. */
  run(chunk: Chunk, start: number): number {
    const { bytes } = chunk;
    // A word that begins in a line may end behind it.
    const last = bytes.length - WORD;
    // Only the last line's time is read: either all lines of a run have one, or none has.
    this.#isDated = hasTime(bytes, start, bytes.length);
    let at = start;
    let lines = 0;
    for (;;) {
      const end = bytes.indexOf(NEWLINE, at);
      if (end < 0 || end > last || !this.#countLine(chunk, at, end)) break;
      lines++;
      this.lastLine = at;
      at = end + 1;
    }
    this.lines = lines;
    return at;
  }

  #countLine(chunk: Chunk, start: number, end: number): boolean {
    const { bytes } = chunk;
    const names = this.#names;
    const name = this.#isDated ? behindTime(chunk, start, end) : behindPid(bytes, start, end);
    if (name < 0) return false;
    if (!names.find(chunk, name, OPEN_PAREN) && !this.#readName(chunk, name, end)) return false;
    return (
      this.#countUsual(chunk, names.id, names.end, end) || this.#count(chunk, names.id, names.end + 1, end)
    );
  }

  #readName(chunk: Chunk, start: number, lineEnd: number): boolean {
    const { bytes } = chunk;
    let end = start;
    while (end < lineEnd && isNameByte(bytes[end] ?? 0)) end++;
    if (end === start || (bytes[start] ?? 0) < CLOSE_BRACKET || end === lineEnd || bytes[end] !== OPEN_PAREN)
      return false;
    this.#names.remember(chunk, start, end, this.#calls.idOf(bytes, start, end));
    return true;
  }

  /** Counts a call that ended as most do; false, and nothing counted, for any other, and for one of interest. */
  #countUsual(chunk: Chunk, id: number, open: number, end: number): boolean {
    const demand = this.#calls.demandOf(id);
    const usual = this.#usual;
    if (demand === Demand.Read || !usual.find(chunk, open, end)) return false;
    const { durationNs, errno } = usual;
    if (demand === Demand.Time) {
      if (durationNs >= LONG_SLEEP_NS) return false;
    } else if (demand !== Demand.Count) {
      if (isTelling(errno, durationNs)) return false;
      if (
        demand === Demand.Ask &&
        this.#selection.wantsCall(this.#calls.interestOf(id), chunk.bytes, open + 1, usual.argsEnd)
      )
        return false;
    }
    this.lastDurationNs = durationNs;
    this.#calls.count(id, durationNs, errno);
    return true;
  }

  /** Counts a call; false, and nothing counted, where it has to be read as a line of its own. */
  #count(chunk: Chunk, id: number, argsStart: number, end: number): boolean {
    const { bytes } = chunk;
    const last = bytes[end - 1];
    if (last === SPACE || last === RETURN || last === LOWER_D) return false;
    if (last === GREATER && bytes[end - 2] === DOT) return false;
    const interest = this.#calls.interestOf(id);
    if (interest === 'always') return false;
    const tail = this.#tail;
    readTail(tail, bytes, argsStart, end);
    if (tail.argsEnd < 0) return false;
    const errno = this.#calls.errnoOf(bytes, tail);
    this.#usual.remember(chunk, tail, errno);
    if (this.#selection.wantsResult(interest, errno, tail.durationNs)) return false;
    if (interest !== 'counted' && this.#selection.wantsCall(interest, bytes, argsStart, tail.argsEnd))
      return false;
    this.lastDurationNs = tail.durationNs;
    this.#calls.count(id, tail.durationNs, errno);
    return true;
  }
}

/** Behind the pid, where a name may begin; `start` where there is none, -1 where it is no pid. */
function behindPid(bytes: Uint8Array, start: number, end: number): number {
  return isDigit(bytes[start]) ? skipPid(bytes, start, end) : start;
}

function skipPid(bytes: Uint8Array, start: number, end: number): number {
  let at = start;
  while (at < end && isDigit(bytes[at])) at++;
  if (at === start || bytes[at] === DOT) return start;
  return at - start > PID_DIGITS || bytes[at] !== SPACE ? -1 : skipBlanks(bytes, at, end);
}

function hasTime(bytes: Uint8Array, start: number, end: number): boolean {
  return isDigit(bytes[skipPid(bytes, start, end)]);
}

/** Behind pid and time; -1 where something unusual stands there. */
function behindTime({ bytes, words }: Chunk, start: number, end: number): number {
  let at = skipPid(bytes, start, end);
  const point = at + EPOCH_DIGITS;
  if (at < 0 || point + WORD > end || !isEpoch(bytes, words, at)) return -1;
  at = endOfDigits(bytes, words, point + 1, end);
  const digits = at - point - 1;
  if (digits < 1 || digits > FRACTION_DIGITS || bytes[at] !== SPACE) return -1;
  return skipBlanks(bytes, at, end);
}

/** Ten digits and a point. */
function isEpoch(bytes: Uint8Array, words: DataView, at: number): boolean {
  return (
    bytes[at + EPOCH_DIGITS] === DOT &&
    areDigits(wordAt(words, at)) &&
    areDigits(wordAt(words, at + WORD)) &&
    areDigits(wordAt(words, at + EPOCH_DIGITS - WORD))
  );
}

function endOfDigits(bytes: Uint8Array, words: DataView, start: number, end: number): number {
  let at = start;
  while (at + WORD <= end && areDigits(wordAt(words, at))) at += WORD;
  while (at < end && isDigit(bytes[at])) at++;
  return at;
}
