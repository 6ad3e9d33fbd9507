import type { SourceLine } from '../../parsers/types.ts';
import type { Finding } from '../model/finding.ts';
import { isMoving } from '../model/span.ts';
import type { Trace } from '../model/trace.ts';
import type { Group } from '../timeline/timeline.ts';
import { wasEnded } from './outcome.ts';
import { type Case, type Diagnosis, type FindingTime, findingOf, isOpenEnded } from './rule.ts';
import { diagnoseWait } from './rules.ts';
import { isNotable, isSignificant } from './significance.ts';
import { isCutAtWork } from './unseen.ts';

/** A group of waits, and what a rule says of it. */
export interface Wait {
  readonly group: Group;
  readonly diagnosis: Diagnosis;
  readonly time: FindingTime;
  readonly finding: Finding;
}

/** What rules say of the waits that are worth a word: longest first. */
export function waitsOf(context: Case): Wait[] {
  const { timeline } = context;
  return timeline.groups.flatMap((group) => {
    const worth =
      isSignificant(group, context) || isNotable(group) || (group.open && isOpenToTell(group, context));
    const wait = worth ? waitOf(group, context) : undefined;
    return wait === undefined ? [] : [wait];
  });
}

/**
 * What go had asked for and not been told when it ended without a word, as under a timeout(1) whose exit code a script
 * made its own: where no tracer shows it, that is all that is known.
 */
export function unansweredAtEnd(context: Case): Wait[] {
  if (context.trace.coverage.syscalls) return [];
  return context.timeline.groups.flatMap((group) =>
    group.open && hasOpenWait(group) ? (waitOf(group, context) ?? []) : [],
  );
}

/**
 * Without times, or with a log that stops at once, an open wait has no length; it is still what was waited for, unless the
 * log was cut while there was work to do.
 */
function isOpenToTell(group: Group, { trace }: Case): boolean {
  return trace.ending.kind !== 'exited' && !isCutAtWork(trace) && hasOpenWait(group);
}

function hasOpenWait({ spans }: Group): boolean {
  return spans.some((span) => span.endNs === undefined && span.kind !== 'unzip' && !isMoving(span));
}

function waitOf(group: Group, context: Case): Wait | undefined {
  const diagnosis = diagnoseWait(group, context);
  if (diagnosis === undefined) return undefined;
  const time = {
    startNs: group.startNs,
    endNs: group.endNs,
    blockedNs: diagnosis.blockedNs ?? group.criticalNs,
    // Without a tracer or an exit, nothing tells how long the last wait stood.
    isOpenEnded: group.open && isOpenEnded(context.trace),
  };
  const end = group.open ? saidEnd(context.trace) : [];
  const whole = { ...diagnosis, evidence: [...diagnosis.evidence, ...end] };
  return { group, diagnosis: whole, time, finding: findingOf(whole, time, context) };
}

/** The line that says when the last wait was over, where that is somebody's word and no tracer's. */
function saidEnd({ ending, coverage }: Trace): readonly SourceLine[] {
  if (coverage.syscalls || ending.kind === 'unknown' || ending.at === undefined) return [];
  return wasEnded(ending) ? [ending.at] : [];
}
