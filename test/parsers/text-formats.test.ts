import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { goEnv } from '../../parsers/go-env/format.ts';
import { classifyError } from '../../parsers/go-errors/format.ts';
import { goJson } from '../../parsers/go-json/format.ts';
import { BuildOutput } from '../../parsers/go-x/build-output.ts';
import { goX } from '../../parsers/go-x/format.ts';
import { goroutines } from '../../parsers/goroutines/format.ts';
import { http2debug } from '../../parsers/http2debug/format.ts';
import { ltrace } from '../../parsers/ltrace/format.ts';
import { netdns } from '../../parsers/netdns/format.ts';
import { TEXT_FORMATS, TRACER_FORMATS } from '../../parsers/registry.ts';
import { straceSummary } from '../../parsers/strace-summary/format.ts';
import { splitGlued } from '../../src/ingest/reader.ts';
import { parse, parseText } from '../support/parse.ts';

describe('go env', () => {
  it('as printed by old and new go, on Windows, and as JSON', () => {
    const text = [
      "GOPROXY='https://proxy.example,direct'",
      'GOSUMDB="off"',
      'set GOFLAGS=-mod=mod',
      'GOPRIVATE=',
      'HOME=/home/runner',
    ].join('\n');
    const { records, outcomes } = parseText(goEnv, `${text}\n`);
    expect(records.map(({ name, value }) => [name, value])).toEqual([
      ['GOPROXY', 'https://proxy.example,direct'],
      ['GOSUMDB', 'off'],
      ['GOFLAGS', '-mod=mod'],
      ['GOPRIVATE', ''],
    ]);
    expect(outcomes.unparsed).toBe(1);
    const json = '{\n\t"GOPROXY": "https://proxy.example",\n\t"GOSUMDB": "off"\n}\n';
    expect(parseText(goJson, json)).toMatchObject({
      records: [
        { kind: 'go-setting', name: 'GOPROXY', value: 'https://proxy.example' },
        { kind: 'go-setting', name: 'GOSUMDB', value: 'off' },
      ],
      outcomes: { record: 1, continued: 3, ignored: 0, unparsed: 0 },
    });
  });
});

describe('go mod download -json', () => {
  it('modules, and the error of one', () => {
    const text = [
      '{',
      '\t"Path": "lib.example/a",',
      '\t"Version": "v1.0.0",',
      '\t"Error": "lib.example/a@v1.0.0: reading https://proxy.example/lib.example/a/@v/v1.0.0.mod: 404 Not Found"',
      '}',
      '{',
      '\t"Path": "lib.example/b",',
      '\t"Version": "v1.0.0",',
      '\t"Origin": {',
      '\t\t"VCS": "git",',
      '\t\t"URL": "https://git.example/b"',
      '\t}',
      '}',
    ].join('\n');
    const { records, outcomes, lines } = parseText(goJson, `${text}\n`);
    expect(records).toMatchObject([
      { kind: 'go-module', module: 'lib.example/a', version: 'v1.0.0' },
      { kind: 'go-error', class: 'not-found', module: 'lib.example/a' },
      { kind: 'go-module', module: 'lib.example/b' },
    ]);
    expect(outcomes).toEqual({ record: 2, continued: lines - 2, ignored: 0, unparsed: 0 });
  });

  it('a brace of something else, and an object that is cut', () => {
    expect(parseText(goJson, '{\nint main() {\n}\n').outcomes).toMatchObject({ unparsed: 2 });
    expect(parseText(goJson, '{\n\t"Path": "lib.example/a",\n').records).toEqual([]);
  });
});

describe('strace -c', () => {
  it('the table, with and without errors', () => {
    const text = [
      '% time     seconds  usecs/call     calls    errors syscall',
      '------ ----------- ----------- --------- --------- ------------------',
      ' 61.90    0.004213          42       100        12 openat',
      ' 38.10    0.002593           6       400           futex',
      '------ ----------- ----------- --------- --------- ------------------',
      '100.00    0.006806          13       500        12 total',
    ].join('\n');
    expect(parseText(straceSummary, `${text}\n`)).toMatchObject({
      records: [
        { name: 'openat', count: 100, failed: 12, totalNs: 4_213_000 },
        { name: 'futex', count: 400, failed: 0, totalNs: 2_593_000 },
      ],
      outcomes: { record: 2, ignored: 4, unparsed: 0 },
    });
  });
});

