import type { SourceLine } from '../../parsers/types.ts';

/** What became of an input's lines: `lines = records + continued + ignored + unparsed`. */
export interface InputSummary {
  readonly path: string;
  format: string;
  bytes: number;
  lines: number;
  records: number;
  continued: number;
  ignored: number;
  unparsed: number;
  /** The first lines that were not understood. */
  readonly firstUnparsed: SourceLine[];
}

/** The format of a file without a byte. */
export const EMPTY = 'empty';

export function emptySummary(path: string): InputSummary {
  return {
    path,
    format: 'unknown',
    bytes: 0,
    lines: 0,
    records: 0,
    continued: 0,
    ignored: 0,
    unparsed: 0,
    firstUnparsed: [],
  };
}

/** Which number an outcome counts in. */
export const COUNTERS = {
  record: 'records',
  continued: 'continued',
  ignored: 'ignored',
  unparsed: 'unparsed',
} as const;
