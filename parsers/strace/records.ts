import type { SourceLine } from '../types.ts';

/** A system call, from entry to return. Times are nanoseconds since the clock's origin. */
export interface SyscallRecord {
  readonly kind: 'syscall';
  /**
   * `complete`: it returned. `entered`: the first half of a call that another thread's line interrupted; the whole
   * record follows when it returns. `open`: it had not returned when the log ended.
   */
  readonly state: 'complete' | 'entered' | 'open';
  /** The line on which the call began. */
  readonly at: SourceLine;
  /** The line on which it returned, where that is another one. */
  readonly resumedAt?: SourceLine;
  readonly pid: number;
  readonly startNs: number;
  /** Absent without -T on a call printed in one line, and while the call is open. */
  readonly durationNs?: number;
  /** The time of the next line: a call printed in one line had returned by then. Present only without -T. */
  readonly boundNs?: number;
  readonly name: string;
  /** The text between the outer parentheses, as printed. */
  readonly args: string;
  /** What follows ` = `, without the duration; empty while open. */
  readonly ret: string;
  /** The number in `ret`; undefined for `?`. Hexadecimal is converted. */
  readonly value?: number;
  /** `ENOENT`, `EAGAIN`, …; for `-1` only. */
  readonly errno?: string;
}

export interface SignalRecord {
  readonly kind: 'signal';
  readonly at: SourceLine;
  readonly pid: number;
  readonly timeNs: number;
  readonly signal: string;
  readonly detail: string;
}

/** `+++ exited with N +++` or `+++ killed by SIG +++`. */
export interface ExitRecord {
  readonly kind: 'exit';
  readonly at: SourceLine;
  readonly pid: number;
  readonly timeNs: number;
  readonly code?: number;
  readonly signal?: string;
}

/** `+++ superseded by execve in pid N +++`: thread `by` takes over this pid. */
export interface SupersededRecord {
  readonly kind: 'superseded';
  readonly at: SourceLine;
  readonly pid: number;
  readonly timeNs: number;
  readonly by: number;
}

/** Between a call's two lines lies more time than the call took: the clock that lines are stamped by went forward. */
export interface ClockJumpRecord {
  readonly kind: 'clock-jump';
  /** Where the call returned. */
  readonly at: SourceLine;
  readonly pid: number;
  readonly timeNs: number;
  readonly byNs: number;
}

export type StraceRecord = SyscallRecord | SignalRecord | ExitRecord | SupersededRecord | ClockJumpRecord;
