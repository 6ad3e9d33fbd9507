import { describe, expect, it } from 'vitest';
import { analyze } from '../src/analyze.ts';
import { reportOfText } from './support/analyze.ts';

/** A strace log from `[pid, seconds, call]`; without pids where they are 0. Time 0 is an epoch. */
function strace(...calls: readonly (readonly [number, number, string])[]): string {
  return calls
    .map(
      ([pid, seconds, call]) =>
        `${pid === 0 ? '' : `${pid} `}${(1_700_000_000 + seconds).toFixed(6)} ${call}\n`,
    )
    .join('');
}

async function told(...logs: readonly string[]) {
  const { verdict, blockingPoint } = await reportOfText(...logs);
  return {
    status: verdict.status,
    headline: verdict.headline,
    cause: blockingPoint?.cause,
    culprit: blockingPoint?.culprit,
  };
}

const GO = 'execve("/usr/local/go/bin/go", ["go", "mod", "download"], 0x1 /* 9 vars */) = 0 <0.000100>';
const BRK = 'brk(NULL) = 0x4000 <0.000010>';
const THREAD =
  'clone(child_stack=0xc000, flags=CLONE_VM|CLONE_FS|CLONE_FILES|CLONE_SIGHAND|CLONE_THREAD|CLONE_SYSVSEM|CLONE_SETTLS, tls=0xc0) = 2 <0.000100>';
const to = (address: string, port = 443) =>
  `{sa_family=AF_INET, sin_port=htons(${port}), sin_addr=inet_addr("${address}")}, 16`;
const connect = (fd: string, address: string) =>
  `connect(${fd}, ${to(address)}) = -1 EINPROGRESS (Operation now in progress) <0.000050>`;
const connected = (fd: string) => `getsockopt(${fd}, SOL_SOCKET, SO_ERROR, [0], [4]) = 0 <0.000010>`;
const tcp = (fd: string) =>
  `socket(AF_INET, SOCK_STREAM|SOCK_CLOEXEC|SOCK_NONBLOCK, IPPROTO_TCP) = ${fd} <0.000010>`;

describe('strace without -f', () => {
  const oneThread = (seconds: number) =>
    strace(
      [0, 0, GO],
      [0, 0, BRK],
      [0, 0.01, THREAD],
      [0, 0.02, tcp('5')],
      [0, 0.02, connect('5', '192.0.2.9')],
      [0, seconds, '+++ exited with 0 +++'],
    );

  it('what one thread of go began, another may have ended', async () => {
    const { status, headline } = await told(oneThread(9));
    expect(status).toBe('unknown');
    expect(headline).toContain('strace without -f');
  });

  it('nor is it said that it computed', async () => {
    const { phases } = await reportOfText(oneThread(9));
    expect(phases.map(({ phase }) => phase)).toEqual(['unknown']);
  });

  it('a run that is over at once is no riddle', async () => {
    expect((await told(oneThread(0.2))).status).toBe('healthy');
  });

  it('go tells of its fetches beside it', async () => {
    const stderr = [
      '1700000000.100000 # get https://proxy.example/a/@v/v1.0.0.zip',
      '1700000008.100000 # get https://proxy.example/a/@v/v1.0.0.zip: 200 OK (8.000s)',
      '',
    ].join('\n');
    expect(await told(oneThread(9), stderr)).toMatchObject({ status: 'slow', cause: 'ttfb/slow-response' });
  });

  it('a program that does its own work in its first thread is believed', async () => {
    const curl = strace(
      [0, 0, 'execve("/usr/bin/curl", ["curl", "https://proxy.example"], 0x1 /* 9 vars */) = 0 <0.000100>'],
      [0, 0, BRK],
      [0, 0.01, THREAD],
      [0, 0.02, tcp('5')],
      [0, 0.02, connect('5', '192.0.2.9')],
      [0, 9, '+++ killed by SIGINT +++'],
    );
    expect(await told(curl)).toMatchObject({ status: 'blocked', cause: 'connect/blackhole' });
  });
});

