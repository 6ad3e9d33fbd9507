import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { StderrTap } from '../src/capture/stderr-tap.ts';
import { cutAt } from './support/parse.ts';

it('a progress bar without line ends is passed on byte for byte, and not kept without end', () => {
  const passed: Uint8Array[] = [];
  const lines: string[] = [];
  const tap = new StderrTap({
    asked: { x: false, netdns: false, http2debug: false },
    now: () => 0,
    passThrough: (bytes) => passed.push(Uint8Array.from(bytes)),
    onLine: (text) => lines.push(text),
  });
  const written = Array.from({ length: 300 }, (_, at) => Buffer.from(`\r${String(at).padStart(9_999, '.')}`));
  for (const chunk of written) tap.push(chunk);
  tap.end();
  expect(Buffer.concat(passed).equals(Buffer.concat(written))).toBe(true);
  expect(lines.join('')).toBe(Buffer.concat(written).toString());
  expect(Math.max(...lines.map((line) => line.length))).toBeLessThan(1.1 * 1024 * 1024);
});

it('of the script of a build nothing is passed on, wherever its bytes are cut', () => {
  const script = gunzipSync(readFileSync('fixtures/go-build/cgo.txt.gz'));
  fc.assert(
    fc.property(fc.array(fc.nat(script.length), { maxLength: 40 }), (places) => {
      const passed: Uint8Array[] = [];
      const tap = new StderrTap({
        asked: { x: false, netdns: false, http2debug: false },
        now: () => 0,
        passThrough: (bytes) => passed.push(Uint8Array.from(bytes)),
        onLine: () => {},
      });
      for (const chunk of cutAt(script, places)) tap.push(chunk);
      tap.end();
      expect(Buffer.concat(passed).toString()).toBe('');
    }),
    { numRuns: 20 },
  );
});
