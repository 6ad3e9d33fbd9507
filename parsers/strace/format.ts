import { type Format, shareOfLines } from '../types.ts';
import { StraceParser } from './parser.ts';
import type { StraceRecord } from './records.ts';

const LINE =
  /^\s*(?:\[pid\s+\d+(?:<[^>]*>)?\]\s+|\d+(?:<[^>]*>)?\s+)?(?:\d+(?::\d\d:\d\d)?(?:\.\d+)?\s+)?(?:\(\+\s*[\d.]+\)\s+)?(?:\[[^\]]*\]\s+)*(?:[a-z_][a-z0-9_]*\(.*(?:=\s+(?:-?\d|0x|\?)|<unfinished \.\.\.>|$)|<\.\.\. \w+ resumed>|--- (?:stopped by )?SIG|\+\+\+ (?:exited with|killed|superseded))/;

/** strace(1), 4.x to 7.x, with or without pid, time and duration. */
export const strace: Format<StraceRecord> = {
  name: 'strace',
  detect: (sample) => shareOfLines(sample, (line) => LINE.test(line)),
  create: (emit, clock) => new StraceParser(emit, clock),
};
