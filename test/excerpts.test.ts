import { describe, expect, it } from 'vitest';
import { reportOfText } from './support/analyze.ts';

/** A few lines out of a log, as they are pasted: without the calls before, often without times. */
async function pointOf(lines: readonly string[]) {
  const { verdict, blockingPoint } = await reportOfText(`${lines.join('\n')}\n`);
  return {
    status: verdict.status,
    headline: verdict.headline,
    cause: blockingPoint?.cause,
    culprit: blockingPoint?.culprit,
    seconds: Math.round((blockingPoint?.blockedSeconds ?? 0) * 10) / 10,
  };
}

const connect = (fd: number, address: string, port = 443) =>
  `connect(${fd}, {sa_family=AF_INET, sin_port=htons(${port}), sin_addr=inet_addr("${address}")}, 16)`;
const STARTED = '= -1 EINPROGRESS (Operation now in progress)';

describe('a connect without the call that made its socket', () => {
  it('and a poll that gives up, on a clock of seconds', async () => {
    expect(
      await pointOf([
        `17:00:21 ${connect(3, '192.0.2.48')} ${STARTED} <0.000057>`,
        '17:00:21 poll([{fd=3, events=POLLIN|POLLOUT|POLLERR|POLLHUP}], 1, 60000) = 0 (Timeout) <60.055735>',
      ]),
    ).toMatchObject({ cause: 'connect/blackhole', culprit: { address: '192.0.2.48:443' }, seconds: 60.1 });
  });

  it('that blocks until the kernel gives up', async () => {
    expect(
      await pointOf([
        '1668523415.123500 open("/etc/hosts", O_RDONLY) = 3 <0.000034>',
        `1668523415.128700 ${connect(5, '192.0.2.4')} = -1 ETIMEDOUT (Connection timed out) <21.003456>`,
      ]),
    ).toMatchObject({ cause: 'connect/blackhole', culprit: { address: '192.0.2.4:443' }, seconds: 21 });
  });

  it('that has not returned', async () => {
    expect(
      await pointOf(['strace: Process 4242 attached', connect(3, '192.0.2.4').slice(0, -1)]),
    ).toMatchObject({
      status: 'blocked',
      cause: 'connect/blackhole',
    });
  });

  it('that fails in other ways than by silence', async () => {
    const failing = (errno: string) =>
      pointOf([
        `1 1668523415.128700 ${connect(5, '192.0.2.4', 5432)} = -1 ${errno} <0.003456>`,
        '1 1668523415.138700 exit_group(1) = ?',
        '1 1668523415.138700 +++ exited with 1 +++',
      ]);
    expect(await failing('EADDRNOTAVAIL (Cannot assign requested address)')).toMatchObject({
      cause: 'connect/no-address',
      culprit: { address: '192.0.2.4:5432' },
    });
    expect(await failing('EAFNOSUPPORT (Address family not supported by protocol)')).toMatchObject({
      cause: 'connect/failed',
      culprit: { setting: 'EAFNOSUPPORT' },
    });
  });

  it('that is quick is no wait: go connects UDP sockets to sort addresses', async () => {
    expect(
      await pointOf([
        `1668523415.1 ${connect(5, '192.0.2.4')} = 0 <0.000010>`,
        `1668523419.2 ${connect(6, '192.0.2.5')} = 0 <0.000010>`,
      ]),
    ).toMatchObject({ cause: undefined });
  });

  it('of a query without an answer, in a log without times', async () => {
    expect(
      await pointOf([
        `${connect(5, '192.0.2.53', 53)} = 0`,
        'sendto(5, "\\1\\2\\1\\0\\0\\1\\0\\0\\0\\0\\0\\0\\5proxy\\7example\\0\\0\\1\\0\\1", 31, MSG_NOSIGNAL, NULL, 0) = 31',
        'poll([{fd=5, events=POLLIN}], 1, 5000) = 0 (Timeout)',
      ]),
    ).toMatchObject({ cause: 'dns/all-nameservers-dead', culprit: { host: 'proxy.example' } });
  });
});

/** strace 4.7 knew no names for the parts of a message. */
const OLD_QUERY =
  '{{msg_name(0)=NULL, msg_iov(1)=[{"\\362\\36\\1\\0\\0\\1\\0\\0\\0\\0\\0\\0\\5devm3\\0\\0\\1\\0\\1", 23}], msg_controllen=0, msg_flags=MSG_EOR|0x13a0000}, 23}';

