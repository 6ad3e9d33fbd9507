import { readdirSync, readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import type { strace } from '../parsers/strace/format.ts';
import { StraceParser } from '../parsers/strace/parser.ts';
import { straceSummary } from '../parsers/strace-summary/format.ts';
import { reportOf } from './support/analyze.ts';
import { parse } from './support/parse.ts';

/**
 * One small job under real strace 4.10, 4.26, 6.1, 7.0 and 7.2, once with each flag that changes what is printed; the file's
 * name says which. `-Y`'s and `--decode-pids` comms, `-k` stacks, `-c` tables, injected errors, hex dumps and SELinux
 * contexts among them: every line is understood.
 */
const LOGS = ['strace-flags', 'strace-4.10', 'strace-4.26', 'strace-7.0', 'strace-7.2'].flatMap((folder) =>
  readdirSync(`fixtures/${folder}`).flatMap((name) =>
    name.endsWith('.log.gz') ? [`${folder}/${name}`] : [],
  ),
);
const every = {
  create: (emit: Parameters<typeof strace.create>[0], clock: Parameters<typeof strace.create>[1]) =>
    new StraceParser(emit, clock, { interest: () => 'always' }),
};

describe.each(LOGS.filter((name) => !name.includes('color')))('%s', (name) => {
  const bytes = gunzipSync(readFileSync(`fixtures/${name}`));
  const isTable = /f-c(?:-w)?\.|summary/.test(name);

  it('is understood to the last line', () => {
    const { records, outcomes, lines } = isTable ? parse(straceSummary, [bytes]) : parse(every, [bytes]);
    expect(outcomes.unparsed).toBe(0);
    expect(outcomes.record + outcomes.continued + outcomes.ignored).toBe(lines);
    expect(records.length).toBeGreaterThan(0);
  });

  it.skipIf(isTable)('gives calls with names, values and errnos, and the end of the job', () => {
    const { records } = parse(every, [bytes]);
    const calls = records.flatMap((record) => (record.kind === 'syscall' ? [record] : []));
    for (const { name: syscall, errno, value } of calls) {
      expect(syscall).toMatch(/^[a-z_][a-z0-9_]*$/);
      if (errno !== undefined) expect(errno).toMatch(/^E[A-Z0-9_]+$/);
      if (errno !== undefined && value !== undefined) expect(value).toBe(-1);
    }
    if (name.endsWith('/attach.log.gz')) return;
    if (!/\/f-Z|\/e-status/.test(name)) expect(calls.some((call) => call.name === 'execve')).toBe(true);
    const ends = records.flatMap((record) => (record.kind === 'exit' ? [record.code] : []));
    // -q -q -q leaves the ends out, and so does a filter of calls that succeed; -Z leaves all but failures out.
    if (!/qqq|seccomp/.test(name)) expect(ends).toContain(3);
  });
});

it.each(LOGS.filter((name) => name.includes('color')))(
  '%s: what is coloured is read as if it were not',
  async (name) => {
    const { inputs, syscalls, exitCode } = await reportOf([`fixtures/${name}`]);
    expect(inputs[0]).toMatchObject({ format: 'strace', unparsed: 0 });
    expect(syscalls.find((call) => call.name === 'execve')?.count).toBeGreaterThan(3);
    expect(exitCode).toBe(3);
  },
);

it('-N: arguments are what they are without their names', () => {
  const { records } = parse(every, [gunzipSync(readFileSync('fixtures/strace-7.0/f-N-yy-ttt-T.log.gz'))]);
  const args = (name: string) =>
    records.flatMap((record) => (record.kind === 'syscall' && record.name === name ? [record.args] : []));
  expect(args('execve')[0]).toMatch(/^"\.\/job2\.sh", \["\.\/job2\.sh"\], 0x[0-9a-f]+ /);
  expect(args('flock')).toEqual(['3</srv/dev/lk>, LOCK_EX']);
  expect(args('wait4')[0]).toMatch(/^-1, \[\{WIFEXITED/);
  for (const each of args('close')) expect(each).toMatch(/^\d+</);
});
