import type { SourceLine } from '../types.ts';

/** How a command ended, in the words of whoever ran it. */
export type End =
  | { readonly kind: 'exited'; readonly code: number }
  /** `signal` by its name, such as `SIGTERM`. */
  | { readonly kind: 'killed'; readonly signal: string }
  | { readonly kind: 'cancelled'; readonly reason: 'time-limit' | 'request' };

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
