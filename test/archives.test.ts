import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { strToU8, zipSync } from 'fflate';
import { pack } from 'tar-stream';
import { afterAll, describe, expect, it } from 'vitest';
import { reportOf } from './support/analyze.ts';

const folder = mkdtempSync(join(tmpdir(), 'gotrace-archives-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const URL = 'https://proxy.example/m.example/a/@v/v1.0.0.zip';
const stderr = `1700000000.000000 # get ${URL}\n1700000006.000000 # get ${URL}: 200 OK (6.000s)\n`;
const members: Readonly<Record<string, string>> = {
  'job/stderr.log': stderr,
  'job/screenshot.png': '\u0089PNG\r\n\u001a\n\u0000\u0000\u0000\rIHDR',
  'job/notes.txt': 'it was slow today\n',
};

async function tarOf(files: Readonly<Record<string, string>>): Promise<Buffer> {
  const tar = pack();
  for (const [name, text] of Object.entries(files)) tar.entry({ name }, text);
  tar.finalize();
  const chunks: Uint8Array[] = [];
  for await (const chunk of tar) chunks.push(chunk as Uint8Array);
  return Buffer.concat(chunks);
}

const zipOf = (files: Readonly<Record<string, string>>) =>
  Buffer.from(
    zipSync(Object.fromEntries(Object.entries(files).map(([name, text]) => [name, strToU8(text)]))),
  );

async function write(name: string, bytes: Uint8Array): Promise<string> {
  const path = join(folder, name);
  writeFileSync(path, bytes);
  return path;
}

describe('archives of logs', () => {
  it.each(['logs.zip', 'logs.tar', 'logs.tar.gz'])(
    '%s: the logs are read, the rest is passed over',
    async (name) => {
      const tar = await tarOf(members);
      const bytes = name.endsWith('.zip') ? zipOf(members) : name.endsWith('.gz') ? gzipSync(tar) : tar;
      const report = await reportOf([await write(name, bytes)]);
      expect(report.inputs.map(({ path, format }) => [path, format])).toEqual([
        ['stderr.log', 'go-x'],
        ['screenshot.png', 'unknown'],
        ['notes.txt', 'unknown'],
      ]);
      expect(report.blockingPoint).toMatchObject({ cause: 'connect/other' });
    },
  );

  it('a name that leads out of the archive is a name in a tar, and refused in a zip; nothing is written there', async () => {
    const outside = { '../../../../tmp/gotrace-escaped.log': stderr };
    const report = await reportOf([await write('out.tar', await tarOf(outside))]);
    expect(report.blockingPoint?.cause).toBe('connect/other');
    expect(report.inputs[0]?.path).toBe('gotrace-escaped.log');
    await expect(reportOf([await write('out.zip', zipOf(outside))])).rejects.toThrow(/invalid relative path/);
    expect(existsSync('/tmp/gotrace-escaped.log')).toBe(false);
  });

  it('bombs are refused, in a line, and in bounded memory', async () => {
    const zeros = Buffer.concat([
      Buffer.from(stderr),
      Buffer.alloc(300 * 1024 * 1024, `${'x'.repeat(1_000_000)}\n`),
    ]);
    const before = process.memoryUsage().rss;
    await expect(reportOf([await write('bomb.log.gz', gzipSync(zeros))])).rejects.toThrow(
      /expands to more than 300/,
    );
    const zip = zipSync({ 'a.log': [zeros, { level: 6 }] });
    await expect(reportOf([await write('bomb.zip', zip)])).rejects.toThrow(/expands too much to be a log/);
    expect(process.memoryUsage().rss - before).toBeLessThan(900 * 1024 * 1024);
  });

  it('a damaged archive, an empty one, and one without logs', async () => {
    const cut = zipOf(members).subarray(0, 60);
    await expect(reportOf([await write('cut.zip', cut)])).rejects.toThrow(
      /cut\.zip: the archive cannot be read/,
    );
    await expect(reportOf([await write('empty.zip', zipOf({}))])).rejects.toThrow(/empty\.zip/);
    const none = zipOf({ 'notes.txt': 'it was slow today\n' });
    await expect(reportOf([await write('none.zip', none)])).rejects.toThrow(/notes\.txt: unknown format/);
  });
});
