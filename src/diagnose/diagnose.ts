import type { SourceLine } from '../../parsers/types.ts';
import type { Culprit, Finding } from '../model/finding.ts';
import type { Phase } from '../model/span.ts';
import type { Trace, TraceError } from '../model/trace.ts';
import type { Group, Timeline } from '../timeline/timeline.ts';
import { sleepNote, triedAgainAfterSleep } from './asleep.ts';
import { printSeconds } from './catalogue.ts';
import { conclude, type DiagnosisResult } from './conclusion.ts';
import { cutHeadline, failureBefore, isCutShort } from './cut-errors.ts';
import { decisiveErrors, SAYS_NOTHING } from './decisive-errors.ts';
import { dumpFinding } from './dump.ts';
import { entryFindings } from './entries.ts';
import { diagnoseError } from './errors.ts';
import { failed, failedInTheDark, failedUnexplained, type Wait } from './failed.ts';
import { proxyListOf } from './goproxy.ts';
import { endedWell, wasEnded } from './outcome.ts';
import { type Case, findingOf, isOpenEnded, phaseOfCause } from './rule.ts';
import { diagnoseWait } from './rules.ts';
import { isNotable, isSignificant } from './significance.ts';
import { isCutAtWork, whatIsUnseen } from './unseen.ts';

/** What the trace shows, as causes with evidence, and the verdict that they add up to. */
export function diagnose(trace: Trace, timeline: Timeline): DiagnosisResult {
  const context: Case = { trace, timeline, proxies: proxyListOf(trace) };
  const result = conclusionOf(context);
  return { ...result, findings: [...result.findings, ...entryFindings(context, result.findings)] };
}

function conclusionOf(context: Case): DiagnosisResult {
  const { trace } = context;
  const waits = waitFindings(context);
  const status = trace.ending;
  const joined = new Set<Wait>();
  const decisive = decisiveErrors(trace);
  const errors = errorFindings(decisive, context, waits, joined);
  const exitedWell = endedWell(trace);
  if (!exitedWell && errors.length > 0 && !wasEnded(status))
    return failed(
      errors,
      waits.filter((each) => !joined.has(each)),
    );
  const cut = exitedWell || wasEnded(status) ? undefined : cutHeadline(context);
  if (cut !== undefined) return failedInTheDark(cut, waits);
  if (status.kind === 'exited' && status.code !== 0) return failedUnexplained(status.code, context, waits);
  const dump = trace.goroutines.length === 0 ? undefined : dumpFinding(context);
  const open = openWait(waits, trace);
  if (dump !== undefined && open === undefined)
    return conclude('blocked', [dump, ...waits.map((each) => each.finding)]);
  if (open !== undefined && !exitedWell) {
    const rest = waits.filter((each) => each !== open).map((each) => each.finding);
    return conclude('blocked', [open.finding, ...rest]);
  }
  const slow = waits.filter((each) => isSignificant(each.group, context));
  if (slow.length > 0)
    return conclude(
      'slow',
      waits.sort((a, b) => Number(slow.includes(b)) - Number(slow.includes(a))).map((each) => each.finding),
    );
  const triedAgain = triedAgainAfterSleep(context, decisive);
  if (triedAgain !== undefined) return conclude('slow', [triedAgain, ...waits.map((each) => each.finding)]);
  const unseen = whatIsUnseen(context);
  // What a program below a command that ended well said before it failed: a script went on without it.
  const wentOnWithout =
    exitedWell && decisive.some(({ final, class: name }) => final && !SAYS_NOTHING.has(name));
  const isNews = ({ cause }: Finding) => !waits.some(({ finding }) => finding.cause === cause);
  return {
    verdict:
      unseen === undefined
        ? { status: 'healthy', headline: healthyHeadline(context) }
        : { status: 'unknown', headline: unseen },
    blockingPoint: undefined,
    findings: [...waits.map((each) => each.finding), ...(wentOnWithout ? errors.filter(isNews) : [])],
  };
}

/** Who is ended while it waits may yet see its call fail, and say so, before it is gone. */
const LAST_WORDS_NS = 0.1e9;

