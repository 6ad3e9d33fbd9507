import type { Clock, InputLine } from '../types.ts';
import { StraceParser } from './parser.ts';
import type { StraceRecord, SyscallRecord } from './records.ts';
import type { SegmentState } from './segment-state.ts';

export type SegmentEvent =
  | { readonly kind: 'record'; readonly record: StraceRecord }
  /** `number` counts from 1 within the segment; `nextNs` is when the line after it was printed. */
  | {
      readonly kind: 'line';
      readonly number: number;
      readonly bytes: Uint8Array;
      nextNs: number | undefined;
    };

export interface SegmentResult {
  readonly events: readonly SegmentEvent[];
  readonly state: SegmentState;
  readonly lines: number;
  readonly counts: { readonly record: number; readonly continued: number; readonly ignored: number };
  /** When the first line was printed. */
  readonly firstNs: number | undefined;
}

/** Reads the lines of one segment. */
export class SegmentParser {
  readonly #events: SegmentEvent[] = [];
  readonly #counts = { record: 0, continued: 0, ignored: 0 };
  readonly #parser: StraceParser;
  lines = 0;
  #unanswered: (SegmentEvent & { readonly kind: 'line' }) | undefined;

  /** `clock` is as the log's first line left it: without an origin where its lines have no times. */
  constructor(clock: Readonly<Clock>, pid = 0) {
    this.#parser = new StraceParser(
      (record) => this.#events.push({ kind: 'record', record }),
      { ...clock },
      { isSegment: true, pid },
    );
  }

  /** As StraceParser's: where the first line begins that `push` is to read. */
  skim(bytes: Uint8Array, start: number): number {
    // A line that is handed on waits for the time of the line behind it.
    if (this.#unanswered !== undefined) return start;
    const stop = this.#parser.skim(bytes, start);
    this.lines += this.#parser.skimmed;
    this.#counts.record += this.#parser.skimmed;
    return stop;
  }

  push(line: InputLine): void {
    this.lines++;
    const outcome = this.#parser.push(line);
    const timeNs = this.#parser.timeNs;
    if (this.#unanswered !== undefined) this.#unanswered.nextNs = timeNs;
    this.#unanswered = undefined;
    if (outcome !== 'unparsed') {
      this.#counts[outcome]++;
      return;
    }
    // A copy: Buffer's own slice would share memory with the chunk, which is reused.
    const bytes = Uint8Array.from(line.bytes.subarray(line.start, line.end));
    this.#unanswered = { kind: 'line', number: this.lines, bytes, nextNs: undefined };
    this.#events.push(this.#unanswered);
  }

  /** Undefined where the segment can only be read by whoever has read what is before it. */
  end(): SegmentResult | undefined {
    if (this.#parser.isBeyond) return undefined;
    const state = this.#parser.segmentState();
    return {
      events: this.#events,
      state,
      lines: this.lines,
      counts: this.#counts,
      firstNs: this.#parser.firstLineNs,
    };
  }
}

/** The record with line numbers that count from the beginning of the log. */
export function shiftLines(record: StraceRecord, by: number): StraceRecord {
  const at = { ...record.at, line: record.at.line + by };
  if (record.kind !== 'syscall' || record.resumedAt === undefined) return { ...record, at };
  return { ...record, at, resumedAt: { ...record.resumedAt, line: record.resumedAt.line + by } };
}

export function shiftState(state: SegmentState, by: number): SegmentState {
  return {
    ...state,
    pending: state.pending.map(([pid, call]) => [
      pid,
      call.at.line === 0 ? call : { ...call, at: { ...call.at, line: call.at.line + by } },
    ]),
    held: state.held === undefined ? undefined : (shiftLines(state.held, by) as SyscallRecord),
  };
}
