import type { SaidRecord } from '../../parsers/said/format.ts';
import type { SyscallRecord } from '../../parsers/strace/records.ts';

const MOST_OPEN_CALLS = 100;

/** When the records that were seen begin and end. Times are nanoseconds since the clock's origin. */
export class Observed {
  firstNs: number | undefined;
  lastNs = Number.NEGATIVE_INFINITY;
  /** When the last call returned. */
  lastCallNs = Number.NEGATIVE_INFINITY;
  /** What had not returned when the log ended. */
  readonly openCalls: SyscallRecord[] = [];
  said: SaidRecord | undefined;
  /** Until a time shows parts of a second: strace -t prints none. */
  isWholeSeconds = true;

  /** It begins with this, unless it has begun. */
  first(timeNs: number): void {
    this.firstNs ??= timeNs;
  }

  seen(timeNs: number): void {
    this.lastNs = Math.max(this.lastNs, timeNs);
  }

  onCall(record: SyscallRecord): void {
    const { startNs, durationNs = 0, boundNs } = record;
    if (record.state === 'open' && this.openCalls.length < MOST_OPEN_CALLS) this.openCalls.push(record);
    this.first(startNs);
    if (this.isWholeSeconds && startNs % 1e9 !== 0) this.isWholeSeconds = false;
    this.seen(boundNs ?? startNs + durationNs);
    this.lastCallNs = Math.max(this.lastCallNs, startNs + durationNs);
  }

  /** Of several programs, the last one's. */
  onSaid(record: SaidRecord): void {
    if (this.said === undefined || (record.timeNs ?? 0) >= (this.said.timeNs ?? 0)) this.said = record;
  }

  /** When the trace begins and ends, what was printed and the end of the command among it; both are 0 where nothing has a time. */
  limits(
    printed: { readonly firstNs: number | undefined; readonly lastNs: number },
    endedNs = Number.NEGATIVE_INFINITY,
  ): { readonly startNs: number; readonly endNs: number } {
    const startNs = Math.min(...[this.firstNs, printed.firstNs].filter((timeNs) => timeNs !== undefined));
    const endNs = Math.max(this.lastNs, printed.lastNs, endedNs);
    return { startNs: Number.isFinite(startNs) ? startNs : 0, endNs: Number.isFinite(endNs) ? endNs : 0 };
  }

  /** Lines of which no record was made have a time as well. */
  cover(firstNs: number, lastNs: number): void {
    this.firstNs = Math.min(this.firstNs ?? firstNs, firstNs);
    this.seen(lastNs);
  }
}
