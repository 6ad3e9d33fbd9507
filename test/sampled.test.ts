import { describe, expect, it } from 'vitest';
import { reportOfRun, reportOfText } from './support/analyze.ts';

/** A run without a tracer: what go printed, with the times at which it came, and what /proc showed four times a second. */
const stamped = (lines: readonly (readonly [number, string])[]) =>
  lines.map(([seconds, line]) => `${(1_700_000_000 + seconds).toFixed(6)} ${line}\n`).join('');
const GO = 'go\tmod\tdownload';
const looks = (lines: readonly (readonly [number, string])[], endSeconds = 9) =>
  stamped([
    [0, 'sampling every 250 ms'],
    [0.25, `proc 12 1 S 0.25 futex_wait ${GO}`],
    ...lines,
    [endSeconds, `gone proc 12 ${GO}`],
  ]);
const URL = 'https://proxy.example/a.example/a/@v/v1.0.0.zip';
const ASKED = [0.1, `# get ${URL}`] as const;
const DIAL = [
  0.1,
  'http2: Transport failed to get client conn for proxy.example:443: http2: no cached connection was available',
] as const;
const CONNECTED = (at: number) =>
  [at, 'http2: Transport creating client conn 0xc0001 to 192.0.2.9:443'] as const;
const answered = (at: number, status = '200 OK') =>
  [at, `# get ${URL}: ${status} (${(at - 0.1).toFixed(3)}s)`] as const;
const socket = (at: number, more = '', port = 443) =>
  [at, `socket 12 8 tcp ESTABLISHED 192.0.2.2:40000 192.0.2.9:${port} rx=0 tx=0${more}`] as const;

async function pointOf(proc: string, stderr: string) {
  const report = await reportOfText(proc, stderr);
  expect(report.inputs.map((input) => input.unparsed)).toEqual([0, 0]);
  const { status, headline } = report.verdict;
  return { status, headline, cause: report.blockingPoint?.cause, culprit: report.blockingPoint?.culprit };
}

describe('a connect that is gone', () => {
  const connecting = 'socket 12 8 tcp SYN-SENT 192.0.2.2:40000 192.0.2.9:443 rx=0 tx=1';
  const looked = looks(
    [
      [0.25, connecting],
      [7.6, `gone ${connecting.replace(/ rx=.*/, '')}`],
    ],
    8.4,
  );
  const to = (address: string) =>
    [7.5, `http2: Transport creating client conn 0xc0001 to ${address}:443`] as const;

  it('was given up where go tells of a connection to another address, which no look found', async () => {
    const point = await pointOf(looked, stamped([ASKED, DIAL, to('192.0.2.10'), answered(8.2)]));
    expect(point).toMatchObject({
      cause: 'connect/one-address-dead',
      culprit: { host: 'proxy.example', address: '192.0.2.9:443' },
    });
  });

  it('came about late where go tells of one to the same', async () => {
    const point = await pointOf(looked, stamped([ASKED, DIAL, to('192.0.2.9'), answered(8.2)]));
    expect(point).toMatchObject({ cause: 'connect/slow', culprit: { address: '192.0.2.9:443' } });
  });
});

it('a nameserver that is asked for the checksum database, and no longer than for others before, is the slow one', async () => {
  const question = (fd: number) =>
    `socket 12 ${fd} udp ESTABLISHED 192.0.2.2:4000${fd} 192.0.2.53:53 rx=0 tx=0`;
  const gone = (fd: number) => `gone ${question(fd).replace(/ rx=.*/, '')}`;
  const proc = looks(
    [
      [0.25, question(7)],
      [3.25, gone(7)],
      [3.5, question(8)],
    ],
    6.2,
  );
  const sumdb = (at: number, file: string, end = '') =>
    [at, `# get https://sum.example/${file}${end}`] as const;
  const connected = [3.3, 'http2: Transport creating client conn 0xc0001 to 192.0.2.9:443'] as const;
  const dialSumdb = [3.5, DIAL[1].replace('proxy.example', 'sum.example')] as const;
  const stderr = [ASKED, DIAL, connected, answered(3.4), sumdb(3.45, 'lookup/a.example/a@v1.0.0'), dialSumdb];
  const point = await pointOf(proc, stamped(stderr));
  expect(point).toMatchObject({ cause: 'dns/slow-nameserver', culprit: { address: '192.0.2.53:53' } });
});

