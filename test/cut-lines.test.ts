import { expect, it } from 'vitest';
import { CutLines } from '../src/correlate/output/cut-lines.ts';
import type { CutLine } from '../src/correlate/output/stderr.ts';

const P = 'https://proxy.example';
/** `write(2, "# get https://proxy.example/m0/@"..., N)` under strace -s 32. */
const cut = (whole: string, seconds: number): CutLine => ({
  text: whole.slice(0, 32),
  length: whole.length + 1,
  timeNs: seconds * 1e9,
  pid: 1,
  at: { input: 'strace.log', line: seconds, text: '' },
});
const told = (text: string, input = 'stderr.txt') => ({ input, line: 1, text });

it('URLs that begin alike are told apart by how long the lines were', () => {
  const lines = new CutLines([
    cut(`# get ${P}/a/@v/v1.0.0.zip`, 1),
    cut(`# get ${P}/a/@v/v1.0.0.zip: 404 Not Found (0.070s)`, 2),
    cut(`# get ${P}/a/@v/v1.0.0.info`, 3),
  ]);
  expect(lines.take(told(`# get ${P}/a/@v/v1.0.0.info`))?.timeNs).toBe(3e9);
  expect(lines.rest().map((line) => line.timeNs)).toEqual([1e9, 2e9]);
});

it('what was written before the line above is none of it', () => {
  const lines = new CutLines([
    cut(`# get ${P}/a/@v/v1.0.0.mod`, 1),
    cut(`# get ${P}/a/@v/v1.0.0.mod: 200 OK (0.500s)`, 3),
    cut(`# get ${P}/b/@v/v1.0.0.mod`, 4),
  ]);
  expect(lines.take(told(`# get ${P}/a/@v/v1.0.0.mod: 200 OK (0.500s)`))?.timeNs).toBe(3e9);
  expect(lines.take(told(`# get ${P}/b/@v/v1.0.0.mod`))?.timeNs).toBe(4e9);
  expect(lines.rest().map((line) => line.timeNs)).toEqual([1e9]);
});

it('behind a stamp, and behind a piece of a line of netdns', () => {
  const lines = new CutLines([cut(`# get ${P}/a/@v/v1.0.0.mod`, 1), cut(`# get ${P}/b/@v/v1.0.0.mod`, 2)]);
  expect(lines.take(told(`2026-11-20T10:00:00Z # get ${P}/a/@v/v1.0.0.mod`))?.timeNs).toBe(1e9);
  const glued = `go package net: hostLookupOrder(proxy.example# get ${P}/b/@v/v1.0.0.mod`;
  expect(lines.take(told(glued))?.timeNs).toBe(2e9);
  expect(lines.take(told('files,dns'))).toBeUndefined();
});
