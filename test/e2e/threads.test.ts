import { appendFileSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { afterAll, expect, it } from 'vitest';
import { writeLog } from '../../bench/generate.ts';
import { gotrace } from '../support/gotrace.ts';

const folder = mkdtempSync(join(tmpdir(), 'gotrace-threads-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

it('real threads give the report that one gives', async () => {
  const log = join(folder, 'strace.log');
  writeLog(log, 30e6);
  for (let round = 0; round < 8; round++)
    appendFileSync(log, gunzipSync(readFileSync('fixtures/scenarios/git-404/strace.log.gz')));
  const report = async (threads: string) =>
    (await gotrace(['analyze', '--threads', threads, '--format', 'json', log])).stdout;
  const alone = await report('1');
  expect(await report('2')).toBe(alone);
  expect(JSON.parse(alone).inputs[0].lines).toBeGreaterThan(300_000);
});
