import { startsWith } from './bytes.ts';
import { type Chunk, slotOf, WORD, wordAt } from './words.ts';

/** Interns syscall names straight from bytes: no string is made for a name that was seen before. */
export class NameTable {
  readonly names: string[] = [];
  readonly #slots = new Int32Array(SLOTS).fill(-1);
  readonly #bytes: Uint8Array[] = [];

  /** The id of the name in bytes[start, end): the same name has the same id, ids count from 0. */
  idOf(bytes: Uint8Array, start: number, end: number): number {
    // First, last and length tell nearly all of the 400 names apart; what collides is compared.
    const first = bytes[start] ?? 0;
    const middle = bytes[(start + end) >> 1] ?? 0;
    const hash =
      Math.imul(first ^ (middle << 6) ^ ((bytes[end - 1] ?? 0) << 12) ^ ((end - start) << 18), 0x9e3779b1) >>>
      12;
    let slot = hash & (SLOTS - 1);
    for (;;) {
      const id = this.#slots[slot] ?? -1;
      if (id < 0) return this.#add(slot, bytes, start, end);
      if (this.#equals(id, bytes, start, end)) return id;
      slot = (slot + 1) & (SLOTS - 1);
    }
  }

  idOfText(name: string): number {
    const bytes = Buffer.from(name, 'latin1');
    return this.idOf(bytes, 0, bytes.length);
  }

  /** From here on names share an id. */
  get isFull(): boolean {
    return this.names.length >= MOST_NAMES;
  }

  #equals(id: number, bytes: Uint8Array, start: number, end: number): boolean {
    const known = this.#bytes[id];
    return known !== undefined && known.length === end - start && startsWith(bytes, start, known);
  }

  #add(slot: number, bytes: Uint8Array, start: number, end: number): number {
    // Hostile input could invent names without end; they share one id once the table is half full.
    if (this.isFull) return OVERFLOW_ID;
    const id = this.names.length;
    this.#slots[slot] = id;
    // A copy: Buffer's own slice would share memory with the chunk, which is reused.
    this.#bytes.push(Uint8Array.from(bytes.subarray(start, end)));
    this.names.push(Buffer.from(bytes.buffer, bytes.byteOffset + start, end - start).toString('latin1'));
    return id;
  }
}

/**
 * The name that was seen last for each beginning of four bytes. A log has few names: nearly every one is told by these,
 * and compared once, a word at a time, without looking for its end.
 */
export class RecentNames {
  /** Of the name that was found: its id, and where it ends. */
  id = -1;
  end = 0;
  readonly #lengths = new Uint8Array(SLOTS);
  readonly #ids = new Int32Array(SLOTS);
  /** Of each slot, the name's words; what is behind the name in its last one is zero. */
  readonly #words = new Int32Array(SLOTS * MOST_WORDS);

  /** Whether a known name begins at `start`, and `behind` follows it. Four bytes behind its line can be read. */
  find({ bytes, words }: Chunk, start: number, behind: number): boolean {
    const slot = slotOf(wordAt(words, start), SLOT_BITS);
    const end = start + (this.#lengths[slot] ?? 0);
    if (end === start || bytes[end] !== behind) return false;
    let known = slot * MOST_WORDS;
    let at = start;
    for (; at + WORD <= end; at += WORD) if (wordAt(words, at) !== this.#words[known++]) return false;
    if (at < end && firstBytes(wordAt(words, at), end - at) !== this.#words[known]) return false;
    this.id = this.#ids[slot] ?? -1;
    this.end = end;
    return true;
  }

  remember({ words }: Chunk, start: number, end: number, id: number): void {
    this.id = id;
    this.end = end;
    const length = end - start;
    if (length > MOST_WORDS * WORD) return;
    const slot = slotOf(wordAt(words, start), SLOT_BITS);
    this.#lengths[slot] = length;
    this.#ids[slot] = id;
    let known = slot * MOST_WORDS;
    for (let at = start; at < end; at += WORD) {
      const word = wordAt(words, at);
      this.#words[known++] = at + WORD <= end ? word : firstBytes(word, end - at);
    }
  }
}

/** The first one to three bytes of a word. */
function firstBytes(word: number, count: number): number {
  return word & ((1 << (count * 8)) - 1);
}

/** Linux has fewer than 400 system calls; a power of two, so that a mask picks the slot. */
const SLOT_BITS = 12;
const SLOTS = 1 << SLOT_BITS;
/** From here on names share an id. */
export const MOST_NAMES = SLOTS / 2;
/** No system call's name has more than 32 bytes. */
const MOST_WORDS = 8;
const OVERFLOW_ID = 0;
