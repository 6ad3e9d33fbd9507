import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { statusesOfLength } from '../src/correlate/output/cut-status.ts';
import { reportOfText } from './support/analyze.ts';

/** Calls whose strings strace cuts at -s; paths are shown whole. */
const DATA_CALL =
  /[ \]](?:p?(?:read|write)(?:v|64)?|sendto|recvfrom|sendm?msg|recvm?msg)\(|<\.\.\. (?:read|recvfrom|recvm?msg|readv) resumed/;
const STRING = /(?<=[ (=[])"((?:[^"\\]|\\.)*)"(?:\.\.\.)?/g;
const CHARACTER = /\\(?:[0-7]{1,3}|x[0-9a-f]{2}|.)|[^\\]/gs;

/** What strace would have written with `-s LENGTH` in place of a larger one. */
function cutStrings(line: string, length: number): string {
  if (!DATA_CALL.test(line)) return line;
  return line.replace(STRING, (whole, content: string) => {
    const characters = content.match(CHARACTER) ?? [];
    return characters.length <= length ? whole : `"${characters.slice(0, length).join('')}"...`;
  });
}

async function reportWith(scenario: string, length: number) {
  const path = new URL(`../fixtures/scenarios/${scenario}/strace.log.gz`, import.meta.url);
  const log = gunzipSync(readFileSync(path)).toString('latin1');
  return reportOfText(
    log
      .split('\n')
      .map((line) => cutStrings(line, length))
      .join('\n'),
  );
}

const GO =
  '1 1700000000.000000 execve("/usr/local/go/bin/go", ["go", "mod", "download"], 0x1 /* 9 vars */) = 0';

describe('strace -s cut the reason of an error off', () => {
  it.each([
    // What the kernel refused stands in its own calls.
    ['disk-full', 160, 'disk/full'],
    ['disk-full', 64, 'disk/full'],
    ['disk-permission', 64, 'disk/permission'],
    ['disk-read-only', 64, 'disk/read-only'],
    ['file-too-large', 96, 'disk/other'],
    ['emfile', 128, 'disk/too-many-files'],
    // What a nameserver did stands in its packets.
    ['dns-refusedport', 160, 'dns/refused-port'],
    ['dns-servfail', 160, 'dns/servfail'],
    ['dns-tc-refused', 160, 'dns/tcp-fallback'],
    // A status stands in the line by which go tells of a fetch, and how long that is leaves one only.
    ['proxy-401', 64, 'auth/proxy-401'],
    ['proxy-429', 64, 'server-error/rate-limited'],
    ['proxy-502-only', 64, 'server-error/5xx'],
    ['proxy-410', 64, 'server-error/not-found'],
    // Nothing was wrong with the file that `read "https:…` was written to.
    ['transfer-reset', 64, 'transfer/reset'],
    // A refused certificate is seen, and why is not.
    ['tls-expired', 96, 'tls/certificate-refused'],
  ])('%s, -s %i', async (scenario, length, cause) => {
    expect((await reportWith(scenario, length)).blockingPoint?.cause).toBe(cause);
  });

  it.each([
    ['module-path-mismatch', 64],
    ['git-403', 96],
  ])('and what is nowhere else is not guessed: %s, -s %i', async (scenario, length) => {
    const { verdict, blockingPoint } = await reportWith(scenario, length);
    expect(verdict).toMatchObject({ status: 'failed', headline: expect.stringContaining('was cut there') });
    expect(blockingPoint).toBeNull();
  });
});

