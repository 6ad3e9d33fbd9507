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
    let isSure = false;
    const share = shareOfLines(sample, (line) => {
      const isWhole = LINE.test(line);
      isSure ||= isWhole;
      return isWhole || OPEN.test(line);
    });
    return isSure || share === 1 ? share : 0;
  },
  create: (emit, clock) => new StraceParser(emit, clock),
};
