import { describe, expect, it } from 'vitest';
import { reportSchema } from '../src/model/report.ts';
import { reportOfText } from './support/analyze.ts';

/** Numbers, times and names that no tool prints, and that somebody may have written into a log. */
const START =
  '1 1700000000.000000 execve("/usr/local/go/bin/go", ["go", "mod", "download"], 0x1 /* 9 vars */) = 0 <0.000100>';
const CONNECT = (fd: string) =>
  `connect(${fd}, {sa_family=AF_INET, sin_port=htons(443), sin_addr=inet_addr("192.0.2.1")}, 16) = -1 EINPROGRESS (Operation now in progress)`;

const LOGS: Readonly<Record<string, readonly string[]>> = {
  'times without end': [
    '1 99999999999999999999999999.999999 read(3, "", 1) = 0 <0.000001>',
    '1 1700000000.99999999999999999999999999 read(3, "", 1) = 0 <0.000001>',
    '1 1e999 read(3, "", 1) = 0',
    '1 NaN read(3, "", 1) = 0',
    '1 1700000009.000000 read(3, "", 1) = 0 <99999999999999999999999999999999.9>',
  ],
  'durations that are none': [
    '1 1700000001.000000 flock(5</m/cache/lock>, LOCK_EX) = 0 <nan>',
    '1 1700000002.000000 flock(5</m/cache/lock>, LOCK_EX) = 0 <-3.0>',
    '1 1700000003.000000 flock(5</m/cache/lock>, LOCK_EX) = 0 <...>',
    '1 1700000004.000000 flock(5</m/cache/lock>, LOCK_EX) = 0 <1.2.3>',
    '1 1700000005.000000 flock(5</m/cache/lock>, LOCK_EX) = 0 <>',
  ],
  'time that goes backwards': Array.from(
    { length: 200 },
    (_, at) =>
      `1 ${(1_700_000_000 - at * 50).toFixed(6)} ${at % 2 === 0 ? CONNECT('7') : 'write(7, "x", 1) = 1'} <0.000010>`,
  ),
  'processes and descriptors without end': [
    `99999999999999 1700000001.000000 ${CONNECT('3')}`,
    `4194304 1700000001.000000 ${CONNECT('99999999999999999999')}`,
    `0 1700000001.000000 ${CONNECT('4294967295')}`,
    '1 1700000001.000000 clone(child_stack=NULL, flags=SIGCHLD) = 999999999999999999999',
    '1 1700000001.000000 dup2(4294967295, 99999999999) = 99999999999',
    '1 1700000002.000000 read(99999999999999999999, "", 1) = 1e400',
  ],
  'sizes without end': [
    `1 1700000001.000000 ${CONNECT('3')}`,
    '1 1700000001.100000 write(3, "GET / HTTP/1.1\\r\\nHost: a\\r\\n\\r\\n", 99999999999999999999999) = 99999999999999999999999 <0.000010>',
    '1 1700000002.100000 read(3, "HTTP/1.1 200 OK\\r\\nContent-Length: 99999999999999999999999999\\r\\n\\r\\n", 9) = 99999999999999999999999 <0.000010>',
    '1 1700000003.100000 read(3, "\\26\\3\\3\\377\\377\\1\\377\\377\\377", 9) = 9 <0.000010>',
  ],
  'quotes in quotes, and bytes that are none': [
    '1 1700000001.000000 openat(AT_FDCWD, "a\\"b\\\\\\"c) = 3 <1.0>", O_RDONLY) = 3</a"b) = 4> <0.000010>',
    '1 1700000001.000000 write(2, "\u0000\u0000go: \\0\\377\\x", 9) = 9 <0.000010>',
    '1 1700000001.000000 write(2, "# get https://proxy.example/\\u202e/@v/list\\n", 44) = 44 <0.000010>',
    '\u001b[2J\u001b]0;title\u0007 1 1700000002.000000 read(3, "", 1) = 0',
  ],
  'statuses and durations of go': [
    '1 1700000001.000000 write(2, "# get https://proxy.example/a.example/b/@v/list: 999999999999 OK (1e999s)\\n", 73) = 73 <0.000010>',
    '1 1700000001.000000 write(2, "# get https://proxy.example/a.example/b/@v/list: 200 OK (NaNs)\\n", 62) = 62 <0.000010>',
    '1 1700000001.000000 write(2, "# get https://proxy.example/a.example/b/@v/list: 200 OK (99999999999999999999999999999s)\\n", 88) = 88 <0.000010>',
  ],
};

function numbersOf(value: unknown): number[] {
  if (typeof value === 'number') return [value];
  if (typeof value !== 'object' || value === null) return [];
  return Object.values(value).flatMap(numbersOf);
}

describe('a report is made of it, with finite numbers', () => {
  it.each(Object.entries(LOGS))('%s', async (_, lines) => {
    const report = await reportOfText(`${[START, ...lines].join('\n')}\n`);
    expect(reportSchema.parse(report)).toEqual(report);
    for (const { lines: all, records, continued, ignored, unparsed } of report.inputs)
      expect(records + continued + ignored + unparsed).toBe(all);
    for (const number of numbersOf(report)) expect(Number.isFinite(number)).toBe(true);
    for (const span of report.timeline.spans)
      expect(span.endSeconds ?? span.startSeconds).toBeGreaterThanOrEqual(span.startSeconds);
    for (const finding of report.findings) expect(finding.blockedSeconds).toBeGreaterThanOrEqual(0);
  });
});

