import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A folder for all that the tests, and the commands that they end in the middle, leave behind. */
export function setup(): () => void {
  const folder = mkdtempSync(join(tmpdir(), 'gotrace-tests-'));
  process.env['TMPDIR'] = folder;
  return () => rmSync(folder, { recursive: true, force: true });
}