describe('go -x', () => {
  it.each([
    [
      '# get https://proxy.example/a/@v/list',
      { kind: 'fetch-start', url: 'https://proxy.example/a/@v/list' },
    ],
    [
      '# get https://proxy.example/a/@v/list: 200 OK (0.167s)',
      { kind: 'fetch-end', status: 200, statusText: 'OK', durationNs: 0.167e9 },
    ],
    [
      '# get https://proxy.example/a: Get "https://proxy.example/a": dial tcp 192.0.2.1:443: i/o timeout',
      { kind: 'fetch-end', error: 'Get "https://proxy.example/a": dial tcp 192.0.2.1:443: i/o timeout' },
    ],
    [
      'cd /c/vcs/ab; git ls-remote -q https://git.example/x',
      { kind: 'command-start', dir: '/c/vcs/ab', command: 'git ls-remote -q https://git.example/x' },
    ],
    [
      '0.155s # cd /c/vcs/ab; git ls-remote -q https://git.example/x',
      { kind: 'command-end', durationNs: 0.155e9 },
    ],
    [
      'mkdir -p /c/vcs # git3 https://git.example/x',
      { kind: 'repository', vcs: 'git', url: 'https://git.example/x' },
    ],
    ['# lock /c/vcs/ab.lock', { kind: 'vcs-lock', path: '/c/vcs/ab.lock' }],
    [
      'go: downloading rsc.io/quote v1.5.2',
      { kind: 'downloading', module: 'rsc.io/quote', version: 'v1.5.2' },
    ],
    [
      'go: downloading go1.99.0 (linux/amd64)',
      { kind: 'downloading', module: 'golang.org/toolchain', version: 'go1.99.0' },
    ],
  ])('%s', (line, expected) => {
    expect(parseText(goX, `${line}\n`).records[0]).toMatchObject(expected);
  });

  it('holds the script of a build back, here-documents included, and nothing else', () => {
    const build = new BuildOutput();
    const lines = [
      'WORK=/tmp/go-build123',
      'mkdir -p $WORK/b001/',
      "cat >$WORK/b001/importcfg << 'EOF' # internal",
      'any text of mine',
      'EOF',
      'hello from the program',
      '# example.com/pkg',
      './a.go:3:1: syntax error',
    ];
    expect(lines.filter((line) => !build.isBuildLine(line))).toEqual([
      'hello from the program',
      '# example.com/pkg',
      './a.go:3:1: syntax error',
    ]);
  });
});

it('netdns: order, resolver, and pieces that other lines fell into', () => {
  const { records } = parseText(
    netdns,
    'go package net: hostLookupOrder(proxy.example) = files,dns\ngo package net: using cgo DNS resolver\ngo package net: confVal.netCgo = \nfalse  netGo = false\n',
  );
  expect(records).toMatchObject([
    { kind: 'lookup-order', host: 'proxy.example', order: 'files,dns' },
    { kind: 'resolver', resolver: 'cgo' },
    { kind: 'resolver' },
    { kind: 'resolver' },
  ]);
  expect(splitGlued('go package net: confVal.netCgo = # get https://a.example/b')).toEqual([
    'go package net: confVal.netCgo = ',
    '# get https://a.example/b',
  ]);
});

it('http2debug: dials, connections, frames', () => {
  const text =
    'http2: Transport failed to get client conn for proxy.example:443: http2: no cached connection was available\nhttp2: Transport creating client conn 0xc000 to 192.0.2.1:443\nhttp2: Transport received DATA flags=END_STREAM stream=3 len=29 data="x"\n';
  expect(parseText(http2debug, text).records).toMatchObject([
    { kind: 'h2-dial', host: 'proxy.example' },
    { kind: 'h2-connection', address: '192.0.2.1:443' },
    { kind: 'h2-frame', type: 'DATA', stream: 3, length: 29, endStream: true },
  ]);
});

it('goroutines: state, minutes, frames without their arguments', () => {
  const text =
    'SIGQUIT: quit\n\ngoroutine 5 gp=0xc0 m=nil [IO wait, 12 minutes]:\nnet.(*sysDialer).dialTCP(0x1, {0x2, 0x3})\n\t/go/net/dial.go:1 +0x1\ncreated by net/http.(*Transport).queueForDial in goroutine 1\n\t/go/x.go:2 +0x2\n\n';
  expect(parseText(goroutines, text).records).toMatchObject([
    { id: 5, state: 'IO wait', minutes: 12, frames: [{ function: 'net.(*sysDialer).dialTCP' }] },
  ]);
});

