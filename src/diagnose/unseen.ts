import { programOf } from '../correlate/processes/processes.ts';
import { isMoving, type Span, type SpanKind } from '../model/span.ts';
import type { Trace } from '../model/trace.ts';
import type { Timeline } from '../timeline/timeline.ts';
import { awaitedZip } from './awaited-zip.ts';
import { printSeconds } from './catalogue.ts';
import { leftIn } from './open-calls.ts';
import { endedBy } from './outcome.ts';
import { addressOf, type Case } from './rule.ts';

/** The log was cut while a thread was at work; where it has all calls, that can be told from a hang. */
export function isCutAtWork({ coverage, ending }: Trace): boolean {
  return ending.kind === 'unknown' && coverage.stopsAtWork && coverage.sleeps && coverage.timed;
}

/** What was being waited for where the log was cut, and since when. */
function waitAtEnd({ trace: { endNs }, timeline: { pieces } }: Case): string | undefined {
  const waiting = pieces.flatMap(({ open, span }) => (open && !NO_WAITS.has(span.kind) ? [span] : []));
  const [first] = waiting.sort((a, b) => a.startNs - b.startNs);
  return first === undefined ? undefined : `${printSeconds(endNs - first.startNs)} into “${first.name}”`;
}

const NO_WAITS: ReadonlySet<SpanKind> = new Set(['command', 'process', 'unzip', 'work']);

/** Silence of less is no more than a large module being unpacked. */
const LONG_SILENCE_NS = 2e9;
const MOST_OF_THE_RUN = 0.5;

const RUN = '`gotrace run --strace -- COMMAND`';

/**
 * The headline for a log without trouble that is still no proof that nothing was wrong: why it is none, and what to
 * capture. Undefined where it shows enough.
 */
export function whatIsUnseen(context: Case): string | undefined {
  const { coverage, ending } = context.trace;
  if ((coverage.syscalls || coverage.libraryCalls) && !coverage.timed && ending.kind === 'exited')
    return `Unknown: nothing in the log failed, and it has no times: how long anything took is not in it. ${SEE_TIMES}.`;
  const left =
    coverage.attached && !coverage.snapshot && ending.kind === 'unknown' ? leftIn(context.trace) : undefined;
  if (left !== undefined) return `Unknown: when the log ends, ${left.what}. To see it: ${left.toSee}.`;
  const leftOut = whatTheTracerLeftOut(context);
  if (leftOut !== undefined) return `Unknown: ${leftOut}`;
  const untimed = coverage.syscalls && ending.kind === 'exited' ? untimedCalls(context) : undefined;
  if (untimed !== undefined) return `Unknown: ${untimed}. ${SEE_TIMES}.`;
  const cutAt = isCutAtWork(context.trace) ? waitAtEnd(context) : undefined;
  if (cutAt !== undefined)
    return `Unknown: the log stops in the middle of the run, ${cutAt}; nothing waited unduly before that. To see it: record until the command ends, or hangs.`;
  const moving = coverage.snapshot ? context.trace.spans.find(isMoving) : undefined;
  if (moving !== undefined) return `Unknown: ${notStuck(moving)}`;
  const reason = reasonOf(context);
  if (reason === undefined) return undefined;
  if (coverage.syscalls && !coverage.attached) return `Unknown: ${reason}; ${silenceAtEnd(context)}.`;
  const what = isOfRunning(context.trace) ? moreThanStrace(context.trace) : `record it with ${RUN}`;
  return `Unknown: ${reason}, and the log does not show what it waited for. To see it: ${what}.`;
}

const STRACE = 'strace -f -ttt -T -yy -s 512';
const SEE_TIMES = `To see it: record with ${STRACE}, or with ${RUN}`;
const SEE_ALL = `To see it: record with ${STRACE} and without -e, or with ${RUN}`;
/** What takes less, from beginning to end, is not worth a question. */
const SHORT_NS = 0.5e9;

/** The log is of some calls only, or of one thread of several: why, what is missing, and how to see it. */
function whatTheTracerLeftOut({ trace, timeline }: Case): string | undefined {
  const { ending, coverage } = trace;
  const missing = missingFrom(trace);
  const isWhole = !coverage.attached && ending.kind === 'exited';
  if (missing === undefined || (isWhole && timeline.wallNs < SHORT_NS)) return undefined;
  // What go prints tells of each fetch, whatever was traced.
  const isBlind = !coverage.goX && (coverage.unfollowed || coverage.unseen.includes('read'));
  if (!isBlind && longestGap(trace, timeline) === undefined) return undefined;
  const ended = howItWasEnded(trace, timeline);
  return ended === undefined ? `${missing}.` : `${ended}, and ${missing}.`;
}

