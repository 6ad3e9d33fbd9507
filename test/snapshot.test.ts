import { describe, expect, it } from 'vitest';
import { reportOfText } from './support/analyze.ts';

/** What `attach` writes of /proc: a first look, and the same two seconds later. */
const at = (seconds: number, lines: readonly string[]) =>
  lines.map((line) => `17000000${seconds.toFixed(6).padStart(9, '0')} ${line}\n`).join('');

const GO = 'proc 12 1 S 33.50 futex_wait go\tmod\tdownload';
const STOPPED = 'proc 13 12 T 33.00 do_signal_stop git\tls-remote\thttps://git.example/a.git';
const SOCKET = 'socket 12 8 tcp ESTABLISHED 192.0.2.2:40000 192.0.2.9:443 rx=0 tx=0 received=105120';
const HOST = 'host proxy.example 192.0.2.9';
const zip = (bytes: number) =>
  `file 12 9 ${bytes} /home/dev/go/pkg/mod/cache/download/lib.example/!big/@v/v1.2.0.zip123456.tmp`;

describe('of two connections', () => {
  const to = (fd: number, peer: string, times: string) =>
    `socket 12 ${fd} tcp ESTABLISHED 192.0.2.2:4000${fd} ${peer}:443 rx=0 tx=0 received=4000${times}`;
  const [EARLIER, LATER] = [' sent=90ms heard=80ms', ' sent=80ms heard=90ms'];
  const hosts = ['host first.example 192.0.2.8', 'host second.example 192.0.2.9'];
  const hostOf = async (first: string, second: string, more: readonly string[] = []) => {
    const look = (a: string, b: string) => [GO, ...more, to(8, '192.0.2.8', a), to(9, '192.0.2.9', b)];
    // What the first look saw went on.
    const text = at(0, [...look(LATER, EARLIER), ...hosts]) + at(20, look(first, second));
    return (await reportOfText(text)).blockingPoint?.culprit.host;
  };

  it('the one is awaited that was asked last, and not the one that has answered', async () => {
    const [answered, asked] = [' sent=7010ms heard=7000ms', ' sent=6990ms heard=7040ms'];
    expect(await hostOf(answered, asked)).toBe('second.example');
    expect(await hostOf(asked, answered)).toBe('first.example');
    expect(await hostOf(' sent=8000ms heard=8100ms', asked)).toBe('second.example');
  });

  it('the one sends a zip over which data came last', async () => {
    const [idle, stalled] = [' sent=9000ms heard=8990ms', ' sent=7100ms heard=5000ms'];
    expect(await hostOf(idle, stalled, [zip(98_304)])).toBe('second.example');
    expect(await hostOf('', '', [zip(98_304)])).toBeUndefined();
  });

  it('the one over which too little came sends no zip, whichever spoke last', async () => {
    const answer = to(8, '192.0.2.8', ' sent=7000ms heard=5000ms').replace('received=4000', 'received=2100');
    const sender = to(9, '192.0.2.9', ' sent=7100ms heard=6900ms').replace('received=4000', 'received=99000');
    const look = [GO, zip(98_304), answer, sender];
    const report = await reportOfText(at(0, [...look, ...hosts]) + at(20, look));
    expect(report.blockingPoint).toMatchObject({
      cause: 'transfer/stalled',
      culprit: { host: 'second.example' },
    });
  });
});

describe('two looks at a go that hangs', () => {
  it.each([
    [
      'of a zip that stands still',
      [zip(98_304)],
      [zip(98_304)],
      'transfer/stalled',
      'lib.example/Big@v1.2.0',
    ],
    ['of a zip that grows', [zip(98_304)], [zip(131_072)], 'transfer/slow', '33 kB at 16 kB/s'],
    ['of a zip without a byte', [zip(0)], [zip(0)], 'ttfb/no-response', 'lib.example/Big@v1.2.0'],
    ['of a connection alone', [], [], 'ttfb/no-response', 'proxy.example'],
    ['of a process that is stopped', [STOPPED], [STOPPED], 'cpu/stopped', 'state T'],
    [
      'of the program that GOAUTH names',
      ['proc 13 12 S 32.00 do_wait /opt/auth.sh'],
      ['proc 13 12 S 34.00 hrtimer_nanosleep sleep\t600'],
      'auth/goauth',
      '/opt/auth.sh',
    ],
  ])('%s', async (_, first, second, cause, said) => {
    const report = await reportOfText(at(0, [GO, SOCKET, ...first, HOST]) + at(2, [GO, SOCKET, ...second]));
    expect(report.verdict.status).toBe('blocked');
    expect(report.blockingPoint?.cause).toBe(cause);
    expect(report.verdict.headline).toContain(said);
    expect(report.inputs[0]).toMatchObject({ format: 'proc', unparsed: 0 });
  });
});

it('a go over whose connection something came between two looks is not stuck', async () => {
  const socket = (sent: number, heard: number) => `${SOCKET} sent=${sent}ms heard=${heard}ms`;
  const look = (heard: number) => at(0, [GO, socket(100, 300), HOST]) + at(2, [GO, socket(150, heard)]);
  const { verdict, blockingPoint } = await reportOfText(look(400));
  expect(blockingPoint).toBeNull();
  expect(verdict).toMatchObject({
    status: 'unknown',
    headline: expect.stringContaining('it is not stuck: answers came from proxy.example'),
  });
  expect((await reportOfText(look(9000))).blockingPoint?.cause).toBe('ttfb/no-response');
});

