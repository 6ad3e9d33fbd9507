import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { execa } from 'execa';
import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { learnPrefix } from '../src/ingest/wrappings/learned.ts';
import { detectWrappings } from '../src/ingest/wrappings/unwrap.ts';
import { reportOf, reportOfText } from './support/analyze.ts';

/** A slow first byte, as go -x prints it, and how long each line came after the first. */
const LINES = [
  [0, '# get https://proxy.example/m.example/a/@v/v1.0.0.mod'],
  [0.02, '# get https://proxy.example/m.example/a/@v/v1.0.0.mod: 200 OK (0.020s)'],
  [0.03, '# get https://proxy.example/m.example/a/@v/v1.0.0.info'],
  [0.05, '# get https://proxy.example/m.example/a/@v/v1.0.0.info: 200 OK (0.020s)'],
  [0.06, '# get https://proxy.example/m.example/a/@v/v1.0.0.zip'],
  [6.06, '# get https://proxy.example/m.example/a/@v/v1.0.0.zip: 200 OK (6.000s)'],
] as const;
const iso = (seconds: number) => new Date(1_700_000_000_000 + seconds * 1000).toISOString();

const WRAPPED: Readonly<Record<string, (seconds: number, text: string) => string>> = {
  'nothing at all': (_seconds, text) => text,
  'ts -s': (seconds, text) => `${(1_700_000_000 + seconds).toFixed(6)} ${text}`,
  'GitHub Actions': (seconds, text) => `${iso(seconds).replace('Z', '1234Z')} ${text}`,
  'kubectl logs --timestamps': (seconds, text) => `${iso(seconds).replace('Z', '000001Z')} ${text}`,
  'GitLab with time stamps': (seconds, text) => `${iso(seconds)} 00O ${text}`,
  'docker buildx': (seconds, text) => `#12 ${(3 + seconds).toFixed(3)} ${text}`,
  Jenkins: (seconds, text) => `[${iso(seconds)}] ${text}`,
  'the systemd journal': (seconds, text) =>
    `Nov 14 22:13:${String(20 + Math.floor(seconds)).padStart(2, '0')} host go[123]: ${text}`,
  'colours and CRLF': (_seconds, text) => `\u001b[32m${text}\u001b[0m\r`,
  'a quoted issue': (_seconds, text) => `> ${text}`,
  'docker compose': (_seconds, text) => `app-1  | ${text}`,
  earthly: (_seconds, text) => `           ./build+deps | ${text}`,
  'kubectl logs --prefix': (_seconds, text) => `[pod/build-1/go] ${text}`,
  TeamCity: (_seconds, text) => `[10:00:00]W:\t [Step 1/3] ${text}`,
  Buildkite: (seconds, text) => `\u001b_bk;t=${1_700_000_000_000 + seconds * 1000}\u0007${text}`,
  nix: (_seconds, text) => `       > ${text}`,
  'gh run view --log': (seconds, text) => `build\tRun go mod download\t${iso(seconds)} ${text}`,
  'the log files of containers (CRI)': (seconds, text) => `${iso(seconds)} stderr F ${text}`,
  'docker’s json-file': (seconds, text) =>
    JSON.stringify({ log: `${text}\n`, stream: 'stderr', time: iso(seconds) }),
  'go test -json': (seconds, text) =>
    JSON.stringify({ Time: iso(seconds), Action: 'output', Package: 'a', Output: `${text}\n` }),
  'journalctl -o json': (seconds, text) =>
    JSON.stringify({ __REALTIME_TIMESTAMP: `${1_700_000_000_000_000 + seconds * 1e6}`, MESSAGE: text }),
  'JSON with milliseconds and more than one line': (seconds, text) =>
    JSON.stringify({ timestamp: 1_700_000_000_000 + seconds * 1000, message: `${text}\n\n` }),
  logfmt: (seconds, text) => `time=${iso(seconds)} level=info msg=${JSON.stringify(text)}`,
  'journalctl -o short-iso-precise': (seconds, text) =>
    `${iso(seconds).replace('Z', '000+00:00')} host go[123]: ${text}`,
  'journalctl -o short-precise': (seconds, text) =>
    `Nov 14 ${iso(seconds).slice(11, 23)}000 host go[123]: ${text}`,
  'journalctl -o short-full': (seconds, text) =>
    `Tue ${iso(seconds).replace('T', ' ').replace('Z', ' UTC')} host go[123]: ${text}`,
  'journalctl -o short-unix': (seconds, text) =>
    `${(1_700_000_000 + seconds).toFixed(6)} host go[123]: ${text}`,
  'journalctl -o short-monotonic': (seconds, text) =>
    `[ ${(1234 + seconds).toFixed(6)}] host go[123]: ${text}`,
  'syslog, RFC 5424': (seconds, text) => `<30>1 ${iso(seconds)} host go 123 - - ${text}`,
  'annotate-output': (seconds, text) => `${iso(seconds).slice(11, 19)} E: ${text}`,
  'a logger of Java': (seconds, text) =>
    `${iso(seconds).replace('T', ' ').replace('.', ',').replace('Z', '')} INFO  [main] ${text}`,
  'a logger of Python': (seconds, text) =>
    `${iso(seconds).replace('T', ' ').replace('.', ',').replace('Z', '')} - root - INFO - ${text}`,
  // None of a list: the prefix is learned.
  turborepo: (_seconds, text) => `app:deps: ${text}`,
  'Google Cloud Build': (_seconds, text) => `Step #0 - "deps": ${text}`,
  stern: (_seconds, text) => `build-7d9 go ${text}`,
  klog: (seconds, text) => `I1114 ${iso(seconds).slice(11, 23)}000       1 run.go:12] ${text}`,
  dagger: (seconds, text) => `3   : [${seconds.toFixed(1)}s] | ${text}`,
  'a collector that stamped all lines at once': (_seconds, text) => `${iso(0)} ${text}`,
};

