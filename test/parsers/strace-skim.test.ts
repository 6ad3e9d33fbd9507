import { readdirSync, readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { RecentNames } from '../../parsers/strace/names.ts';
import { StraceParser } from '../../parsers/strace/parser.ts';
import type { StraceRecord } from '../../parsers/strace/records.ts';
import { areDigits, LastChunk, numberOf, wordAt } from '../../parsers/strace/words.ts';
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

  it('lines that end in every way, again and again', () => {
    const call = fc.constantFrom(
      'brk(NULL',
      'close(3',
      'futex(0x1, FUTEX_WAKE, 1',
      'openat(AT_FDCWD, "a", O_RDONLY',
      'a(',
    );
    const ret = fc.constantFrom(
      ...['0', '-1', '32768', '0x7f12', '?', '3</a) = 5>', '5>', '', '(', ')', 'x) = 1 (y)'],
      ...[
        '-1 ENOENT (No such file or directory)',
        '-1 EACCES (Permission denied)',
        '0x8000 (flags O_RDONLY)',
      ],
      ...[
        '? ERESTARTSYS (To be restarted)',
        '-1 E (z)',
        '1 ("ab")',
        '1 (<ab>)',
        '-1 ENOTDIR (Not a directory)',
      ],
    );
    const duration = fc.constantFrom(
      ' <0.000012>',
      ' <0.002000>',
      ' <1.000000>',
      ' <0.01>',
      ' <0.0000a2>',
      ' <>',
      '',
    );
    const line = fc
      .tuple(
        fc.constantFrom('', '12 ', '12345 1700000000.123456 '),
        call,
        fc.constantFrom(')', ') ', ')    '),
        ret,
        duration,
      )
      .map(([head, begin, close, value, time]) => `${head}${begin}${close} = ${value}${time}\n`);
    fc.assert(
      fc.property(
        fc.array(line, { minLength: 1, maxLength: 40 }),
        fc.array(fc.nat(), { maxLength: 3 }),
        (lines, places) => {
          expectSame(cutAt(Buffer.from(lines.join('').repeat(3)), places));
        },
      ),
      { numRuns: 300 },
    );
  });
});

it('a name that begins like another one is compared whole', () => {
  const names = new RecentNames();
  const chunk = new LastChunk().of(Buffer.from('read(readlinkat(readx(    '));
  names.remember(chunk, 0, 4, 7);
  expect(names.find(chunk, 0, 0x28)).toBe(true);
  expect(names).toMatchObject({ id: 7, end: 4 });
  expect(names.find(chunk, 5, 0x28)).toBe(false);
  names.remember(chunk, 5, 15, 8);
  expect(names.find(chunk, 5, 0x28)).toBe(true);
  expect(names).toMatchObject({ id: 8, end: 15 });
  expect(names.find(chunk, 16, 0x28)).toBe(false);
  expect(names.find(chunk, 21, 0x28)).toBe(false);
});

it('four bytes at once are what they are one by one', () => {
  const byte = fc.oneof(fc.nat(255), fc.integer({ min: 0x2e, max: 0x3b }));
  fc.assert(
    fc.property(fc.array(byte, { minLength: 4, maxLength: 4 }), (bytes) => {
      const word = wordAt(new LastChunk().of(Uint8Array.from(bytes)).words, 0);
      const text = String.fromCharCode(...bytes);
      expect(areDigits(word)).toBe(/^\d{4}$/.test(text));
      if (areDigits(word)) expect(numberOf(word)).toBe(Number(text));
    }),
  );
});
