import { closeSync, openSync, readSync } from 'node:fs';
import { decompressed, fileChunks } from './chunks.ts';

const ZIP = Buffer.from('PK\u0003\u0004');
/** POSIX.1 ustar: the magic of a header block. */
const USTAR = Buffer.from('ustar');
const USTAR_AT = 257;

export type ArchiveKind = 'zip' | 'tar';

/** What kind of archive a file is, by its bytes; undefined for a log. */
export async function archiveKind(path: string): Promise<ArchiveKind | undefined> {
  if (startsWithZip(path)) return 'zip';
  for await (const chunk of decompressed(fileChunks(path)))
    return Buffer.from(chunk.subarray(USTAR_AT, USTAR_AT + USTAR.length)).equals(USTAR) ? 'tar' : undefined;
  return undefined;
}

function startsWithZip(path: string): boolean {
  const fd = openSync(path, 'r');
  try {
    const head = Buffer.alloc(ZIP.length);
    return readSync(fd, head, 0, head.length, 0) === head.length && head.equals(ZIP);
  } finally {
    closeSync(fd);
  }
}
