import { isForZip } from '../../correlate/files/modcache.ts';
import { programOf } from '../../correlate/processes/processes.ts';
import { asksForTunnel, isMoving, isUnanswered, type Span } from '../../model/span.ts';
import type { Trace } from '../../model/trace.ts';
import type { Group } from '../../timeline/timeline.ts';
import { alike, EQUAL, eachOf, lengths, medianOf } from '../alike.ts';
import {
  type Case,
  culprit,
  culpritOfSpan,
  type Diagnosis,
  egressCulprit,
  endedWith,
  evidenceOf,
  lengthOf,
  NO_TIME_LIMIT,
  noteOnStop,
  step,
  timeOf,
  type WaitRule,
  waitsNoLonger,
  withBase,
} from '../rule.ts';
import { slowFirstProxy } from './first-entry.ts';

/** Which of the requests on a connection has no answer, -x tells. */
const BY_ELIMINATION = 'nothing else was left to wait for';

const BEHIND_EGRESS = 'it is the egress proxy, and the silence may be that of a host behind it';

/** From this many on, waits of about equal length are a matter of round trips. */
const MANY_REQUESTS = 10;
/** Satellite links have 0.6 s; a longer wait for each request is a server's doing. */
const LONGEST_ROUND_TRIP_NS = 0.7e9;
/** So is what is this much longer than a round trip that was seen. */
const OF_THE_SERVER_NS = 0.3e9;

export const TTFB_RULES: readonly WaitRule[] = [
  egressProxy,
  serverError,
  slowFirstProxy,
  noResponse,
  slowDiscovery,
  latencyBound,
  slowResponse,
];

/** The answers that were waited for were errors: the wait is the error's. */
function serverError(group: Group): Diagnosis | undefined {
  const bad = group.spans.filter((span) => (span.attributes['http.response.status_code'] ?? 0) >= 500);
  if (bad.length === 0 || bad.length < group.spans.length / 2) return undefined;
  const status = bad[0]?.attributes['http.response.status_code'];
  return {
    cause: 'server-error/5xx',
    culprit: culprit({ ...culpritOfSpan(bad[0]), setting: String(status) }),
    ...withBase(bad[0]),
    confidence: 0.9,
    evidence: evidenceOf(bad),
  };
}

function noResponse(group: Group, { trace }: Case): Diagnosis | undefined {
  const span = unansweredOf(group, trace.endNs);
  if (span === undefined || isMoving(span)) return undefined;
  return {
    cause: 'ttfb/no-response',
    culprit: culpritOfSpan(span),
    ...step(noteOn(span, trace)),
    confidence: span.attributes['gotrace.eliminated'] || isViaItself(span) ? 0.6 : 0.9,
    evidence: evidenceOf([span]),
    blockedNs: timeOf(group, group.spans.filter(isUnanswered)),
  };
}

function noteOn(span: Span, trace: Trace): string | undefined {
  if (span.attributes['gotrace.eliminated']) return BY_ELIMINATION;
  if (isViaItself(span)) return BEHIND_EGRESS;
  const other = redirectedTo(span, trace);
  if (other !== undefined) return `it redirects zips to ${other}, which may be the silent one`;
  return noteOnStop(span, trace) ?? (isOfGo(span, trace) ? NO_TIME_LIMIT : undefined);
}

/** Whether a request over HTTP/2 was redirected as others were is not in the packets. */
function redirectedTo({ kind, attributes }: Span, { spans }: Trace): string | undefined {
  if (kind !== 'fetch' || !isForZip(attributes)) return undefined;
  const other = spans.find(
    (span) =>
      span.attributes['gotrace.redirected'] === true &&
      isForZip(span.attributes) &&
      span.attributes['server.address'] !== attributes['server.address'],
  );
  return other?.attributes['server.address'];
}

/** Of the far end of a tunnel nothing is known. */
function isViaItself({ attributes }: Span): boolean {
  return attributes['gotrace.path'] === `via ${attributes['server.address']}`;
}

