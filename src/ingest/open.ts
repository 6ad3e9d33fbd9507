import { closeSync, openSync, readdirSync, readSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { Decompress } from 'fzstd';
import { failed, ok, type Result } from '../model/result.ts';

/** One log to read: its name as a person gave it, and its bytes, decompressed. A chunk is valid until the next is asked for. */
export interface Input {
  readonly path: string;
  readonly chunks: () => AsyncGenerator<Uint8Array>;
  /** The file that it is, where its bytes can be read at any place: neither a stream nor compressed. */
  readonly file?: string;
  /** What it is known to be, even where nothing in it is recognised; else the format is detected. */
  readonly format?: string;
}

/** How reports name standard input; taken for it as `-` is. */
export const STANDARD_INPUT = '(standard input)';

const CHUNK = 256 * 1024;
const NEWLINE = 0x0a;
const GZIP = [0x1f, 0x8b];
const ZSTD = [0x28, 0xb5, 0x2f, 0xfd];

/** Opens files, folders of logs, and `-` for standard input. Fails with one line that says what to do. */
export function openInputs(paths: readonly string[], stdin: Readable): Result<Input[]> {
  const inputs: Input[] = [];
  for (const path of paths) {
    if (path === '-' || path === STANDARD_INPUT) {
      inputs.push({ path: STANDARD_INPUT, chunks: () => decompressed(streamChunks(stdin)) });
      continue;
    }
    const files = filesOf(path);
    if (!files.ok) return files;
    for (const file of files.value)
      inputs.push({
        path: file,
        chunks: () => decompressed(fileChunks(file)),
        ...(isPlain(file) ? { file } : {}),
      });
  }
  return ok(inputs);
}

function filesOf(path: string): Result<string[]> {
  try {
    const stat = statSync(path);
    if (!stat.isDirectory()) return ok([path]);
    const names = readdirSync(path).sort();
    const files = names.map((name) => join(path, name)).filter((file) => statSync(file).isFile());
    if (files.length === 0)
      return failed(`${path}: the folder holds no files; name a log, or a folder of logs`);
    return ok(files);
  } catch (error) {
    return failed(`${path}: ${reasonOf(error)}`);
  }
}

/** A regular file of single bytes, as it stands. */
function isPlain(path: string): boolean {
  if (!statSync(path).isFile()) return false;
  const fd = openSync(path, 'r');
  try {
    const head = Buffer.alloc(4);
    readSync(fd, head, 0, head.length, 0);
    return !startsWith(head, GZIP) && !startsWith(head, ZSTD) && (head[0] ?? 0) < 0x80;
  } finally {
    closeSync(fd);
  }
}

/** What a person is told of a file system error. */
export function reasonOf(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  if (code === 'ENOENT') return 'no such file';
  if (code === 'EACCES') return 'permission denied; run gotrace as a user who may read it';
  if (code === 'EISDIR') return 'is a directory';
  return error instanceof Error ? (error.message.split('\n')[0] ?? code) : String(error);
}

async function* fileChunks(path: string, start = 0): AsyncGenerator<Uint8Array> {
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

async function* streamChunks(stream: Readable): AsyncGenerator<Uint8Array> {
  for await (const chunk of stream) yield typeof chunk === 'string' ? Buffer.from(chunk) : chunk;
}

/** Looks at the first bytes: gzip and zstd are decompressed on the way, UTF-16 with a byte order mark is made UTF-8. */
async function* decompressed(chunks: AsyncGenerator<Uint8Array>): AsyncGenerator<Uint8Array> {
  const first = await chunks.next();
  if (first.done) return;
  const head = first.value;
  const all = prepend(head, chunks);
  if (startsWith(head, GZIP)) yield* gunzipped(all);
  else if (startsWith(head, ZSTD)) yield* unzstandarded(all);
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
