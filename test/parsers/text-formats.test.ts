import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { BuildOutput } from '../../parsers/go-build/build-output.ts';
import { goBuild } from '../../parsers/go-build/format.ts';
import { goEnv } from '../../parsers/go-env/format.ts';
import { classifyError } from '../../parsers/go-errors/classify.ts';
import { goErrors } from '../../parsers/go-errors/format.ts';
import { goJson } from '../../parsers/go-json/format.ts';
import { goX } from '../../parsers/go-x/format.ts';
import { goroutines } from '../../parsers/goroutines/format.ts';
import { http2debug } from '../../parsers/http2debug/format.ts';
import { ltrace } from '../../parsers/ltrace/format.ts';
import { netdns } from '../../parsers/netdns/format.ts';
import { splitGlued } from '../../parsers/netdns/glued.ts';
import { keyOfProcLine, proc } from '../../parsers/proc/format.ts';
import { TEXT_FORMATS, TRACER_FORMATS } from '../../parsers/registry.ts';
import { straceSummary } from '../../parsers/strace-summary/format.ts';
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
      { kind: 'go-error', class: 'not-found', detail: { module: 'lib.example/a' } },
      { kind: 'go-module', module: 'lib.example/b' },
    ]);
    expect(outcomes).toEqual({ record: 2, continued: lines - 2, ignored: 0, unparsed: 0 });
  });

  it('is known by its first field; `go list -m -json` has no version for the main module, and an error in an object', () => {
    const text = [
      '{',
      '\t"Path": "app.example/app",',
      '\t"Main": true',
      '}',
      '{',
      '\t"Path": "lib.example/a",',
      '\t"Version": "v9.0.0",',
      '\t"Error": {',
      '\t\t"Err": "lib.example/a@v9.0.0: invalid version: unknown revision v9.0.0"',
      '\t}',
      '}',
    ].join('\n');
    expect(goJson.detect(text)).toBeGreaterThan(0.9);
    expect(goJson.detect('{\n\t"name": "left-pad"\n}')).toBe(0);
    expect(parseText(goJson, `${text}\n`)).toMatchObject({
      records: [
        { kind: 'go-module', module: 'app.example/app', version: '' },
        { kind: 'go-module', module: 'lib.example/a', version: 'v9.0.0' },
        { kind: 'go-error', class: 'not-found' },
      ],
      outcomes: { unparsed: 0 },
    });
  });

  it('a brace of something else, and an object that is cut', () => {
    expect(parseText(goJson, '{\nint main() {\n}\n').outcomes).toMatchObject({ unparsed: 2 });
    expect(parseText(goJson, '{\n\t"Path": "lib.example/a",\n\t"Error": "a: unexp').records).toMatchObject([
      { kind: 'go-module', module: 'lib.example/a' },
    ]);
    const cut = ['{', '\t"Path": "lib.example/a",', '\t"Error": "lib.example/a@v1.0.0: EOF",', '{', '}'];
    expect(parseText(goJson, `${cut.join('\n')}\n`).records).toMatchObject([
      { kind: 'go-module', module: 'lib.example/a', at: { line: 1 } },
      { kind: 'go-error', text: 'go: lib.example/a@v1.0.0: EOF', at: { line: 1 } },
    ]);
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

  it('the columns that -U names, and a rule that does not fit them', () => {
    const named = ['calls syscall', '--------- ----------------', '       12 openat', '        3 close'];
    expect(parseText(straceSummary, `${named.join('\n')}\n`)).toMatchObject({
      records: [
        { name: 'openat', count: 12, failed: 0 },
        { name: 'close', count: 3, failed: 0 },
      ],
      outcomes: { record: 2, ignored: 2, unparsed: 0 },
    });
    expect(parseText(straceSummary, 'calls syscall\n---------\n 12 openat\n').outcomes).toMatchObject({
      record: 0,
      unparsed: 1,
    });
    expect(
      parseText(straceSummary, 'seconds syscall\n------- -------\n    0.5 read\n').records,
    ).toMatchObject([{ name: 'read', count: 0, totalNs: 500_000_000 }]);
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
      String.raw`12.158s # cd C:\Users\Jo Doe\go\vcs\01; git ls-remote -q origin`,
      { kind: 'command-end', dir: String.raw`C:\Users\Jo Doe\go\vcs\01`, command: 'git ls-remote -q origin' },
    ],
    ['Fetching https://a.example/b?go-get=1', { kind: 'fetch-start', url: 'https://a.example/b?go-get=1' }],
    [
      'Parsing meta tags from https://a.example/b?go-get=1 (status code 404)',
      { kind: 'fetch-end', url: 'https://a.example/b?go-get=1', status: 404 },
    ],
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

  it('a repository that is to be made, one of another system, and one that is there', () => {
    const repository = { kind: 'repository', dir: '/go/pkg/mod/cache/vcs/0a', url: 'https://git.example/a' };
    const text = [
      'mkdir -p /go/pkg/mod/cache/vcs/0a # git3 https://git.example/a',
      'mkdir -p /go/pkg/mod/cache/vcs/0a # vcs1.hg https://git.example/a',
      '# /go/pkg/mod/cache/vcs/0a for git3 https://git.example/a',
    ];
    expect(parseText(goX, text.join('\n')).records).toMatchObject([
      { ...repository, vcs: 'git' },
      { ...repository, vcs: 'hg' },
      { ...repository, vcs: 'git' },
    ]);
  });

  it('what go says of its own work is known; that a build goes on is a record, four times a second', () => {
    const text = [
      'WORK=/tmp/go-build123',
      'go tool buildid -w $WORK/b008/_pkg_.a # internal',
      "cat >$WORK/b001/importcfg << 'EOF' # internal",
      '# import config',
      'EOF',
      'go: finding module for package example.com/a',
      'go: found example.com/a in example.com/a v1.0.0',
      'go: added example.com/a v1.0.0',
      'go: something else',
    ];
    const { records, outcomes } = parseText(goBuild, text.join('\n'));
    expect(records).toMatchObject([{ kind: 'build-step', at: { line: 2 } }]);
    expect(outcomes).toMatchObject({ record: 1, ignored: 7, unparsed: 1 });
  });

  it('holds the script of a build back, here-documents included, and nothing else', () => {
    const build = new BuildOutput();
    const lines = [
      'WORK=/tmp/go-build123',
      'mkdir -p $WORK/b001/',
      "cat >$WORK/b001/importcfg << 'EOF' # internal",
      'any text of mine',
      'EOF',
      'cd .',
      'gcc -Qunused-arguments -O2 -g -c -x c - -o /dev/null || true',
      'x86_64-linux-musl-gcc -I . -fPIC -o $WORK/b001/_cgo_.o $WORK/b001/_x001.o',
      '# $WORK/b001/_cgo_install.h not created',
      '$WORK/b001/app.test -test.timeout=10m0s',
      'hello from the program',
      '# example.com/pkg',
      './a.go:3:1: syntax error',
      '$WORK/b001/_x001.o: undefined reference to `two`',
    ];
    expect(lines.filter((line) => !build.isBuildLine(line))).toEqual([
      'hello from the program',
      '# example.com/pkg',
      './a.go:3:1: syntax error',
      '$WORK/b001/_x001.o: undefined reference to `two`',
    ]);
  });
});

it('what the machine has run out of is an error, whichever program says so', () => {
  const { records, outcomes } = parseText(
    goErrors,
    [
      'compile: writing output: write $WORK/b002/_pkg_.a: no space left on device',
      'internal/goarch: write /tmp/go-build1/b005/importcfg: no space left on device',
      "cp: error writing '/out/a': No space left on device",
      'a line about no space left on device in general',
    ].join('\n'),
  );
  expect(records.map((record) => record.class)).toEqual(['disk-full', 'disk-full', 'disk-full']);
  expect(records[1]?.detail.path).toBe('/tmp/go-build1/b005/importcfg');
  expect(outcomes.unparsed).toBe(1);
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
  expect(splitGlued('go package net: hostLookupOrder(a.example# get https://a.example/b')).toEqual([
    'go package net: hostLookupOrder(a.example',
    '# get https://a.example/b',
  ]);
  const glued = 'go package net: hostLookupOrder(\na.example) = files,dns\nfiles,dns\n';
  expect(parseText(netdns, glued).records).toMatchObject([
    { kind: 'resolver' },
    { kind: 'lookup-order', host: 'a.example', order: 'files,dns' },
    { kind: 'resolver' },
  ]);
  const rest = ') = files,dns\nfiles,dns\n = files,dns\na.example) = dns,files\na.example) = \n';
  expect(parseText(netdns, rest)).toMatchObject({ records: Array(5).fill({ kind: 'resolver' }) });
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

describe('ltrace', () => {
  it.each([
    [
      'no pid, no time',
      'getaddrinfo("proxy.example", "443", 0x1, 0x2) = 0\n',
      { name: 'getaddrinfo', pid: 0, ret: '0', open: false },
    ],
    ['a time of day', '7 10:00:01.5 connect(3, 0x1, 16) = -1\n', { pid: 7, args: '3, 0x1, 16' }],
    [
      '-i and -S',
      '[pid 7] 1700000000.0 [0x4005f0] SYS_connect(3, 0x1) = 0 <0.25>\n',
      { pid: 7, name: 'SYS_connect', durationNs: 0.25e9 },
    ],
    [
      'C++ names and a caller',
      'app->std::string::append(char const*, 3)  = 0x1\n',
      { name: 'std::string::append', caller: 'app' },
    ],
    ['a call that never returns', '7 1700000000.0 exit(0 <no return ...>\n', { name: 'exit', open: true }],
    [
      'resumed without a beginning',
      '7 1700000002.0 <... poll resumed> 1, 2) = 0 <0.5>\n',
      { name: 'poll', startNs: -0.5e9 },
    ],
    ['the same without -T', '7 1700000002.0 <... poll resumed> 1, 2) = 0\n', { name: 'poll', startNs: 0 }],
    [
      'both halves, without -T: the lines tell how long it took',
      '7 1700000000.0 poll(1 <unfinished ...>\n7 1700000002.5 <... poll resumed> , 2) = 0\n',
      { name: 'poll', args: '1, 2', startNs: 0, durationNs: 2.5e9 },
    ],
    [
      'the half that was resumed, and not the one inside it that was not',
      '7 0.0 a->read(1 <unfinished ...>\n7 0.1 b->puts(2 <unfinished ...>\n7 0.2 <... read resumed> ) = 0 <0.2>\n',
      { name: 'read', caller: 'a', args: '1' },
    ],
  ])('%s', (_, text, expected) => {
    expect(parseText(ltrace, text).records[0]).toMatchObject(expected);
  });

  it('calls that call calls without end are not all kept', () => {
    const text = '7 1700000000.0 f(1 <unfinished ...>\n'.repeat(20_000);
    const { records, outcomes } = parseText(ltrace, text);
    expect(outcomes).toMatchObject({ record: 20_000, unparsed: 0 });
    expect(records.length).toBe(10_000);
  });

  it('-r, signals, its own messages, and what is not its', () => {
    const { records, outcomes } = parseText(
      ltrace,
      '7 0.000000 puts("a") = 2\n7 1.500000 puts("b") = 2\n7 0.1 --- SIGCHLD (Child exited) ---\nltrace: Couldn\'t find .dynsym\nsomething else\n7 1.0 <... x resumed> nothing\n',
    );
    expect(records.map((record) => (record.kind === 'library-call' ? record.startNs : 0))).toEqual([
      0, 1.5e9,
    ]);
    expect(outcomes).toEqual({ record: 2, continued: 0, ignored: 2, unparsed: 2 });
  });
});

describe('what /proc showed', () => {
  const text = [
    'sampling every 250 ms',
    'proc 12 1 S 3.50 futex_wait go\tmod\tdownload',
    'socket 12 8 tcp SYN-SENT 192.0.2.2:40000 192.0.2.9:443 rx=0 tx=1',
    'socket 12 9 udp ESTABLISHED [2001:db8::1]:4000 [2001:db8::53]:53 rx=7 tx=0',
    'socket 12 10 tcp ESTABLISHED 192.0.2.2:40001 192.0.2.9:443 rx=0 tx=0 received=5120',
    'lock 12 waits 99 /go/pkg/mod/cache/lock',
    'file 12 9 4096 /go/pkg/mod/cache/download/lib.example/a/@v/v1.0.0.zip123.tmp',
    'env 12 GOPROXY=https://proxy.example',
    'host proxy.example 192.0.2.9',
    'gone socket 12 8 tcp SYN-SENT 192.0.2.2:40000 192.0.2.9:443',
    'proc twelve',
  ].join('\n');
  it('processes, sockets, locks, settings, and what is gone', () => {
    const { records, outcomes } = parseText(proc, `${text}\n`);
    expect(records).toMatchObject([
      { kind: 'proc-sampling' },
      { kind: 'proc-process', pid: 12, parent: 1, ageSeconds: 3.5, command: ['go', 'mod', 'download'] },
      {
        kind: 'proc-socket',
        transport: 'tcp',
        state: 'SYN-SENT',
        peer: '192.0.2.9',
        port: 443,
        sendQueue: 1,
      },
      { kind: 'proc-socket', transport: 'udp', peer: '2001:db8::53', port: 53, receiveQueue: 7 },
      { kind: 'proc-socket', transport: 'tcp', state: 'ESTABLISHED', received: 5120 },
      { kind: 'proc-lock', holder: 99, path: '/go/pkg/mod/cache/lock' },
      { kind: 'proc-file', pid: 12, bytes: 4096, path: expect.stringMatching(/\.zip123\.tmp$/) },
      { kind: 'proc-env', name: 'GOPROXY', value: 'https://proxy.example' },
      { kind: 'proc-host', host: 'proxy.example', address: '192.0.2.9' },
      { kind: 'proc-gone', what: 'socket 12 8 tcp SYN-SENT 192.0.2.2:40000 192.0.2.9:443' },
    ]);
    expect(outcomes.unparsed).toBe(1);
    expect(proc.detect(text)).toBeGreaterThan(0.8);
  });

  it('the key of a line stays while a process ages and a queue fills, and not when another program runs', () => {
    expect(keyOfProcLine('proc 12 1 S 3.50 futex go\tmod')).toBe(keyOfProcLine('proc 12 1 R 9.00 0 go\tmod'));
    expect(keyOfProcLine('proc 12 1 S 3.50 futex git')).not.toBe(keyOfProcLine('proc 12 1 S 3.50 futex go'));
    const socket = 'socket 12 8 tcp SYN-SENT 192.0.2.2:1 192.0.2.9:443';
    expect(keyOfProcLine(`${socket} rx=0 tx=1`)).toBe(socket);
  });
});

it('goroutines of go 1.13, with a locked thread, elided frames and old wording', () => {
  const text = [
    'SIGQUIT: quit',
    'PC=0x45e9d1 m=0 sigcode=0',
    'goroutine 1 [chan receive, 3 minutes, locked to thread]:',
    'cmd/go/internal/modload.loadAll(0xc0000a4000, 0x1)',
    '\t/usr/local/go/src/cmd/go/internal/modload/load.go:100 +0x1f',
    '...additional frames elided...',
    'created by cmd/go/internal/par.(*Work).Do',
    '\t/usr/local/go/src/cmd/go/internal/par/work.go:66 +0x141',
    '',
    'goroutine 5 [syscall]:',
    'os/signal.signal_recv(0x0)',
    '\t/usr/local/go/src/runtime/sigqueue.go:147 +0x9c',
    'rax    0xca',
    'rip    0x45e9d1',
  ].join('\n');
  const { records, outcomes } = parseText(goroutines, `${text}\n`);
  expect(records).toMatchObject([
    { id: 1, state: 'chan receive', minutes: 3, frames: [{ function: 'cmd/go/internal/modload.loadAll' }] },
    { id: 5, state: 'syscall', frames: [{ function: 'os/signal.signal_recv' }] },
  ]);
  expect(outcomes.unparsed).toBe(0);
});

it.each([
  ['go package net: using the Go DNS resolver', 'go'],
  ["go package net: built with netgo build tag; using Go's DNS resolver", 'go'],
  ['go package net: using the cgo DNS resolver', 'cgo'],
  ['go package net: GODEBUG setting forcing use of the C library resolver', 'cgo'],
  ['go package net: dynamic selection of DNS resolver', 'dynamic'],
])('netdns: %s', (text, resolver) => {
  expect(parseText(netdns, `${text}\n`).records).toMatchObject([{ kind: 'resolver', resolver }]);
});

it('http2debug=2: whole frames are known, and change nothing', () => {
  const text = [
    'http2: Framer 0xc0001a8000: wrote SETTINGS len=18, settings: ENABLE_PUSH=0, INITIAL_WINDOW_SIZE=4194304',
    'http2: Framer 0xc0001a8000: read HEADERS flags=END_HEADERS stream=1 len=39',
    'http2: decoded hpack field header field ":status" = "200"',
    'http2: Transport received HEADERS flags=END_HEADERS stream=1 len=39',
  ].join('\n');
  expect(parseText(http2debug, `${text}\n`)).toMatchObject({
    records: [
      { kind: 'h2-other' },
      { kind: 'h2-other' },
      { kind: 'h2-other' },
      { kind: 'h2-frame', type: 'HEADERS', stream: 1 },
    ],
    outcomes: { unparsed: 0 },
  });
});

describe('errors', () => {
  it.each([
    ['go: creating work dir: mkdir /tmp/go-build1: no space left on device', { class: 'disk-full' }],
    ['go: creating work dir: stat /nonexistent: no such file or directory', { class: 'setting' }],
    ['go: a.example/a@v1.0.0: git fetch -f origin in /m/cache/vcs/1: signal: interrupt', { class: 'other' }],
    [
      'go: a.example/a@v1.0.0: git fetch -f origin in /m/cache/vcs/1: signal: killed',
      { class: 'vcs-killed' },
    ],
    [
      'go: rsc.io/quote@v1.9.9: reading https://proxy.example/rsc.io/quote/@v/v1.9.9.info: 404 Not Found',
      { class: 'not-found', detail: { module: 'rsc.io/quote', version: 'v1.9.9' } },
    ],
    [
      'go: m.example/a@v1.0.0: Get "https://proxy.example/x": dial tcp: lookup proxy.example on 192.0.2.53:53: no such host',
      { class: 'no-such-host', detail: { host: 'proxy.example', address: '192.0.2.53:53' } },
    ],
    [
      'go: m.example/a@v1.0.0: Get "https://proxy.example/x": dial tcp 192.0.2.1:443: connect: connection refused',
      { class: 'connect-refused', detail: { address: '192.0.2.1:443' } },
    ],
    [
      'go: m.example/a@v1.0.0: Get "https://proxy.example/x": dial tcp 192.0.2.1:443: i/o timeout',
      { class: 'connect-timeout', detail: { address: '192.0.2.1:443' } },
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
      { class: 'checksum-mismatch', detail: { module: 'm.example/a' } },
    ],
    [
      'go: m.example/a@v1.0.0: Get "https://proxy.example/x": tls: failed to verify certificate: x509: certificate has expired or is not yet valid: current time',
      { class: 'tls-expired' },
    ],
    [
      'go: m.example/a@v1.0.0: Get "https://proxy.example/x": x509: certificate is valid for a.example, not proxy.example',
      { class: 'tls-wrong-name' },
    ],
    ['go: write /c/mod/x: no space left on device', { class: 'disk-full', detail: { path: '/c/mod/x' } }],
    [
      'go: could not create module cache: mkdir /c/mod: permission denied',
      { class: 'disk-permission', detail: { path: '/c/mod' } },
    ],
    [
      "fatal: could not read Username for 'https://git.example': terminal prompts disabled",
      { class: 'no-credentials' },
    ],
    ['git@git.example: Permission denied (publickey).', { class: 'ssh-key' }],
    [
      'go: m.example/a@v1.0.0: reading https://proxy.example/x.zip: 502 Bad Gateway',
      { class: 'server-5xx', detail: { status: 502 } },
    ],
    [
      'go: m.example/a@v1.0.0: reading https://proxy.example/x.zip: 429 Too Many Requests',
      { class: 'rate-limited' },
    ],
    [
      'go: m.example/a@v1.0.0: module lookup disabled by GOPROXY=off',
      { class: 'proxy-off', detail: { module: 'm.example/a' } },
    ],
    [
      'go: go.mod requires go >= 1.99 (running go 1.24; GOTOOLCHAIN=local)',
      { class: 'toolchain-too-old', detail: { version: '1.99' } },
    ],
    // Windows and macOS have their own words (WSAE* and macOS's errno texts, crypto/x509's root_darwin.go).
    [
      'dial tcp 192.0.2.1:443: connectex: No connection could be made because the target machine actively refused it.',
      { class: 'connect-refused', detail: { address: '192.0.2.1:443' } },
    ],
    [
      'dial tcp 192.0.2.1:443: connectex: A connection attempt failed because the connected party did not properly respond after a period of time',
      { class: 'connect-timeout', detail: { address: '192.0.2.1:443' } },
    ],
    ['dial tcp 192.0.2.1:443: connect: operation timed out', { class: 'connect-timeout' }],
    [
      'dial tcp 192.0.2.1:443: connectex: A socket operation was attempted to an unreachable network.',
      { class: 'connect-unreachable' },
    ],
    [
      'read tcp 192.0.2.9:5000->192.0.2.1:443: wsarecv: An existing connection was forcibly closed by the remote host.',
      { class: 'transfer-reset' },
    ],
    [
      'dial tcp: lookup proxy.example: getaddrinfow: No such host is known.',
      { class: 'no-such-host', detail: { host: 'proxy.example' } },
    ],
    [
      'dial tcp: lookup proxy.example: getaddrinfow: This is usually a temporary error during hostname resolution',
      { class: 'dns-unresolved', detail: { host: 'proxy.example' } },
    ],
    ['x509: “proxy.example” certificate is expired', { class: 'tls-expired' }],
    ['x509: “proxy.example” certificate is not trusted', { class: 'tls-unknown-authority' }],
    ['x509: “proxy.example” certificate name does not match input', { class: 'tls-wrong-name' }],
    [
      'go: write C:\\Users\\me\\go\\pkg\\mod\\x: There is not enough space on the disk.',
      { class: 'disk-full', detail: { path: 'C:\\Users\\me\\go\\pkg\\mod\\x' } },
    ],
    ['go: open C:\\go\\pkg\\mod\\cache\\lock: Access is denied.', { class: 'disk-permission' }],
    // A file system without locks, and what no class of its own names.
    [
      'go: m.example/a@v1.0.0: RLock /c/mod/cache/lock: no locks available',
      { class: 'lock-unsupported', detail: { path: '/c/mod/cache/lock' } },
    ],
    [
      'go: rename /c/a.tmp /c/a: invalid cross-device link',
      { class: 'disk-io', detail: { path: '/c/a.tmp /c/a' } },
    ],
    ['go: open /c/mod/x: no such file or directory', { class: 'other' }],
    // git, curl and ssh.
    [
      "fatal: unable to access 'https://git.example/a/': Could not resolve proxy: egress.example",
      { class: 'egress-unknown', detail: { host: 'egress.example' } },
    ],
    [
      "fatal: unable to access 'https://git.example/a/': CONNECT tunnel failed, response 403",
      { class: 'egress-forbidden' },
    ],
    [
      "fatal: unable to access 'https://git.example/a/': OpenSSL SSL_connect: SSL_ERROR_SYSCALL in connection to git.example:443",
      { class: 'tls-broken' },
    ],
    ["fatal: unable to access 'https://git.example/a/': Empty reply from server", { class: 'eof' }],
    [
      "fatal: unable to access 'https://git.example/a/': Recv failure: Connection reset by peer",
      { class: 'transfer-reset' },
    ],
    ['curl: (35) Recv failure: Connection reset by peer', { class: 'tls-broken' }],
    [
      "fatal: unable to access 'https://git.example/a/': Operation too slow. Less than 1000 bytes/sec transferred the last 60 seconds",
      { class: 'transfer-slow' },
    ],
    ['fetch-pack: unexpected disconnect while reading sideband packet', { class: 'transfer-reset' }],
    [
      'ssh: Could not resolve hostname git.example: Name or service not known',
      { class: 'no-such-host', detail: { host: 'git.example' } },
    ],
    [
      'ssh: Could not resolve hostname git.example: Temporary failure in name resolution',
      { class: 'dns-unresolved', detail: { host: 'git.example' } },
    ],
    [
      'dial tcp: lookup proxy.example: Temporary failure in name resolution',
      { class: 'dns-unresolved', detail: { host: 'proxy.example' } },
    ],
    ['dial tcp: lookup proxy.example on 192.0.2.53:53: server misbehaving', { class: 'dns-servfail' }],
    [
      'ssh: connect to host git.example port 22: Operation timed out',
      { class: 'connect-timeout', detail: { host: 'git.example' } },
    ],
    ['Received disconnect from 192.0.2.1 port 22:2: Too many authentication failures', { class: 'ssh-key' }],
    // Older go, newer go.mod: the reason stands behind what go 1.21 would say of any bad file.
    [
      "go: errors parsing go.mod: go.mod:3: invalid go version '1.21.0': must match format 1.23",
      { class: 'toolchain-too-old', detail: { version: '1.21.0' } },
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
