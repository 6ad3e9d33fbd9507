import { CLOSE_PAREN, DOT, EQUALS, GREATER, LESS, QUOTE, SPACE, ZERO } from './ascii.ts';
import { isDigit } from './bytes.ts';
import type { CallTail } from './call.ts';
import { areDigits, type Chunk, numberOf, slotOf, WORD, wordAt } from './words.ts';

/** ` <0.000183>`: -T in microseconds, below a second. */
const USUAL_DURATION = ' <0.000183>'.length;
/** ` <0.` as a word. */
const OPENING = SPACE | (LESS << 8) | (ZERO << 16) | (DOT << 24);
const SLOT_BITS = 8;
const SLOTS = 1 << SLOT_BITS;
/** ` = -1 ENOENT (No such file or directory)` has 40 bytes. */
const MOST_WORDS = 16;

/**
 * The ends of calls that most lines have: a number, or what was seen before (an error with its text), behind it a usual
 * duration or none. What `find` tells of a line is what `readTail` and `errnoOf` tell of it.
 */
export class UsualReturns {
  /** Of the call that was found: where the `)` stands that closes its arguments. */
  argsEnd = 0;
  durationNs = Number.NaN;
  errno: string | undefined;
  /** Of each slot, the text from ` = ` on: its length, its words, and the errno that it names. */
  readonly #lengths = new Uint8Array(SLOTS);
  readonly #words = new Int32Array(SLOTS * MOST_WORDS);
  readonly #errnos: (string | undefined)[] = Array.from({ length: SLOTS }, () => undefined);

  /** Whether the line that ends at `end`, and whose arguments open at `open`, ends in one of these ways. */
  find(chunk: Chunk, open: number, end: number): boolean {
    const { bytes, words } = chunk;
    let stop = end;
    this.durationNs = Number.NaN;
    if (bytes[end - 1] === GREATER) {
      stop = end - USUAL_DURATION;
      if (stop <= open || wordAt(words, stop) !== OPENING) return false;
      const upper = wordAt(words, end - 7);
      const lower = wordAt(words, end - 5);
      if (!areDigits(upper) || !areDigits(lower)) return false;
      this.durationNs = (numberOf(upper) * 100 + (numberOf(lower) % 100)) * 1000;
    }
    const start =
      bytes[stop - 1] === CLOSE_PAREN
        ? this.#startOfKnown(chunk, open, stop)
        : this.#startOfNumber(chunk, open, stop);
    if (start < 0) return false;
    let close = start - 1;
    while (close > open && bytes[close] === SPACE) close--;
    this.argsEnd = close;
    return close > open && bytes[close] === CLOSE_PAREN;
  }

  /** Where the blank of ` = 32768` or ` = 0x7f1234567000` stands; -1 where no number is returned. */
  #startOfNumber({ bytes }: Chunk, open: number, stop: number): number {
    let at = stop - 1;
    while (at > open && isNumberByte(bytes[at] ?? 0)) at--;
    if (at === stop - 1 || bytes[at] !== SPACE || bytes[at - 1] !== EQUALS || bytes[at - 2] !== SPACE)
      return -1;
    this.errno = undefined;
    return at - 2;
  }

  #startOfKnown({ words }: Chunk, open: number, stop: number): number {
    if (stop - WORD <= open) return -1;
    const slot = slotOf(wordAt(words, stop - WORD), SLOT_BITS);
    const start = stop - (this.#lengths[slot] ?? 0);
    if (start === stop || start <= open) return -1;
    let known = slot * MOST_WORDS;
    // The last one is of the last four bytes, whatever of them the one before it had.
    for (let at = start; at + WORD <= stop; at += WORD)
      if (wordAt(words, at) !== this.#words[known++]) return -1;
    if (wordAt(words, stop - WORD) !== this.#words[known]) return -1;
    this.errno = this.#errnos[slot];
    return start;
  }

  /** Keeps how a call ended that was read at length. */
  remember({ bytes, words }: Chunk, { retStart, retEnd }: CallTail, errno: string | undefined): void {
    const start = retStart - ' = '.length;
    const length = retEnd - start;
    if (bytes[retEnd - 1] !== CLOSE_PAREN || bytes[start] !== SPACE || length > (MOST_WORDS - 1) * WORD)
      return;
    // What is in a path or a string is not told by its end.
    for (let at = start; at < retEnd; at++)
      if (bytes[at] === LESS || bytes[at] === GREATER || bytes[at] === QUOTE) return;
    const slot = slotOf(wordAt(words, retEnd - WORD), SLOT_BITS);
    this.#lengths[slot] = length;
    this.#errnos[slot] = errno;
    let known = slot * MOST_WORDS;
    for (let at = start; at + WORD <= retEnd; at += WORD) this.#words[known++] = wordAt(words, at);
    this.#words[known] = wordAt(words, retEnd - WORD);
  }
}

/** Of a decimal number, or of an address. */
function isNumberByte(byte: number): boolean {
  return isDigit(byte) || (byte >= 0x61 && byte <= 0x66) || byte === 0x78;
}