/** What was still being waited for at the end: the longest of what was open, and of what was given up as the end came. */
function openWait(waits: readonly Wait[], { endNs }: Trace): Wait | undefined {
  if (!waits.some((each) => each.group.open)) return undefined;
  return waits
    .filter(({ group }) => group.open || group.endNs >= endNs - LAST_WORDS_NS)
    .reduce((a, b) => (b.group.criticalNs > a.group.criticalNs ? b : a));
}

function waitFindings(context: Case): Wait[] {
  const { timeline } = context;
  const waits = timeline.groups.flatMap((group) => {
    const worth =
      isSignificant(group, context) || isNotable(group) || (group.open && isOpenToTell(group, context));
    const finding = worth ? waitFinding(group, context) : undefined;
    return finding === undefined ? [] : [{ group, finding }];
  });
  return waits;
}

/**
 * Without times, or with a log that stops at once, an open wait has no length; it is still what was waited for, unless the
 * log was cut while there was work to do.
 */
function isOpenToTell(group: Group, { trace }: Case): boolean {
  return (
    trace.ending.kind !== 'exited' &&
    !isCutAtWork(trace) &&
    group.spans.some((span) => span.endNs === undefined && span.kind !== 'unzip')
  );
}

function waitFinding(group: Group, context: Case): Finding | undefined {
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
  return findingOf({ ...diagnosis, evidence: [...diagnosis.evidence, ...end] }, time, context);
}

/** The line that says when the last wait was over, where that is somebody's word and no tracer's. */
function saidEnd({ ending, coverage }: Trace): readonly SourceLine[] {
  if (coverage.syscalls || ending.kind === 'unknown' || ending.at === undefined) return [];
  return wasEnded(ending) ? [ending.at] : [];
}

/** The errors as findings. One that tells the same as a wait is joined with it: the wait has the time, the error the reason. */
function errorFindings(
  decisive: readonly TraceError[],
  context: Case,
  waits: readonly Wait[],
  joined: Set<Wait>,
): Finding[] {
  const findings: Finding[] = [];
  for (const error of decisive) {
    const diagnosis = isCutShort(error) ? failureBefore(error, context) : diagnoseError(error, context);
    if (diagnosis === undefined) continue;
    if (findings.some((finding) => finding.cause === diagnosis.cause)) continue;
    const wait = waits.find((each) => isSameTrouble(each.finding, diagnosis));
    const timeNs = error.timeNs ?? context.trace.endNs;
    if (wait === undefined) {
      findings.push(findingOf(diagnosis, { startNs: timeNs, endNs: timeNs, blockedNs: 0 }, context));
      continue;
    }
    const { finding } = wait;
    if (finding.confidence < diagnosis.confidence) {
      // Without packets the wait has the time and the error has the cause.
      const evidence = [...diagnosis.evidence.slice(0, 2), ...finding.evidence];
      findings.push(
        findingOf(
          { ...diagnosis, culprit: joinCulprits(diagnosis.culprit, finding.culprit), evidence },
          { startNs: finding.startNs, endNs: finding.endNs, blockedNs: finding.blockedNs },
          context,
        ),
      );
      joined.add(wait);
      continue;
    }
    joined.add(wait);
    findings.push({
      ...finding,
      culprit: joinCulprits(finding.culprit, diagnosis.culprit),
      evidence: [...finding.evidence.slice(0, 3), error.at, ...finding.evidence.slice(3)],
    });
  }
  return findings;
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

function healthyHeadline({ trace, timeline }: Case): string {
  const fetches = trace.spans.filter((span) => span.kind === 'fetch').length;
  const what = fetches > 0 ? `, ${fetches} ${fetches === 1 ? 'fetch' : 'fetches'}` : '';
  const ended =
    trace.ending.kind === 'exited' ? '' : ' in this log (it does not show whether the command ended)';
  const time = trace.coverage.timed
    ? ` It took ${printSeconds(timeline.wallNs)}${what}.${sleepNote(timeline)}`
    : what === ''
      ? ''
      : ` It shows${what.slice(1)}.`;
  return `Healthy: nothing waited unduly${ended}.${time}`;
}