function isOfGo({ kind, attributes }: Span, { processes }: Trace): boolean {
  const process = processes.find((each) => each.pid === attributes['process.pid']);
  return kind === 'fetch' || (process !== undefined && programOf(process.command) === 'go');
}

/** What is waited for still; else the longest wait, where it was given up. */
function unansweredOf(group: Group, endNs: number): Span | undefined {
  const { spans, open } = group;
  const waiting = open
    ? spans.find((span) => span.endNs === undefined && !waitsNoLonger(span, group, endNs))
    : undefined;
  return waiting ?? spans.slice(0, 1).find(isUnanswered);
}

function slowDiscovery(group: Group): Diagnosis | undefined {
  const [first] = group.spans;
  if (first?.attributes['gotrace.purpose'] !== 'go-get') return undefined;
  const module = /^https?:\/\/([^?]+)/.exec(first.attributes['url.full'] ?? '')?.[1];
  return {
    cause: 'ttfb/slow-discovery',
    culprit: culprit({ ...culpritOfSpan(first), module }),
    confidence: 0.9,
    evidence: evidenceOf([first]),
  };
}

function latencyBound(group: Group, { trace }: Case): Diagnosis | undefined {
  const sorted = lengths(group);
  const median = medianOf(sorted);
  const longest = sorted.at(-1) ?? 0;
  if (sorted.length < MANY_REQUESTS || longest > EQUAL * median) return undefined;
  const span = group.spans[0];
  const roundTripNs = roundTripTo(span, trace);
  const longestNs = roundTripNs === undefined ? LONGEST_ROUND_TRIP_NS : 2 * roundTripNs + OF_THE_SERVER_NS;
  if (median > Math.min(longestNs, LONGEST_ROUND_TRIP_NS)) return undefined;
  return {
    cause: 'ttfb/latency-bound',
    culprit: culprit({
      host: span?.attributes['server.address'],
      setting: `round-trip time about ${Math.round(median / 1e6)} ms`,
    }),
    confidence: 0.8,
    evidence: evidenceOf(group.spans),
  };
}

/** The shortest connect to where a request went: a SYN there and its answer back. */
function roundTripTo(request: Span | undefined, { spans }: Trace): number | undefined {
  const lengths = spans.flatMap((span) =>
    span.kind === 'connect' &&
    span.endNs !== undefined &&
    span.attributes['error.type'] === undefined &&
    isSameServer(span, request)
      ? span.endNs - span.startNs
      : [],
  );
  return lengths.length === 0 ? undefined : Math.min(...lengths);
}

function isSameServer({ attributes: a }: Span, other: Span | undefined): boolean {
  const b = other?.attributes ?? {};
  const isSame = (key: 'server.address' | 'network.peer.address') =>
    a[key] !== undefined && a[key] === b[key];
  return isSame('server.address') || isSame('network.peer.address');
}

function slowResponse(group: Group): Diagnosis {
  const one = culpritOfSpan(group.spans[0]);
  const found = { cause: 'ttfb/slow-response', confidence: 0.85, evidence: evidenceOf(group.spans) };
  const slow = alike(group);
  if (slow === undefined) return { ...found, culprit: one, ...step(one.url) };
  return {
    ...found,
    culprit: culprit({ ...one, url: commonFolder(group.spans), module: modulesOf(group.spans) }),
    step: eachOf(slow, 'responses'),
  };
}

const MOST_NAMED = 3;

/** The modules of the longest waits. */
function modulesOf(spans: readonly Span[]): string {
  const modules = new Set(spans.flatMap((span) => culpritOfSpan(span).module ?? []));
  return [...modules].slice(0, MOST_NAMED).join(', ');
}

/** What the URLs of some spans have in common, up to a slash. */
function commonFolder(spans: readonly Span[]): string | undefined {
  const urls = spans.flatMap((span) => span.attributes['url.full'] ?? []);
  const common = urls.reduce((a, b) => {
    let length = 0;
    while (length < a.length && a[length] === b[length]) length++;
    return a.slice(0, length);
  }, urls[0] ?? '');
  return /^\w+:\/\/[^/]+\/(?:.*\/)?/.exec(common)?.[0];
}

