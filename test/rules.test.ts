import { describe, expect, it } from 'vitest';
import { reportOfText } from './support/analyze.ts';

/** Each program makes it: where it is in the log, strace was asked for all calls. */
const ALL_CALLS = 'brk(NULL) = 0x4000 <0.000010>';

/** A strace log from `[seconds, call]`; process 1 unless the call begins with another pid. Time 0 is an epoch. */
function strace(...calls: readonly (readonly [number, string])[]): string {
  const lines = [
    [
      0,
      'execve("/usr/local/go/bin/go", ["go", "mod", "download"], 0x1 /* 9 vars */) = 0 <0.000100>',
    ] as const,
    [0, ALL_CALLS] as const,
    ...calls,
  ];
  return `${lines.map(([seconds, call]) => `1 ${(1_700_000_000 + seconds).toFixed(6)} ${call}`).join('\n')}\n`;
}

const udp = (fd: number, server = '192.0.2.53') =>
  `socket(AF_INET, SOCK_DGRAM|SOCK_CLOEXEC|SOCK_NONBLOCK, IPPROTO_IP) = ${fd}<UDP:[${fd}]> <0.000010>\n1 TIME connect(${fd}<UDP:[${fd}]>, {sa_family=AF_INET, sin_port=htons(53), sin_addr=inet_addr("${server}")}, 16) = 0 <0.000010>`;
const name = '\\5proxy\\7example\\0\\0';
/** A query or an answer of a nameserver: id, flags, type (`\\1` A, `\\34` AAAA). */
const dns = (flags: string, type: string) => `"\\0\\1${flags}\\0\\1\\0\\0\\0\\0\\0\\0${name}${type}\\0\\1"`;
const QUERY = '\\1\\0';

/** Calls of several lines share their time. */
function log(...calls: readonly (readonly [number, string])[]): string {
  return strace(
    ...calls.flatMap(([seconds, text]) => text.split('\n1 TIME ').map((each) => [seconds, each] as const)),
  );
}

const exit = (seconds: number, code = 0) =>
  [
    [seconds, `exit_group(${code}) = ?`],
    [seconds, `+++ exited with ${code} +++`],
  ] as const;

async function point(text: string) {
  const report = await reportOfText(text);
  return {
    status: report.verdict.status,
    cause: report.blockingPoint?.cause,
    culprit: report.blockingPoint?.culprit,
    seconds: Math.round((report.blockingPoint?.blockedSeconds ?? 0) * 10) / 10,
    findings: report.findings.map((finding) => finding.cause),
  };
}

const sendAt = (fd: number, type = '\\1') => `write(${fd}, ${dns(QUERY, type)}, 31) = 31 <0.000010>`;
const answer = (fd: number, flags = '\\201\\200', type = '\\1') =>
  `read(${fd}, ${dns(flags, type)}, 512) = 31 <0.000010>`;

describe('dns', () => {
  it.each([
    ['127.0.0.53', 'systemd-resolved'],
    ['127.0.0.11', 'Docker'],
    ['192.0.2.53', 'Ask this DNS nameserver'],
  ])('a slow nameserver at %s: the first thing to do is about %s', async (server, first) => {
    const calls = [udp(5, server), sendAt(5)].map((call) => [0.1, call] as const);
    const text = log(...calls, [2.6, answer(5)], [2.6, 'close(5) = 0 <0.000010>'], ...exit(2.7));
    const { blockingPoint } = await reportOfText(text);
    expect(blockingPoint?.cause).toBe('dns/slow-nameserver');
    expect(blockingPoint?.remedies[0]?.text).toContain(first);
  });

  it('an answer that does not fit, and nobody asks over TCP or goes on to an address', async () => {
    const cut = answer(5, '\\203\\200');
    const start = [udp(5), sendAt(5), cut].map((call) => [0.1, call] as const);
    const fails = await point(log(...start, ...exit(0.2, 1)));
    expect(fails).toMatchObject({ status: 'failed', cause: 'dns/truncated' });
    const goesOn =
      'connect(6, {sa_family=AF_INET, sin_port=htons(80), sin_addr=inet_addr("192.0.2.9")}, 16) = 0 <0.000010>';
    const socket = 'socket(AF_INET, SOCK_STREAM, IPPROTO_TCP) = 6 <0.000010>';
    const works = await point(log(...start, [0.12, socket], [0.12, goesOn], ...exit(0.2, 1)));
    expect(works.cause).not.toBe('dns/truncated');
  });

  it('a name that does not exist, and then does, was asked for with suffixes that -s cut off', async () => {
    const tries = ['\\201\\203', '\\201\\203', '\\201\\203', '\\201\\203', '\\201\\200'];
    const asked = tries.flatMap((flags, at) => [
      [0.1 + at * 0.4, udp(5)] as const,
      [0.1 + at * 0.4, sendAt(5)] as const,
      [0.49 + at * 0.4, answer(5, flags)] as const,
      [0.495 + at * 0.4, 'close(5) = 0 <0.000010>'] as const,
    ]);
    expect(await point(log(...asked, ...exit(2.2)))).toMatchObject({ cause: 'dns/search-list', seconds: 2 });
  });

  it('a name that is looked up for every connection, one after the other, is not one long lookup', async () => {
    const times = [0.1, 0.25, 0.4, 0.55, 0.7, 0.85];
    const once = (at: number) =>
      [
        [at, udp(5)],
        [at, sendAt(5)],
        [at + 0.004, answer(5)],
        [at + 0.005, 'close(5) = 0 <0.000010>'],
      ] as const;
    const report = await reportOfText(log(...times.flatMap(once), ...exit(1)));
    expect(report.verdict.status).toBe('healthy');
    const lookups = report.timeline.spans.filter((span) => span.kind === 'lookup');
    expect(lookups.map((span) => Number(span.startSeconds.toFixed(3)))).toEqual(times);
    // SERVFAIL is no answer: what follows it is the same lookup.
    const retried = log(
      [0.1, udp(5)],
      [0.1, sendAt(5)],
      [0.2, answer(5, '\\201\\202')],
      [0.2, sendAt(5)],
      [0.3, answer(5)],
      ...exit(0.4),
    );
    const spans = (await reportOfText(retried)).timeline.spans;
    expect(spans.filter((span) => span.kind === 'lookup')).toHaveLength(1);
  });

  it('a slow nameserver, and one that is quick', async () => {
    const run = (seconds: number) =>
      log(
        [0.1, udp(5)],
        [0.1, sendAt(5)],
        [0.1 + seconds, answer(5)],
        [0.2 + seconds, 'close(5) = 0 <0.000010>'],
        ...exit(0.3 + seconds),
      );
    expect(await point(run(2))).toMatchObject({
      status: 'slow',
      cause: 'dns/slow-nameserver',
      seconds: 2,
      culprit: { address: '192.0.2.53:53', host: 'proxy.example' },
    });
    expect(await point(run(0.05))).toMatchObject({ status: 'healthy', cause: undefined });
  });

  it('a dead nameserver beside one that answers', async () => {
    const text = log(
      [0.1, udp(5, '192.0.2.1')],
      [0.1, sendAt(5)],
      [5.1, 'close(5) = 0 <0.000010>'],
      [5.1, udp(6, '192.0.2.2')],
      [5.1, sendAt(6)],
      [5.11, answer(6)],
      [5.12, 'close(6) = 0 <0.000010>'],
      ...exit(5.2),
    );
    expect(await point(text)).toMatchObject({
      cause: 'dns/dead-nameserver',
      culprit: { address: '192.0.2.1:53' },
      seconds: 5,
    });
  });

  it('none that answers', async () => {
    const text = log(
      [0.1, udp(5)],
      [0.1, sendAt(5)],
      [5.1, 'close(5) = 0 <0.000010>'],
      [5.1, udp(6)],
      [5.1, sendAt(6)],
      [9, '+++ killed by SIGINT +++'],
    );
    expect(await point(text)).toMatchObject({ status: 'blocked', cause: 'dns/all-nameservers-dead' });
  });

  it('AAAA late while A is quick, and both late', async () => {
    const run = (a: number) =>
      log(
        [0.1, udp(5)],
        [0.1, udp(6)],
        [0.1, sendAt(5)],
        [0.1, sendAt(6, '\\34')],
        ...([
          [0.1 + a, answer(5)],
          [3.1, answer(6, '\\201\\200', '\\34')],
        ] as const),
        ...exit(3.2),
      );
    expect(await point(run(0.01))).toMatchObject({ cause: 'dns/slow-aaaa' });
    expect(await point(run(2.9))).toMatchObject({ cause: 'dns/slow-nameserver' });
  });

  it('SERVFAIL, and a closed port', async () => {
    const slowFail = log([0.1, udp(5)], [0.1, sendAt(5)], [1.2, answer(5, '\\201\\202')], ...exit(1.3));
    expect(await point(slowFail)).toMatchObject({ cause: 'dns/servfail' });
    const refused = log(
      [0.1, udp(5)],
      [0.1, sendAt(5)],
      [0.9, 'read(5, 0x1, 512) = -1 ECONNREFUSED (Connection refused) <0.000010>'],
      ...exit(1),
    );
    expect(await point(refused)).toMatchObject({ cause: 'dns/refused-port' });
  });
});