describe('URLs that were cut', () => {
  it.each([
    ['goproxy-first-slow-404', 32, 'ttfb/slow-first-proxy'],
    ['proxy-503-pipe', 32, 'server-error/5xx'],
    ['proxy-500', 36, 'server-error/5xx'],
    ['transfer-mod-late', 64, 'transfer/slow'],
  ])('%s, -s %i: the paths of the module cache are whole', async (scenario, length, cause) => {
    expect((await reportWith(scenario, length)).blockingPoint?.cause).toBe(cause);
  });

  /** Lines of -x by their beginnings and lengths; a line of another call as it is. */
  const FETCHES = (
    ...lines: readonly (string | readonly [seconds: number, text: string, length: number])[]
  ) =>
    reportOfText(
      [
        GO,
        ...['a/b', 'a/c'].map(
          (path) =>
            `1 1700000000.000001 openat(AT_FDCWD, "/m/cache/download/m.example/${path}/@v/v1.0.0.mod", O_RDONLY|O_CLOEXEC) = -1 ENOENT (No such file or directory)`,
        ),
        ...lines.map((line) => {
          if (typeof line === 'string') return line;
          const [seconds, text, length] = line;
          return `1 170000000${seconds.toFixed(6)} write(2, "# get ${text}"..., ${length + '# get \n'.length}) = ${length}`;
        }),
        '1 1700000009.000000 exit_group(1) = ?',
        '1 1700000009.000001 +++ exited with 1 +++',
        '',
      ].join('\n'),
    );
  const URL = 'https://p.example/m.example/a/b/@v/v1.0.0.mod';
  const fetchesOf = ({ timeline }: Awaited<ReturnType<typeof FETCHES>>) =>
    timeline.spans
      .filter(({ kind }) => kind === 'fetch')
      .map(({ name, startSeconds, endSeconds, attributes }) => [
        name,
        startSeconds,
        endSeconds,
        attributes['http.response.status_code'],
      ]);

  it('the only one that go looked into its cache for is whole', async () => {
    const cut = URL.slice(0, -8);
    const report = await FETCHES(
      [1, cut, URL.length],
      [2.5, cut, `${URL}: 503 Service Unavailable (1.500s)`.length],
    );
    expect(fetchesOf(report)).toEqual([[`get ${URL}`, 1, 2.5, 503]]);
  });

  it('of several, the host is known, and how it ended', async () => {
    const cut = 'https://p.example/m.exam';
    const report = await FETCHES(
      [1, cut, URL.length],
      [2.5, cut, `${URL}: 503 Service Unavailable (1.500s)`.length],
    );
    expect(fetchesOf(report)).toEqual([[`get ${cut}…`, 1, 2.5, 503]]);
  });

  it('an end that may be of either of two is of neither', async () => {
    const cut = 'https://p.example/m.exam';
    const report = await FETCHES(
      [1, cut, URL.length],
      [1.1, cut, URL.length + 1],
      [2.5, cut, `${URL}: 401 Unauthorized (1.500s)`.length],
    );
    expect(fetchesOf(report)).toEqual([]);
  });

  it('a start may be as long as an end: what go looked for right before, it asks for now', async () => {
    const other = 'https://p.example/m.example/a/c/@v/v1.0.0.info';
    const long = `${'https://p.example/m.example/d'.padEnd(other.length + ': 410 Gone (0.500s)'.length - '/@v/v1.0.0.mod'.length, 'd')}/@v/v1.0.0.mod`;
    const look = (path: string) =>
      `1 1700000001.499000 openat(AT_FDCWD, "/m/cache/download/${path}", O_RDONLY|O_CLOEXEC) = -1 ENOENT (No such file or directory)`;
    const cut = 'https://p.example/m.exam';
    const report = await FETCHES(
      [1, cut, other.length],
      // Of another module as long, go looked for the .info only.
      look(long.slice('https://p.example/'.length).replace('/d', '/e').replace('.mod', '.info')),
      look(long.slice('https://p.example/'.length)),
      [1.5, cut, long.length],
      [1.8, cut, `${other}: 200 OK (0.800s)`.length],
    );
    expect(fetchesOf(report)).toEqual([
      [`get ${cut}…`, 1, 1.8, 200],
      [`get ${cut}…`, 1.5, undefined, undefined],
    ]);
  });

  it('which of two that are alike took long is not said, and where both took as long, it is no matter', async () => {
    const cut = URL.slice(0, -3);
    const ended = `${URL}: 200 OK (1.500s)`.length;
    const names = async (lastSeconds: number) =>
      fetchesOf(
        await FETCHES(
          [1, cut, URL.length],
          '1 1700000001.050000 openat(AT_FDCWD, "/m/cache/download/m.example/a/b/@v/v1.0.0.lock", O_RDWR|O_CREAT|O_CLOEXEC, 0666) = 9',
          [1.1, cut, URL.length],
          [2.5, cut, ended],
          [lastSeconds, cut, ended],
        ),
      ).map(([name]) => name);
    expect(await names(7)).toEqual([`get ${cut}…`, `get ${cut}…`]);
    expect(await names(2.6)).toEqual([`get ${URL}`, `get ${URL.replace('.mod', '.zip')}`]);
  });

  it('nor does a status that no server is known to give make a fetch that never ended', async () => {
    const cut = 'https://p.example/m.exam';
    const report = await FETCHES(
      [1, cut, URL.length],
      [2.5, cut, `${URL}: 451 Unavailable For Legal Reasons (1.500s)`.length],
    );
    expect(fetchesOf(report)).toEqual([]);
  });

  it('a GOPROXY entry may have a path, and no part of a module path is one', async () => {
    const under = 'https://p.example/repo/go/m.example/a/b/@v/v1.0.0.mod';
    const other = 'https://p.example/x.example/m.example/a/b/@v/v1.0.0.mod';
    const report = await FETCHES(
      [1, under.slice(0, -8), under.length],
      [2, other.slice(0, -8), other.length],
    );
    expect(fetchesOf(report).map(([name]) => name)).toEqual([`get ${under}`, `get ${other.slice(0, -8)}…`]);
  });
});