/** A tunnel is asked of the egress proxy, before the request that it is for. */
function egressProxy({ spans, open }: Group): Diagnosis | undefined {
  const asked = spans.filter(asksForTunnel);
  const [span] = asked;
  if (span === undefined || span !== spans[0]) return undefined;
  const { host, address } = culpritOfSpan(span);
  const scheme = span.attributes['gotrace.tunnel'] === 'SOCKS5' ? 'socks5h' : 'http';
  const isSilent = span.endNs === undefined ? open : isUnanswered(span);
  return {
    cause: isSilent ? 'ttfb/silent-egress-proxy' : 'ttfb/slow-egress-proxy',
    culprit: egressCulprit(host, address, scheme),
    step: span.name === 'SOCKS5' ? 'the SOCKS5 greeting' : span.name,
    confidence: 0.9,
    evidence: evidenceOf(asked),
  };
}

export const TRANSFER_RULES: readonly WaitRule[] = [
  stalled,
  endedWith(/^E(?:CONNRESET|PIPE)$/, 'transfer/reset', 0.9),
  slowTransfer,
];

function stalled(group: Group, { trace }: Case): Diagnosis | undefined {
  const span = unansweredOf(group, trace.endNs);
  if (span === undefined || span.attributes['gotrace.growing'] === true) return undefined;
  return {
    cause: 'transfer/stalled',
    culprit: culpritOfSpan(span),
    ...step(noteOnStop(span, trace)),
    confidence: 0.9,
    evidence: evidenceOf([span]),
    blockedNs: timeOf(group, group.spans.filter(isUnanswered)),
  };
}

function slowTransfer(group: Group, { trace }: Case): Diagnosis {
  const { bytes, seconds } = amountOf(group, trace.endNs);
  return {
    cause: 'transfer/slow',
    culprit: culprit({
      ...culpritOfSpan(group.spans[0]),
      setting:
        bytes > 0 && seconds > 0 ? `${printBytes(bytes)} at ${printBytes(bytes / seconds)}/s` : undefined,
    }),
    confidence: 0.85,
    evidence: evidenceOf(group.spans),
  };
}

/** How much the long bodies of a group brought: a quick one beside a slow one says nothing about its rate. */
function amountOf({ spans: [first, ...others] }: Group, endNs: number): { bytes: number; seconds: number } {
  if (first === undefined) return { bytes: 0, seconds: 0 };
  const longest = lengthOf(first, endNs);
  const long = [first, ...others.filter((span) => lengthOf(span, endNs) >= longest / 10)];
  // What comes through a connection and what goes into a zip are the same bytes, where the log does not join them.
  const isZip = ({ attributes }: Span) => attributes['gotrace.module'] !== undefined;
  const amounts = [long.filter(isZip), long.filter((span) => !isZip(span))].map((spans) => ({
    bytes: spans.reduce((sum, span) => sum + (span.attributes['gotrace.bytes'] ?? 0), 0),
    seconds: spans.reduce((sum, span) => sum + lengthOf(span, endNs), 0) / 1e9,
  }));
  return amounts.reduce((a, b) => (b.bytes > a.bytes ? b : a));
}

export function printBytes(bytes: number): string {
  if (bytes >= 1e6) return `${(bytes / 1e6).toFixed(1)} MB`;
  return bytes >= 1e3 ? `${(bytes / 1e3).toFixed(0)} kB` : `${Math.round(bytes)} B`;
}

/** How fast the bodies of a group came in, in bytes per second; undefined where no bytes were counted. */
export function rateOf(group: Group, endNs: number): number | undefined {
  const { bytes, seconds } = amountOf(group, endNs);
  return bytes > 0 && seconds > 0 ? bytes / seconds : undefined;
}