describe('strace -e trace=network', () => {
  it('the command is the least pid: without clone, all that is known of it is its end', async () => {
    const log = (code: number) =>
      strace(
        [7, 0, tcp('5')],
        [7, 0, connect('5', '192.0.2.9')],
        [7, 0.01, connected('5')],
        [9, 0.1, '+++ exited with 0 +++'],
        [3, 0.2, `+++ exited with ${code} +++`],
        [8, 0.3, '+++ exited with 0 +++'],
      );
    expect((await told(log(1))).headline).toMatch(
      /^Failed: it ended with exit code 1, and the log has no read/,
    );
    expect((await told(log(0))).status).toBe('unknown');
  });

  it('an attempt that was given up for another address does not go on until the end', async () => {
    const eyeballs = strace(
      [7, 0, tcp('5')],
      [7, 0, connect('5', '192.0.2.1')],
      [7, 0.3, tcp('6')],
      [7, 0.3, connect('6', '192.0.2.9')],
      [7, 0.31, connected('6')],
      [7, 60, '+++ exited with 0 +++'],
    );
    expect((await told(eyeballs)).status).toBe('unknown');
  });

  it('what a child opened under a number is not the socket of its parent', async () => {
    const unix = strace(
      [7, 0, tcp('6<TCP:[11]>')],
      [7, 0, connect('6<TCP:[11]>', '192.0.2.9')],
      [7, 0.01, connected('6<TCP:[198.18.0.2:4242->192.0.2.9:443]>')],
      [8, 0.1, 'sendto(6<UNIX-STREAM:[21->22]>, "\\1", 1, MSG_NOSIGNAL, NULL, 0) = 1 <0.000010>'],
      [7, 9, '+++ exited with 0 +++'],
    );
    expect(await told(unix)).toMatchObject({ status: 'unknown', cause: undefined });
  });
});

describe('descriptors that are closed and used again unseen (-e trace=connect,read,write)', () => {
  it('a number that is connected elsewhere is another socket', async () => {
    const log = strace(
      [7, 0, connect('5', '203.0.113.1')],
      [7, 15, connect('5', '192.0.2.9')],
      [7, 15.01, 'write(5, "\\26\\3\\1\\2\\0\\1\\0\\1\\374\\3\\3"..., 517) = 517 <0.000010>'],
      [7, 15.02, 'read(5, "\\26\\3\\3\\0z\\2"..., 576) = 127 <0.000010>'],
      [7, 15.1, '+++ exited with 0 +++'],
    );
    expect(await told(log)).toMatchObject({
      cause: 'connect/blackhole',
      culprit: { address: '203.0.113.1:443' },
    });
  });

  it('what a file holds is no answer of a nameserver', async () => {
    const query = '"\\0\\1\\1\\0\\0\\1\\0\\0\\0\\0\\0\\0\\5proxy\\7example\\0\\0\\1\\0\\1"';
    const log = strace(
      [7, 0, `connect(5, ${to('192.0.2.53', 53)}) = 0 <0.000010>`],
      [7, 0.01, `write(5, ${query}, 31) = 31 <0.000010>`],
      [7, 0.02, 'read(5, "nameserver 192.0.2.53\\n", 4096) = 22 <0.000010>'],
      [7, 5.01, `connect(5, ${to('192.0.2.54', 53)}) = 0 <0.000010>`],
      [7, 5.02, `write(5, ${query}, 31) = 31 <0.000010>`],
      [7, 5.03, `read(5, ${query.replace('\\1\\1\\0', '\\1\\201\\200')}, 512) = 31 <0.000010>`],
      [7, 5.1, '+++ exited with 0 +++'],
    );
    expect(await told(log)).toMatchObject({
      cause: 'dns/dead-nameserver',
      culprit: { address: '192.0.2.53:53' },
    });
  });
});