it('a handshake of which a few bytes came is one still, and no idle connection is waited for beside it', async () => {
  const half = 'socket 12 9 tcp ESTABLISHED 192.0.2.2:40001 192.0.2.7:443 rx=0 tx=0 received=11';
  const report = await reportOfText(at(0, [GO, SOCKET, half, HOST]) + at(2, [GO, SOCKET, half]));
  expect(report.findings).toMatchObject([
    { cause: 'tls/handshake-stall', culprit: { address: '192.0.2.7:443' } },
  ]);
});

it('what was there at first, and is not there in the end, is not waited for', async () => {
  const git = 'proc 13 12 S 33.00 poll git\tls-remote\thttps://git.example/a.git';
  const connecting = 'socket 12 9 tcp SYN-SENT 192.0.2.2:40001 192.0.2.7:443 rx=0 tx=1';
  const gone = await reportOfText(at(0, [GO, git, SOCKET, connecting, HOST]) + at(2, [GO, SOCKET]));
  expect(gone.blockingPoint).toMatchObject({ cause: 'ttfb/no-response', culprit: { host: 'proxy.example' } });
  const there = await reportOfText(at(0, [GO, SOCKET, HOST]) + at(2, [GO, SOCKET, connecting]));
  expect(there.blockingPoint).toMatchObject({ phase: 'connect', culprit: { address: '192.0.2.7:443' } });
});

describe('a look at a go behind an egress proxy', () => {
  const socket = (received: number) =>
    `socket 12 8 tcp ESTABLISHED 192.0.2.2:40000 192.0.2.8:3128 rx=0 tx=0 received=${received}`;
  const look = (received: number, goproxy: string) =>
    reportOfText(
      at(0, [
        GO,
        socket(received),
        `env 12 GOPROXY=${goproxy}`,
        'env 12 HTTPS_PROXY=http://egress.example:3128',
        'host egress.example 192.0.2.8',
      ]) + at(2, [GO, socket(received)]),
    );

  it.each([
    ['from which nothing came', 0, 'https://proxy.example', 'ttfb/silent-egress-proxy', 'egress.example'],
    ['which let it through', 39, 'https://proxy.example', 'tls/handshake-stall', 'proxy.example'],
    ['with one host behind it', 5000, 'https://proxy.example,direct', 'ttfb/no-response', 'proxy.example'],
    [
      'with two hosts behind it',
      5000,
      'https://a.example,https://b.example',
      'ttfb/no-response',
      'egress.example',
    ],
  ])('%s', async (_, received, goproxy, cause, host) => {
    const { blockingPoint, verdict } = await look(received, goproxy);
    expect(blockingPoint).toMatchObject({ cause, culprit: { host, address: '192.0.2.8:3128' } });
    expect(verdict.headline).toContain(host);
  });

  it('that does not answer the connect', async () => {
    const { blockingPoint } = await reportOfText(
      at(0, [
        GO,
        'socket 12 8 tcp SYN-SENT 192.0.2.2:40000 192.0.2.8:3128 rx=0 tx=1',
        'env 12 GOPROXY=https://proxy.example',
        'env 12 HTTPS_PROXY=http://egress.example:3128',
        'host egress.example 192.0.2.8',
      ]),
    );
    expect(blockingPoint).toMatchObject({
      cause: 'connect/dead-egress-proxy',
      culprit: { host: 'egress.example', address: '192.0.2.8:3128' },
    });
  });

  it('is not blamed for the silence of a host behind it', async () => {
    const { blockingPoint, verdict } = await look(5000, 'https://a.example,https://b.example');
    expect(blockingPoint?.confidence).toBeLessThan(0.7);
    expect(verdict.headline).toContain('the silence may be that of a host behind it');
  });
});

describe('repeated looks at a go without a tracer', () => {
  const run = (during: readonly string[]) =>
    at(0, ['sampling every 250 ms']) +
    at(0.25, ['proc 12 1 R 0.25 0 go\tmod\tdownload', ...during]) +
    at(6, [...(during.length > 0 ? ['gone work'] : []), 'gone proc 12 go\tmod\tdownload']);
  // The end of the command is known, as it is to who started it.
  const fetch = at(0.1, ['# get https://proxy.example/a.example/a/@v/v1.0.0.zip']).concat(
    at(0.2, ['# get https://proxy.example/a.example/a/@v/v1.0.0.zip: 200 OK (0.1s)']),
  );

  it('who computes has work to do; a silence without work is not explained', async () => {
    const busy = await reportOfText(run(['work 0.25']), fetch);
    expect(busy.verdict.status).toBe('healthy');
    expect(busy.phases.find((each) => each.phase === 'cpu')?.criticalSeconds).toBeCloseTo(5.9, 1);
    const silent = await reportOfText(run([]), fetch);
    expect(silent.verdict.status).toBe('unknown');
    expect(silent.verdict.headline).toContain('go printed nothing for');
  });
});
