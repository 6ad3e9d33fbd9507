import type { SourceLine } from '../types.ts';

/** How a command ended. */
export type End =
  | { readonly kind: 'exited'; readonly code: number }
  /** `signal` by its name, such as `SIGTERM`. */
  | { readonly kind: 'killed'; readonly signal: string }
  /** A time limit that somebody set was over, or somebody asked for it. */
  | { readonly kind: 'cancelled'; readonly reason: 'time-limit' | 'request' };

/** The heading of a job's next step, or of the next command in it. */
export interface JobStepRecord {
  readonly kind: 'job-step';
  readonly at: SourceLine;
  /** Nanoseconds since the clock's origin, where the line was stamped. */
  readonly timeNs: number | undefined;
  /** The command is a go that may download, and does nothing else for long without a word. */
  readonly startsGo: boolean;
}

/** What a shell, make or a CI system says of the end of a command, behind what that printed. */
export interface JobEndRecord {
  readonly kind: 'job-end';
  readonly at: SourceLine;
  /** Nanoseconds since the clock's origin, where the line was stamped. */
  readonly timeNs: number | undefined;
  readonly end: End;
  /** The last line before this one that is of none of the formats: of another program; 0 where there is none. */
  readonly strangerLine: number;
}
