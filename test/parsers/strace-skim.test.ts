import { readdirSync, readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { StraceParser } from '../../parsers/strace/parser.ts';
import type { StraceRecord } from '../../parsers/strace/records.ts';
import { FramedLine, LineFramer } from '../../src/ingest/lines.ts';
import { cutAt } from '../support/parse.ts';

/** What a log comes to, with runs of lines skimmed or each line read for itself. */
function read(chunks: readonly Uint8Array[], isSkimming: boolean) {
  const records: StraceRecord[] = [];
  const outcomes = { record: 0, continued: 0, ignored: 0, unparsed: 0 };
  const parser = new StraceParser((record) => records.push(record), { originSeconds: undefined });
  const line = new FramedLine('input');
  let lines = 0;
  let skimmed = 0;
  const framer = new LineFramer(
    (bytes, start, end, isCut) => {
      line.set(++lines, bytes, start, end, undefined, isCut);
      outcomes[parser.push(line)]++;
    },
    (bytes, start) => {
      if (!isSkimming) return start;
      const stop = parser.skim(bytes, start);
      lines += parser.skimmed;
      skimmed += parser.skimmed;
      outcomes.record += parser.skimmed;
      return stop;
    },
  );
  for (const chunk of chunks) framer.push(chunk);
  framer.end();
  parser.end();
  return { result: { records, outcomes, lines, totals: parser.totals(), extent: parser.extent() }, skimmed };
}

function expectSame(chunks: readonly Uint8Array[]): number {
  const { result, skimmed } = read(chunks, true);
  expect(result).toEqual(read(chunks, false).result);
  return skimmed;
}

const log = (path: string) => gunzipSync(readFileSync(path));

describe('skimming gives what reading each line gives', () => {
  it.each(readdirSync('fixtures/strace-flags').filter((name) => name.endsWith('.gz')))('%s', (name) => {
    expectSame([log(`fixtures/strace-flags/${name}`)]);
  });

  it.each(['git-stall', 'disk-slow', 'baseline-cold'])('%s, most of which is skimmed', (name) => {
    const bytes = log(`fixtures/scenarios/${name}/strace.log.gz`);
    expect(expectSame([bytes])).toBeGreaterThan(200);
  });

  it('a log with bytes changed, in pieces', () => {
    const whole = log('fixtures/scenarios/git-stall/strace.log.gz').subarray(0, 60_000);
    const bytes = log('fixtures/strace-flags/f.log.gz').subarray(0, 30_000);
    const change = fc.tuple(fc.nat(), fc.constantFrom(...Buffer.from('\n\r <>()="0x9.d-?[')));
    fc.assert(
      fc.property(
        fc.constantFrom(whole, bytes),
        fc.array(change, { maxLength: 60 }),
        fc.array(fc.nat(), { maxLength: 4 }),
        (source, changes, places) => {
          const edited = Buffer.from(source);
          for (const [at, byte] of changes) edited[at % edited.length] = byte;
          expectSame(cutAt(edited, places));
        },
      ),
      { numRuns: 60 },
    );
  });
});