const tcp = (fd: number, address: string, port = 443) =>
  `socket(AF_INET, SOCK_STREAM|SOCK_CLOEXEC|SOCK_NONBLOCK, IPPROTO_IP) = ${fd}<TCP:[${fd}]> <0.000010>\n1 TIME connect(${fd}<TCP:[${fd}]>, {sa_family=AF_INET, sin_port=htons(${port}), sin_addr=inet_addr("${address}")}, 16) = -1 EINPROGRESS (Operation now in progress) <0.000010>`;
const connected = (fd: number, error = '0') =>
  `getsockopt(${fd}, SOL_SOCKET, SO_ERROR, [${error}], [4]) = 0 <0.000010>`;

describe('connect', () => {
  it('a blackhole, and a connect that is only slow', async () => {
    expect(await point(log([0.1, tcp(5, '192.0.2.9')], [12, '+++ killed by SIGINT +++']))).toMatchObject({
      status: 'blocked',
      cause: 'connect/blackhole',
      culprit: { address: '192.0.2.9:443' },
    });
    expect(await point(log([0.1, tcp(5, '192.0.2.9')], [3.1, connected(5)], ...exit(3.2)))).toMatchObject({
      status: 'slow',
      cause: 'connect/slow',
    });
    expect(await point(log([0.1, tcp(5, '192.0.2.9')], [0.15, connected(5)], ...exit(0.2)))).toMatchObject({
      status: 'healthy',
    });
  });

  it('a program that is not go: a blocking client polls for a minute', async () => {
    const text = log(
      [0.1, tcp(3, '192.0.2.9', 3306)],
      [0.1, 'poll([{fd=3, events=POLLOUT}], 1, 60000) = 0 (Timeout) <60.050000>'],
      [60.2, 'close(3) = 0 <0.000010>'],
      ...exit(60.3, 1),
    ).replace('["go", "mod", "download"]', '["php", "job.php"]');
    expect(await point(text)).toMatchObject({
      status: 'failed',
      cause: 'connect/blackhole',
      culprit: { address: '192.0.2.9:3306' },
    });
  });

  it('one of two addresses', async () => {
    const address =
      '"\\0\\1\\201\\200\\0\\1\\0\\2\\0\\0\\0\\0\\5proxy\\7example\\0\\0\\1\\0\\1\\300\\f\\0\\1\\0\\1\\0\\0\\0\\74\\0\\4\\300\\0\\2\\11\\300\\f\\0\\1\\0\\1\\0\\0\\0\\74\\0\\4\\300\\0\\2\\12"';
    const text = log(
      [0.1, udp(5)],
      [0.1, sendAt(5)],
      [0.11, `read(5, ${address}, 512) = 63 <0.000010>`],
      [0.12, 'close(5) = 0 <0.000010>'],
      [0.2, tcp(6, '192.0.2.9')],
      [15.2, 'close(6) = 0 <0.000010>'],
      [15.2, tcp(7, '192.0.2.10')],
      [15.25, connected(7)],
      ...exit(15.3),
    );
    expect(await point(text)).toMatchObject({
      cause: 'connect/one-address-dead',
      culprit: { address: '192.0.2.9:443', host: 'proxy.example' },
    });
  });
});

const hello = '"\\26\\3\\1\\2\\0\\1\\0\\1\\374\\3\\3"...';

describe('tls', () => {
  const open = (at: number) =>
    [
      [at, tcp(5, '192.0.2.9')],
      [at + 0.01, connected(5)],
      [at + 0.02, `write(5, ${hello}, 517) = 517 <0.000010>`],
    ] as const;
  it('a ClientHello without an answer, one that is reset, one answered late', async () => {
    expect(await point(log(...open(0.1), [9, '+++ killed by SIGINT +++']))).toMatchObject({
      status: 'blocked',
      cause: 'tls/handshake-stall',
    });
    expect(
      await point(
        log(
          ...open(0.1),
          [2, 'read(5, 0x1, 576) = -1 ECONNRESET (Connection reset by peer) <0.000010>'],
          ...exit(2.1, 1),
        ),
      ),
    ).toMatchObject({ cause: 'tls/reset' });
    const late = log(
      ...open(0.1),
      [3, 'read(5, "\\26\\3\\3\\0z\\2"..., 576) = 127 <0.000010>'],
      [3.01, 'write(5, "\\24\\3\\3\\0\\1\\1"..., 64) = 64 <0.000010>'],
      [3.02, 'write(5, "\\27\\3\\3\\0\\140"..., 101) = 101 <0.000010>'],
      [3.03, 'read(5, "\\27\\3\\3\\1\\0"..., 900) = 261 <0.000010>'],
      ...exit(3.1),
    );
    expect(await point(late)).toMatchObject({ cause: 'tls/slow-handshake' });
  });

  const late = 'read(5, "\\26\\3\\3\\0z\\2"..., 576) = 127 <0.000010>';
  it('a connection that is kept in reserve has done its handshake, though nothing is asked for over it', async () => {
    const finished = 'write(5, "\\24\\3\\3\\0\\1\\1\\27\\3\\3\\0E5"..., 80) = 80 <0.000010>';
    const done = await point(log(...open(0.1), [0.2, late], [0.21, finished], ...exit(9, 1)));
    expect(done).toMatchObject({ status: 'failed', findings: [] });
    // TLS 1.2: the client's Finished stands behind its keys, and the server's answers it.
    const keys = 'write(5, "\\26\\3\\3\\0%\\20"..., 93) = 93 <0.000010>';
    const answered = 'read(5, "\\24\\3\\3\\0\\1\\1"..., 576) = 51 <0.000010>';
    const old = await point(log(...open(0.1), [0.2, late], [0.21, keys], [0.25, answered], ...exit(9, 1)));
    expect(old).toMatchObject({ status: 'failed', findings: [] });
    const silent = await point(log(...open(0.1), [0.2, late], [0.21, keys], [9, '+++ killed by SIGINT +++']));
    expect(silent).toMatchObject({ status: 'blocked', cause: 'tls/handshake-stall' });
  });

  it('one that go was done without kept nobody waiting; one that it failed with may have', async () => {
    expect(await point(log(...open(0.1), ...exit(0.9)))).toMatchObject({ status: 'healthy' });
    expect(await point(log(...open(0.1), ...exit(9, 1)))).toMatchObject({
      status: 'failed',
      cause: 'tls/handshake-stall',
    });
  });
});

