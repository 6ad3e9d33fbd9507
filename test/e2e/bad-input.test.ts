import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { afterAll, describe, expect, it } from 'vitest';
import { CLI, gotrace } from '../support/gotrace.ts';

const folder = mkdtempSync(join(tmpdir(), 'gotrace-test-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function file(name: string, content: string | Uint8Array): string {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
}

describe('bad input is one clear line, and exit code 2', () => {
  it.each([
    ['no such file', ['analyze', join(folder, 'missing.log')], /missing\.log: no such file$/],
    ['an empty file', ['analyze', file('empty.log', '')], /empty\.log: the file is empty/],
    ['a binary file', ['analyze', file('binary.log', Buffer.alloc(4096))], /is a binary file/],
    [
      'an unknown format',
      ['analyze', file('poem.txt', 'The quick brown fox\njumps over the lazy dog\n')],
      /unknown format/,
    ],
    [
      'a damaged gzip file',
      ['analyze', file('broken.gz', Buffer.from([0x1f, 0x8b, 8, 0, 1, 2, 3]))],
      /broken\.gz: /,
    ],
    ['a format that is none', ['analyze', '--format', 'pdf', file('x.log', 'x')], /format/],
    ['a command that is none', ['anlyze'], /anlyze|name a command/i],
    ['no log', ['analyze'], /name a log: gotrace analyze/],
    ['a command without run', ['sh', '-c', 'true'], /gotrace run -- sh -c true$/],
    ['no command to run', ['run'], /name the command to run/],
    ['a folder that cannot be made', ['run', '-o', '/proc/none', '--', 'true'], /cannot be made a folder/],
    [
      'a folder that is a file',
      ['run', '-o', file('taken', ''), '--', 'true'],
      /a file of that name is there/,
    ],
    ['a time that is none', ['run', '--timeout', 'soon', '--', 'true'], /--timeout soon: is no time/],
    ['a fault that is none', ['demo', 'gremlins'], /no such fault/],
    ['a cause that is none', ['explain', 'dns/gremlins'], /no such cause/],
  ])('%s', async (_name, args, message) => {
    const { exitCode, stdout, stderr } = await gotrace(args);
    expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: '' });
    expect(String(stderr).split('\n')).toHaveLength(1);
    expect(stderr).toMatch(message);
  });

  it.skipIf(!existsSync('/dev/full'))('a standard output that is full', async () => {
    const { exitCode, stderr } = await execa('sh', ['-c', `${process.execPath} ${CLI} explain > /dev/full`], {
      reject: false,
    });
    expect(exitCode).toBe(2);
    expect(stderr).toMatch(/^gotrace: standard output cannot be written: ENOSPC/);
  });

  it('a working directory that is gone', async () => {
    const gone = `mkdir ${folder}/gone && cd ${folder}/gone && rmdir ${folder}/gone`;
    const { exitCode, stderr } = await execa(
      'sh',
      ['-c', `${gone} && ${process.execPath} ${CLI} run -- true`],
      { reject: false },
    );
    expect(exitCode).toBe(2);
    expect(stderr).toBe('gotrace: the working directory is not there any more: change to one that is');
  });

  it('an output that cannot be written', async () => {
    const { exitCode, stderr } = await gotrace([
      'analyze',
      '--output',
      join(folder, 'no', 'such', 'folder'),
      'fixtures/scenarios/dns-slow/stderr.ts.log',
    ]);
    expect(exitCode).toBe(2);
    expect(stderr).toMatch(/cannot be written: no such file/);
  });
});

it('reads standard input, and exits as asked', async () => {
  const log = 'fixtures/scenarios/dns-slow/stderr.ts.log';
  const healthy = await gotrace(['analyze', '-'], { inputFile: log });
  expect(healthy.exitCode).toBe(0);
  expect(String(healthy.stdout).split('\n')[0]).toMatch(/^Slow: /);
  expect((await gotrace(['analyze', '--fail-on', 'slow', log])).exitCode).toBe(1);
  expect((await gotrace(['analyze', '--fail-on', 'failed', log])).exitCode).toBe(0);
});

it('explains every cause that it names', async () => {
  const { stdout } = await gotrace(['explain']);
  const causes = String(stdout)
    .split('\n')
    .map((line) => line.split(' ')[0] ?? '');
  expect(causes.length).toBeGreaterThan(60);
  expect((await gotrace(['explain', 'dns/search-list'])).stdout).toMatch(/ndots/);
});
