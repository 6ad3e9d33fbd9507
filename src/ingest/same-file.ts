import { closeSync, openSync, readSync, statSync } from 'node:fs';
import { pidOfName } from './input.ts';

const CHUNK = 1024 * 1024;

/**
 * Notices a file that was given before: by another name, or as a copy. Read twice, each wait would be there twice. Files of
 * `strace -ff` are of different processes, which may have done the same.
 */
export class SeenFiles {
  /** By process and size. */
  readonly #like = new Map<string, string[]>();

  /** Of a regular file. */
  isAgain(path: string): boolean {
    const { size } = statSync(path);
    const key = `${pidOfName(path)} ${size}`;
    const others = this.#like.get(key) ?? [];
    if (size > 0 && others.some((other) => haveSameBytes(path, other))) return true;
    this.#like.set(key, [...others, path]);
    return false;
  }
}

/** Two files of the same size. */
function haveSameBytes(one: string, other: string): boolean {
  const files = [openSync(one, 'r')];
  try {
    files.push(openSync(other, 'r'));
    for (;;) {
      const [a = Buffer.alloc(0), b = Buffer.alloc(0)] = files.map(nextChunk);
      if (!a.equals(b)) return false;
      if (a.length === 0) return true;
    }
  } finally {
    for (const file of files) closeSync(file);
  }
}

function nextChunk(file: number): Buffer {
  const chunk = Buffer.allocUnsafe(CHUNK);
  return chunk.subarray(0, readSync(file, chunk));
}
