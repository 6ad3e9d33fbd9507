import {
  accessSync,
  constants,
  createReadStream,
  createWriteStream,
  existsSync,
  mkdirSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { pipeline } from 'node:stream/promises';
import split2 from 'split2';
import type { Report } from './model/report.ts';
import { failed, ok, type Result, reasonOf } from './model/result.ts';
import { type RedactOptions, redactor } from './redact/redact.ts';

/** Found out before the command runs: afterwards it would be too late. */
export function makeFolder(path: string): Result<undefined> {
  try {
    makeWithParents(resolve(path));
    accessSync(path, constants.W_OK);
    return ok(undefined);
  } catch (error) {
    return failed(`${path}: cannot be made a folder for the logs: ${reasonOf(error)}`);
  }
}

/** `mkdirSync` with `recursive` never returns below /proc, whose mkdir(2) gives ENOENT (libuv and Node 20 to 24). */
function makeWithParents(path: string): void {
  if (existsSync(path) && statSync(path).isDirectory()) return;
  if (dirname(path) !== path) makeWithParents(dirname(path));
  mkdirSync(path);
}

/** The raw logs, without their secrets, and the report. */
export async function keepLogs(
  folder: string,
  logs: readonly string[],
  report: Report | undefined,
  redact: false | RedactOptions,
): Promise<Result<undefined>> {
  const clean = redact === false ? (text: string) => text : redactor(redact);
  try {
    for (const log of logs) {
      const target = createWriteStream(join(folder, log.split('/').pop() ?? 'log'));
      await pipeline(
        createReadStream(log),
        split2((line: string) => `${clean(line)}\n`),
        target,
      );
    }
    if (report !== undefined)
      writeFileSync(join(folder, 'report.json'), `${JSON.stringify(report, null, 2)}\n`);
    return ok(undefined);
  } catch (error) {
    return failed(`${folder}: not all logs could be kept: ${reasonOf(error)}`);
  }
}