it('a hundred thousand processes, each in a call that never returns, and their numbers used again', async () => {
  const lines = [START];
  for (let at = 0; at < 100_000; at++) {
    const pid = 2 + (at % 60_000);
    lines.push(`1 1700000001.${String(at).padStart(6, '0')} clone(child_stack=NULL, flags=SIGCHLD) = ${pid}`);
    lines.push(`${pid} 1700000001.${String(at).padStart(6, '0')} read(3,  <unfinished ...>`);
  }
  const report = await reportOfText(`${lines.join('\n')}\n`);
  expect(report.inputs[0]).toMatchObject({ lines: 200_001, unparsed: 0 });
});

it('a look at /proc with a hundred thousand connections and zips of one process', async () => {
  const at = '1700000000.000000';
  const sockets = Array.from(
    { length: 60_000 },
    (_, n) =>
      `${at} socket 12 ${n} tcp ESTABLISHED 192.0.2.2:${n} 192.0.${n % 250}.${(n >> 8) % 250}:443 rx=0 tx=0 received=40 sent=${n}ms heard=${n + 5}ms`,
  );
  const zips = Array.from(
    { length: 40_000 },
    (_, n) => `${at} file 12 ${n} ${n % 3} /m/cache/download/a.example/m${n}/@v/v1.0.0.zip1.tmp`,
  );
  const text = [`${at} proc 12 1 S 33.50 futex_wait go\tmod\tdownload`, ...sockets, ...zips].join('\n');
  const report = await reportOfText(text);
  expect(report.inputs[0]).toMatchObject({ lines: 100_001, records: 100_001, unparsed: 0 });
  expect(report.blockingPoint?.cause).toBe('transfer/stalled');
});

it('a line of sixty thousand escapes that might end a string', async () => {
  const line = String.raw`\"\n`.repeat(15_000);
  const report = await reportOfText(`go: downloading lib.example/a v1.0.0\n${line}\n"${line}\n`);
  expect(report.inputs[0]).toMatchObject({ lines: 3 });
});

it('a hundred and fifty thousand lines of what go prints: the last one is read as the first', async () => {
  const url = (at: number) => `https://proxy.example/m.example/m${at}/@v/v1.0.0.info`;
  const fetches = Array.from({ length: 75_000 }, (_, at) => [
    `2026-11-26T10:00:${(at / 2000 + 10).toFixed(6)}Z # get ${url(at)}`,
    `2026-11-26T10:00:${(at / 2000 + 10.4).toFixed(6)}Z # get ${url(at)}: 200 OK (0.400s)`,
  ]).flat();
  const error = `2026-11-26T10:00:59.000000Z go: m.example/last@v1.0.0: Get "${url(0)}": dial tcp 192.0.2.1:443: connect: connection refused`;
  const report = await reportOfText(`${fetches.sort().join('\n')}\n${error}\n`);
  expect(report.inputs).toMatchObject([{ lines: 150_001, records: 150_001 }]);
  expect(report.verdict.status).toBe('failed');
  expect(report.findings[0]?.cause).toBe('connect/refused');
});

/** Of each kind so many that looking at all of them for each of them would take minutes. */
const MANY = 40_000;
const stamp = (at: number) => (1_700_000_001 + at / 1000).toFixed(6);
const CROWDS: Readonly<Record<string, (at: number) => readonly string[]>> = {
  'questions that nobody answers': (at) => [
    `1 ${stamp(at)} socket(AF_INET, SOCK_DGRAM|SOCK_NONBLOCK, IPPROTO_IP) = 5<UDP:[${at}]> <0.000010>`,
    `1 ${stamp(at)} connect(5<UDP:[${at}]>, {sa_family=AF_INET, sin_port=htons(53), sin_addr=inet_addr("192.0.2.53")}, 16) = 0 <0.000020>`,
    String.raw`1 ${stamp(at)} write(5<UDP:[192.0.2.2:4000->192.0.2.53:53]>, "\${(at >> 8).toString(8)}\${(at & 255).toString(8)}\1\0\0\1\0\0\0\0\0\0\5h${String(at % 10_000).padStart(4, '0')}\7example\0\0\1\0\1", 31) = 31 <0.000010>`,
  ],
  'programs, each started by the one before': (at) => [
    `${at + 1} ${stamp(at)} clone(child_stack=NULL, flags=SIGCHLD) = ${at + 2} <0.000100>`,
    `${at + 2} ${stamp(at)} execve("/usr/bin/git", ["git", "fetch"], 0x1 /* 9 vars */) = 0 <0.000100>`,
  ],
  'entries of GOPROXY': (at) => [
    `# get https://proxy${at}.example/m.example/m/@v/v1.0.0.zip`,
    `# get https://proxy${at}.example/m.example/m/@v/v1.0.0.zip: 404 Not Found (0.010s)`,
  ],
  'modules that a server fails to send': (at) => [
    `# get https://proxy.example/m.example/m${at}/@v/v1.0.0.zip`,
    `# get https://proxy.example/m.example/m${at}/@v/v1.0.0.zip: 502 Bad Gateway (0.010s)`,
    `go: m.example/m${at}@v1.0.0: reading https://proxy.example/m.example/m${at}/@v/v1.0.0.zip: 502 Bad Gateway`,
  ],
  'connections of HTTP/2': (at) => [
    `2026/11/26 10:00:00 http2: Transport creating client conn 0xc${at.toString(16)} to 192.0.2.${at % 250}:443`,
    `2026/11/26 10:00:00 http2: Transport encoding header ":path" = "/m${at}/@v/list"`,
  ],
};

it.each(Object.entries(CROWDS))('forty thousand %s', async (_, linesOf) => {
  const lines = Array.from({ length: MANY }, (_each, at) => linesOf(at)).flat();
  const head = lines[0]?.startsWith('1 ') ? [START] : [];
  const report = await reportOfText(`${[...head, ...lines].join('\n')}\n`);
  expect(report.inputs[0]).toMatchObject({ lines: head.length + lines.length, unparsed: 0 });
});