describe('strace -e trace=file', () => {
  it('a zip whose file is there was not seen being written, which does not mean that nothing came', async () => {
    const log = strace(
      [7, 0, GO],
      [
        7,
        0.1,
        'openat(AT_FDCWD, "/home/dev/go/pkg/mod/cache/download/m.example/a/@v/v1.0.0.zip1.tmp", O_RDWR|O_CREAT|O_EXCL|O_CLOEXEC, 0444) = 5 <0.000010>',
      ],
      [7, 9, '+++ exited with 0 +++'],
    );
    expect(await told(log)).toMatchObject({ status: 'unknown', cause: undefined });
  });

  it('git is timed, and its server not accused', async () => {
    const log = strace(
      [7, 0, GO],
      [
        8,
        0.1,
        'execve("/usr/bin/git", ["git", "ls-remote", "https://git.example/a"], 0x1 /* 9 vars */) = 0 <0.000100>',
      ],
      [8, 8.1, '+++ exited with 0 +++'],
      [7, 8.2, '+++ exited with 0 +++'],
    );
    expect(await told(log)).toMatchObject({ status: 'slow', cause: 'git/other' });
  });
});

describe('logs of one thread each (strace -ff), without -T', () => {
  async function ofFiles(files: Readonly<Record<number, readonly (readonly [number, string])[]>>) {
    const logs = Object.entries(files).map(([pid, calls]) => ({
      path: `strace.log.${pid}`,
      chunks: async function* () {
        yield Buffer.from(calls.map(([at, call]) => `${(1_700_000_000 + at).toFixed(6)} ${call}\n`).join(''));
      },
    }));
    const report = await analyze(logs);
    if (!report.ok) throw new Error(report.error);
    return report.value;
  }
  const bare = (call: string) => call.replace(/ <[\d.]+>$/, '');

  it('another socket has the number before the close that freed it returned', async () => {
    const report = await ofFiles({
      3: [
        [0, bare(GO)],
        [0, bare(BRK)],
        [0.001, bare(THREAD).replace('= 2', '= 4')],
        [0.1, bare(tcp('5'))],
        [0.1001, bare(connect('5', '192.0.2.1'))],
        [0.2, 'close(5) = 0'],
        [1, 'futex(0xc0, FUTEX_WAIT_PRIVATE, 0, NULL) = 0'],
        [6, '+++ exited with 0 +++'],
      ],
      4: [
        [0.2001, bare(tcp('5'))],
        [0.2002, bare(connect('5', '192.0.2.9'))],
        [0.21, bare(connected('5'))],
        [0.22, 'futex(0xc0, FUTEX_WAIT_PRIVATE, 0, NULL) = 0'],
        [6, '+++ exited with 0 +++'],
      ],
    });
    const connects = report.timeline.spans.filter(({ kind }) => kind === 'connect');
    expect(connects.map(({ endSeconds }) => endSeconds)).toEqual([0.2, 0.21]);
  });

  it('a thread that runs before the call that made it returned belongs to its maker', async () => {
    const report = await ofFiles({
      3: [
        [0, 'execve("/bin/sh", ["sh", "-c", "go mod download"], 0x1 /* 9 vars */) = 0'],
        [0, bare(BRK)],
        [0.01, 'vfork() = 4'],
        [9, '+++ exited with 0 +++'],
      ],
      4: [
        [0.02, bare(GO)],
        [0.1, bare(THREAD).replace('= 2', '= 5')],
        [8, 'exit_group(0) = ?'],
        [8, '+++ exited with 0 +++'],
      ],
      5: [
        [0.11, bare(tcp('5'))],
        [0.12, bare(connect('5', '192.0.2.9'))],
        [0.13, bare(connected('5'))],
        [8, '+++ exited with 0 +++'],
      ],
    });
    const [span] = report.timeline.spans.filter(({ kind }) => kind === 'connect');
    expect(span?.attributes['process.pid']).toBe(4);
  });

  it('time that calls without a duration may have taken is not called healthy', async () => {
    const report = await ofFiles({
      3: [
        [0, bare(GO)],
        [0, bare(BRK)],
        [0.1, 'mkdirat(AT_FDCWD, "/home/dev/go/pkg/mod/a", 0777) = 0'],
        [2.9, 'mkdirat(AT_FDCWD, "/home/dev/go/pkg/mod/b", 0777) = 0'],
        [5.9, '+++ exited with 0 +++'],
      ],
    });
    expect(report.verdict.status).toBe('unknown');
    expect(report.verdict.headline).toContain('no durations (strace -T)');
  });
});
