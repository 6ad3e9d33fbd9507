import type { Finding } from '../model/finding.ts';
import type { Verdict } from '../model/verdict.ts';

export interface DiagnosisResult {
  readonly verdict: Verdict;
  /** The first finding, where there is a blocking point. */
  readonly blockingPoint: Finding | undefined;
  readonly findings: readonly Finding[];
}

const HEADLINES = { slow: 'Slow', failed: 'Failed', blocked: 'Blocked' } as const;

/** The verdict that the first finding makes. */
export function conclude(
  status: 'slow' | 'failed' | 'blocked',
  findings: readonly Finding[],
): DiagnosisResult {
  const [first] = findings;
  const summary = first?.summary ?? '';
  return {
    // An error that is quoted may end in one of its own.
    verdict: { status, headline: `${HEADLINES[status]}: ${summary.replace(/[.:]+$/, '')}.` },
    blockingPoint: first,
    findings,
  };
}
