/** `unknown`: the log does not show it; the headline says what to capture. */
export type Status = 'healthy' | 'slow' | 'failed' | 'blocked' | 'unknown';

export interface Verdict {
  readonly status: Status;
  /** The answer, in one sentence. */
  readonly headline: string;
}
