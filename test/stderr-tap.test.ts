import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { StderrTap } from '../src/capture/stderr-tap.ts';
import { cutAt } from './support/parse.ts';

/** What of some chunks of stderr is passed on, where nothing was asked for that gotrace asks for. */
function shown(chunks: readonly Uint8Array[]): string {
  const passed: Uint8Array[] = [];
  const tap = new StderrTap({
    asked: { x: false, netdns: false, http2debug: false },
    now: () => 0,
    passThrough: (bytes) => passed.push(Uint8Array.from(bytes)),
    onLine: () => {},
  });
  for (const chunk of chunks) tap.push(chunk);
  tap.end();
  return Buffer.concat(passed).toString();
}

const told = (...chunks: readonly string[]) => shown(chunks.map((chunk) => Buffer.from(chunk)));

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
      expect(shown(cutAt(script, places))).toBe('');
    }),
    { numRuns: 20 },
  );
});

it('the beginning of a line of the script, wherever it is cut', () => {
  const line =
    "GOROOT='/usr/local/go' /usr/local/go/pkg/tool/linux_amd64/link -o $WORK/b001/exe/a.out $WORK/b001/_pkg_.a\n";
  for (let at = 1; at < line.length; at++) expect(told(line.slice(0, at), line.slice(at))).toBe('');
});

it('what is left of a line of netdns is not shown; the same words of the program are', () => {
  const piece = 'go package net: hostLookupOrder(';
  expect(told(`${piece}# get https://a.example/b\n`, 'a.exam', 'ple) = files,', 'dns\n', 'files\n')).toBe(
    'files\n',
  );
  expect(told(`${piece}a.example) = files,dns# lock /c/vcs/x\n`, '\n', '\n')).toBe('\n');
  expect(told(`${piece}2026/11/20 10:00:00 http2: Transport closing idle conn 0xc0\n) = dns\n`)).toBe('');
  expect(told('true\n', 'dns\n', '\n', 'false? ')).toBe('true\ndns\n\nfalse? ');
});
