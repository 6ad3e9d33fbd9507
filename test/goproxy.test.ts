import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { analyze } from '../src/analyze.ts';
import { asksNext, entryAfter, readProxyList, rewritesOf } from '../src/diagnose/goproxy.ts';

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
