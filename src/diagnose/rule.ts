import type { SourceLine } from '../../parsers/types.ts';
import { entryOfUrl, hostOf } from '../correlate/files/modcache.ts';
import { printAddress } from '../correlate/network/socket.ts';
import type { Culprit, Finding } from '../model/finding.ts';
import type { Phase, Span } from '../model/span.ts';
import type { Trace } from '../model/trace.ts';
import type { Group, Timeline } from '../timeline/timeline.ts';
import { type Facts, remediesOf, summaryOf } from './catalogue.ts';
import { entryAfter, type ProxyList, rewritesOf } from './goproxy.ts';

/** What the rules look at. */
export interface Case {
  readonly trace: Trace;
  readonly timeline: Timeline;
  readonly proxies: ProxyList;
}

/** What a rule says: the words come from the catalogue. */
export interface Diagnosis {
  readonly cause: string;
  readonly culprit: Culprit;
  /** The GOPROXY entry in question. */
  readonly base?: string;
  /** What a wait of several steps was at. */
  readonly step?: string;
  readonly confidence: number;
  readonly evidence: readonly SourceLine[];
  /** How long it took, where that is less than all the waits of the group. */
  readonly blockedNs?: number;
}

/** A rule reads one group of waits; undefined where it is not its case. The first rule that speaks is the cause. */
export type WaitRule = (group: Group, context: Case) => Diagnosis | undefined;

export function phaseOfCause(cause: string): Phase {
  return cause.slice(0, cause.indexOf('/')) as Phase;
}

export interface FindingTime {
  readonly startNs: number;
  readonly endNs: number;
  readonly blockedNs: number;
  /** The log ends while it still waits, and does not show when the command ended. */
  readonly isOpenEnded?: boolean;
}

export function findingOf(diagnosis: Diagnosis, time: FindingTime, { proxies }: Case): Finding {
  const { cause, culprit, confidence, evidence } = diagnosis;
  const base = diagnosis.base ?? entryOfHost(proxies, culprit.host);
  const next = base === undefined ? undefined : entryAfter(proxies, base)?.url;
  const facts: Facts = {
    ...culprit,
    ...(base === undefined ? {} : { base }),
    ...(next === undefined ? {} : { next }),
    ...(diagnosis.step === undefined ? {} : { step: diagnosis.step }),
    ...rewritesOf(proxies, base),
    blockedNs: time.isOpenEnded ? undefined : time.blockedNs,
  };
  const { startNs, endNs, blockedNs } = time;
  return {
    cause,
    phase: phaseOfCause(cause),
    summary: summaryOf(cause, facts),
    culprit,
    startNs,
    endNs,
    blockedNs,
    confidence,
    evidence: uniqueLines(evidence).slice(0, MAX_EVIDENCE),
    remedies: remediesOf(cause, facts),
  };
}

function entryOfHost({ entries }: ProxyList, host: string | undefined): string | undefined {
  return host === undefined ? undefined : entries.find((entry) => hostOf(entry.url) === host)?.url;
}

const MAX_EVIDENCE = 6;

function uniqueLines(lines: readonly SourceLine[]): SourceLine[] {
  const seen = new Set<string>();
  return lines.filter((line) => {
    const key = `${line.input}:${line.line}`;
    if (line.line < 1 || seen.has(key)) return false;
    seen.add(key);
    return true;
  });
}

/** Leaves out what is undefined: "not seen" is not a value. */
export function culprit(fields: { readonly [K in keyof Culprit]?: Culprit[K] | undefined }): Culprit {
  return Object.fromEntries(
    Object.entries(fields).filter(([, value]) => value !== undefined && value !== ''),
  );
}

/** Host, address and URL of a span, as far as they are known. */
export function culpritOfSpan(span: Span | undefined): Culprit {
  if (span === undefined) return {};
  const { attributes } = span;
  const module = attributes['gotrace.module'];
  const version = attributes['gotrace.version'];
  const url = attributes['url.full'];
  return culprit({
    host: attributes['server.address'] ?? (url === undefined ? undefined : hostOf(url)),
    address: addressOf(span),
    url,
    module: module === undefined ? undefined : version === undefined ? module : `${module}@${version}`,
  });
}

