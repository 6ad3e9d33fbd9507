import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { failed, ok, type Result } from '../model/result.ts';

/** A folder with less room is full. */
const LEAST_BYTES = 256 * 1024;

/**
 * A folder for what is recorded. The place for temporary files may not be there, or be full: that is among the faults that
 * gotrace looks for, and no reason not to run. A container without any writable folder still has /dev/shm.
 */
export function makeScratch(): Result<string> {
  for (const parent of [tmpdir(), '/tmp', '/var/tmp', '/dev/shm', homedir()]) {
    let folder: string | undefined;
    try {
      folder = mkdtempSync(join(parent, 'gotrace-'));
      const probe = join(folder, 'probe');
      writeFileSync(probe, Buffer.alloc(LEAST_BYTES));
      rmSync(probe);
      return ok(folder);
    } catch {
      if (folder !== undefined) removeScratch(folder);
    }
  }
  return failed('no folder for temporary files can be written: set TMPDIR to one');
}

export function removeScratch(folder: string): void {
  try {
    rmSync(folder, { recursive: true, force: true });
  } catch {
    // A file that cannot be removed does not change what the command did.
  }
}
