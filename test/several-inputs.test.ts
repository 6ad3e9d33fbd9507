import { copyFileSync, linkSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { sinceOrigin } from '../parsers/types.ts';
import type { Report } from '../src/model/report.ts';
import { reportOf, reportOfText } from './support/analyze.ts';

const folder = mkdtempSync(join(tmpdir(), 'gotrace-test-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const COLD = 'fixtures/scenarios/baseline-cold';

describe('what is given twice is read once', () => {
  const log = `${COLD}/strace.log.gz`;
  const copy = join(folder, 'copy.log.gz');
  copyFileSync(log, copy);

  it('by the same name, and as a copy', async () => {
    const once = await reportOf([log]);
    const twice = await reportOf([log, copy, log]);
    expect(twice.inputs).toEqual(once.inputs);
    expect(twice.syscalls).toEqual(once.syscalls);
    expect(twice.verdict).toEqual(once.verdict);
  });

  it('in a folder, beside a link that leads nowhere', async () => {
    const inner = mkdtempSync(join(folder, 'logs-'));
    copyFileSync(log, join(inner, 'a.log.gz'));
    linkSync(join(inner, 'a.log.gz'), join(inner, 'b.log.gz'));
    symlinkSync('nowhere', join(inner, 'c.log'));
    expect((await reportOf([inner])).inputs.map((input) => input.path)).toEqual(['a.log.gz']);
  });

  it('but the files of -ff are of different processes, though they did the same', async () => {
    const inner = mkdtempSync(join(folder, 'ff-'));
    for (const pid of [101, 102, 103])
      writeFileSync(join(inner, `log.${pid}`), 'execve("/bin/true", ["true"], 0x7f /* 3 vars */) = 0\n');
    const report = await reportOf([inner]);
    expect(report.inputs.map((input) => input.path)).toEqual(['log.101', 'log.102', 'log.103']);
    expect(report.syscalls).toMatchObject([{ name: 'execve', count: 3 }]);
  });

  it('and other files are read all', async () => {
    const report = await reportOf([log, `${COLD}/stderr.ts.log`]);
    expect(report.inputs).toHaveLength(2);
  });
});

describe('the archive of a job holds each step twice', () => {
  const MOD = 'https://proxy.example/m.example/a/@v/v1.0.0.mod';
  const STEP = [
    '00.1234567Z # get https://proxy.example/m.example/a/@v/v1.0.0.mod',
    `02.1234321Z # get ${MOD}: 200 OK (2.000s)`,
    `02.1234321Z # get ${MOD}: 200 OK (2.000s)`,
    `02.2000011Z # get ${MOD}`,
    `02.2000011Z # get ${MOD}`,
  ]
    .map((line) => `2026-11-20T10:00:${line}\n`)
    .join('');
  const fetches = (report: Report) =>
    report.timeline.spans
      .filter(({ kind }) => kind === 'fetch')
      .map(({ startSeconds, endSeconds }) => [startSeconds, endSeconds]);

  it('in a file of its own and in that of the job, and is read once', async () => {
    const once = await reportOfText(STEP);
    const twice = await reportOfText(`2026-11-20T09:59:59.9876543Z Current runner version\n${STEP}`, STEP);
    expect(fetches(once).length).toBeGreaterThan(1);
    expect(fetches(twice)).toEqual(fetches(once));
  });

  it('but two jobs may do the same in the same millisecond', async () => {
    const job = `2026-11-20T10:00:00.123Z # get ${MOD}\n2026-11-20T10:00:01.123Z # get ${MOD}: 200 OK (1.000s)\n`;
    expect(fetches(await reportOfText(job, job))).toHaveLength(2);
  });
});

describe('two runs in one analysis', () => {
  it.each([
    ['strace.log.gz', 'strace-plain.log.gz'],
    ['strace-plain.log.gz', 'strace.log.gz'],
  ])('of dates and of times of day, %s %s: neither is accused', async (one, other) => {
    const report = await reportOf([`${COLD}/${one}`, `${COLD}/${other}`]);
    expect(report.verdict.status).toBe('healthy');
    expect(report.wallSeconds).toBeLessThan(900);
  });
});

describe('times of day beside dates', () => {
  const NOON = 1_700_049_600;

  it('are of the day and the zone that bring both together', () => {
    const clock = { originSeconds: undefined };
    expect(sinceOrigin(clock, NOON, 0)).toBe(0);
    // 14:00:07 in a zone two hours ahead; then a minute later, when another multiple of a quarter would be as near.
    expect(sinceOrigin(clock, 14 * 3600 + 7, 5)).toBe(7e9 + 5);
    expect(sinceOrigin(clock, 14 * 3600 + 607, 0)).toBe(607e9);
  });

  it('or the other way round', () => {
    const clock = { originSeconds: undefined };
    expect(sinceOrigin(clock, 14 * 3600, 0)).toBe(0);
    expect(sinceOrigin(clock, NOON + 3, 0)).toBe(3e9);
  });

  it('and alone as they are', () => {
    const clock = { originSeconds: undefined };
    expect(sinceOrigin(clock, 14 * 3600, 0)).toBe(0);
    expect(sinceOrigin(clock, 15 * 3600, 0)).toBe(3600e9);
  });
});
