import type { Culprit, Finding } from '../../model/finding.ts';
import type { Phase } from '../../model/span.ts';
import type { TraceError } from '../../model/trace.ts';
import { type Case, type Diagnosis, findingOf, phaseOfCause } from '../rule.ts';
import type { Wait } from '../waits.ts';
import { diagnoseAsFarAsSaid } from './cut.ts';

/** For each error all spans are looked through; so many of one kind have told all that there is to tell. */
const MOST_OF_A_CLASS = 1000;

/** The errors as findings. One that tells the same as a wait is joined with it: the wait has the time, the error the reason. */
export function errorFindings(
  decisive: readonly TraceError[],
  context: Case,
  waits: readonly Wait[],
  joined: Set<Wait>,
): Finding[] {
  const findings: Finding[] = [];
  const counts = new Map<string, number>();
  for (const error of decisive) {
    const count = (counts.get(error.class) ?? 0) + 1;
    counts.set(error.class, count);
    if (count > MOST_OF_A_CLASS) continue;
    const diagnosis = diagnoseAsFarAsSaid(error, context);
    if (diagnosis === undefined) continue;
    if (findings.some((finding) => finding.cause === diagnosis.cause)) continue;
    const wait = waits.find((each) => isSameTrouble(each.finding, diagnosis));
    const timeNs = error.timeNs ?? context.trace.endNs;
    if (wait === undefined) {
      findings.push(findingOf(diagnosis, { startNs: timeNs, endNs: timeNs, blockedNs: 0 }, context));
      continue;
    }
    joined.add(wait);
    findings.push(joinedFinding(wait, diagnosis, error, context));
  }
  return findings;
}

/** One of the two has the cause: a wait that packets show, else the error. What only the other knows is added. */
function joinedFinding(wait: Wait, said: Diagnosis, error: TraceError, context: Case): Finding {
  const { diagnosis: shown, finding, time } = wait;
  if (shown.confidence < said.confidence)
    return findingOf(
      {
        ...said,
        culprit: joinCulprits(said.culprit, shown.culprit),
        evidence: [...said.evidence.slice(0, 2), ...finding.evidence],
      },
      { ...time, isOpenEnded: false },
      context,
    );
  return findingOf(
    {
      ...shown,
      culprit: joinCulprits(shown.culprit, said.culprit),
      evidence: [...finding.evidence.slice(0, 3), error.at, ...finding.evidence.slice(3)],
    },
    time,
    context,
  );
}

function isSameTrouble(finding: Finding, diagnosis: { cause: string; culprit: Culprit }): boolean {
  if (finding.cause === diagnosis.cause) return true;
  // It had come, however long that took.
  if (diagnosis.cause === 'toolchain/unverified') return false;
  const phase = phaseOfCause(diagnosis.cause);
  const sameHost =
    finding.culprit.host === undefined ||
    diagnosis.culprit.host === undefined ||
    finding.culprit.host === diagnosis.culprit.host;
  if (finding.cause === 'connect/other' && sameHost && REACHING.has(phase)) return true;
  return (
    phase === finding.phase &&
    ['dns', 'connect', 'tls', 'sumdb', 'toolchain', 'git', 'disk'].includes(phase) &&
    sameHost
  );
}

/** What a fetch that was only seen from outside may have waited for. */
const REACHING: ReadonlySet<Phase> = new Set(['dns', 'connect', 'tls', 'ttfb', 'sumdb', 'toolchain']);

function joinCulprits(a: Culprit, b: Culprit): Culprit {
  return { ...b, ...a };
}
