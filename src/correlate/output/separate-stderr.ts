import type { TextRecord } from '../../../parsers/registry.ts';
import { CutLines } from './cut-lines.ts';
import { lateStamps } from './late-stamps.ts';
import type { CutLine } from './stderr.ts';
import { ToldTwice } from './told-twice.ts';

/** What a line of stderr tells, whoever shows it being printed. */
export function keyOfText(record: TextRecord): string {
  return `${record.kind} ${textOf(record)}`;
}

function textOf(record: TextRecord): string {
  if (record.kind === 'fetch-start' || record.kind === 'fetch-end')
    return record.url + ('status' in record ? record.status : 'error' in record ? record.error : '');
  if (record.kind === 'command-start' || record.kind === 'command-end') return record.command;
  if (record.kind === 'go-error') return record.text;
  if (record.kind === 'lookup-order') return record.host;
  return record.kind;
}

/** Two clocks of one machine that differ by less are the same; the difference is the way of a line through a pipe. */
const SAME_CLOCK_NS = 1e9;

/**
 * How much later the tracer's clock is than that of a separate stderr: the time of day beside epoch stamps, or the clock
 * of another machine. Lines that both show are the same event; the middle one of their differences counts.
 */
function clockDifference(
  told: readonly TextRecord[],
  written: ReadonlyMap<string, number | undefined>,
): number {
  const differences = told.flatMap((record) => {
    const timeNs = written.get(keyOfText(record));
    return record.timeNs === undefined || timeNs === undefined ? [] : [timeNs - record.timeNs];
  });
  const middle = differences.sort((a, b) => a - b)[Math.floor(differences.length / 2)] ?? 0;
  return Math.abs(middle) < SAME_CLOCK_NS ? 0 : middle;
}

/** What a tracer shows of the same run. */
export interface Traced {
  /** What it saw being written, and when. */
  readonly written: ReadonlyMap<string, number | undefined>;
  readonly stderr: { readonly lines: number; readonly cut: readonly CutLine[] };
  /** When the last call returned; undefined where there was no tracer. */
  readonly lastNs: number | undefined;
  /** The first process. */
  readonly pid: number | undefined;
  /** It followed one thread of several, and saw what that one wrote. */
  readonly isPart: boolean;
}

/** How its stamps are to be read, and what may be completed from it. */
interface Reading {
  readonly shiftNs: number;
  /** Inputs whose stamps are those of a reader. */
  readonly late: ReadonlySet<string>;
  readonly cut: CutLines;
  readonly traced: Traced;
}

function readingOf(lines: readonly TextRecord[], traced: Traced): Reading {
  return {
    shiftNs: clockDifference(lines, traced.written),
    late: lateStamps(lines),
    cut: new CutLines(traced.stderr.cut),
    traced,
  };
}

/** Of so many lines it is told without the others whether their stamps can be relied on. */
const MOST_ALONE = 100_000;
/** A tracer may show a line after it was stamped, and most it shows: they are not counted twice. */
const MOST_BESIDE_TRACER = 2_000_000;

/**
 * Lines of a separate stderr, which tells again what a tracer saw being written. What -s cut is completed from it; what
 * the tracer did not see at all (it was attached, or traced no writes) is taken as it is. They wait until that is known:
 * for the end, or until they are very many.
 */
export class SeparateStderr {
  /** Whether there is one. */
  isThere = false;
  /** Whether any of its lines has a time. */
  isTimed = false;
  readonly #told = new ToldTwice();
  readonly #traced: () => Traced;
  readonly #tell: (record: TextRecord, pid: number | undefined) => void;
  #waiting: TextRecord[] = [];
  #reading: Reading | undefined;

  constructor(traced: () => Traced, tell: (record: TextRecord, pid: number | undefined) => void) {
    this.#traced = traced;
    this.#tell = tell;
  }

  on(record: TextRecord): void {
    if (this.#told.isCopy(record)) return;
    this.isThere = true;
    if (record.timeNs !== undefined) this.isTimed = true;
    if (this.#reading !== undefined) {
      this.#read(record, this.#reading);
      return;
    }
    this.#waiting.push(record);
    const count = this.#waiting.length;
    if (count === MOST_BESIDE_TRACER || (count === MOST_ALONE && this.#traced().lastNs === undefined))
      this.settle();
  }

  /** Reads what waits, and from now on every line at once. Gives what the tracer cut and nothing completed. */
  settle(): readonly CutLine[] {
    this.#reading ??= readingOf(this.#waiting, this.#traced());
    for (const record of this.#waiting) this.#read(record, this.#reading);
    this.#waiting = [];
    return this.#reading.cut.rest();
  }

  #read(told: TextRecord, { shiftNs, late, cut, traced }: Reading): void {
    const { written, stderr, lastNs, pid, isPart } = traced;
    if (written.size > 0 && written.has(keyOfText(told))) return;
    const timeNs = late.has(told.at.input) || told.timeNs === undefined ? undefined : told.timeNs + shiftNs;
    const match = cut.take(told.at);
    if (match !== undefined) this.#tell({ ...told, timeNs: match.timeNs }, match.pid);
    else if (stderr.lines === 0 || isPart || told.kind === 'go-error' || told.kind === 'goroutine')
      this.#tell({ ...told, timeNs: timeNs ?? lastNs }, pid);
  }
}
