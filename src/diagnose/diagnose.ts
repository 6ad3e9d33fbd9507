import { egressOf } from '../correlate/egress.ts';
import { hostOf } from '../correlate/modcache.ts';
import type { Culprit, Finding } from '../model/finding.ts';
import type { Phase } from '../model/span.ts';
import type { Trace } from '../model/trace.ts';
import type { Verdict } from '../model/verdict.ts';
import type { Group, Timeline } from '../timeline/timeline.ts';
import { printSeconds } from './catalogue.ts';
import { cutHeadline, failureAtEnd, failureBefore, isCutShort } from './cut-errors.ts';
import { entryFindings } from './entries.ts';
import { decisiveErrors, diagnoseError } from './errors.ts';
import { proxyListOf } from './goproxy.ts';
import { diagnoseGoroutines, SILENT_EGRESS } from './goroutines.ts';
import { endedWell } from './outcome.ts';
import { type Case, findingOf, isOpenEnded, phaseOfCause } from './rule.ts';
import { diagnoseWait } from './rules.ts';
import { isNotable, isSignificant } from './significance.ts';
import { whatIsUnseen } from './unseen.ts';

export interface DiagnosisResult {
  readonly verdict: Verdict;
  /** The first finding, where there is a blocking point. */
  readonly blockingPoint: Finding | undefined;
  readonly findings: readonly Finding[];
}

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
  const errors = errorFindings(context, waits, joined);
  const exitedWell = endedWell(trace);
  if (!exitedWell && errors.length > 0 && status.kind !== 'killed')
    return failed(
      errors,
      waits.filter((each) => !joined.has(each)),
    );
  const cut = exitedWell || status.kind === 'killed' ? undefined : cutHeadline(context);
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
  const unseen = whatIsUnseen(context);
  return {
    verdict:
      unseen === undefined
        ? { status: 'healthy', headline: healthyHeadline(context) }
        : { status: 'unknown', headline: unseen },
    blockingPoint: undefined,
    findings: waits.map((each) => each.finding),
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

interface Wait {
  readonly group: Group;
  readonly finding: Finding;
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

/** Without times, or with a log that stops at once, an open wait has no length; it is still what was waited for. */
function isOpenToTell(group: Group, { trace }: Case): boolean {
  return (
    trace.ending.kind !== 'exited' &&
    group.spans.some((span) => span.endNs === undefined && span.kind !== 'unzip')
  );
}

function waitFinding(group: Group, context: Case): Finding | undefined {
  const diagnosis = diagnoseWait(group, context);
  if (diagnosis === undefined) return undefined;
  const time = {
    startNs: group.startNs,
    endNs: group.endNs,
    blockedNs: group.criticalNs,
    // Without a tracer or an exit, nothing tells how long the last wait stood.
    isOpenEnded: group.open && isOpenEnded(context.trace),
  };
  return findingOf(diagnosis, time, context);
}

/** The errors as findings. One that tells the same as a wait is joined with it: the wait has the time, the error the reason. */
function errorFindings(context: Case, waits: readonly Wait[], joined: Set<Wait>): Finding[] {
  const findings: Finding[] = [];
  for (const error of decisiveErrors(context.trace)) {
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

/** In a run that failed, what made it fail stands first, even when it took no time. */
function failed(errors: readonly Finding[], waits: readonly Wait[]): DiagnosisResult {
  // An error of an unknown kind says less than a wait that failed.
  const [first] = errors;
  if (
    first !== undefined &&
    first.confidence < LEAST_TELLING &&
    waits.some((each) => each.finding.confidence > first.confidence)
  ) {
    return conclude('failed', [...waits.map((each) => each.finding), ...errors]);
  }
  const told = new Set(errors.map((finding) => finding.cause));
  return conclude('failed', [
    ...errors,
    ...waits.map((each) => each.finding).filter((finding) => !told.has(finding.cause)),
  ]);
}

/** The log does not hold why it failed. A wait that failed itself is taken for the reason; another one is none. */
function failedInTheDark(headline: string, waits: readonly Wait[]): DiagnosisResult {
  const failing = waits.filter(({ group }) => group.spans.some((span) => span.attributes['error.type']));
  const findings = [...failing, ...waits.filter((each) => !failing.includes(each))].map(
    (each) => each.finding,
  );
  if (failing.length > 0) return conclude('failed', findings);
  return { verdict: { status: 'failed', headline }, blockingPoint: undefined, findings };
}

/** It printed no error that is known. What it did last on the network may have failed, and be the reason. */
function failedUnexplained(code: number, context: Case, waits: readonly Wait[]): DiagnosisResult {
  const { coverage, endNs } = context.trace;
  const failure = failureAtEnd(context);
  if (failure !== undefined && !waits.some(({ finding }) => finding.cause === failure.cause)) {
    const finding = findingOf(failure, { startNs: endNs, endNs, blockedNs: 0 }, context);
    return conclude('failed', [finding, ...waits.map((each) => each.finding)]);
  }
  const headline = coverage.syscalls
    ? `Failed: it ended with exit code ${code}; nothing that it printed or waited for says why.`
    : `Failed: it ended with exit code ${code}, and the log holds no error of go, git or ssh. To see more: gotrace run --strace -- COMMAND, or keep the command's stderr.`;
  // What timeout(1) ends has no error of its own: it is what was being waited for then.
  const open = waits.filter(({ group }) => group.open);
  if (open.length > 0)
    return conclude(
      'failed',
      [...new Set([...open, ...waits])].map((each) => each.finding),
    );
  return failedInTheDark(headline, waits);
}

function dumpFinding(context: Case): Finding | undefined {
  const { trace, timeline } = context;
  const diagnosis = diagnoseGoroutines(trace.goroutines);
  if (diagnosis === undefined) return undefined;
  const minutes = Math.max(0, ...trace.goroutines.map((each) => each.minutes ?? 0));
  const openFetch = trace.spans.find((span) => span.kind === 'fetch' && span.endNs === undefined);
  const asked = openFetch?.attributes['server.address'] ?? onlyHost(trace);
  const host = diagnosis.cause === SILENT_EGRESS ? egressHost(trace) : asked;
  const url = openFetch?.attributes['url.full'];
  const culprit = {
    ...diagnosis.culprit,
    ...(host === undefined ? {} : { host }),
    ...(url === undefined ? {} : { url }),
  };
  const blockedNs =
    openFetch === undefined ? minutes * 60e9 : Math.max(minutes * 60e9, trace.endNs - openFetch.startNs);
  return findingOf(
    { ...diagnosis, culprit },
    {
      startNs: trace.endNs - blockedNs,
      endNs: trace.endNs,
      blockedNs: Math.min(blockedNs, Math.max(timeline.wallNs, minutes * 60e9)),
    },
    context,
  );
}

/** HTTPS_PROXY's, where the log has it; else the one that was looked up although no URL names it. */
function egressHost({ environment, lookupHosts, spans }: Trace): string | undefined {
  const asked = new Set(spans.flatMap(({ attributes }) => hostOf(attributes['url.full'] ?? '') ?? []));
  return egressOf(environment)?.host ?? lookupHosts.find((each) => !asked.has(each.host))?.host;
}

/** The host of all that was fetched, where there is one only. */
function onlyHost({ spans }: Trace): string | undefined {
  const hosts = new Set(
    spans.flatMap((span) => (span.kind === 'fetch' ? (span.attributes['server.address'] ?? []) : [])),
  );
  return hosts.size === 1 ? [...hosts][0] : undefined;
}

const LEAST_TELLING = 0.5;
const HEADLINES = { slow: 'Slow', failed: 'Failed', blocked: 'Blocked' } as const;

function conclude(status: 'slow' | 'failed' | 'blocked', findings: readonly Finding[]): DiagnosisResult {
  const [first] = findings;
  const summary = first?.summary ?? '';
  return {
    // An error that is quoted may end in one of its own.
    verdict: { status, headline: `${HEADLINES[status]}: ${summary.replace(/[.:]+$/, '')}.` },
    blockingPoint: first,
    findings,
  };
}

function healthyHeadline({ trace, timeline }: Case): string {
  const fetches = trace.spans.filter((span) => span.kind === 'fetch').length;
  const what = fetches > 0 ? `, ${fetches} ${fetches === 1 ? 'fetch' : 'fetches'}` : '';
  const ended =
    trace.ending.kind === 'exited' ? '' : ' in this log (it does not show whether the command ended)';
  const time = trace.coverage.timed
    ? ` It took ${printSeconds(timeline.wallNs)}${what}.`
    : what === ''
      ? ''
      : ` It shows${what.slice(1)}.`;
  return `Healthy: nothing waited unduly${ended}.${time}`;
}
