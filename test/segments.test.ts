import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import type { TraceRecord } from '../parsers/registry.ts';
import { type IngestOptions, ingest } from '../src/ingest/ingest.ts';
import { openInputs } from '../src/ingest/open.ts';
import { readSegment, type SegmentPool } from '../src/ingest/segments.ts';

/** A log that is read in segments gives what it gives when it is read from one end to the other. */
const folder = mkdtempSync(join(tmpdir(), 'gotrace-segments-'));
afterAll(() => {
  // Most of them were: else the rest would prove nothing.
  expect(inParts).toBeGreaterThan(500);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

let inParts = 0;
const inPlace: SegmentPool = {
  width: 3,
  mostEvents: Number.POSITIVE_INFINITY,
  read: async (job) => {
    const result = readSegment(job);
    if (result !== undefined && result.lines > 0) inParts++;
    return result;
  },
  close: async () => {},
};

async function readAll(path: string, options: IngestOptions) {
  const inputs = await openInputs([path]);
  if (!inputs.ok) throw new Error(inputs.error);
  const records: TraceRecord[] = [];
  const result = await ingest(inputs.value, (record) => records.push(structuredClone(record)), options);
  if (!result.ok) throw new Error(result.error);
  const syscalls = [...result.value.syscalls].sort((a, b) => a.name.localeCompare(b.name));
  return { records, ...result.value, syscalls };
}

async function expectSame(text: Uint8Array, bytes: number): Promise<void> {
  const path = join(folder, 'log');
  writeFileSync(path, text);
  const whole = await readAll(path, {});
  expect(await readAll(path, { segments: { pool: inPlace, bytes } })).toEqual(whole);
}

const scenario = (name: string) => gunzipSync(readFileSync(`fixtures/scenarios/${name}/strace.log.gz`));

/** The first megabyte is always read as it comes: what is read in segments lies behind it. */
const first = Buffer.concat(Array.from({ length: 3 }, () => scenario('git-stall')));
const padded = (log: Uint8Array) => Buffer.concat([first, log]);

describe('segments', () => {
  it.each([
    'baseline-direct-git',
    'git-404',
    'lock-version',
    'dns-tc',
    'toolchain-stall',
    'nox-slow',
    'disk-slow',
  ])('%s', async (name) => {
    for (const bytes of [3_000, 40_000, 500_000]) await expectSame(padded(scenario(name)), bytes);
  });

  it.each(['f-ttt.log', 'f-e-raw.log', 'no-f.log', 'f-tt.log', 'f-r.log'])(
    '%s of real strace',
    async (name) => {
      const log = gunzipSync(readFileSync(`fixtures/strace-flags/${name}.gz`));
      const many = Buffer.concat(Array.from({ length: Math.ceil(600_000 / log.length) }, () => log));
      for (const bytes of [5_000, 100_000]) await expectSame(many, bytes);
    },
  );

  it('logs with lines dropped, moved and cut', async () => {
    const beginning = first.toString('latin1').trimEnd().split('\n');
    const lines = scenario('git-stall').toString('latin1').split('\n');
    const edit = fc.record({
      at: fc.nat(),
      kind: fc.constantFrom('drop', 'move', 'cut', 'text'),
      other: fc.nat(),
    });
    await fc.assert(
      fc.asyncProperty(
        fc.array(edit, { maxLength: 30 }),
        fc.integer({ min: 3_000, max: 60_000 }),
        async (edits, bytes) => {
          const edited = [...beginning, ...lines];
          for (const { at, kind, other } of edits) {
            const index = beginning.length + (at % lines.length);
            const line = edited[index] ?? '';
            if (kind === 'drop') edited.splice(index, 1);
            else if (kind === 'move') edited.splice(other % edited.length, 0, line);
            else if (kind === 'cut') edited[index] = line.slice(0, other % (line.length + 1));
            else edited.splice(index, 0, 'go: downloading lib.example/a v1.0.0');
          }
          await expectSame(Buffer.from(edited.join('\n'), 'latin1'), bytes);
        },
      ),
      { numRuns: 12 },
    );
  }, 60_000);

  it('threads that execve takes the place of, lines without a time, and a tip', async () => {
    const beginning = first.toString('latin1').trimEnd().split('\n');
    const superseding = [
      '50 1795519160.000000 futex(0x1, FUTEX_WAIT_PRIVATE, 0, NULL <unfinished ...>',
      '51 1795519160.000001 execve("/bin/true", ["true"], 0x1 /* 9 vars */ <unfinished ...>',
      '50 1795519160.000002 +++ superseded by execve in pid 51 +++',
      '50 1795519160.000003 <... execve resumed>) = 0 <0.000002>',
      '50 1795519160.000004 +++ exited with 0 +++',
    ];
    const tip = [`  ${'_'.repeat(46)}         ____`, ` /${' '.repeat(46)}\\`, ` \\${'_'.repeat(46)}/`];
    const undated = ['write(2, "a\\n", 2) = 2', 'getpid() = 7'];
    const lines = scenario('git-404').toString('latin1').split('\n').slice(0, 1500);
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(fc.constantFrom(superseding, tip, undated), fc.nat(), fc.boolean()), {
          minLength: 1,
          maxLength: 5,
        }),
        fc.integer({ min: 300, max: 30_000 }),
        async (inserts, bytes) => {
          const edited = [...lines];
          for (const [text, at, apart] of inserts) {
            if (!apart) edited.splice(at % edited.length, 0, ...text);
            else
              for (const [step, line] of text.entries())
                edited.splice((at + step * 97) % edited.length, 0, line);
          }
          await expectSame(Buffer.from([...beginning, ...edited].join('\n'), 'latin1'), bytes);
        },
      ),
      { numRuns: 15 },
    );
  }, 60_000);

  it('a line that is longer than a segment can be', async () => {
    const log = scenario('git-stall');
    const long = Buffer.from(
      `27072 1795519159.000000 write(1</dev/null>, "${'x'.repeat(3_000_000)}", 9) = 9 <0.000010>\n`,
    );
    await expectSame(Buffer.concat([first, log, long, log]), 100_000);
  });
});