/** What a tracer was told to leave out, as the end of a sentence; undefined where it showed all. */
export function missingFrom({ coverage: { unfollowed, unseen } }: Trace): string | undefined {
  if (unfollowed)
    return `the log follows one thread only (strace without -f): what the others did is not in it. ${SEE_TIMES}`;
  if (unseen.length === 0) return undefined;
  const names = new Intl.ListFormat('en-GB', { type: 'disjunction' }).format(unseen);
  if (!unseen.includes('read'))
    return `the log has some calls only (strace -e trace=… left others out, ${names} among them), and what it waited for may be in those. ${SEE_ALL}`;
  return `the log has no ${names} (strace -e trace=… left them out): what was asked, answered and printed is not in it. ${SEE_ALL}`;
}

const MOST_HOSTS = 3;

/** What little is known where nothing that was traced was open at the end. */
function silenceAtEnd({ trace: { openHosts }, timeline }: Case): string {
  const silentNs = silenceAtEndNs(timeline);
  if (silentNs < LONG_SILENCE_NS || openHosts.length === 0)
    return 'nothing that was traced had been waited for';
  const more = openHosts.length > MOST_HOSTS ? ` and ${openHosts.length - MOST_HOSTS} more` : '';
  const hosts = `${openHosts.slice(0, MOST_HOSTS).join(', ')}${more}`;
  return `for the last ${printSeconds(silentNs)} it did nothing, with connections open to ${hosts}, and the log does not show whether it waited there. To see it: record what go prints with -x as well, or with ${RUN}`;
}

/** It was looked at while it ran, by a tracer or in /proc: its beginning is not known. */
function isOfRunning({ coverage }: Trace): boolean {
  return coverage.attached || coverage.snapshot;
}

/** A process that goes on may be slow all the same: a look of seconds does not tell. */
function notStuck(span: Span): string {
  const from = span.attributes['server.address'] ?? addressOf(span);
  return `it is not stuck: answers came from ${from} while it was looked at. Whether they are slow shows a longer look (\`gotrace attach --for 30s PID\`), or a run from the start with ${RUN}.`;
}

/** What shows more of a process that hangs than a strace that is attached to it: go's threads sleep in futex and epoll. */
function moreThanStrace({ command, coverage }: Trace): string {
  const fromTheStart = `record from the start with ${RUN}`;
  if (!coverage.snapshot)
    return `strace that is attached to a go that already hangs shows only futex and epoll; run \`gotrace attach PID\`, or ${fromTheStart}`;
  return command !== undefined && programOf(command) === 'go'
    ? `\`gotrace attach --dump PID\` shows where its goroutines wait, and ends it; or ${fromTheStart}`
    : fromTheStart;
}

function afterHowLong({ coverage }: Trace, { wallNs }: Timeline): string {
  return coverage.timed ? ` after ${printSeconds(wallNs)}` : '';
}

function howItWasEnded(trace: Trace, timeline: Timeline): string | undefined {
  const by = endedBy(trace.ending);
  return by === undefined ? undefined : `it was ended ${by}${afterHowLong(trace, timeline)}`;
}

function reasonOf(context: Case): string | undefined {
  const { trace, timeline } = context;
  const { ending, coverage, goroutines } = trace;
  if (goroutines[0]?.isPanic === true && ending.kind === 'unknown') return 'a Go program panicked';
  const after = afterHowLong(trace, timeline);
  const ended = howItWasEnded(trace, timeline);
  if (ended !== undefined) return `${ended}${beforeItsEnd(context)}`;
  if (!coverage.syscalls && !coverage.goX && trace.syscalls.length > 0)
    return 'this is a table of totals (strace -c), which has no times and no order';
  if (isOfRunning(trace) && ending.kind === 'unknown')
    return coverage.snapshot
      ? `${programOf(trace.command ?? ['it'])} was still running${after}`
      : `the log ends before it did${after}`;
  if (coverage.syscalls && ending.kind === 'unknown') return inactivity(trace, timeline);
  if (coverage.syscalls) return coverage.attached ? unexplained(trace, timeline) : undefined;
  if (coverage.libraryCalls) return inLibraries(trace, timeline);
  const zip = awaitedZip(trace);
  if (zip !== undefined)
    return `the log ends${after} without the request for the zip of ${zip}, ${TAKEN_SILENTLY}`;
  const givenUp = trace.spans.find(
    ({ kind, attributes }) => kind === 'fetch' && attributes['error.type'] === 'aborted',
  );
  if (trace.originSeconds === undefined && givenUp !== undefined)
    return `${givenUp.attributes['url.full']} was asked for again before there was an answer, in lines without times`;
  if (ending.kind === 'unknown' && !showsWork(trace))
    return `the log ends${after} without any fetch or git command (-x prints them)`;
  return silence(trace, timeline);
}