describe('a script around go', () => {
  const script = (...codes: readonly number[]) => {
    const goes = codes.flatMap((code, at) => {
      const pid = at + 2;
      const seconds = at + 1;
      return [
        `1 ${seconds}.000000 clone(child_stack=NULL, flags=SIGCHLD) = ${pid} <0.000100>`,
        `${pid} ${seconds}.100000 execve("/usr/local/go/bin/go", ["go", "mod", "download"], 0x1 /* 9 vars */) = 0 <0.000100>`,
        ...(code === 0
          ? []
          : [
              `${pid} ${seconds}.200000 write(2, "go: m.example/a@v1.0.0: reading https://proxy.example/m.example/a/@v/v1.0.0.mod: 404 Not Found\\n", 97) = 97 <0.000010>`,
            ]),
        `${pid} ${seconds}.300000 +++ exited with ${code} +++`,
      ];
    });
    return [
      '1 0.000000 execve("/bin/sh", ["sh", "-c", "..."], 0x1 /* 9 vars */) = 0 <0.000100>',
      `1 0.000000 ${ALL_CALLS}`,
      ...goes,
      `1 ${codes.length + 1}.000000 +++ exited with 0 +++`,
      '',
    ].join('\n');
  };

  it('does not hide that the last go failed', async () => {
    expect(await point(script(0, 1))).toMatchObject({ status: 'failed', cause: 'server-error/not-found' });
  });

  it('has tried again, and then it worked', async () => {
    expect(await point(script(1, 0))).toMatchObject({ status: 'healthy' });
  });
});

describe('disk', () => {
  const read = (ret: string) => `read(7</home/dev/go/pkg/mod/cache/download/a.zip>, 0x1, 8) = ${ret}`;

  it('a read that a signal interrupted has ended', async () => {
    const restarted = read('? ERESTARTSYS (To be restarted if SA_RESTART is set) <0.021132>');
    expect(await point(log([1, restarted], ...exit(9)))).toMatchObject({ status: 'healthy' });
    expect(await point(log([1, read('8 <6.000000>')], ...exit(9)))).toMatchObject({ cause: 'disk/slow' });
  });
});

describe('a process that is stopped', () => {
  const hangs = [0.1, 'read(5<TCP:[192.0.2.2:40000->192.0.2.9:443]>,  <unfinished ...>'] as const;
  const resumed = '<... read resumed>"\\27\\3\\3", 900) = 900 <4.900000>';
  const stop = '--- stopped by SIGTSTP ---';
  const goOn = '--- SIGCONT {si_signo=SIGCONT} ---';

  it('waits for nobody, and what it was waiting for is not slow', async () => {
    const stopped = log(hangs, [0.2, stop], [4.9, goOn], [5, resumed], ...exit(5.1));
    expect(await point(stopped)).toMatchObject({ status: 'slow', cause: 'cpu/stopped', seconds: 4.7 });
    const still = log(hangs, [0.2, stop]);
    expect(await point(still)).toMatchObject({ status: 'blocked', cause: 'cpu/stopped' });
    // All that strace has to say of one that it was attached to.
    const attached = `12 1700000000.181820 ${stop}\n`;
    expect(await point(attached)).toMatchObject({ status: 'blocked', cause: 'cpu/stopped' });
  });

  it('is one thing, and another process that goes on is another', async () => {
    const child = [0.05, 'fork() = 2 <0.000100>'] as const;
    const busy = [3, '2 openat(AT_FDCWD, "/etc/hosts", O_RDONLY) = 3 <0.000100>'] as const;
    const one = log(child, [0.2, stop], busy, [4.9, goOn], ...exit(5.1)).replaceAll(
      /^1 (\d+\.\d+) 2 /gm,
      '2 $1 ',
    );
    expect(await point(one)).toMatchObject({ cause: 'cpu/stopped', seconds: 4.7 });
    const other = one.replaceAll(/^1 (\S+ (?:--- ))/gm, '2 $1').replace(/^2 (\S+ openat)/m, '1 $1');
    expect(await point(other)).toMatchObject({ cause: 'cpu/stopped', seconds: 4.7 });
  });

  it('or has no processor, which a call shows that never waits', async () => {
    const taking = (call: string) => log(hangs, [0.2, `${call} = 0 <4.700000>`], [5, resumed], ...exit(5.1));
    const starved = await point(taking('sched_yield()'));
    expect(starved).toMatchObject({ status: 'slow', cause: 'cpu/starved', seconds: 4.7 });
    expect((await point(taking('ppoll([], 0, {tv_sec=5}, NULL, 0)'))).findings).not.toContain('cpu/starved');
  });

  it('is one by some signals only: timeout(1) sends a SIGCONT behind what it ends a command with', async () => {
    const ended = await point(log(hangs, [5, '--- stopped by SIGCONT ---']));
    expect(ended.findings).not.toContain('cpu/stopped');
  });

  it('and let go on at once, it is not spoken of', async () => {
    expect(await point(log([0.2, stop], [0.25, goOn], ...exit(5.1)))).toMatchObject({ status: 'healthy' });
  });
});

describe('lock', () => {
  const lock = 'flock(7</home/dev/go/pkg/mod/cache/lock>, LOCK_EX)';
  const interrupted = `${lock} = ? ERESTARTSYS (To be restarted if SA_RESTART is set) <5.000000>`;

  it('that was waited for until Ctrl-C is waited for still; one that was asked for again was given', async () => {
    const killed = log(
      [1, interrupted],
      [6, '--- SIGINT {si_signo=SIGINT} ---'],
      [6, '+++ killed by SIGINT +++'],
    );
    expect(await point(killed)).toMatchObject({ status: 'blocked', cause: 'lock/cache', seconds: 5 });
    const again = log([1, interrupted], [6, `${lock} = 0 <2.000000>`], ...exit(8.1));
    expect(await point(again)).toMatchObject({ status: 'slow', cause: 'lock/cache' });
  });
});

describe('a goroutine dump', () => {
  const dump = (...functions: readonly string[]) =>
    [
      'SIGQUIT: quit',
      '',
      'goroutine 27 [IO wait, 2 minutes]:',
      ...functions.flatMap((name) => [`${name}(0x1)`, '\t/usr/local/go/src/x.go:1 +0x1']),
      '',
      '',
    ].join('\n');

  it('of a go that waits for its egress proxy', async () => {
    const read = ['net.(*netFD).Read', 'net/http.ReadResponse', 'net/http.(*Transport).dialConn.func3'];
    expect(await point(dump(...read))).toMatchObject({
      cause: 'ttfb/silent-egress-proxy',
      culprit: { setting: 'HTTPS_PROXY' },
    });
    const socks = ['net.(*netFD).Read', 'net/http.(*socksDialer).connect', 'net/http.(*Transport).dialConn'];
    expect(await point(dump(...socks))).toMatchObject({ cause: 'ttfb/silent-egress-proxy' });
  });

  it('of a go that reads the response of a server', async () => {
    const read = ['net/http.ReadResponse', 'net/http.(*persistConn).readResponse'];
    const waits = ['net/http.(*persistConn).roundTrip', 'net/http.(*Transport).roundTrip'];
    expect(await point(dump(...read) + dump(...waits).replace('27', '28'))).toMatchObject({
      cause: 'ttfb/no-response',
    });
  });
});

const x = (...lines: readonly (readonly [number, string])[]) =>
  `${lines.map(([seconds, text]) => `${(1_700_000_000 + seconds).toFixed(6)} ${text}`).join('\n')}\n`;
const get = (url: string, start: number, end: number, status = '200 OK') =>
  [
    [start, `# get ${url}`],
    [end, `# get ${url}: ${status} (${(end - start).toFixed(3)}s)`],
  ] as const;
const P = 'https://proxy.example';