describe.each(Object.entries(WRAPPED))('go -x in %s', (name, wrap) => {
  it('is read as if bare', async () => {
    const report = await reportOfText(`${LINES.map(([seconds, text]) => wrap(seconds, text)).join('\n')}\n`);
    expect(report.inputs[0]).toMatchObject({ format: 'go-x', lines: 6, unparsed: 0 });
    expect(report.blockingPoint).toMatchObject({ cause: 'ttfb/slow-response' });
    // Seconds are those of the stamps, else those that go prints itself.
    if (name !== 'the systemd journal') expect(report.blockingPoint!.blockedSeconds).toBeCloseTo(6, 1);
    expect(report.blockingPoint!.evidence[0]!.text).toContain('v1.0.0.zip');
  });
});

describe('files', () => {
  const folder = mkdtempSync(join(tmpdir(), 'gotrace-wrap-'));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  const text = `${LINES.map(([seconds, line]) => `${(1_700_000_000 + seconds).toFixed(6)} ${line}`).join('\n')}\n`;

  const cases: Readonly<Record<string, Uint8Array>> = {
    'a.log.gz': gzipSync(text),
    'utf16.log': Buffer.concat([Buffer.from([0xff, 0xfe]), Buffer.from(text, 'utf16le')]),
    'bom.log': Buffer.concat([Buffer.from([0xef, 0xbb, 0xbf]), Buffer.from(text)]),
    'no-newline.log': Buffer.from(text.trimEnd()),
  };
  it.each(Object.entries(cases))('%s', async (name, bytes) => {
    const path = join(folder, name);
    writeFileSync(path, bytes);
    expect((await reportOf([path])).blockingPoint).toMatchObject({ cause: 'ttfb/slow-response' });
  });

  it('a long build, and go’s error as its last line', async () => {
    const error =
      'go: lib.example/a@v1.0.0: Get "https://proxy.example/lib.example/a/@v/v1.0.0.mod": dial tcp 192.0.2.1:443: i/o timeout\n';
    const path = join(folder, 'build.txt');
    writeFileSync(path, `${'Compiling something else altogether\n'.repeat(500_000)}${error}`);
    expect(await reportOf([path])).toMatchObject({
      blockingPoint: { cause: 'connect/blackhole' },
      inputs: [{ lines: 500_001, records: 1, unparsed: 500_000 }],
    });
    // A stream has no end to look at: its first megabytes are looked through.
    const middle = join(folder, 'middle.txt.gz');
    const words = 'Compiling something else altogether\n'.repeat(20_000);
    writeFileSync(middle, gzipSync(`${words}${error}${words}`));
    expect((await reportOf([middle])).blockingPoint).toMatchObject({ cause: 'connect/blackhole' });
  });

  it('zstd, and a folder of logs', async () => {
    const inner = join(folder, 'many');
    await execa('mkdir', [inner]);
    writeFileSync(join(inner, 'x.log'), text);
    expect((await reportOf([inner])).blockingPoint).toMatchObject({ cause: 'ttfb/slow-response' });
    const made = await execa('zstd', ['-q', join(inner, 'x.log')], { reject: false });
    if (made.exitCode !== 0) return;
    expect((await reportOf([join(inner, 'x.log.zst')])).blockingPoint).toMatchObject({
      cause: 'ttfb/slow-response',
    });
  });

  it('a line of 20 MB, and a million open calls', async () => {
    const long = Buffer.concat([Buffer.from(text), Buffer.alloc(20_000_000, 0x61), Buffer.from(`\n${text}`)]);
    const path = join(folder, 'long.log');
    writeFileSync(path, long);
    const report = await reportOf([path]);
    expect(report.inputs[0]).toMatchObject({ lines: 13, unparsed: 1 });
    const open = join(folder, 'open.log');
    writeFileSync(
      open,
      Array.from(
        { length: 1_000_000 },
        (_, at) => `${at + 1} 1700000000.000001 read(3<TCP:[1]>,  <unfinished ...>\n`,
      ).join(''),
    );
    expect((await reportOf([open])).inputs[0]).toMatchObject({ lines: 1_000_000, unparsed: 0 });
  });
});

