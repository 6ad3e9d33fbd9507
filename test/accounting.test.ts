import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { afterAll, expect, it } from 'vitest';
import { reportSchema } from '../src/model/report.ts';
import { WRITERS } from '../src/report/registry.ts';
import { reportOfText } from './support/analyze.ts';
import { PLANTED } from './support/planted.ts';

/** Every recording, with secrets planted among its lines, through every output: what was read, and what got out. */
interface Row {
  inputs: number;
  lines: number;
  unparsed: number;
  crashes: number;
  secrets: number;
}

const KINDS: Readonly<Record<string, RegExp>> = {
  'strace, whole runs': /scenarios\/[^/]+\/strace\.log\.gz$/,
  'strace -f -tt, no -y': /strace-plain\.log\.gz$/,
  'strace -r, --seccomp-bpf, attached': /strace-(?:r|seccomp|attach)\.log\.gz$/,
  'strace, flag by flag': /strace-(?:flags|4\.10|4\.26|7\.2)\/.+\.log\.gz$/,
  'go -x, netdns, http2debug': /stderr(?:\.ts)?\.(?:txt|log)$/,
  'goroutine dumps': /goroutines\.txt\.gz$/,
  ltrace: /ltrace\.log\.gz$/,
};
const MOST_BYTES = 400_000;
const table: Record<string, Row> = {};
afterAll(() => console.table(table));

function filesBelow(folder: string): string[] {
  return readdirSync(folder).flatMap((name) => {
    const path = join(folder, name);
    return statSync(path).isDirectory() ? filesBelow(path) : [path];
  });
}

const FOLDERS = ['scenarios', 'strace-flags', 'strace-4.10', 'strace-4.26', 'strace-7.2'];
const files = FOLDERS.flatMap((folder) => filesBelow(`fixtures/${folder}`));
const writers = await Promise.all(WRITERS.map((writer) => writer.load()));

/** The log, cut to a size that can be gone through with every output, and a secret after every twentieth line. */
function planted(path: string): string {
  const bytes = readFileSync(path);
  const text = (path.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString('latin1').slice(0, MOST_BYTES);
  return text
    .split('\n')
    .flatMap((line, at) =>
      at % 20 === 19 ? [line, PLANTED[((at / 20) % PLANTED.length) | 0]?.[0] ?? ''] : [line],
    )
    .join('\n');
}

it.each(Object.entries(KINDS))('%s', { timeout: 120_000 }, async (kind, pattern) => {
  const row: Row = { inputs: 0, lines: 0, unparsed: 0, crashes: 0, secrets: 0 };
  table[kind] = row;
  for (const path of files.filter((file) => pattern.test(file) && existsSync(file))) {
    row.inputs++;
    try {
      const report = await reportOfText(planted(path));
      expect(reportSchema.parse(report)).toEqual(report);
      for (const { lines, records, continued, ignored, unparsed } of report.inputs) {
        expect(records + continued + ignored + unparsed).toBe(lines);
        row.lines += lines;
        row.unparsed += unparsed;
      }
      for (const render of writers) {
        const text = render(report, { columns: 100, colour: false, explainInput: true });
        row.secrets += PLANTED.filter(([, secret]) => secret !== 'alice' && text.includes(secret)).length;
      }
    } catch (error) {
      row.crashes++;
      console.error(path, error);
    }
  }
  expect(row.inputs).toBeGreaterThan(0);
  expect(row).toMatchObject({ crashes: 0, secrets: 0 });
});

it('an empty file beside a log is told, and takes nothing away', async () => {
  const log = readFileSync('fixtures/scenarios/dns-nxdomain/stderr.txt', 'utf8');
  const { inputs, verdict } = await reportOfText(log, '');
  expect(verdict.status).toBe('failed');
  expect(inputs.map(({ format, bytes }) => [format, bytes])).toEqual([
    ['go-x', Buffer.byteLength(log)],
    ['empty', 0],
  ]);
  await expect(reportOfText('', '')).rejects.toThrow('the file is empty');
});