/** What go printed last before it was ended, where that is all there is of it. */
function beforeItsEnd({ trace, timeline }: Case): string {
  if (trace.coverage.syscalls || trace.coverage.libraryCalls) return '';
  const zip = awaitedZip(trace);
  if (zip !== undefined) return ` without the request for the zip of ${zip}, ${TAKEN_SILENTLY}`;
  const silentNs = silenceAtEndNs(timeline);
  return silentNs < LONG_SILENCE_NS
    ? ''
    : `; go printed nothing for the last ${printSeconds(silentNs)} (${trace.coverage.goX ? SILENT_WORK : 'without -x it names no fetch'})`;
}

const TAKEN_SILENTLY = 'which comes next (a lock in the module cache is taken silently)';
const SILENT_WORK = 'a body that arrives, a lock and unpacking are silent';

/** For a log that ends as that of a healthy run does, and as that of a hang may (decision 0005): what it cannot show. */
export function ifItHung({ coverage, ending }: Trace): string {
  const isAllSeen = coverage.syscalls || coverage.libraryCalls || coverage.snapshot;
  if (isAllSeen || ending.kind !== 'unknown') return '';
  return ` If it hung: ${SILENT_WORK}; to see them, record it with ${RUN}.`;
}

function showsWork({ spans, goroutines, errors }: Trace): boolean {
  return (
    goroutines.length > 0 ||
    errors.length > 0 ||
    spans.some((span) => span.kind !== 'command' && span.kind !== 'process')
  );
}

/** A program that was not seen to end did nothing that has a name for most of the time: it computed, or slept. */
function inactivity(trace: Trace, timeline: Timeline): string | undefined {
  const longest = longestGap(trace, timeline);
  return longest === undefined
    ? undefined
    : `the log ends before the command did, which for ${printSeconds(longest)} computed or slept`;
}

/** Without -T, a call in one piece may have taken the time until the next line of its thread. */
function untimedCalls({ trace, timeline }: Case): string | undefined {
  if (trace.syscalls.some(({ totalNs = 0 }) => totalNs > 0)) return undefined;
  const unexplainedNs = sumOf(gapsOf(timeline));
  return unexplainedNs < Math.max(LONG_SILENCE_NS, MOST_OF_THE_RUN * timeline.wallNs)
    ? undefined
    : `the log has no durations (strace -T), and ${printSeconds(unexplainedNs)} are in none of its waits`;
}

/** Who was there before its tracer may wait for what it began then; and -e trace=… leaves calls out. */
function unexplained(trace: Trace, timeline: Timeline): string | undefined {
  const longest = longestGap(trace, timeline);
  return longest === undefined ? undefined : `no call in the log explains ${printSeconds(longest)}`;
}

/** ltrace shows the calls of one program into its libraries: between two of them it may compute, or wait by other means. */
function inLibraries(trace: Trace, timeline: Timeline): string | undefined {
  const longest = longestGap(trace, timeline);
  return longest === undefined ? undefined : `no call that ltrace shows explains ${printSeconds(longest)}`;
}

/** The longest time that nothing explains, where such times are most of the run, or of what is left of it beside a build. */
function longestGap(trace: Trace, timeline: Timeline): number | undefined {
  const gaps = gapsOf(timeline).filter((gapNs) => gapNs >= LONG_SILENCE_NS);
  const work = timeline.segments.filter((segment) => segment.span?.kind === 'work');
  const workNs = work.reduce((sum, { startNs, endNs }) => sum + endNs - startNs, 0);
  const isMost = sumOf(gaps) >= MOST_OF_THE_RUN * (trace.endNs - trace.startNs - workNs);
  return gaps.length > 0 && isMost ? Math.max(...gaps) : undefined;
}

/** How long nothing that has a name was under way when the trace ended. */
export function silenceAtEndNs({ segments }: Timeline): number {
  const last = segments.at(-1);
  return last === undefined || last.span !== undefined ? 0 : last.endNs - last.startNs;
}

/** The times that nothing explains, in nanoseconds. */
function gapsOf({ segments }: Timeline): number[] {
  return segments.filter(({ span }) => span === undefined).map(({ startNs, endNs }) => endNs - startNs);
}

function sumOf(times: readonly number[]): number {
  return times.reduce((sum, timeNs) => sum + timeNs, 0);
}

/** Most of the time passed between two lines, with nothing open that go tells of: a body, a lock, or work. */
function silence(trace: Trace, timeline: Timeline): string | undefined {
  const isForeign = trace.command !== undefined && programOf(trace.command) !== 'go';
  // make and the like have work of their own, which shows in /proc only.
  if (isForeign && trace.ending.kind === 'exited' && !trace.coverage.sampled) return undefined;
  const longest = longestGap(trace, timeline);
  if (longest === undefined) return undefined;
  if (isForeign) return `it did not compute for ${printSeconds(longest)}`;
  return `go printed nothing for ${printSeconds(longest)} (${SILENT_WORK})`;
}