describe('fetches whose lines were cut at any length', () => {
  const STATUSES = [
    '200 OK',
    '404 Not Found',
    '410 Gone',
    '500 Internal Server Error',
    '503 Service Unavailable',
  ];
  const HOSTS = ['https://p.example', 'https://mirror.example/repository/go'];
  const resource = fc.record({
    host: fc.constantFrom(...HOSTS),
    module: fc.constantFrom('m.example/a', 'm.example/b', 'm.example/long/path/c', 'other.example/!upper'),
    version: fc.constantFrom('v1.0.0', 'v1.2.0', 'v0.0.0-20190328211700-ab21143f2384'),
    kind: fc.constantFrom('mod', 'info', 'zip'),
    beginsMs: fc.integer({ min: 1, max: 5000 }),
    takesMs: fc.integer({ min: 1, max: 3000 }),
  });
  type Resource = typeof resource extends fc.Arbitrary<infer T> ? T : never;
  const urlOf = ({ host, module, version, kind }: Resource) => `${host}/${module}/@v/${version}.${kind}`;

  /** Each line at a millisecond of its own, and what go looks for right before it asks. */
  function logOf(fetches: readonly Resource[], status: string, size: number): string {
    const at = (ms: number, index: number, micros: number) =>
      (1_700_000_000 + ms / 1000 + index / 1e4 + micros / 1e6).toFixed(6);
    const write = (text: string) =>
      text.length <= size
        ? `write(2, "${text}\\n", ${text.length + 1}) = ${text.length + 1}`
        : `write(2, "${text.slice(0, size)}"..., ${text.length + 1}) = ${text.length + 1}`;
    const lines = fetches.flatMap((fetch, index) => {
      const url = urlOf(fetch);
      const path = `/m/cache/download/${fetch.module}/@v/${fetch.version}.${fetch.kind === 'zip' ? 'lock' : fetch.kind}`;
      const { beginsMs, takesMs } = fetch;
      return [
        fetch.kind === 'zip'
          ? `${at(beginsMs, index, 1)} openat(AT_FDCWD, "${path}", O_RDWR|O_CREAT|O_CLOEXEC, 0666) = 9`
          : `${at(beginsMs, index, 1)} openat(AT_FDCWD, "${path}", O_RDONLY|O_CLOEXEC) = -1 ENOENT (No such file or directory)`,
        `${at(beginsMs, index, 2)} ${write(`# get ${url}`)}`,
        `${at(beginsMs + takesMs, index, 2)} ${write(`# get ${url}: ${status} (${(takesMs / 1000).toFixed(3)}s)`)}`,
      ];
    });
    const ordered = lines.sort().map((line) => `1 ${line}`);
    return `${GO}\n${ordered.join('\n')}\n1 1700000020.000000 exit_group(0) = ?\n1 1700000020.000001 +++ exited with 0 +++\n`;
  }

  it('what is said of one is true', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.uniqueArray(resource, { minLength: 1, maxLength: 8, selector: urlOf }),
        // A host that answers in several ways may be misread where the lengths of its URLs differ by those of its answers.
        fc.constantFrom(...STATUSES),
        fc.integer({ min: 50, max: 120 }),
        async (fetches, status, size) => {
          const { timeline } = await reportOfText(logOf(fetches, status, size));
          const whole = await reportOfText(logOf(fetches, status, 1000));
          const told = ({ spans }: typeof timeline) =>
            spans.flatMap(({ kind, startSeconds, endSeconds, attributes }) =>
              kind === 'fetch' && attributes['url.full'] !== undefined && typeof endSeconds === 'number'
                ? [
                    {
                      url: attributes['url.full'],
                      startSeconds,
                      endSeconds,
                      status: attributes['http.response.status_code'],
                    },
                  ]
                : [],
            );
          const truth = told(whole.timeline);
          for (const { endSeconds, ...fetch } of told(timeline).filter(
            ({ status }) => status !== undefined,
          )) {
            const same = truth.find(({ url }) => url === fetch.url);
            expect(same).toMatchObject(fetch);
            // Which of two ends that are alike is whose is not in the log.
            const apart = Math.abs((same?.endSeconds ?? 0) - endSeconds);
            expect(apart).toBeLessThanOrEqual(Math.max(0.05, 0.2 * (endSeconds - fetch.startSeconds)));
          }
        },
      ),
      { numRuns: 150 },
    );
  });
});