describe('go mod download -json, whose errors are on its stdout', () => {
  const run = { command: ['sh', '-c', 'exec go mod download -json'], exitCode: 1 };
  const fallback = URL.replace('proxy.example', 'second.example');

  it('failed for what was refused, and given by nobody else', async () => {
    const { verdict } = await reportOfRun([stamped([ASKED, answered(0.4, '503 Service Unavailable')])], run);
    expect(verdict.headline).toBe(`Failed: proxy.example answers 503 for ${URL}.`);
  });

  it('has its reason elsewhere where another entry gave it', async () => {
    const refused = [ASKED, answered(0.4, '404 Not Found')] as const;
    const given = [
      [0.5, `# get ${fallback}`],
      [0.6, `# get ${fallback}: 200 OK (0.100s)`],
    ] as const;
    const { verdict } = await reportOfRun([stamped([...refused, ...given])], run);
    expect(verdict).toMatchObject({
      status: 'failed',
      headline: expect.stringContaining('With -json go says why on its stdout'),
    });
  });
});

describe('handshakes that nobody finishes', () => {
  const NEXT = 'https://proxy.example/b.example/b/@v/v1.0.0.mod';
  const gone = 'gone socket 12 8 tcp ESTABLISHED 192.0.2.2:40000 192.0.2.9:443';
  const stderr = stamped([
    ASKED,
    DIAL,
    [10.1, `# get ${NEXT}`],
    [10.1, DIAL[1]],
    // Printed behind what go turned to next.
    [10.1, `${ASKED[1]}: Get "${URL}": net/http: TLS handshake timeout`],
  ]);

  it('are named, though something came over the connection, and though the time limit of one is over', async () => {
    const proc = looks(
      [socket(0.25), socket(1.25, ' received=11'), [10.3, gone], socket(10.3), socket(11.3, ' received=11')],
      12,
    );
    const point = await pointOf(proc, stderr);
    expect(point).toMatchObject({ cause: 'tls/handshake-stall', culprit: { address: '192.0.2.9:443' } });
  });
});

describe('a command that was stopped', () => {
  it('stood still, and what was in flight is not slow', async () => {
    const stops = [
      [2, 'stopped 0.25'],
      [8, 'gone stopped'],
    ] as const;
    const point = await pointOf(looks(stops), stamped([ASKED, answered(8.9)]));
    expect(point).toMatchObject({ status: 'slow', cause: 'cpu/stopped' });
    expect(point.headline).toMatch(/stood still for 6\.[23] s/);
    const short = await pointOf(
      looks([
        [8, 'stopped 0.25'],
        [8, 'gone stopped'],
      ]),
      stamped([ASKED, answered(8.9)]),
    );
    expect(short.cause).toBe('connect/other');
  });
});