it('ltrace: nested and resumed calls', () => {
  const text =
    '12 1700000000.0 git->connect(3, 0x1 <unfinished ...>\n12 1700000000.5 libc.so.6->malloc(8) = 0x1 <0.000001>\n12 1700000002.0 <... connect resumed> ) = 0 <2.000000>\n12 1700000002.0 +++ exited (status 1) +++\n';
  expect(parseText(ltrace, text).records).toMatchObject([
    { name: 'malloc', caller: 'libc.so.6' },
    { name: 'connect', caller: 'git', durationNs: 2e9 },
    { kind: 'library-exit', code: 1 },
  ]);
});

describe('errors', () => {
  it.each([
    [
      'go: rsc.io/quote@v1.9.9: reading https://proxy.example/rsc.io/quote/@v/v1.9.9.info: 404 Not Found',
      { class: 'not-found', module: 'rsc.io/quote', version: 'v1.9.9' },
    ],
    [
      'go: m.example/a@v1.0.0: Get "https://proxy.example/x": dial tcp: lookup proxy.example on 192.0.2.53:53: no such host',
      { class: 'no-such-host', host: 'proxy.example', address: '192.0.2.53:53' },
    ],
    [
      'go: m.example/a@v1.0.0: Get "https://proxy.example/x": dial tcp 192.0.2.1:443: connect: connection refused',
      { class: 'connect-refused', address: '192.0.2.1:443' },
    ],
    [
      'go: m.example/a@v1.0.0: Get "https://proxy.example/x": dial tcp 192.0.2.1:443: i/o timeout',
      { class: 'connect-timeout', address: '192.0.2.1:443' },
    ],
    [
      'go: m.example/a@v1.0.0: Get "https://proxy.example/x": proxyconnect tcp: dial tcp 192.0.2.9:3128: connect: connection refused',
      { class: 'egress-dead' },
    ],
    [
      'go: m.example/a@v1.0.0: Get "https://proxy.example/x": Proxy Authentication Required',
      { class: 'egress-407' },
    ],
    [
      'go: m.example/a@v1.0.0: verifying module: checksum mismatch',
      { class: 'checksum-mismatch', module: 'm.example/a' },
    ],
    [
      'go: m.example/a@v1.0.0: Get "https://proxy.example/x": tls: failed to verify certificate: x509: certificate has expired or is not yet valid: current time',
      { class: 'tls-expired' },
    ],
    [
      'go: m.example/a@v1.0.0: Get "https://proxy.example/x": x509: certificate is valid for a.example, not proxy.example',
      { class: 'tls-wrong-name' },
    ],
    ['go: write /c/mod/x: no space left on device', { class: 'disk-full', path: '/c/mod/x' }],
    [
      'go: could not create module cache: mkdir /c/mod: permission denied',
      { class: 'disk-permission', path: '/c/mod' },
    ],
    [
      "fatal: could not read Username for 'https://git.example': terminal prompts disabled",
      { class: 'no-credentials' },
    ],
    ['git@git.example: Permission denied (publickey).', { class: 'ssh-key' }],
    [
      'go: m.example/a@v1.0.0: reading https://proxy.example/x.zip: 502 Bad Gateway',
      { class: 'server-5xx', status: 502 },
    ],
    [
      'go: m.example/a@v1.0.0: reading https://proxy.example/x.zip: 429 Too Many Requests',
      { class: 'rate-limited' },
    ],
    [
      'go: m.example/a@v1.0.0: module lookup disabled by GOPROXY=off',
      { class: 'proxy-off', module: 'm.example/a' },
    ],
    [
      'go: go.mod requires go >= 1.99 (running go 1.24; GOTOOLCHAIN=local)',
      { class: 'toolchain-too-old', version: '1.99' },
    ],
    [
      'go: m.example/a@v1.0.0: parsing go.mod:\tmodule declares its path as: m.example/b',
      { class: 'path-mismatch' },
    ],
  ])('%s', (line, expected) => {
    expect(classifyError(line)).toMatchObject(expected);
  });
});

it.each([...TEXT_FORMATS, ...TRACER_FORMATS].map((format) => [format.name, format] as const))(
  '%s takes any bytes',
  (_name, format) => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.uint8Array({ maxLength: 300 }),
          fc.string({ maxLength: 300 }).map((text) => Buffer.from(text)),
        ),
        (bytes) => {
          const { outcomes, lines } = parse(format as never, [bytes]);
          expect(outcomes.record + outcomes.continued + outcomes.ignored + outcomes.unparsed).toBe(lines);
          format.detect(Buffer.from(bytes).toString('utf8'));
        },
      ),
      { numRuns: 200 },
    );
  },
);
