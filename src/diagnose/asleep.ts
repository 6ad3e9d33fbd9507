import type { Finding } from '../model/finding.ts';
import type { TraceError } from '../model/trace.ts';
import type { Segment } from '../timeline/critical-path.ts';
import type { Timeline } from '../timeline/timeline.ts';
import { printSeconds } from './catalogue.ts';
import { diagnoseError } from './errors/error.ts';
import { type Case, findingOf } from './rule.ts';

const LEAST_SLEEP_NS = 1e9;
const MOST_SLEEPERS = 2;
/** A script that goes to sleep this soon after an error does so because of it. */
const SOON_NS = 2e9;

/** What was slept of its own accord, where that is most of the run. */
interface Sleep {
  readonly segments: readonly Segment[];
  readonly sleptNs: number;
}

function sleepOf({ segments, wallNs }: Timeline): Sleep | undefined {
  const asleep = segments.filter(({ span }) => span?.kind === 'sleep');
  const sleptNs = asleep.reduce((sum, { startNs, endNs }) => sum + endNs - startNs, 0);
  return sleptNs < LEAST_SLEEP_NS || sleptNs < wallNs / 2 ? undefined : { segments: asleep, sleptNs };
}

/** The end of a headline; empty where the run did not sleep for most of its time. */
export function sleepNote(timeline: Timeline): string {
  const sleep = sleepOf(timeline);
  if (sleep === undefined) return '';
  const who = [...new Set(sleep.segments.flatMap(({ span }) => span?.attributes['process.command'] ?? []))];
  return ` For ${printSeconds(sleep.sleptNs)} of it, it slept of its own accord (${who.slice(0, MOST_SLEEPERS).join(', ')}).`;
}

/** A script in which something failed, which slept then, and ended well: the error is what the sleep was for. */
export function triedAgainAfterSleep(context: Case, errors: readonly TraceError[]): Finding | undefined {
  const sleep = sleepOf(context.timeline);
  const isFollowed = ({ final, timeNs }: TraceError) =>
    final &&
    timeNs !== undefined &&
    sleep?.segments.some(({ startNs }) => startNs >= timeNs && startNs - timeNs < SOON_NS);
  const error = errors.find(isFollowed);
  const [first] = sleep?.segments ?? [];
  if (sleep === undefined || error === undefined || first === undefined) return undefined;
  const endNs = sleep.segments.at(-1)?.endNs ?? first.endNs;
  // The error itself took no time.
  const time = { startNs: first.startNs, endNs, blockedNs: 0 };
  const finding = findingOf(diagnoseError(error, context), time, context);
  return {
    ...finding,
    summary: `${finding.summary}; it slept for ${printSeconds(sleep.sleptNs)} before it went on`,
    blockedNs: sleep.sleptNs,
    evidence: [...finding.evidence, ...(first.span?.evidence ?? [])],
  };
}