describe('a handshake that http2debug began to tell of', () => {
  it('stalls where nothing ever came over the connection', async () => {
    const point = await pointOf(looks([socket(0.25), socket(1.3, ' received=0')]), stamped([ASKED, DIAL]));
    expect(point).toMatchObject({ cause: 'tls/handshake-stall', culprit: { host: 'proxy.example' } });
  });

  it('is over where something came, and the host talks HTTP/1: its answer is awaited', async () => {
    const point = await pointOf(looks([socket(0.25), socket(1.3, ' received=2045')]), stamped([ASKED, DIAL]));
    expect(point.cause).toBe('ttfb/no-response');
  });

  it('is not accused where nobody could tell whether something came', async () => {
    const point = await pointOf(looks([socket(0.25)]), stamped([ASKED, DIAL]));
    expect(point.cause).toBe('connect/other');
  });

  it('was none where the host answers without an HTTP/2 connection', async () => {
    const point = await pointOf(looks([socket(0.25)]), stamped([ASKED, DIAL, answered(8.9)]));
    expect(point.cause).toBe('connect/other');
    expect(point.headline).toContain('does not show whether DNS, connect or TLS was slow');
  });

  it('was slow where the HTTP/2 connection came late', async () => {
    const point = await pointOf(looks([socket(0.25)]), stamped([ASKED, DIAL, CONNECTED(8), answered(8.1)]));
    expect(point.cause).toBe('tls/slow-handshake');
  });

  it('is not told by the connections of git', async () => {
    const git = [
      [0.5, 'proc 13 12 S 0.20 poll git\tls-remote\thttps://git.example/b.git'],
      [0.5, 'socket 13 5 tcp ESTABLISHED 192.0.2.2:40001 192.0.2.7:443 rx=0 tx=0 received=0'],
    ] as const;
    const point = await pointOf(looks(git), stamped([ASKED, DIAL]));
    expect(point.cause).toBe('connect/other');
  });
});

describe('an egress proxy', () => {
  const env = [0.25, 'env 12 HTTPS_PROXY=http://egress.example:3128'] as const;

  it('is named where the connect to it gets no answer', async () => {
    const syn = [0.25, 'socket 12 8 tcp SYN-SENT 192.0.2.2:40000 192.0.2.9:3128 rx=0 tx=1'] as const;
    const point = await pointOf(looks([env, syn]), stamped([ASKED, DIAL]));
    expect(point).toMatchObject({ cause: 'connect/dead-egress-proxy', culprit: { host: 'egress.example' } });
  });

  it('is silent where nothing came from it', async () => {
    const proc = looks([env, socket(0.25, '', 3128), socket(1.3, ' received=0', 3128)]);
    const point = await pointOf(proc, stamped([ASKED, DIAL]));
    expect(point).toMatchObject({ cause: 'ttfb/silent-egress-proxy', culprit: { host: 'egress.example' } });
  });

  it('and the host behind it are not told apart where the connection came late', async () => {
    const point = await pointOf(
      looks([env, socket(0.25, '', 3128)]),
      stamped([ASKED, DIAL, CONNECTED(8), answered(8.1)]),
    );
    expect(point).toMatchObject({ cause: 'connect/other', culprit: { host: 'egress.example' } });
  });
});

describe('questions to nameservers', () => {
  const question = [0.25, 'socket 12 6 udp ESTABLISHED 192.0.2.2:5000 192.0.2.53:53 rx=0 tx=0'] as const;
  const gone = [5.25, 'gone socket 12 6 udp ESTABLISHED 192.0.2.2:5000 192.0.2.53:53'] as const;

  it('one that was given up, and another nameserver that was too quick to be seen', async () => {
    const point = await pointOf(
      looks([question, gone]),
      stamped([ASKED, DIAL, CONNECTED(5.3), answered(5.4)]),
    );
    expect(point).toMatchObject({ cause: 'dns/dead-nameserver', culprit: { address: '192.0.2.53:53' } });
  });

  it('one that was given up, where there is one nameserver: it answered later', async () => {
    const only = [0.25, 'env 12 nameservers=192.0.2.53'] as const;
    const stderr = stamped([ASKED, DIAL, CONNECTED(5.3), answered(5.4)]);
    expect((await pointOf(looks([only, question, gone]), stderr)).cause).toBe('dns/lost-query');
    const both = [0.25, 'env 12 nameservers=192.0.2.53 192.0.2.54'] as const;
    expect((await pointOf(looks([both, question, gone]), stderr)).cause).toBe('dns/dead-nameserver');
  });

  it('one that was given up, and no answer at all', async () => {
    const failed = [
      5.3,
      `# get ${URL}: Get "${URL}": dial tcp: lookup proxy.example on 192.0.2.53:53: read udp 192.0.2.2:5000->192.0.2.53:53: i/o timeout`,
    ] as const;
    const point = await pointOf(looks([question, gone]), stamped([ASKED, DIAL, failed]));
    expect(point.cause).toBe('dns/all-nameservers-dead');
  });
});

