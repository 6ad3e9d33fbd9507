import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { analyze } from '../src/analyze.ts';
import { asksNext, entryAfter, readProxyList, rewritesOf } from '../src/diagnose/goproxy.ts';
import { reportOfText } from './support/analyze.ts';

const A = 'https://a.example';
const B = 'https://b.example/go';

describe('the value of GOPROXY', () => {
  it('is read as go reads it', () => {
    expect(readProxyList(`${A},${B}/|direct`).entries).toEqual([
      { url: A, separator: ',' },
      { url: B, separator: '|' },
      { url: 'direct' },
    ]);
    // Empty entries are passed over, a bare host name is https, nothing stands behind direct or off.
    expect(readProxyList(' ,a.example ,, direct,https://never.example').entries).toEqual([
      { url: A, separator: ',' },
      { url: 'direct' },
    ]);
    expect(readProxyList('off').entries).toEqual([{ url: 'off' }]);
    expect(readProxyList('').entries).toEqual([]);
  });

  it('decides who is asked next', () => {
    expect(asksNext(',', 'not-found')).toBe(true);
    expect(asksNext(',', 'error')).toBe(false);
    expect(asksNext('|', 'error')).toBe(true);
    expect(asksNext('|', 'found')).toBe(false);
    expect(entryAfter(readProxyList(`${A},direct`), A)?.url).toBe('direct');
    expect(entryAfter(readProxyList(A), A)).toBeUndefined();
  });

  it('is rewritten, each time for one entry', () => {
    const list = readProxyList(`${A},${B}|direct`);
    expect(rewritesOf(list, A)).toEqual({
      piped: `export GOPROXY='${A}|${B}|direct'`,
      without: `export GOPROXY='${B}|direct'`,
      swapped: `export GOPROXY='${B},${A}|direct'`,
    });
    expect(rewritesOf(readProxyList(`${A}|${B}`), B)).toEqual({ without: `export GOPROXY='${A}'` });
    expect(rewritesOf(readProxyList(A), A)).toEqual({});
    expect(rewritesOf(list, 'https://other.example')).toEqual({});
  });

  it('is not written out where it holds credentials, or was not seen', () => {
    const secret = rewritesOf(readProxyList(`https://user:pw@a.example,${B}`), 'https://user:pw@a.example');
    expect(JSON.stringify(secret)).not.toContain('pw@');
    expect(secret.piped).toBe(`export GOPROXY="$(go env GOPROXY | tr , '|')"`);
    const seen = rewritesOf({ entries: [{ url: A }, { url: B }], isSetting: false }, A);
    expect(seen.without).toBe(`export GOPROXY="$(go env GOPROXY | sed -E 's#https://a.example/?[,|]##')"`);
  });

  it('any value: every rewrite is one shell word, and reads back to the entries it had', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: fc.constantFrom('a', '.', ',', '|', "'", ' ', '$', ':', '/') }),
        (value) => {
          const list = readProxyList(value);
          const { piped } = rewritesOf(list, undefined);
          if (piped === undefined) return;
          const quoted = /^export GOPROXY='((?:[^']|'\\'')*)'$/.exec(piped)?.[1]?.replaceAll("'\\''", "'");
          expect(readProxyList(quoted ?? '').entries.map((entry) => entry.url)).toEqual(
            list.entries.map((entry) => entry.url),
          );
        },
      ),
    );
  });
});

describe('in a report', () => {
  const log = [
    `# get ${A}/lib.example/a/@v/v1.0.0.mod`,
    `# get ${A}/lib.example/a/@v/v1.0.0.mod: 403 Forbidden (0.010s)`,
    `go: lib.example/a@v1.0.0: reading ${A}/lib.example/a/@v/v1.0.0.mod: 403 Forbidden`,
  ].join('\n');
  async function findings(GOPROXY: string) {
    const input = {
      path: 'log',
      chunks: async function* () {
        yield Buffer.from(`${log}\n`);
      },
    };
    const report = await analyze([input], { environment: { GOPROXY } });
    if (!report.ok) throw new Error(report.error);
    return report.value.findings;
  }

  it('a comma that stopped go is named, with the person’s own value rewritten', async () => {
    const [first, second] = await findings(`${A},${B},direct`);
    expect(first?.cause).toBe('server-error/forbidden');
    expect(second).toMatchObject({
      cause: 'proxy-config/no-fallthrough',
      culprit: { setting: `GOPROXY: ${A},${B}` },
      remedies: [{ command: `export GOPROXY='${A}|${B}|direct'` }],
    });
    expect(second?.summary).toContain(B);
  });

  it('a bar would have gone on, and a single entry has nothing behind it', async () => {
    for (const value of [`${A}|${B}`, A]) {
      const causes = (await findings(value)).map((finding) => finding.cause);
      expect(causes).toEqual(['server-error/forbidden']);
    }
  });
});

describe('an entry that is no use', () => {
  const get = (base: string, file: string) => `# get ${base}/lib.example/${file}`;
  const refused = (file: string) =>
    `${get(A, file)}: Get "${A}/lib.example/${file}": dial tcp 192.0.2.9:443: connect: connection refused`;
  const found = (base: string, file: string) => `${get(base, file)}: 200 OK (0.010s)`;
  const turnTo = (file: string) => [get(B, file), found(B, file)];
  const FILES = ['a/@v/v1.0.0.mod', 'b/@v/v1.0.0.mod'] as const;

  it('is told beside a healthy run, where each request to it fails and the next entry serves', async () => {
    const lines = FILES.flatMap((file) => [get(A, file), refused(file), ...turnTo(file)]);
    const { verdict, findings } = await reportOfText(`${lines.join('\n')}\n`);
    expect(verdict.status).toBe('healthy');
    expect(findings).toMatchObject([{ cause: 'connect/refused', culprit: { host: 'a.example' } }]);
  });

  it('is none that served once', async () => {
    const [first, second] = FILES;
    const lines = [get(A, first), refused(first), ...turnTo(first), get(A, second), found(A, second)];
    const { verdict, findings } = await reportOfText(`${lines.join('\n')}\n`);
    expect({ status: verdict.status, findings }).toEqual({ status: 'healthy', findings: [] });
  });
});

it('a status is that of the host to which a request was redirected', async () => {
  const url = `${A}/lib.example/a/@v/v1.0.0.zip`;
  const header = (name: string, value: string) => `http2: Transport encoding header "${name}" = "${value}"`;
  const lines = [
    [0, `# get ${url}`],
    ...['a.example', 'store.example'].map((host, at) => [at, header(':authority', host)] as const),
    [1, header(':path', '/lib.example/a/@v/v1.0.0.zip')],
    [3, `# get ${url}: 504 Gateway Timeout (3.000s)`],
    [3, `go: lib.example/a@v1.0.0: reading ${url}: 504 Gateway Timeout`],
  ].map(([seconds, text]) => `${(1_700_000_000 + Number(seconds)).toFixed(6)} ${text}`);
  const { verdict, blockingPoint } = await reportOfText(`${lines.join('\n')}\n`);
  expect(verdict.headline).toBe(`Failed: store.example answers 504 for ${url}.`);
  expect(blockingPoint?.evidence.map(({ line }) => line)).toContain(4);
});
