import { ZERO } from './ascii.ts';

/** Searches that never look behind `end`: a chunk is a megabyte, and a byte that a line lacks may be far away. */

export function indexOfByte(bytes: Uint8Array, byte: number, start: number, end: number): number {
  for (let at = start; at < end; at++) if (bytes[at] === byte) return at;
  return -1;
}

export function indexOf(bytes: Uint8Array, needle: Uint8Array, start: number, end: number): number {
  const first = needle[0] ?? 0;
  const last = end - needle.length;
  for (let at = start; at <= last; at++) {
    if (bytes[at] === first && startsWith(bytes, at, needle)) return at;
  }
  return -1;
}

export function startsWith(bytes: Uint8Array, at: number, text: Uint8Array): boolean {
  for (let i = 0; i < text.length; i++) if (bytes[at + i] !== text[i]) return false;
  return true;
}

export function latin1(bytes: Uint8Array, start: number, end: number): string {
  if (end <= start) return '';
  return Buffer.from(bytes.buffer, bytes.byteOffset + start, end - start).toString('latin1');
}

/** The number that a return value begins with; undefined for `?`. */
export function readValue(ret: string): number | undefined {
  const value = Number.parseInt(ret, ret.startsWith('0x') ? 16 : 10);
  return Number.isNaN(value) ? undefined : value;
}

/** A byte of a system call's name. */
export function isNameByte(byte: number): boolean {
  return (byte >= 0x61 && byte <= 0x7a) || byte === 0x5f || isDigit(byte) || (byte >= 0x41 && byte <= 0x5a);
}

/** Undefined is what lies behind the last byte. */
export function isDigit(byte: number | undefined): boolean {
  return ((byte ?? 0) - ZERO) >>> 0 < 10;
}
