import { startsWith } from './bytes.ts';

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
    return this.names.length >= SLOTS / 2;
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
 * and compared once, without looking for its end.
 */
export class RecentNames {
  /** Of the name that was found: its id, and where it ends. */
  id = -1;
  end = 0;
  readonly #names: (Uint8Array | undefined)[] = Array.from({ length: SLOTS }, () => undefined);
  readonly #ids = new Int32Array(SLOTS);

  /** Whether a known name begins at `start`, and `behind` follows it. */
  find(bytes: Uint8Array, start: number, behind: number): boolean {
    const slot = slotOf(bytes, start);
    const name = this.#names[slot];
    if (name === undefined || bytes[start + name.length] !== behind || !startsWith(bytes, start, name))
      return false;
    this.id = this.#ids[slot] ?? -1;
    this.end = start + name.length;
    return true;
  }

  remember(bytes: Uint8Array, start: number, end: number, id: number): void {
    const slot = slotOf(bytes, start);
    this.#names[slot] = Uint8Array.from(bytes.subarray(start, end));
    this.#ids[slot] = id;
    this.id = id;
    this.end = end;
  }
}

function slotOf(bytes: Uint8Array, start: number): number {
  const first = ((bytes[start] ?? 0) << 7) ^ ((bytes[start + 1] ?? 0) << 4);
  return (first ^ ((bytes[start + 2] ?? 0) << 2) ^ (bytes[start + 3] ?? 0)) & (SLOTS - 1);
}

/** Linux has fewer than 400 system calls; a power of two, so that a mask picks the slot. */
const SLOTS = 4096;
const OVERFLOW_ID = 0;