describe('the status of an answer, by how long the line was', () => {
  it('403 and 404 are told apart by what go does next', async () => {
    const { blockingPoint } = await reportWith('goproxy-first-slow-404', 64);
    expect(blockingPoint?.cause).toBe('ttfb/slow-first-proxy');
  });

  it.each([
    [': 200 OK (0.014s)', [200]],
    [': 404 Not Found (2.401s)', [403, 404]],
    [': 502 Bad Gateway (12.500s)', [400, 502]],
    [': 503 Service Unavailable (0.000s)', [503]],
    [': 302 Found (0.100s)', []],
  ])('%s', (end, statuses) => {
    const durationNs = Number(/\(([\d.]+)s\)/.exec(end)?.[1]) * 1e9;
    expect(statusesOfLength(end.length, durationNs, '')).toEqual(statuses);
    expect(statusesOfLength(end.length, durationNs, end.slice(0, 4))).toEqual(
      statuses.filter((status) => `: ${status}`.startsWith(end.slice(0, 4))),
    );
  });
});

it('session tickets are told from an answer where the end of the ClientHello is cut', async () => {
  const { blockingPoint } = await reportWith('python-slow-ticket', 200);
  expect(blockingPoint?.cause).toBe('ttfb/slow-response');
});

it('the end of a git command, which begins with its duration, is found where both its lines are cut', async () => {
  const { timeline } = await reportWith('baseline-direct-git', 160);
  const commands = timeline.spans.filter(({ kind }) => kind === 'git-command');
  expect(commands.length).toBeGreaterThan(3);
  expect(commands.filter(({ endSeconds }) => endSeconds === null)).toEqual([]);
});

describe('an error of go that says what, and not why', () => {
  const told = (text: string) =>
    reportOfText(
      `${GO}\n1 1700000001.000000 write(2, "${text}"..., 400) = 400\n1 1700000001.100000 exit_group(1) = ?\n1 1700000001.200000 +++ exited with 1 +++\n`,
    );

  it.each([
    String.raw`go: m.example/a@v1.0.0: unrecognized import path \"m.example/a\": https fetch: Get \"https://m.example/a?go`,
    'go: m.example/a@v1.0.0: invalid version: git ls-remote -q https://git.example/a.git in /m/cache/vcs/1: exit st',
    'go: m.example/a@v1.0.0: hg init . in /m/cache/vcs/1',
  ])('%s', async (text) => {
    expect((await told(text)).verdict.headline).toContain('was cut there, before the reason');
  });

  it.each([
    [
      String.raw`go: m.example/a@v1.0.0: unrecognized import path \"m.example/a\": reading https://m.example/a?go-get=1: 404 Not F`,
    ],
    ['go: m.example/a@v1.0.0: invalid version: unknown revi'],
  ])('but where it says so: %s', async (text) => {
    expect((await told(text)).blockingPoint?.cause).toBe('server-error/not-found');
  });
});

it('go mod download -json says on its stdout what went wrong: of an object that is cut, what is whole counts', async () => {
  const object = String.raw`{\n\t\"Path\": \"m.example/a\",\n\t\"Version\": \"v1.0.0\",\n\t\"Error\": \"m.example/a@v1.0.0: Get \\\"https://p.example/m.example/a/@v/v1.0.0.zip\\\": x509: certificate has expired or is not yet valid\",\n\t\"Info`;
  const run = (...args: readonly string[]) =>
    reportOfText(
      [
        `1 1700000000.000000 execve("/usr/local/go/bin/go", [${['go', 'mod', 'download', ...args].map((arg) => `"${arg}"`).join(', ')}], 0x1 /* 9 vars */) = 0`,
        `1 1700000001.000000 write(1, "${object}"..., 486) = 486`,
        '1 1700000001.100000 exit_group(1) = ?',
        '1 1700000001.200000 +++ exited with 1 +++',
        '',
      ].join('\n'),
    );
  expect((await run('-json')).blockingPoint).toMatchObject({
    cause: 'tls/expired',
    culprit: { host: 'p.example' },
  });
  expect((await run()).blockingPoint).toBeNull();
});
