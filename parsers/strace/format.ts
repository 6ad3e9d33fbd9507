import { type Format, shareOfLines } from '../types.ts';
import { StraceParser } from './parser.ts';
import type { StraceRecord } from './records.ts';

const HEAD = String.raw`^\s*(?:\[pid\s+\d+(?:<[^>]*>)?\]\s+|\d+(?:<[^>]*>)?\s+)?(?:\d+(?::\d\d:\d\d)?(?:\.\d+)?\s+)?(?:\(\+\s*[\d.]+\)\s+)?(?:\[[^\]]*\]\s+)*`;
const LINE = new RegExp(
  String.raw`${HEAD}(?:[a-z_][a-z0-9_]*\(.*(?:=\s+(?:-?\d|0x|\?)|<unfinished \.\.\.>)|<\.\.\. \w+ resumed>|--- (?:stopped by )?SIG|\+\+\+ (?:exited with|killed|superseded)|strace: |Process \d+ (?:attached|detached|resumed|suspended))`,
);
/** Of a call that had not returned when the log ended, or whose line was cut. Much else begins like it. */
const OPEN = new RegExp(String.raw`${HEAD}[a-z_][a-z0-9_]*\(`);

/** strace(1), 4.x to 7.x, with or without pid, time and duration. */
export const strace: Format<StraceRecord> = {
  name: 'strace',
  detect(sample) {
    const closed = shareOfLines(sample, (line) => LINE.test(line));
    const all = shareOfLines(sample, (line) => LINE.test(line) || OPEN.test(line));
    return closed > 0 || all === 1 ? all : 0;
  },
  create: (emit, clock) => new StraceParser(emit, clock),
};
