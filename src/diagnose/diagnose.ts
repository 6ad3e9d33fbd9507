import type { Finding } from '../model/finding.ts';
import type { Trace } from '../model/trace.ts';
import type { Timeline } from '../timeline/timeline.ts';
import { sleepNote, triedAgainAfterSleep } from './asleep.ts';
import { printSeconds } from './catalogue.ts';
import { conclude, type DiagnosisResult } from './conclusion.ts';
import { dumpFinding } from './dump.ts';
import { entryFindings } from './entries.ts';
import { cutHeadline } from './errors/cut.ts';
import { decisiveErrors, SAYS_NOTHING } from './errors/decisive.ts';
import { errorFindings } from './errors/findings.ts';
import { failed, failedInTheDark, failedUnexplained } from './failed.ts';
import { proxyListOf } from './goproxy.ts';
import { endedWell, wasEnded } from './outcome.ts';
import type { Case } from './rule.ts';
import { isSignificant } from './significance.ts';
import { ifItHung, whatIsUnseen } from './unseen.ts';
import { type Wait, waitsOf } from './waits.ts';

/** What the trace shows, as causes with evidence, and the verdict that they add up to. */
export function diagnose(trace: Trace, timeline: Timeline): DiagnosisResult {
  const context: Case = { trace, timeline, proxies: proxyListOf(trace) };
  const result = conclusionOf(context);
  return { ...result, findings: [...result.findings, ...entryFindings(context, result.findings)] };
}

function conclusionOf(context: Case): DiagnosisResult {
  const { trace } = context;
  const waits = waitsOf(context);
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
  const rest = waits.filter((each) => each !== open).map((each) => each.finding);
  if (dump !== undefined && (open === undefined || isVague(open, dump)))
    return conclude('blocked', [dump, ...rest]);
  if (open !== undefined && !exitedWell) return conclude('blocked', [open.finding, ...rest]);
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

/** Two lines of -x tell that a server was not reached; a goroutine, at which step. */
function isVague({ finding: { cause } }: Wait, dump: Finding): boolean {
  return cause === 'connect/other' && /^(?:dns|connect|tls|ttfb|transfer|sumdb|toolchain)$/.test(dump.phase);
}

/** Who is ended while it waits may yet see its call fail, and say so, before it is gone. */
const LAST_WORDS_NS = 0.1e9;

/** A request that was open for less when the command was ended may have been about to be answered. */
const NO_HANG_NS = 2e9;
/** What took so many times as long before was what it was ended for. */
const MUCH_LONGER = 3;

/** What was still being waited for at the end: the longest of what was open, and of what was given up as the end came. */
function openWait(waits: readonly Wait[], { endNs, ending }: Trace): Wait | undefined {
  if (!waits.some((each) => each.group.open)) return undefined;
  const last = longestOf(waits.filter(({ group }) => group.open || group.endNs >= endNs - LAST_WORDS_NS));
  const longest = longestOf(waits);
  const isNoHang =
    wasEnded(ending) &&
    last.group.criticalNs < NO_HANG_NS &&
    longest.group.criticalNs > MUCH_LONGER * last.group.criticalNs;
  return isNoHang ? longest : last;
}

function longestOf(waits: readonly Wait[]): Wait {
  return waits.reduce((a, b) => (b.group.criticalNs > a.group.criticalNs ? b : a));
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
  return `Healthy: nothing waited unduly${ended}.${time}${ifItHung(trace)}`;
}
