import { type Format, type InputLine, type LineOutcome, type SourceLine, shareOfLines } from '../types.ts';

/** A row of the table that `strace -c` prints in place of the calls. */
export interface SyscallTotalRecord {
  readonly kind: 'syscall-total';
  readonly at: SourceLine;
  readonly timeNs: undefined;
  readonly name: string;
  readonly count: number;
  readonly failed: number;
  readonly totalNs: number;
}

/** `strace -c` and `-c -w`: strace(1), "-c". Columns differ by version and by -U; the syscall is the last. */
export const straceSummary: Format<SyscallTotalRecord> = {
  name: 'strace-summary',
  detect: (sample) =>
    HEAD.test(sample) ? shareOfLines(sample, (line) => ROW.test(line) || RULE.test(line)) : 0,
  create: (emit) => ({
    push(line) {
      const record = readRow(line);
      if (typeof record === 'string') return record;
      emit(record);
      return 'record';
    },
    end: () => {},
  }),
};

const HEAD = /^% time +seconds +usecs\/call +calls +errors syscall/m;
const RULE = /^(?:% time |-{4,6} -{9,11} |strace: |Process \d+ )/;
/** ` 35.12    0.001234          12       103        12 openat`; the error column may be blank. */
const ROW = /^ *(\d+\.\d+) +(\d+\.\d+) +(?:\d+ +)?(\d+) +(?:(\d+) +)?([a-z_]\w*)$/;

function readRow(line: InputLine): SyscallTotalRecord | LineOutcome {
  const text = line.text().trimEnd();
  if (RULE.test(text) || / total$/.test(text)) return 'ignored';
  const match = ROW.exec(text);
  if (match === null) return 'unparsed';
  return {
    kind: 'syscall-total',
    at: line.at(),
    timeNs: undefined,
    name: match[5] ?? '',
    count: Number(match[3]),
    failed: Number(match[4] ?? 0),
    totalNs: Math.round(Number(match[2]) * 1e9),
  };
}
