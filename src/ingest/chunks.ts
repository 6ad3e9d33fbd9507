import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { Decompress } from 'fzstd';

const CHUNK = 256 * 1024;
const NEWLINE = 0x0a;
const GZIP = [0x1f, 0x8b];
const ZSTD = [0x28, 0xb5, 0x2f, 0xfd];

/** A regular file of single bytes, as it stands. */
export function isPlain(path: string): boolean {
  const fd = openSync(path, 'r');
  try {
    const head = Buffer.alloc(4);
    readSync(fd, head, 0, head.length, 0);
    return !startsWith(head, GZIP) && !startsWith(head, ZSTD) && (head[0] ?? 0) < 0x80;
  } finally {
    closeSync(fd);
  }
}

export async function* fileChunks(path: string, start = 0): AsyncGenerator<Uint8Array> {
  const fd = openSync(path, 'r');
  try {
    const buffer = Buffer.allocUnsafe(CHUNK);
    // A pipe has no places to read from: without a start, it is read on.
    let at = start === 0 ? null : start;
    for (;;) {
      const length = readSync(fd, buffer, 0, CHUNK, at);
      if (at !== null) at += length;
      if (length === 0) return;
      yield buffer.subarray(0, length);
    }
  } finally {
    closeSync(fd);
  }
}

/** The last bytes of a file, as many as asked for. */
export function endOfFile(path: string, length: number): Buffer {
  const fd = openSync(path, 'r');
  try {
    const buffer = Buffer.alloc(length);
    const { size } = fstatSync(fd);
    const read = readSync(fd, buffer, 0, length, Math.max(0, size - length));
    return buffer.subarray(0, read);
  } finally {
    closeSync(fd);
  }
}

/** The lines that begin at `start` or behind it. */
export async function* linesFrom(path: string, start: number): AsyncGenerator<Uint8Array> {
  // The byte before tells whether a line begins at `start`.
  let inLine = start > 0;
  for await (const chunk of fileChunks(path, Math.max(0, start - 1))) {
    const newline = inLine ? chunk.indexOf(NEWLINE) : -1;
    if (inLine && newline < 0) continue;
    yield chunk.subarray(newline + 1);
    inLine = false;
  }
}

export async function* streamChunks(stream: Readable): AsyncGenerator<Uint8Array> {
  for await (const chunk of stream) yield typeof chunk === 'string' ? Buffer.from(chunk) : chunk;
}

/** Looks at the first bytes: gzip and zstd are decompressed on the way, UTF-16 with a byte order mark is made UTF-8. */
export async function* decompressed(chunks: AsyncGenerator<Uint8Array>): AsyncGenerator<Uint8Array> {
  const first = await chunks.next();
  if (first.done) return;
  const head = first.value;
  const all = prepend(head, chunks);
  if (startsWith(head, GZIP)) yield* bounded(all, gunzipped);
  else if (startsWith(head, ZSTD)) yield* bounded(all, unzstandarded);
  else if (head[0] === 0xff && head[1] === 0xfe) yield* decoded(all, 'utf-16le');
  else if (head[0] === 0xfe && head[1] === 0xff) yield* decoded(all, 'utf-16be');
  else if (head[0] === 0xef && head[1] === 0xbb && head[2] === 0xbf) yield* prepend(head.subarray(3), chunks);
  else yield* all;
}

function startsWith(bytes: Uint8Array, magic: readonly number[]): boolean {
  return magic.every((byte, index) => bytes[index] === byte);
}

async function* prepend(head: Uint8Array, rest: AsyncGenerator<Uint8Array>): AsyncGenerator<Uint8Array> {
  yield head;
  yield* rest;
}

/** A log shrinks to a fiftieth, a bomb to a thousandth. */
export const MOST_EXPANSION = 300;
export const HARMLESS_BYTES = 128 * 1024 * 1024;

type Expand = (chunks: AsyncGenerator<Uint8Array>) => AsyncGenerator<Uint8Array>;

/** Fails where the data grow beyond what a log can have been: memory is bounded, a person's time is not. */
async function* bounded(chunks: AsyncGenerator<Uint8Array>, expand: Expand): AsyncGenerator<Uint8Array> {
  let read = 0;
  let given = 0;
  for await (const chunk of expand(counted(chunks, (length) => (read += length)))) {
    given += chunk.length;
    if (given > HARMLESS_BYTES && given > MOST_EXPANSION * read)
      throw new Error(
        `expands to more than ${MOST_EXPANSION} times its size: that is no log; unpack it yourself`,
      );
    yield chunk;
  }
}

async function* counted(
  chunks: AsyncGenerator<Uint8Array>,
  count: (length: number) => void,
): AsyncGenerator<Uint8Array> {
  for await (const chunk of chunks) {
    count(chunk.length);
    yield chunk;
  }
}

async function* gunzipped(chunks: AsyncGenerator<Uint8Array>): AsyncGenerator<Uint8Array> {
  // The source reuses its buffer, and zlib keeps what it was given: each chunk is copied.
  const source = Readable.from(copied(chunks), { objectMode: false, highWaterMark: CHUNK });
  const gunzip = createGunzip({ chunkSize: CHUNK });
  source.on('error', (error) => gunzip.destroy(error));
  for await (const chunk of source.pipe(gunzip)) yield chunk as Buffer;
}

async function* copied(chunks: AsyncGenerator<Uint8Array>): AsyncGenerator<Uint8Array> {
  for await (const chunk of chunks) yield Buffer.from(chunk);
}

async function* unzstandarded(chunks: AsyncGenerator<Uint8Array>): AsyncGenerator<Uint8Array> {
  const out: Uint8Array[] = [];
  const stream = new Decompress((chunk) => out.push(chunk));
  for await (const chunk of chunks) {
    stream.push(Uint8Array.from(chunk));
    yield* out.splice(0);
  }
  stream.push(new Uint8Array(0), true);
  yield* out.splice(0);
}

async function* decoded(chunks: AsyncGenerator<Uint8Array>, encoding: string): AsyncGenerator<Uint8Array> {
  const decoder = new TextDecoder(encoding);
  for await (const chunk of chunks) yield Buffer.from(decoder.decode(chunk, { stream: true }));
  yield Buffer.from(decoder.decode());
}