describe('go -x alone', () => {
  it('a slow response among quick ones, and all quick', async () => {
    const run = (seconds: number) =>
      x(
        ...get(`${P}/a/@v/v1.mod`, 0, 0.02),
        ...get(`${P}/b/@v/v1.mod`, 0.03, 0.05),
        ...get(`${P}/c/@v/v1.zip`, 0.06, 0.06 + seconds),
      );
    expect(await point(run(6))).toMatchObject({
      status: 'slow',
      cause: 'ttfb/slow-response',
      culprit: { url: `${P}/c/@v/v1.zip` },
    });
    expect(await point(run(0.02))).toMatchObject({ status: 'healthy' });
  });

  it('does not say which step was slow where only the first contact was', async () => {
    const text = x(
      ...get(`${P}/a/@v/v1.mod`, 0, 4),
      ...get(`${P}/b/@v/v1.mod`, 4.1, 4.12),
      ...get(`${P}/c/@v/v1.mod`, 4.2, 4.22),
    );
    expect(await point(text)).toMatchObject({
      status: 'slow',
      cause: 'connect/other',
      culprit: { host: 'proxy.example' },
    });
  });

  it('nor where the first zips took as long: they may be redirected to a host that has to be reached as well', async () => {
    const text = (zips: number) =>
      x(
        ...get(`${P}/a/@v/v1.mod`, 0, 10),
        ...get(`${P}/b/@v/v1.mod`, 10.1, 10.12),
        ...get(`${P}/a/@v/v1.zip`, 10.2, 20.2),
        ...get(`${P}/b/@v/v1.zip`, 20.3, 20.3 + zips),
      );
    expect(await point(text(0.02))).toMatchObject({ cause: 'connect/other', seconds: 20 });
    expect(await point(text(10))).toMatchObject({ cause: 'ttfb/slow-response' });
  });

  it('http2debug without times tells that a host was reached, and not how long that took', async () => {
    const [started, ended] = ['# get https://proxy.example/a/@v/v1.mod', ': 200 OK (3.218s)'];
    const text = [
      started,
      'http2: Transport failed to get client conn for proxy.example:443: http2: no cached connection was available',
      'http2: Transport creating client conn 0xc000 to 192.0.2.1:443',
      `${started}${ended}`,
      '# get https://proxy.example/b/@v/v1.mod',
      '# get https://proxy.example/b/@v/v1.mod: 200 OK (0.002s)',
    ].join('\n');
    expect(await point(`${text}\n`)).toMatchObject({ cause: 'connect/other', seconds: 3.2 });
  });

  it('one that is slow among others that went out together: its host was reached by then', async () => {
    const url = (name: string) => `https://proxy.example/lib.example/${name}/@v/v1.0.0.info`;
    const text = [
      ...['a', 'b', 'c'].map((name) => `# get ${url(name)}`),
      `# get ${url('c')}: 200 OK (0.123s)`,
      `# get ${url('b')}: 404 Not Found (0.167s)`,
      `# get ${url('a')}: 404 Not Found (60.027s)`,
    ];
    expect(await point(`${text.join('\n')}\n`)).toMatchObject({
      cause: 'ttfb/slow-response',
      culprit: { url: url('a') },
    });
    const slowAll = text.map((line) => line.replace(/\(0\.\d+s/, '(58.123s'));
    expect(await point(`${slowAll.join('\n')}\n`)).toMatchObject({ cause: 'connect/other' });
  });

  it('many round trips, and one server that is slow each time', async () => {
    const run = (seconds: number) =>
      x(
        ...Array.from({ length: 30 }, (_, at) =>
          get(`${P}/m${at}/@v/v1.mod`, at * (seconds + 0.01), at * (seconds + 0.01) + seconds),
        ).flat(),
      );
    expect(await point(run(0.3))).toMatchObject({ cause: 'ttfb/latency-bound' });
    expect(await point(run(2))).toMatchObject({ cause: 'ttfb/slow-response' });
  });

  it('a fetch for which a host was looked up went there anew, whatever was there before', async () => {
    const order = (host: string) => `go package net: hostLookupOrder(${host}) = files,dns`;
    const run = (lookup: string) =>
      x(
        [0, `# get ${P}/a/@v/v1.mod`],
        [0.001, order('proxy.example')],
        [0.05, `# get ${P}/a/@v/v1.mod: 200 OK (0.050s)`],
        [1, `# get ${P}/b/@v/v1.mod`],
        [1.001, lookup],
        [3, `# get ${P}/b/@v/v1.mod: 200 OK (2.000s)`],
      );
    expect(await point(run(order('proxy.example')))).toMatchObject({
      cause: 'connect/other',
      culprit: { host: 'proxy.example' },
    });
    expect(await point(run(order('cdn.example')))).toMatchObject({
      cause: 'connect/other',
      culprit: { host: 'cdn.example' },
    });
    expect(await point(run('go package net: using the Go DNS resolver'))).toMatchObject({
      cause: 'ttfb/slow-response',
    });
  });

  it('a host that is asked again had answered, where -x does not tell and it talks HTTP/1', async () => {
    const dial =
      'http2: Transport failed to get client conn for proxy.example:443: http2: no cached connection was available';
    expect(await point(x([0, dial], [0.001, dial], [10.4, dial], [10.5, dial]))).toMatchObject({
      status: 'slow',
      cause: 'connect/other',
      seconds: 10.4,
    });
    expect(await point(x([0, dial], [0.3, dial], [0.4, dial]))).toMatchObject({ findings: [] });
    expect(await point(x([0, dial], [0.001, dial]))).toMatchObject({
      status: 'blocked',
      cause: 'connect/other',
    });
  });

  it('what is open goes on behind the last step of it, though the log ends with that', async () => {
    const dialled = [
      [0, '# get https://sum.example/lookup/lib.example/a@v1.0.0'],
      [
        0,
        'http2: Transport failed to get client conn for sum.example:443: http2: no cached connection was available',
      ],
      [0.006, 'http2: Transport creating client conn 0xc0001 to 192.0.2.3:443'],
    ] as const;
    expect(await point(x(...dialled))).toMatchObject({
      status: 'blocked',
      cause: 'sumdb/unreachable',
      culprit: { host: 'sum.example' },
    });
    const answered = [
      0.02,
      '# get https://sum.example/lookup/lib.example/a@v1.0.0: 200 OK (0.020s)',
    ] as const;
    expect(await point(x(...dialled, answered))).toMatchObject({ findings: [] });
  });

  it('a redirect, which http2debug shows, and the wait behind it', async () => {
    const h2 = (line: string) => `http2: Transport ${line}`;
    const ask = (host: string, path: string) => [
      h2(`encoding header ":authority" = "${host}"`),
      h2(`encoding header ":path" = "${path}"`),
    ];
    const at = (seconds: number, ...lines: readonly string[]) =>
      lines.map((line) => [seconds, line] as const);
    const run = (redirected: number) =>
      x(
        ...at(0, `# get ${P}/a/@v/v1.zip`, ...ask('proxy.example', '/a/@v/v1.zip')),
        ...at(redirected, h2('received HEADERS flags=END_STREAM|END_HEADERS stream=1 len=48')),
        ...at(redirected, ...ask('cdn.example', '/blob?signed=1')),
        ...at(5, `# get ${P}/a/@v/v1.zip: 200 OK (5.000s)`),
      );
    expect(await point(run(0.1))).toMatchObject({
      cause: 'ttfb/slow-response',
      culprit: { host: 'cdn.example', url: `${P}/a/@v/v1.zip` },
      seconds: 4.9,
    });
    expect(await point(run(4.9))).toMatchObject({ culprit: { host: 'proxy.example' } });
  });

  it('404 from a first entry that is slow to reach each time, and not where the next one is as slow', async () => {
    const order = (host: string) => `go package net: hostLookupOrder(${host}) = files,dns`;
    const run = (first: number) =>
      x(
        ...['a', 'b', 'c'].flatMap((module, at) => {
          const [start, next] = [at * 4, at * 4 + 1.5];
          const [missing, found] = [`https://first.example/${module}/@v/v1.mod`, `${P}/${module}/@v/v1.mod`];
          const took = at === 0 ? first : 0.02;
          return [
            [start, `# get ${missing}`] as const,
            [start + 0.001, order('first.example')] as const,
            [next, `# get ${missing}: 404 Not Found (1.500s)`] as const,
            ...get(found, next, next + took),
          ];
        }),
      );
    expect(await point(run(0.2))).toMatchObject({
      cause: 'ttfb/slow-first-proxy',
      culprit: { host: 'first.example' },
    });
    expect(await point(run(1.4))).toMatchObject({ cause: 'connect/other' });
  });

  it('404 from a slow first entry, and 404 from the only one', async () => {
    const both = x(
      ...['a', 'b', 'c'].flatMap((module, at) => [
        ...get(`https://first.example/m/${module}/@v/v1.mod`, at * 2, at * 2 + 1.5, '404 Not Found'),
        ...get(`${P}/m/${module}/@v/v1.mod`, at * 2 + 1.51, at * 2 + 1.53),
      ]),
    );
    expect(await point(both)).toMatchObject({ status: 'slow', cause: 'ttfb/slow-first-proxy' });
    const only = x(
      ...['a', 'b', 'c'].flatMap((module, at) => [
        ...get(`${P}/m/${module}/@v/v1.mod`, at * 2, at * 2 + 1.5, '404 Not Found'),
      ]),
      [6, 'go: m.example/a@v1: reading https://proxy.example/m/a/@v/v1.mod: 404 Not Found'],
    );
    expect(await point(only)).toMatchObject({ status: 'failed', cause: 'server-error/not-found' });
  });

  it.each(['Recv failure: Connection reset by peer', 'Empty reply from server'])(
    'git says “%s”: nothing was received',
    async (reason) => {
      expect(
        await point(x([0, `fatal: unable to access 'https://git.example/a.git/': ${reason}`])),
      ).toMatchObject({ status: 'failed', cause: 'ttfb/closed', culprit: { host: 'git.example' } });
    },
  );

  it('an open fetch, an open git command, a slow checksum database', async () => {
    expect(
      await point(x(...get(`${P}/a/@v/v1.mod`, 0, 0.02), [0.1, `# get ${P}/b/@v/v1.zip`])),
    ).toMatchObject({ status: 'blocked', cause: 'ttfb/no-response' });
    expect(await point(x([0, 'cd /c/vcs/a; git ls-remote -q https://git.example/x']))).toMatchObject({
      status: 'blocked',
      cause: 'git/silent',
      culprit: { host: 'git.example' },
    });
    expect(
      await point(
        x(
          ...get('https://sum.example/lookup/m.example/a@v1.0.0', 0, 3),
          ...get('https://sum.example/tile/8/0/000.p/3', 3, 6),
        ),
      ),
    ).toMatchObject({ cause: 'sumdb/slow' });
    const quick = Array.from({ length: 12 }, (_, at) =>
      get(`https://sum.example/lookup/m.example/a${at}@v1.0.0`, at * 0.13, at * 0.13 + 0.12),
    );
    expect(await point(x(...quick.flat()))).toMatchObject({ findings: [] });
  });
});

describe('git, and the C library', () => {
  const gitRun = (seconds: number, bytes: number) =>
    log(
      [0.1, 'clone(child_stack=NULL, flags=CLONE_VFORK|SIGCHLD) = 2 <0.000100>'],
      [
        0.1,
        '@2 execve("/usr/lib/git-core/git-remote-https", ["git-remote-https", "origin", "https://git.example/x"], 0x1 /* 9 vars */) = 0 <0.000100>',
      ],
      [0.2, `@2 ${tcp(5, '192.0.2.9').replace('\n1 TIME ', '\n1 TIME @2 ')}`],
      [0.21, `@2 ${connected(5)}`],
      [0.22, `@2 write(5, ${hello}, 517) = 517 <0.000010>`],
      [0.23, '@2 read(5, "\\26\\3\\3\\0z\\2"..., 576) = 127 <0.000010>'],
      [0.24, '@2 write(5, "\\27\\3\\3\\0\\140"..., 101) = 101 <0.000010>'],
      ...Array.from(
        { length: 20 },
        (_, at) =>
          [
            0.3 + (at * seconds) / 20,
            `@2 read(5, "\\27\\3\\3\\1\\0"..., 16384) = ${bytes / 20} <0.000010>`,
          ] as const,
      ),
      [0.4 + seconds, '@2 exit_group(0) = ?'],
      [0.4 + seconds, '@2 +++ exited with 0 +++'],
      ...exit(0.5 + seconds),
    ).replaceAll(/^1 (\S+) @2 /gm, '2 $1 ');

  it('a big repository, and a small one', async () => {
    expect(await point(gitRun(9, 60_000_000))).toMatchObject({ status: 'slow', cause: 'git/slow-clone' });
    expect(await point(gitRun(0.5, 60_000))).toMatchObject({ status: 'healthy' });
  });

  it('git that works in pieces, and git that waits for as long at once', async () => {
    const git = (piece: number) =>
      log(
        ...Array.from({ length: Math.round(3.2 / piece) }, (_, index) => {
          const [pid, from] = [index + 2, 0.1 + index * (piece + 0.02)];
          return [
            [from, `clone(child_stack=NULL, flags=CLONE_VFORK|SIGCHLD) = ${pid} <0.000100>`],
            [
              from,
              `@${pid} execve("/usr/bin/git", ["git", "fetch", "https://git.example/x"], 0x1 /* 9 vars */) = 0 <0.000100>`,
            ],
            [from + piece, `@${pid} exit_group(0) = ?`],
            [from + piece, `@${pid} +++ exited with 0 +++`],
          ] as const;
        }).flat(),
        ...exit(4.5),
      ).replaceAll(/^1 (\S+) @(\d+) /gm, '$2 $1 ');
    expect(await point(git(0.2))).toMatchObject({ status: 'healthy' });
    expect(await point(git(3.2))).toMatchObject({ status: 'slow', cause: 'git/slow-server' });
  });

  it('git that failed in a way that no row names', async () => {
    const text =
      'go: lib.example/a@v1: git fetch -f origin in /c/vcs/1: exit status 128:\n\tfatal: protocol error: bad line length character\n';
    expect((await point(text)).status).toBe('failed');
  });

  it('getaddrinfo that takes seconds, and one that does not', async () => {
    const run = (seconds: number) =>
      `7 1700000000.000000 getaddrinfo("proxy.example", "443", 0x7ffd, 0x7ffe) = 0 <${seconds.toFixed(6)}>\n7 ${(1_700_000_000 + seconds + 0.1).toFixed(6)} +++ exited (status 0) +++\n`;
    expect(await point(run(4))).toMatchObject({
      cause: 'dns/cgo-resolver',
      culprit: { host: 'proxy.example' },
    });
    expect(await point(run(0.02))).toMatchObject({ status: 'healthy' });
  });
});

describe('locks, helpers, disk', () => {
  it('a lock that is none of the module cache', async () => {
    const path = '/var/lib/app/state.lock';
    expect(
      await point(log([0.1, `flock(7<${path}>, LOCK_EX <unfinished ...>`], [9, '+++ killed by SIGINT +++'])),
    ).toMatchObject({ status: 'blocked', cause: 'lock/other', culprit: { path } });
  });

  it('a lock that is waited for, and one that is free', async () => {
    const path = '/home/runner/go/pkg/mod/cache/lock';
    expect(
      await point(log([0.1, `flock(7<${path}>, LOCK_EX <unfinished ...>`], [9, '+++ killed by SIGINT +++'])),
    ).toMatchObject({ status: 'blocked', cause: 'lock/cache', culprit: { path } });
    expect(await point(log([0.1, `flock(7<${path}>, LOCK_EX) = 0 <0.000020>`], ...exit(0.2)))).toMatchObject({
      status: 'healthy',
    });
  });

  it('a sleep is for the error before it, and for none that came long before', async () => {
    const failed =
      '"go: lib.example/a@v1.0.0: reading https://proxy.example/lib.example/a/@v/v1.0.0.zip: 502 Bad Gateway\\n"';
    const run = (at: number) =>
      point(
        log(
          [at, `write(2</dev/null>, ${failed}, 96) = 96 <0.000010>`],
          [4, 'clock_nanosleep(CLOCK_REALTIME, 0, {tv_sec=5, tv_nsec=0}, 0x7ffd) = 0 <5.000000>'],
          ...exit(9.1),
        ),
      );
    expect(await run(3.9)).toMatchObject({ status: 'slow', cause: 'server-error/5xx', seconds: 5 });
    expect(await run(1)).toMatchObject({ status: 'healthy' });
  });

  it('who waits for a lock waits for what its holder does; where that does nothing, it is named', async () => {
    const path = '/home/runner/go/pkg/mod/cache/download/lib.example/a/@v/v1.0.0.lock';
    const two = (...calls: readonly (readonly [number, string])[]) =>
      log([0.01, 'clone(child_stack=NULL, flags=SIGCHLD) = 2 <0.000100>'], ...calls, ...exit(8)).replaceAll(
        /^1 (\S+) 2 /gm,
        '2 $1 ',
      );
    const waits = [
      [0.1, `2 flock(9<${path}>, LOCK_EX) = 0 <0.000010>`],
      [0.2, `flock(7<${path}>, LOCK_EX) = 0 <7.000000>`],
      [7.2, `2 flock(9<${path}>, LOCK_UN) = 0 <0.000010>`],
    ] as const;
    const [held, waited, freed] = waits;
    expect(await point(two(held, waited, freed))).toMatchObject({
      cause: 'lock/module',
      culprit: { process: 'process 2 holds it' },
      seconds: 7,
    });
    const dead =
      'connect(5<TCP:[5]>, {sa_family=AF_INET, sin_port=htons(443), sin_addr=inet_addr("192.0.2.9")}, 16) = -1 ETIMEDOUT (Connection timed out) <6.500000>';
    expect(
      await point(
        two(
          held,
          waited,
          [0.3, '2 socket(AF_INET, SOCK_STREAM, IPPROTO_TCP) = 5<TCP:[5]> <0.000010>'],
          [0.3, `2 ${dead}`],
          freed,
        ),
      ),
    ).toMatchObject({ cause: 'connect/blackhole', seconds: 6.5 });
  });

  it('two that wait for each other are not explained away', async () => {
    const lock = (pid: string, of: string, rest: string) => `${pid}flock(7</mod/${of}.lock>, LOCK_EX${rest}`;
    const text = log(
      [0.01, 'clone(child_stack=NULL, flags=SIGCHLD) = 2 <0.000100>'],
      [0.1, lock('', 'a', ') = 0 <0.000010>')],
      [0.1, lock('2 ', 'b', ') = 0 <0.000010>')],
      [0.2, lock('', 'b', ' <unfinished ...>')],
      [0.2, lock('2 ', 'a', ' <unfinished ...>')],
      [9, '+++ killed by SIGINT +++'],
    ).replaceAll(/^1 (\S+) 2 /gm, '2 $1 ');
    expect(await point(text)).toMatchObject({ status: 'blocked', cause: 'lock/other', seconds: 8.8 });
  });

  it('sleep is nobody’s fault, and told where it is most of the run; that of another thread tells nothing', async () => {
    const told = async (call: string) =>
      (await reportOfText(log([0.1, call], ...exit(4.2)))).verdict.headline;
    const headline = 'Healthy: nothing waited unduly. It took 4.2 s.';
    const calls = [
      'clock_nanosleep(CLOCK_REALTIME, 0, {tv_sec=4, tv_nsec=0}, 0x7ffd) = 0 <4.000000>',
      'poll(NULL, 0, 4000) = 0 (Timeout) <4.000000>',
      'select(0, NULL, NULL, NULL, {tv_sec=4, tv_usec=0}) = 0 (Timeout) <4.000000>',
    ];
    for (const call of calls)
      expect(await told(call)).toBe(`${headline} For 4.0 s of it, it slept of its own accord (go).`);
    expect(await told('poll([{fd=5, events=POLLIN}], 1, 4000) = 0 (Timeout) <4.000000>')).toBe(headline);
    const text = log([0.1, `9 ${calls[0]}`], ...exit(4.2)).replace(/^1 (\S+) 9 /m, '9 $1 ');
    const thread = text.replace(
      /^9 /m,
      '1 1700000000.050000 clone(child_stack=0x1, flags=CLONE_VM|CLONE_THREAD) = 9 <0.000100>\n9 ',
    );
    expect((await reportOfText(thread)).verdict.headline).toBe(headline);
  });

  it('unpacking a large file takes the time, and unpacking many small ones under a tracer does not count', async () => {
    const lock = '/mod/cache/download/m.example/a/@v/v1.0.0.lock';
    const run = (files: number) =>
      log(
        [0.1, `flock(7<${lock}>, LOCK_EX) = 0 <0.000010>`],
        ...Array.from(
          { length: files },
          (_, at) =>
            [
              0.2 + (at * 3) / files,
              `openat(AT_FDCWD</src>, "/mod/m.example/a@v1.0.0/f${at}.go", O_WRONLY|O_CREAT|O_EXCL, 0444) = 9</mod/m.example/a@v1.0.0/f${at}.go> <0.000010>`,
            ] as const,
        ),
        [3.3, `flock(7<${lock}>, LOCK_UN) = 0 <0.000010>`],
        ...exit(3.4),
      );
    expect(await point(run(3))).toMatchObject({
      status: 'slow',
      cause: 'cpu/unzip',
      culprit: { module: 'm.example/a@v1.0.0' },
    });
    expect(await point(run(1500))).toMatchObject({ status: 'healthy' });
  });

  it('slow writes under the module cache', async () => {
    const writes = Array.from(
      { length: 20 },
      (_, at) => [0.1 + at * 0.2, 'fsync(6</home/runner/go/pkg/mod/cache/x>) = 0 <0.190000>'] as const,
    );
    expect(await point(log(...writes, ...exit(4.2)))).toMatchObject({ status: 'slow', cause: 'disk/slow' });
  });

  it('an attached strace that shows only futex says so', async () => {
    const report = await reportOfText(
      '7 1700000000.000000 futex(0x1, FUTEX_WAIT_PRIVATE, 0, NULL <unfinished ...>\n8 1700000000.100000 epoll_pwait(4, [], 128, 0, NULL, 0) = 0 <0.000010>\n8 1700000009.000000 epoll_pwait(4, [], 128, 0, NULL, 0) = 0 <0.000010>\n',
    );
    expect(report.verdict.status).toBe('unknown');
    expect(report.verdict.headline).toMatch(/gotrace attach/);
  });
});

describe('a person is asked at /dev/tty', () => {
  const asks = (program: string, prompt: string) =>
    [
      '7 1700000000.000000 execve("/usr/local/go/bin/go", ["go", "mod", "download"], 0x1 /* 9 vars */) = 0 <0.000100>',
      '7 1700000000.100000 clone(child_stack=NULL, flags=CLONE_VM|CLONE_VFORK|SIGCHLD) = 8 <0.000100>',
      `8 1700000000.200000 execve("/usr/bin/${program}", ["${program}", "git@git.example"], 0x1 /* 9 vars */) = 0 <0.000100>`,
      '8 1700000000.300000 openat(AT_FDCWD, "/dev/tty", O_RDWR) = 4 <0.000010>',
      `8 1700000000.400000 write(4, "${prompt}", ${prompt.length}) = ${prompt.length} <0.000010>`,
      '8 1700000000.500000 read(4,  <unfinished ...>',
      '7 1700000009.000000 futex(0x1, FUTEX_WAKE_PRIVATE, 1) = 1 <0.000010>',
    ].join('\n');

  it.each([
    ['ssh', "Enter passphrase for key '/home/dev/.ssh/id_ed25519': ", 'auth/ssh-key'],
    ['ssh', "The authenticity of host 'git.example (192.0.2.1)' can't be established.", 'auth/ssh-host-key'],
    ['git', "Username for 'https://git.example': ", 'auth/askpass'],
    ['git', 'Something else? ', 'auth/other'],
  ])('%s: %s', async (program, prompt, cause) => {
    const report = await reportOfText(`${asks(program, prompt)}\n`);
    expect(report).toMatchObject({ verdict: { status: 'blocked' }, blockingPoint: { cause, phase: 'auth' } });
    expect(report.blockingPoint?.blockedSeconds).toBeCloseTo(8.5, 1);
  });

  it('an answer that comes soon is no wait', async () => {
    const text = asks('ssh', 'Are you sure you want to continue connecting (yes/no)? ').replace(
      'read(4,  <unfinished ...>',
      'read(4, "yes\\n", 1024) = 4 <0.200000>',
    );
    const report = await reportOfText(`${text}\n`);
    expect(report.findings.map((finding) => finding.cause)).not.toContain('auth/ssh-host-key');
  });
});

describe('two clocks', () => {
  it('a stderr with epoch stamps beside strace -tt is moved onto its clock by the lines that both show', async () => {
    const line = '# get https://proxy.example/lib.example/a/@v/v1.0.0.mod';
    const tracer = [
      '1 10:00:00.000000 execve("/usr/local/go/bin/go", ["go", "mod", "download"], 0x1 /* 9 vars */) = 0 <0.000100>',
      `1 10:00:01.000000 write(2, "${line}\\n", ${line.length + 1}) = ${line.length + 1} <0.000010>`,
      '1 10:00:04.000000 exit_group(1) = ?',
      '1 10:00:04.000000 +++ exited with 1 +++',
    ].join('\n');
    const stderr = [
      `1700000001.000000 ${line}`,
      '1700000003.500000 go: lib.example/a@v1.0.0: reading https://proxy.example/lib.example/a/@v/v1.0.0.mod: 403 Forbidden',
    ].join('\n');
    for (const logs of [
      [tracer, stderr],
      [stderr, tracer],
    ]) {
      const report = await reportOfText(...logs.map((log) => `${log}\n`));
      expect(report.wallSeconds).toBeCloseTo(4, 3);
      expect(report.blockingPoint?.cause).toBe('server-error/forbidden');
      expect(report.blockingPoint?.startSeconds).toBeCloseTo(3.5, 3);
    }
  });
});

it('of three nameservers two are dead: both are named, and taken out by one command', async () => {
  const asked = (fd: number, server: string, seconds: number) =>
    [
      [seconds, udp(fd, server)],
      [seconds, sendAt(fd)],
    ] as const;
  const report = await reportOfText(
    log(
      ...asked(5, '192.0.2.53', 0.1),
      [5.1, 'close(5) = 0 <0.000010>'],
      ...asked(6, '192.0.2.54', 5.1),
      [10.1, 'close(6) = 0 <0.000010>'],
      ...asked(7, '192.0.2.55', 10.1),
      [10.2, answer(7)],
      [10.2, 'close(7) = 0 <0.000010>'],
      ...exit(10.3),
    ),
  );
  expect(report.blockingPoint?.cause).toBe('dns/dead-nameserver');
  expect(report.verdict.headline).toContain('the nameservers 192.0.2.53 and 192.0.2.54 never answered');
  expect(report.blockingPoint?.remedies.map((each) => each.command)).toContain(
    "sed -i -E '/^nameserver (192.0.2.53|192.0.2.54)$/d' /etc/resolv.conf",
  );
});

describe('a log that ends in the middle of a line', () => {
  const connect = '{sa_family=AF_INET, sin_port=htons(443), sin_addr=inet_addr("192.0.2.9")}, 16';
  const open = log(
    [0.1, 'socket(AF_INET, SOCK_STREAM, IPPROTO_TCP) = 3'],
    [0.2, `connect(3, ${connect}`],
  ).trimEnd();

  it.each([
    ['as it was copied', open],
    ['with the line ending of who pasted it', `${open}\n`],
    ['and blank lines', `${open}\n\n\n`],
  ])('%s', async (_, text) => {
    const { verdict, blockingPoint, inputs } = await reportOfText(text);
    expect([verdict.status, blockingPoint?.cause]).toEqual(['blocked', 'connect/blackhole']);
    expect(inputs).toMatchObject([{ records: 4, unparsed: 0 }]);
  });

  it('another line behind it shows that it is no call', async () => {
    const { blockingPoint, inputs } = await reportOfText(`${open}\n${log().split('\n')[0]}\n`);
    expect([blockingPoint, inputs[0]?.unparsed]).toEqual([null, 1]);
  });
});

describe('strace without -t', () => {
  const untimed = (...calls: readonly string[]) =>
    ['execve("/usr/local/go/bin/go", ["go", "mod", "download"], 0x1 /* 9 vars */) = 0', ...calls, ''].join(
      '\n',
    );
  const socket = 'socket(AF_INET, SOCK_STREAM, IPPROTO_TCP) = 3';
  const connect = 'connect(3, {sa_family=AF_INET, sin_port=htons(443), sin_addr=inet_addr("192.0.2.9")}, 16';

  it('that nothing failed does not say that nothing was slow', async () => {
    const { verdict } = await reportOfText(
      untimed(socket, `${connect}) = 0`, 'exit_group(0) = ?', '+++ exited with 0 +++'),
    );
    expect(verdict.status).toBe('unknown');
    expect(verdict.headline).toContain('-ttt');
  });

  it('what is waited for at its end is seen, and so is what failed', async () => {
    const causeOf = async (text: string) => (await reportOfText(text)).blockingPoint?.cause;
    expect(await causeOf(untimed(socket, connect))).toBe('connect/blackhole');
    expect(
      await causeOf(
        untimed(
          'write(2, "go: m.example/a@v1.0.0: write /c/mod/x: no space left on device\\n", 65) = 65',
          'exit_group(1) = ?',
          '+++ exited with 1 +++',
        ),
      ),
    ).toBe('disk/full');
  });

  it('of a program and what it started, the innermost is waited for', async () => {
    const { blockingPoint } = await reportOfText(
      untimed(
        'clone3({flags=CLONE_VM|CLONE_VFORK, exit_signal=SIGCHLD}, 88) = 2',
        '[pid 2] execve("/usr/bin/git", ["git", "fetch", "https://git.example/a"], 0x1 /* 9 vars */) = 0',
        '[pid 2] clone(child_stack=NULL, flags=SIGCHLD) = 3',
        '[pid 3] execve("/usr/bin/askpass", ["/usr/bin/askpass", "Username for \'https://git.example\': "], 0x1 /* 9 vars */) = 0',
      ),
    );
    expect(blockingPoint).toMatchObject({ cause: 'auth/askpass', culprit: { host: 'git.example' } });
  });
});

describe('responses that are slow one like the other', () => {
  const fetch = (module: string, from: number, until: number) => {
    const url = `https://proxy.example/${module}/@v/v1.0.0.mod`;
    const line = (seconds: number, text: string) =>
      `${(1_700_000_000 + seconds).toFixed(6)} # get ${url}${text}\n`;
    return line(from, '') + line(until, `: 200 OK (${(until - from).toFixed(3)}s)`);
  };

  it('are told together', async () => {
    const log = [0, 1, 2, 3].map((at) => fetch(`lib.example/m${at}`, at * 2, at * 2 + 1.5)).join('');
    const { verdict, blockingPoint } = await reportOfText(log);
    expect(verdict.headline).toContain('4 responses (1.5 s each)');
    expect(blockingPoint?.culprit).toMatchObject({
      host: 'proxy.example',
      url: 'https://proxy.example/lib.example/',
    });
    expect(blockingPoint?.culprit.module?.split(', ')).toHaveLength(3);
  });

  it('one that took most of the time is told alone', async () => {
    const log = fetch('lib.example/a', 0, 1) + fetch('lib.example/b', 1, 6) + fetch('lib.example/c', 6, 7);
    const { blockingPoint } = await reportOfText(log);
    expect(blockingPoint?.culprit).toMatchObject({ module: 'lib.example/b@v1.0.0' });
  });
});

describe('strace -t, whose clock shows seconds', () => {
  const slowOpen = (seconds: number) =>
    [
      '1 10:00:00 execve("/usr/local/go/bin/go", ["go", "mod", "download"], 0x1 /* 9 vars */) = 0',
      '1 10:00:00 openat(AT_FDCWD, "/home/dev/go/pkg/mod/cache/lock", O_RDWR <unfinished ...>',
      '2 10:00:00 brk(NULL) = 0x4000',
      `1 10:00:0${seconds} <... openat resumed>) = 3`,
      `1 10:00:0${seconds} exit_group(0) = ?`,
      `1 10:00:0${seconds} +++ exited with 0 +++`,
      '',
    ].join('\n');

  it('what seems to take a second may have taken none', async () => {
    expect((await point(slowOpen(0))).status).toBe('healthy');
    expect((await point(slowOpen(1))).status).toBe('healthy');
    expect(await point(slowOpen(4))).toMatchObject({ status: 'slow', cause: 'disk/slow' });
  });
});

it('a connect that this machine does not permit', async () => {
  const run = (errno: string) =>
    log(
      [0.1, 'socket(AF_INET, SOCK_STREAM|SOCK_CLOEXEC|SOCK_NONBLOCK, IPPROTO_TCP) = 3'],
      [
        0.2,
        `connect(3, {sa_family=AF_INET, sin_port=htons(443), sin_addr=inet_addr("192.0.2.9")}, 16) = -1 ${errno} <0.000010>`,
      ],
      [0.3, 'write(2, "go: m.example/a@v1.0.0: Get \\"h"..., 120) = 120 <0.000010>'],
      ...exit(0.4, 1),
    );
  expect(await point(run('EPERM (Operation not permitted)'))).toMatchObject({
    status: 'failed',
    cause: 'connect/not-permitted',
  });
  expect((await point(run('ECONNREFUSED (Connection refused)'))).cause).toBe('connect/refused');
});

describe('a response beside the body of another one', () => {
  const url = (file: string) => `https://proxy.example/lib.example/${file}`;
  const said = (text: string) => `write(2, "${text}\\n", ${text.length + 1}) = ${text.length + 1} <0.000010>`;
  const zip = '/home/dev/go/pkg/mod/cache/download/lib.example/a/@v/v1.0.0.zip7.tmp';
  const run = (answeredAt: number) =>
    log(
      [0.1, `openat(AT_FDCWD, "${zip}", O_RDWR|O_CREAT|O_EXCL|O_CLOEXEC, 0644) = 9 <0.000010>`],
      [0.1, said(`# get ${url('a/@v/v1.0.0.zip')}`)],
      [0.2, said(`# get ${url('a/@v/v1.0.0.zip')}: 200 OK (0.100s)`)],
      [0.2, 'write(9, "", 8000) = 8000 <0.000010>'],
      [0.3, said(`# get ${url('b/@v/v1.0.0.mod')}`)],
      [1.5, 'write(9, "", 8000) = 8000 <0.000010>'],
      [3, 'write(9, "", 8000) = 8000 <0.000010>'],
      [3.01, 'close(9) = 0 <0.000010>'],
      [answeredAt, said(`# get ${url('b/@v/v1.0.0.mod')}: 200 OK (${(answeredAt - 0.3).toFixed(3)}s)`)],
      ...exit(answeredAt + 0.1),
    );

  it('that comes as soon as the body is whole stood in line behind it', async () => {
    expect(await point(run(3.02))).toMatchObject({ cause: 'transfer/slow' });
  });

  it('that comes later is slow by itself', async () => {
    expect(await point(run(3.8))).toMatchObject({
      cause: 'ttfb/slow-response',
      culprit: { module: 'lib.example/b@v1.0.0' },
    });
  });
});

describe('a machine that slept', () => {
  const hangs = [0.1, 'read(5<TCP:[192.0.2.2:40000->192.0.2.9:443]>,  <unfinished ...>'] as const;
  const took = (seconds: string) => `<... read resumed>"\\27\\3\\3", 900) = 900 <${seconds}>`;

  it('waited for nobody: between the two lines of a call lies more time than it took', async () => {
    const slept = log(hangs, [600.1, took('0.500000')], ...exit(600.2));
    expect(await point(slept)).toMatchObject({ status: 'slow', cause: 'cpu/asleep', seconds: 599.5 });
    // The server was that slow.
    const awake = await point(log(hangs, [600.1, took('600.000000')], ...exit(600.2)));
    expect(awake.findings).not.toContain('cpu/asleep');
    // Durations in whole seconds.
    const coarse = await point(log(hangs, [3, took('1')], ...exit(3.1)));
    expect(coarse.findings).not.toContain('cpu/asleep');
  });

  it('is told once by all its threads, and each time that it sleeps', async () => {
    const thread = (at: number, line: string) => [at, `TIME${line}`] as const;
    const text = log(
      hangs,
      thread(0.2, 'futex(0x1, FUTEX_WAIT_PRIVATE, 0, NULL <unfinished ...>'),
      [100.1, took('1.000000')],
      thread(100.1, '<... futex resumed>) = 0 <0.900000>'),
      [100.2, hangs[1]],
      [150.2, took('1.000000')],
      ...exit(150.3),
    ).replaceAll(/^1 (\S+) TIME/gm, '2 $1 ');
    const report = await reportOfText(text);
    const pauses = report.timeline.spans.filter((span) => span.kind === 'pause');
    expect(pauses.map(({ startSeconds, endSeconds }) => [startSeconds, endSeconds].map(Number))).toEqual([
      [1.1, 100.1],
      [101.2, 150.2],
    ]);
    expect(report.blockingPoint).toMatchObject({ cause: 'cpu/asleep', blockedSeconds: 148 });
  });

  const fetched = (seconds: number, said: string) =>
    [
      '1700000000.100000 # get https://proxy.example/a.example/m/@v/v1.0.0.info',
      `${(1_700_000_000 + seconds).toFixed(6)} # get https://proxy.example/a.example/m/@v/v1.0.0.info: 200 OK (${said})`,
    ].join('\n');

  it('or a line lay in a buffer: go says that a fetch was quick, long after it began', async () => {
    expect(await point(fetched(600.1, '0.300s'))).toMatchObject({
      status: 'slow',
      cause: 'cpu/held-up',
      seconds: 599.7,
    });
    expect((await point(fetched(600.1, '600.000s'))).findings).not.toContain('cpu/held-up');
    // Something was printed meanwhile: the clock went on as it should, and the line was only late.
    const late = fetched(600.1, '0.300s').replace(
      '\n',
      '\n1700000300.000000 go: downloading b.example/n v1.0.0\n',
    );
    expect((await point(late)).findings).not.toContain('cpu/held-up');
  });
});

describe('what http2debug tells of a connection that stood late', () => {
  const seen = [
    '1700000000.001000 # get https://proxy.example/lib.example/a/@v/v1.0.0.mod',
    '1700000000.002000 2026/11/27 10:00:00 http2: Transport failed to get client conn for proxy.example:443: http2: no cached connection was available',
    '1700000007.002000 2026/11/27 10:00:07 http2: Transport creating client conn 0xc000182000 to 192.0.2.1:443',
    '1700000007.032000 # get https://proxy.example/lib.example/a/@v/v1.0.0.mod: 200 OK (7.031s)',
  ];
  const headlineOf = async (lines: readonly string[]) =>
    (await reportOfText(`${lines.join('\n')}\n`)).verdict.headline;

  it('the server was not silent: it had not been asked yet', async () => {
    expect(await headlineOf(seen)).toBe(
      'Slow: reaching proxy.example took 7.0 s; this log does not show whether DNS, connect or TLS was slow.',
    );
  });

  it('where go said what failed, nothing else is offered', async () => {
    const error = 'dial tcp: lookup proxy.example: getaddrinfow: A non-recoverable error';
    const url = 'https://proxy.example/a/@v/list';
    const headline = await headlineOf([
      `1700000000.0 # get ${url}`,
      `1700000007.0 # get ${url}: Get "${url}": ${error}`,
    ]);
    expect(headline).toBe('Failed: the lookup of proxy.example failed or was slow (7.0 s).');
  });

  it('without its lines, it may have been', async () => {
    expect(await headlineOf(seen.filter((line) => line.includes('# get')))).toMatch(
      /, or the server silent\.$/,
    );
  });
});

describe('without -T', () => {
  const blocking = (flags: string, read: string) =>
    log(
      [0.1, `socket(AF_INET, SOCK_STREAM${flags}, IPPROTO_TCP) = 3 <0.000010>`],
      [
        0.2,
        'connect(3, {sa_family=AF_INET, sin_port=htons(80), sin_addr=inet_addr("192.0.2.1")}, 16) = 0 <0.000010>',
      ],
      [0.3, 'sendto(3, "GET / HTTP/1.1\\r\\nHost: a.example\\r\\n\\r\\n", 35, 0, NULL, 0) = 35 <0.000010>'],
      [0.4, `${read} <0.000010>`],
      [5.4, 'close(3) = 0 <0.000010>'],
      [5.5, 'exit_group(0) = ? <0.000010>'],
      [5.6, '+++ exited with 0 +++'],
    ).replace(/ <\d\.\d{6}>$/gm, '');
  const answer =
    'recvfrom(3, "HTTP/1.1 200 OK\\r\\nContent-Length: 0\\r\\n\\r\\n", 4096, 0, NULL, NULL) = 38';

  it('a read that blocks took the time until the next line', async () => {
    expect(await point(blocking('', answer))).toMatchObject({
      cause: 'ttfb/slow-response',
      culprit: { host: 'a.example' },
    });
  });

  it('one of a socket that does not block took none', async () => {
    const { timeline } = await reportOfText(blocking('|SOCK_NONBLOCK', answer));
    const response = timeline.spans.find(({ kind }) => kind === 'response')!;
    expect(response.endSeconds! - response.startSeconds).toBeLessThan(0.2);
  });
});
