import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { failed, ok, type Result, reasonOf } from '../model/result.ts';
import { archiveKind } from './archive-kind.ts';
import { decompressed, fileChunks, isPlain, streamChunks } from './chunks.ts';
import { type Input, STANDARD_INPUT } from './input.ts';
import { SeenFiles } from './same-file.ts';

/**
 * Opens files, archives (zip, tar, compressed or not), folders of either, and `-` for standard input. Fails with one line
 * that says what to do. What is given twice is read once.
 */
export async function openInputs(paths: readonly string[]): Promise<Result<Input[]>> {
  const inputs: Input[] = [];
  const seen = new SeenFiles();
  for (const path of paths) {
    if (path === '-') {
      inputs.push({ path: STANDARD_INPUT, chunks: () => decompressed(streamChunks(process.stdin)) });
      continue;
    }
    const files = filesOf(path);
    if (!files.ok) return files;
    const isFolder = files.value.length !== 1 || files.value[0] !== path;
    for (const file of files.value) {
      const opened = await openFile(file, isFolder, seen);
      if (!opened.ok) return opened;
      inputs.push(...opened.value);
    }
  }
  return ok(inputs);
}

async function openFile(path: string, isMember: boolean, seen: SeenFiles): Promise<Result<Input[]>> {
  try {
    // A pipe is read once: it is not looked at beforehand.
    const isRegular = isFile(path);
    if (isRegular && seen.isAgain(path)) return ok([]);
    const kind = isRegular ? await archiveKind(path) : undefined;
    if (kind !== undefined) {
      // Loaded when there is one.
      const { openArchive } = await import('./archives.ts');
      return await openArchive(path, kind);
    }
    return ok([
      {
        path,
        chunks: () => decompressed(fileChunks(path)),
        ...(isRegular && isPlain(path) ? { file: path } : {}),
        ...(isMember ? { isMember } : {}),
      },
    ]);
  } catch (error) {
    return failed(`${path}: ${reasonOf(error)}`);
  }
}

function filesOf(path: string): Result<string[]> {
  try {
    const stat = statSync(path);
    if (!stat.isDirectory()) return ok([path]);
    const names = readdirSync(path).sort();
    const files = names.map((name) => join(path, name)).filter(isFile);
    if (files.length === 0)
      return failed(`${path}: the folder holds no files; name a log, or a folder of logs`);
    return ok(files);
  } catch (error) {
    return failed(`${path}: ${reasonOf(error)}`);
  }
}

/** A link may lead nowhere. */
function isFile(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isFile() ?? false;
}
