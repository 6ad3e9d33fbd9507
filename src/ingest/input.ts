/** One log to read: its name as a person gave it, and its bytes, decompressed. A chunk is valid until the next is asked for. */
export interface Input {
  readonly path: string;
  readonly chunks: () => AsyncGenerator<Uint8Array>;
  /** The file that it is, where its bytes can be read at any place: neither a stream nor compressed. */
  readonly file?: string;
  /** One of many of a folder or an archive: where it is no log, the others are read all the same. */
  readonly isMember?: boolean;
  /** What it is known to be, even where nothing in it is recognised; else the format is detected. */
  readonly format?: string;
}

/** How reports name standard input; taken for it as `-` is. */
export const STANDARD_INPUT = '(standard input)';

/** `-ff -o F` writes F.PID: the lines of such a file name no process. 0 for other names. */
export function pidOfName(path: string): number {
  return Number(/\.(\d+)(?:\.gz|\.zst)?$/.exec(path)?.[1] ?? 0);
}
