import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { expect, it } from 'vitest';
import { reportOfText } from './support/analyze.ts';

/** A go that was ended after 7.7 s in which it did nothing; its last request over HTTP/2 has no answer. */
const LINES = gunzipSync(readFileSync('fixtures/scenarios/short-mod-hang/strace.log.gz'))
  .toString('latin1')
  .split('\n');

async function pointOf(lines: readonly string[]) {
  const { verdict, blockingPoint } = await reportOfText(lines.join('\n'));
  return { status: verdict.status, cause: blockingPoint?.cause };
}

it('what is left when nothing else was waited for', async () => {
  expect(await pointOf(LINES)).toEqual({ status: 'blocked', cause: 'ttfb/no-response' });
});

it('not where locks were not traced, for which go may have waited', async () => {
  expect(await pointOf(LINES.filter((line) => !line.includes('flock')))).toEqual({ status: 'unknown' });
});

it('not where go still did something', async () => {
  const end = LINES.findIndex((line) => line.includes('epoll_pwait resumed> <unfinished ...>) = ?'));
  const late = '42    12:52:56.000000 openat(AT_FDCWD</home/dev>, "/etc/hosts", O_RDONLY) = 10 <0.000050>';
  expect(await pointOf(LINES.toSpliced(end, 0, late))).toEqual({ status: 'unknown' });
});

it('not where a program that go started still ran', async () => {
  const end = LINES.findIndex((line) => line.includes('epoll_pwait resumed> <unfinished ...>) = ?'));
  const child = [
    '43    12:52:49.360000 clone(child_stack=NULL, flags=CLONE_VM|CLONE_VFORK|SIGCHLD) = 99 <0.000100>',
    '99    12:52:49.361000 execve("/usr/bin/hook", ["hook"], 0x1 /* 9 vars */) = 0 <0.000100>',
  ];
  expect((await pointOf(LINES.toSpliced(end, 0, ...child))).cause).toBe('auth/goauth');
});