it('queries of glibc in the words of strace 4.7, and the line in which it was detached', async () => {
  expect(
    await pointOf([
      '     0.000100 socket(PF_INET, SOCK_DGRAM|SOCK_NONBLOCK, IPPROTO_IP) = 5 <0.000013>',
      `     0.000051 ${connect(5, '192.0.2.161', 53)} = 0 <0.000017>`,
      `     0.000058 sendmmsg(5, {${OLD_QUERY}, ${OLD_QUERY}}, 2, MSG_NOSIGNAL) = 2 <0.000020>`,
      '     0.000081 poll([{fd=5, events=POLLIN}], 1, 5000) = 0 (Timeout) <5.004974>',
      `     5.005030 sendmmsg(5, {${OLD_QUERY}, ${OLD_QUERY}}, 2, MSG_NOSIGNAL) = 2 <0.000015>`,
      '     0.000075 poll([{fd=5, events=POLLIN}], 1, 5000^CProcess 7498 detached',
      ' <detached ...>',
    ]),
  ).toMatchObject({
    status: 'blocked',
    cause: 'dns/all-nameservers-dead',
    culprit: { host: 'devm3', address: '192.0.2.161:53' },
  });
});

describe('the one call that a process hangs in when strace is attached', () => {
  const attached = (call: string) => pointOf(['strace: Process 4242 attached', call]);

  it.each([
    ['flock(5, LOCK_EX', 'it waits for a lock, and the log does not name the file'],
    ['wait4(-1, ', 'it waits for a process that it started'],
    ['read(5<TCP:[192.0.2.2:4242->192.0.2.1:443]>, ', 'it waits for 192.0.2.1:443'],
    ['poll([{fd=3<TCP:[192.0.2.2:42->192.0.2.1:443]>, events=POLLIN}], 1, -1', 'it waits for 192.0.2.1:443'],
    ['restart_syscall(<... resuming interrupted poll ...>', 'does not show what that waits for'],
  ])('%s', async (call, meaning) => {
    const { status, headline } = await attached(call);
    expect(status).toBe('unknown');
    expect(headline).toContain(meaning);
    expect(headline).toContain('gotrace attach');
  });

  it('that is a lock whose file is named', async () => {
    expect(await attached('flock(5</m/cache/download/lib.example/a/@v/v1.0.0.lock>, LOCK_EX')).toMatchObject({
      status: 'blocked',
      cause: 'lock/module',
    });
  });

  it('of a go, whose threads sleep, says nothing', async () => {
    const { headline } = await attached('futex(0x1d3c8e8, FUTEX_WAIT_PRIVATE, 0, NULL');
    expect(headline).toContain('shows only futex and epoll');
  });
});

it('a ltrace that shows no call for most of the time is no proof of health', async () => {
  expect(
    await pointOf([
      '  0.000301 setlocale(LC_CTYPE, "") = "en_US.UTF-8"',
      '  0.025221 run_node(0xad4800, 0x7fff767d6fea) = 0',
      '  20.511227 +++ exited (status 0) +++',
    ]),
  ).toMatchObject({ status: 'unknown' });
});

it('an error of which -s kept the beginning: go says «read "URL» of bodies only', async () => {
  const write = (text: string) =>
    `1 1700000001.000000 write(2<pipe:[9]>, ${JSON.stringify(text)}..., 180) = 180 <0.000010>`;
  const failing = (text: string) =>
    pointOf([
      '1 1700000000.000000 execve("/usr/local/go/bin/go", ["go", "mod", "download"], 0x1 /* 9 vars */) = 0 <0.0001>',
      write(text),
      '1 1700000001.100000 exit_group(1) = ?',
      '1 1700000001.100000 +++ exited with 1 +++',
    ]);
  const { cause, headline } = await failing('go: lib.example/a@v1.0.0: read "https://proxy.example/lib.e');
  expect(cause).toBe('transfer/reset');
  expect(headline).toContain('lib.example/a@v1.0.0 was being received');
  expect(await failing('go: lib.example/a@v1.0.0: Get "https://proxy.example/lib.ex')).toMatchObject({
    cause: undefined,
  });
});
