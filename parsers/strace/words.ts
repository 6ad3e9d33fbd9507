/**
 * Four bytes at a time. V8 reads a word at any offset of a DataView with one load, so that a line's digits, names and
 * blanks cost a quarter of the steps that a loop over bytes takes. The first byte is the lowest; whoever reads a word
 * sees to it that it ends within the view.
 */

const HIGH_HALVES = 0xf0f0f0f0 | 0;
const ZEROES = 0x30303030;
const SIXES = 0x06060606;

/** Bytes of a word. */
export const WORD = 4;

export function wordAt(words: DataView, at: number): number {
  return words.getInt32(at, true);
}

/** Where a table of 2 to the power of `bits` places keeps what a word is the key of. */
export function slotOf(word: number, bits: number): number {
  return Math.imul(word, 0x9e3779b1) >>> (32 - bits);
}

/** Whether all four are digits. Adding 6 carries what is above 9 into the upper half of its byte. */
export function areDigits(word: number): boolean {
  return (word & HIGH_HALVES) === ZEROES && ((word + SIXES) & HIGH_HALVES) === ZEROES;
}

/** The number that four digits make. */
export function numberOf(digits: number): number {
  const each = digits - ZEROES;
  const pairs = Math.imul(each, 10) + (each >>> 8);
  return (pairs & 0xff) * 100 + ((pairs >>> 16) & 0xff);
}

/** Bytes, and the same bytes as words. */
export interface Chunk {
  readonly bytes: Uint8Array;
  readonly words: DataView;
}

/** The chunk of the bytes that were asked for last: many lines come in one. */
export class LastChunk {
  #chunk: Chunk = chunkOf(new Uint8Array(0));

  of(bytes: Uint8Array): Chunk {
    if (bytes !== this.#chunk.bytes) this.#chunk = chunkOf(bytes);
    return this.#chunk;
  }
}

function chunkOf(bytes: Uint8Array): Chunk {
  return { bytes, words: new DataView(bytes.buffer, bytes.byteOffset, bytes.length) };
}