describe('bodies that http2debug began to tell of', () => {
  const path = [0.2, 'http2: Transport encoding header ":path" = "/a.example/a/@v/v1.0.0.zip"'] as const;
  const authority = [0.2, 'http2: Transport encoding header ":authority" = "proxy.example"'] as const;
  const request = [ASKED, DIAL, CONNECTED(0.2), authority, path] as const;
  const headers = (at: number) =>
    [at, 'http2: Transport received HEADERS flags=END_HEADERS stream=1 len=25'] as const;

  it('of a 404 is left unread, and so not waited for', async () => {
    const late = [8, '# get https://mirror.example/a.example/a/@v/v1.0.0.zip'] as const;
    const point = await pointOf(
      looks([]),
      stamped([...request, headers(0.3), answered(0.31, '404 Not Found'), late]),
    );
    expect(point.cause).not.toMatch(/^transfer/);
  });

  it('of a redirect is not the one that is waited for', async () => {
    const point = await pointOf(looks([]), stamped([...request, headers(0.3), answered(8)]));
    expect(point.cause).toBe('ttfb/slow-response');
  });

  it('is late where the zip was empty for long', async () => {
    const file = '/home/dev/go/pkg/mod/cache/download/a.example/a/@v/v1.0.0.zip123.tmp';
    const proc = looks([
      [0.5, `file 12 9 0 ${file}`],
      [6, `gone file 12 9 ${file}`],
    ]);
    const point = await pointOf(proc, stamped([ASKED, answered(0.4)]));
    expect(point).toMatchObject({ status: 'slow', cause: 'transfer/slow' });
    expect(point.headline).toMatch(/5\.[56] s for its body/);
  });

  it('of a redirect is not the zip, which /proc shows growing', async () => {
    const redirect = [
      0.3,
      'http2: Transport received DATA flags=END_STREAM stream=1 len=83 data="<a"',
    ] as const;
    const file = '/home/dev/go/pkg/mod/cache/download/a.example/a/@v/v1.0.0.zip123.tmp';
    const grows = Array.from(
      { length: 32 },
      (_, at) => [0.5 + at / 4, `file 12 9 ${(at + 1) * 20_000} ${file}`] as const,
    );
    const gone = [8.6, `gone file 12 9 ${file}`] as const;
    const lines = [...request, headers(0.3), redirect, answered(0.45)] as const;
    const point = await pointOf(looks([...grows, gone]), stamped(lines));
    expect(point).toMatchObject({
      status: 'slow',
      cause: 'transfer/slow',
      culprit: { module: 'a.example/a@v1.0.0' },
    });
  });

  it('are not told apart where a host has two connections', async () => {
    const data = [0.4, 'http2: Transport received DATA stream=1 len=322 data="PK"'] as const;
    const second = [0.25, 'http2: Transport creating client conn 0xc0002 to 192.0.2.9:443'] as const;
    const lines = [...request, second, headers(0.3), answered(0.31), data] as const;
    expect((await pointOf(looks([]), stamped(lines))).cause).not.toBe('transfer/stalled');
  });

  it('of the answer itself stalls', async () => {
    const data = [0.4, 'http2: Transport received DATA stream=1 len=322 data="PK"'] as const;
    const point = await pointOf(looks([]), stamped([...request, headers(0.3), answered(0.31), data]));
    expect(point.cause).toBe('transfer/stalled');
  });
});