/** An egress proxy, as curl --proxy is told of it. */
export function egressCulprit(
  host: string | undefined,
  address: string | undefined,
  scheme = 'http',
): Culprit {
  return culprit({ host, address, url: `${scheme}://${address ?? host}`, setting: 'HTTPS_PROXY' });
}

export function addressOf(span: Span): string | undefined {
  const ip = span.attributes['network.peer.address'];
  return ip === undefined ? undefined : printAddress(ip, span.attributes['network.peer.port'] ?? 0);
}

/** The lines of the spans that matter: a wait of a few milliseconds proves nothing about one of seconds beside it. */
export function evidenceOf(spans: readonly Span[], most = 4): SourceLine[] {
  const length = (span: Span) => (span.endNs ?? Number.POSITIVE_INFINITY) - span.startNs;
  const longest = Math.max(0, ...spans.map(length));
  return spans
    .filter((span) => length(span) >= longest / 10)
    .flatMap((span) => span.evidence)
    .slice(0, most);
}

/** The rule for a wait that ended in an error of one kind, whose errno, or `eof`, says all. */
export function endedWith(errors: RegExp, cause: string, confidence: number): WaitRule {
  return ({ spans }) => {
    const span = spans.find((each) => errors.test(each.attributes['error.type'] ?? ''));
    return span && { cause, culprit: culpritOfSpan(span), confidence, evidence: evidenceOf([span]) };
  };
}

/** How much of the critical path these spans of a group hold. */
export function timeOf({ segments }: Group, spans: readonly Span[]): number {
  const counted = new Set(spans);
  return segments
    .filter(({ span }) => span !== undefined && counted.has(span))
    .reduce((sum, { startNs, endNs }) => sum + endNs - startNs, 0);
}

export function lengthOf(span: Span, endNs: number): number {
  return (span.endNs ?? endNs) - span.startNs;
}

/** net/http, Transport.ResponseHeaderTimeout: 0 in the go command. */
export const NO_TIME_LIMIT = 'go has no response timeout and waits for ever';

/** A log of what go printed that ends with a wait may be whole, and the wait may go on; or the log was cut. */
export function isOpenEnded({ coverage, ending }: Trace): boolean {
  return !coverage.syscalls && (ending.kind === 'unknown' || !coverage.timed);
}

/** Waits of less may be waits for any answer. */
const ANY_ANSWER_NS = 1e9;

/** A note on what is waited for where the log stops: whether that goes on is not in it. */
export function noteOnStop(span: Span, trace: Trace): string | undefined {
  if (span.endNs !== undefined || trace.ending.kind !== 'unknown' || trace.coverage.snapshot)
    return undefined;
  const isShort = lengthOf(span, trace.endNs) < ANY_ANSWER_NS;
  if (!isOpenEnded(trace) && !isShort) return undefined;
  return `the log ends there, and unless it was cut, ${trace.coverage.syscalls ? 'it' : 'go'} is still waiting`;
}

/** Waits of less, together, are no reason to call any of them slow. */
const TELLING_NS = 1e9;

/**
 * The log ends while `span` waits, and others of its group waited as long and got what they waited for: that it is open
 * tells nothing, they are all slow.
 */
export function waitsNoLonger(span: Span, { spans, criticalNs }: Group, endNs: number): boolean {
  if (span.endNs !== undefined || criticalNs < TELLING_NS) return false;
  return spans.some(
    (each) =>
      each.kind === span.kind &&
      each.endNs !== undefined &&
      each.attributes['error.type'] === undefined &&
      each.endNs - each.startNs >= lengthOf(span, endNs),
  );
}

/** The GOPROXY entry that a URL was asked of, else its scheme and host. */
export function baseOf(url: string | undefined): string | undefined {
  return url === undefined ? undefined : (entryOfUrl(url) ?? /^[a-z+]+:\/\/[^/]+/.exec(url)?.[0]);
}

/** Leaves out what a wait was at where that is not known. */
export function step(text: string | undefined): { readonly step?: string } {
  return text === undefined ? {} : { step: text };
}

export function withBase(span: Span | undefined): { base?: string } {
  const base = baseOf(span?.attributes['url.full']);
  return base === undefined ? {} : { base };
}
