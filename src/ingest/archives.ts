import { Readable } from 'node:stream';
import { extract } from 'tar-stream';
import { type Entry, openPromise } from 'yauzl';
import { failed, ok, type Result, reasonOf } from '../model/result.ts';
import type { ArchiveKind } from './archive-kind.ts';
import { decompressed, fileChunks, HARMLESS_BYTES, MOST_EXPANSION } from './chunks.ts';
import type { Input } from './input.ts';

/** More members are a copy of a disk, not the logs of a job. */
const MOST_MEMBERS = 2000;
/** A name is shown, and nothing is ever written under it. */
const MOST_NAME = 200;

/**
 * The files of an archive as inputs, each named `ARCHIVE/PATH`. Nothing is unpacked to the disk: a member is read
 * from the archive when its bytes are asked for.
 */
export async function openArchive(path: string, kind: ArchiveKind): Promise<Result<Input[]>> {
  try {
    const inputs = kind === 'zip' ? await zipInputs(path) : await tarInputs(path);
    if (inputs.length > MOST_MEMBERS)
      return failed(`${path}: holds more than ${MOST_MEMBERS} files; unpack it and name the logs`);
    return inputs.length === 0 ? failed(`${path}: the archive holds no files`) : ok(inputs);
  } catch (error) {
    return failed(`${path}: the archive cannot be read: ${reasonOf(error)}`);
  }
}

async function zipInputs(path: string): Promise<Input[]> {
  const zip = await openPromise(path, ZIP_OPTIONS);
  const inputs: Input[] = [];
  try {
    for await (const entry of zip.eachEntry()) {
      if (entry.fileName.endsWith('/')) continue;
      if (isBomb(entry))
        throw new Error(`${entry.fileName} expands too much to be a log; unpack it yourself`);
      inputs.push(memberOf(path, entry.fileName, () => zipMember(path, entry)));
      if (inputs.length > MOST_MEMBERS) break;
    }
  } finally {
    zip.close();
  }
  return inputs;
}

/** The sizes are checked while it is read (yauzl, validateEntrySize). */
function isBomb({ uncompressedSize, compressedSize }: Entry): boolean {
  return uncompressedSize > HARMLESS_BYTES && uncompressedSize > MOST_EXPANSION * compressedSize;
}

// A name that leads out of the archive (`../x`) is refused by yauzl, though nothing would be written there.
const ZIP_OPTIONS = { autoClose: false, strictFileNames: false } as const;

async function* zipMember(path: string, entry: Entry): AsyncGenerator<Uint8Array> {
  const zip = await openPromise(path, ZIP_OPTIONS);
  try {
    const stream = await zip.openReadStreamPromise(entry);
    for await (const chunk of stream) yield chunk as Buffer;
  } finally {
    zip.close();
  }
}

async function tarInputs(path: string): Promise<Input[]> {
  const inputs: Input[] = [];
  for await (const { header, index } of tarEntries(path)) {
    if (header.type !== 'file' || (header.size ?? 0) === 0) continue;
    inputs.push(memberOf(path, header.name, () => tarMember(path, index)));
    if (inputs.length > MOST_MEMBERS) break;
  }
  return inputs;
}

async function* tarEntries(path: string) {
  const entries = Readable.from(decompressed(fileChunks(path))).pipe(extract());
  let index = 0;
  for await (const entry of entries) {
    yield { header: entry.header, index, entry };
    index++;
    entry.resume();
  }
}

/** A tar has no directory: it is read again up to the member. */
async function* tarMember(path: string, wanted: number): AsyncGenerator<Uint8Array> {
  for await (const { index, entry } of tarEntries(path)) {
    if (index !== wanted) continue;
    for await (const chunk of entry) yield chunk as Buffer;
    return;
  }
}

function memberOf(archive: string, name: string, chunks: () => AsyncGenerator<Uint8Array>): Input {
  return {
    path: `${archive}/${name.slice(0, MOST_NAME)}`,
    chunks: () => decompressed(chunks()),
    isMember: true,
  };
}