describe('a go that was ended, in a command that goes on', () => {
  const SHELL = 'sh\tretry.sh';
  const run = (lines: readonly (readonly [number, string])[]) =>
    stamped([
      [0, 'sampling every 250 ms'],
      [0.2, `proc 11 1 S 0.25 do_wait ${SHELL}`],
      [0.2, `proc 12 11 S 0.20 futex_wait ${GO}`],
      ...lines,
      [12, `gone proc 11 ${SHELL}`],
    ]);
  const again = [
    [7, `proc 13 11 S 0.20 futex_wait ${GO}`],
    [12, `gone proc 13 ${GO}`],
  ] as const;

  it('waited until then, and what it waited for did not come about', async () => {
    const attempt = 'socket 12 6 tcp SYN-SENT 192.0.2.2:40000 192.0.2.9:443 rx=0 tx=1';
    const gone = 'gone socket 12 6 tcp SYN-SENT 192.0.2.2:40000 192.0.2.9:443';
    const point = await pointOf(
      run([[0.25, attempt], [5, `gone proc 12 ${GO}`], [5, gone], ...again]),
      stamped([ASKED, DIAL, [7, ASKED[1]], [7.1, `${ASKED[1]}: 200 OK (0.100s)`]]),
    );
    expect(point.cause).toBe('connect/blackhole');
    expect(point.headline).toMatch(/4\.[5-9] s of silence/);
  });

  const TMP = '/home/dev/go/pkg/mod/cache/download/a.example/a/@v/v1.0.0.zip123.tmp';
  it('received a body that stood still', async () => {
    const file = (bytes: number) => `file 12 9 ${bytes} ${TMP}`;
    const point = await pointOf(
      run([
        [0.25, file(0)],
        [0.5, file(9000)],
        [0.75, file(9000)],
        [6, `gone proc 12 ${GO}`],
        [6, `gone file 12 9 ${TMP}`],
        ...again,
      ]),
      stamped([ASKED, answered(0.3)]),
    );
    expect(point.cause).toBe('transfer/stalled');
  });

  it('hashes a body that no longer grows, and is not accused for it', async () => {
    const file = (bytes: number) => `file 12 9 ${bytes} ${TMP}`;
    const { headline } = await pointOf(
      run([
        [0.25, file(0)],
        [0.5, file(9000)],
        [4, `gone file 12 9 ${TMP}`],
        [6, `gone proc 12 ${GO}`],
        ...again,
      ]),
      stamped([ASKED, answered(0.3)]),
    );
    expect(headline).not.toMatch(/stopped|never/);
  });
});

describe('steps that were gone at the next look', () => {
  const query = (fd: number) => `socket 12 ${fd} udp ESTABLISHED 192.0.2.2:4000${fd} 192.0.2.53:53`;
  const gone = (at: number, what: string) => [at, `gone ${what}`] as const;

  it('a lookup that went with its process had an answer where what it was for was reached', async () => {
    const proc = looks([[0.25, `${query(8)} rx=0 tx=0`]], 4) + stamped([gone(4, query(8))]);
    const reached = await pointOf(proc, stamped([ASKED, DIAL, CONNECTED(3.8), answered(3.9)]));
    expect(reached).toMatchObject({ cause: 'dns/slow-nameserver', culprit: { address: '192.0.2.53:53' } });
    const failed = await pointOf(
      proc,
      stamped([
        ASKED,
        DIAL,
        [3.9, `# get ${URL}: Get "${URL}": dial tcp: lookup proxy.example: i/o timeout`],
      ]),
    );
    expect(failed.cause).toBe('dns/all-nameservers-dead');
  });

  it('a connect was given up where another address took its place', async () => {
    const syn = 'socket 12 8 tcp SYN-SENT 192.0.2.2:41000 203.0.113.9:443';
    const proc = (next: readonly (readonly [number, string])[]) =>
      looks([[0.25, `${syn} rx=0 tx=1`], gone(8.5, syn), ...next]);
    const stderr = stamped([ASKED, DIAL, CONNECTED(8.6), answered(8.7)]);
    expect(await pointOf(proc([socket(8.5)]), stderr)).toMatchObject({
      cause: 'connect/one-address-dead',
      culprit: { address: '203.0.113.9:443' },
    });
    const same = [8.5, 'socket 12 8 tcp ESTABLISHED 192.0.2.2:41000 203.0.113.9:443 rx=0 tx=0'] as const;
    expect(await pointOf(proc([same]), stderr)).toMatchObject({ cause: 'connect/slow' });
  });
});