describe('a prefix that is learned', () => {
  it('is what stands before go’s own words more than once, whatever its numbers and blanks', () => {
    const lines = [
      'a(1)   > # get https://a.example/x',
      'a(23) > # get https://a.example/x: 200 OK (1.0s)',
      'a(4) > b',
    ];
    const wrapping = learnPrefix(lines);
    expect(lines.map((line) => wrapping?.read(line)?.text)).toEqual([
      '# get https://a.example/x',
      '# get https://a.example/x: 200 OK (1.0s)',
      'b',
    ]);
  });

  it.each([
    ['a word that goes on', ['xgo: downloading a v1.0.0', 'xgo: downloading b v1.0.0']],
    ['no words of go', ['a: b', 'a: c']],
  ])('none: %s', (_name, lines) => {
    expect(learnPrefix(lines)).toBeUndefined();
  });

  it('any prefix that ends in a blank comes off', () => {
    // A blank in it may stand for several; a number, for another one.
    const prefix = fc
      .string({ unit: 'grapheme', minLength: 1, maxLength: 60 })
      .filter((text) => !/[\r\n#]|go: /.test(text));
    fc.assert(
      fc.property(prefix, (text) => {
        const line = `${text} # get https://a.example/x`;
        expect(learnPrefix([line, line])?.read(line)?.text).toBe('# get https://a.example/x');
      }),
    );
  });
});

describe('taking wrappings off', () => {
  it('what stands before one line is none, where more lines are known as they are', () => {
    const bare = ['# get https://a.example/x', '# get https://a.example/y'];
    const other = Array.from({ length: 9 }, () => 'something else');
    const sample = [...bare, ...other, 'see # get https://a.example/z'].join('\n');
    expect(detectWrappings(sample, (line) => line.startsWith('# get'))).toEqual([]);
  });

  it('a line behind a prefix that ends in a blank keeps its indentation', async () => {
    const text =
      'a@1: go: lib.example/a@v1.0.0: git fetch in /m/cache/vcs/1: exit status 128:\na@2: \tfatal: early EOF\n';
    expect((await reportOfText(text)).blockingPoint).toMatchObject({ cause: 'transfer/reset' });
  });

  it('a prefix of go’s lines is found behind thousands of others', async () => {
    const setup = Array.from({ length: 3000 }, (_, at) => `app:setup: thing ${at}`);
    const deps = LINES.map(([, text]) => `app:deps: ${text}`);
    const report = await reportOfText(`${[...setup, ...deps].join('\n')}\n`);
    expect(report.blockingPoint).toMatchObject({ cause: 'ttfb/slow-response' });
  });

  it('any line keeps its end, and none is made up', () => {
    const wrappings = Object.values(WRAPPED).flatMap((wrap) =>
      detectWrappings(LINES.map(([seconds, text]) => wrap(seconds, text)).join('\n'), (line) =>
        line.startsWith('# get'),
      ),
    );
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (line) => {
        for (const wrapping of wrappings.filter(({ name }) => !/^(?:json-lines|logfmt)$/.test(name)))
          expect(line.endsWith(wrapping.read(line)?.text ?? '')).toBe(true);
      }),
    );
  });

  it.each(['{"msg":1}', '{"msg":', '{}', '[]', 'null', '{"msg":null,"time":{}}', 'level=info msg="a\\u00"'])(
    'JSON that holds no line: %s',
    (line) => {
      const sample = `${line}\n{"msg":"# get https://a.example/x","time":1}\nlevel=a msg="# get https://a.example/y"`;
      for (const wrapping of detectWrappings(sample, (text) => text.startsWith('# get')))
        expect(wrapping.read(line)).toBeUndefined();
    },
  );
});
