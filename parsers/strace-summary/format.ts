import { type Format, type InputLine, type LineOutcome, type SourceLine, shareOfLines } from '../types.ts';
import { isTableHead, TableReader } from './table.ts';

/** A row of the table that `strace -c` prints in place of the calls. */
export interface SyscallTotalRecord {
  readonly kind: 'syscall-total';
  readonly at: SourceLine;
  readonly timeNs: undefined;
  readonly name: string;
  readonly count: number;
  readonly failed: number;
  /** Absent where -U left the time out. */
  readonly totalNs?: number;
}

/** `strace -c`, `-c -w` and `-c -U …`: strace(1), "-c". Columns differ by version and by -U. */
export const straceSummary: Format<SyscallTotalRecord> = {
  name: 'strace-summary',
  detect: (sample) => {
    if (!sample.split(/\r?\n/).some(isTableHead)) return 0;
    const table = new TableReader();
    return shareOfLines(sample, (line) => table.read(line) !== undefined || SAID.test(line));
  },
  create: (emit) => {
    const table = new TableReader();
    return {
      push(line) {
        const record = readLine(line, table);
        if (typeof record === 'string') return record;
        emit(record);
        return 'record';
      },
      end: () => {},
    };
  },
};

/** What strace says of itself. */
const SAID = /^(?:strace: |Process \d+ )/;

function readLine(line: InputLine, table: TableReader): SyscallTotalRecord | LineOutcome {
  const text = line.text();
  const row = table.read(text);
  if (typeof row === 'string' || SAID.test(text)) return 'ignored';
  const name = row?.get('syscall');
  if (row === undefined || name === undefined) return 'unparsed';
  const seconds = row.get('seconds') ?? row.get('wall-total');
  return {
    kind: 'syscall-total',
    at: line.at(),
    timeNs: undefined,
    name,
    count: Number(row.get('calls') ?? 0),
    failed: Number(row.get('errors') ?? 0),
    ...(seconds === undefined ? {} : { totalNs: Math.round(Number(seconds) * 1e9) }),
  };
}
