import { classifyError } from '../../../parsers/go-errors/classify.ts';
import { egressOf } from '../../correlate/network/egress.ts';
import type { Span } from '../../model/span.ts';
import type { Trace } from '../../model/trace.ts';
import type { Group } from '../../timeline/timeline.ts';
import { CAUSE_OF_CLASS } from '../errors/classes.ts';
import {
  addressOf,
  type Case,
  culprit,
  culpritOfSpan,
  type Diagnosis,
  endedWith,
  evidenceOf,
  step,
  type WaitRule,
} from '../rule.ts';
import { slowToReachFirst } from './first-entry.ts';

export const CONNECT_RULES: readonly WaitRule[] = [
  slowToReachFirst,
  unseen,
  deadEgressProxy,
  ipv6Broken,
  oneAddressDead,
  endedWith(/^ECONNREFUSED$/, 'connect/refused', 0.95),
  endedWith(/^E(?:HOST|NET)(?:UNREACH|DOWN)$/, 'connect/unreachable', 0.95),
  endedWith(/^E(?:PERM|ACCES)$/, 'connect/not-permitted', 0.95),
  endedWith(/^EADDRNOTAVAIL$/, 'connect/no-address', 0.95),
  failedOtherwise,
  blackhole,
  slow,
];

/**
 * Without packets only the fetch is known, or when its connection stood: which of its steps was slow is not, unless it
 * failed and go said why.
 */
function unseen(group: Group): Diagnosis | undefined {
  const span = group.spans[0];
  if (span === undefined || addressOf(span) !== undefined) return undefined;
  const told = span.kind === 'fetch' ? causeTold(span) : undefined;
  const confidence = span.kind === 'fetch' ? 0.4 : 0.6;
  return {
    cause: told ?? 'connect/other',
    culprit: culpritOfSpan(span),
    ...(told === undefined ? step(whatMayBeSlow(span)) : {}),
    confidence: told === undefined ? confidence : 0.9,
    evidence: evidenceOf(group.spans),
  };
}

function whatMayBeSlow({ kind }: Span): string {
  const reaching = 'DNS, connect or TLS was slow';
  return kind === 'fetch' ? `${reaching}, or the server silent` : reaching;
}

function causeTold(fetch: Span): string | undefined {
  const error = fetch.attributes['error.type'];
  const cause = error === undefined ? undefined : CAUSE_OF_CLASS[classifyError(error).class];
  return cause !== undefined && /^(?:dns|connect|tls)\//.test(cause) ? cause : undefined;
}

export function isFailed(span: Span): boolean {
  return span.endNs === undefined || span.attributes['error.type'] !== undefined;
}

/**
 * A connect by a go that asks for URLs of other hosts only: the address is an egress proxy's. Where a host of those URLs
 * is reached directly, no egress proxy is in use, and another host is one that a redirect led to.
 */
export function isEgress(span: Span, { trace }: Case): boolean {
  const pid = span.attributes['process.pid'];
  // What go prints names no process.
  const own = trace.spans.filter((each) => (each.attributes['process.pid'] ?? pid) === pid);
  const asked = new Set(
    own.flatMap((each) => (each.kind === 'fetch' ? (each.attributes['server.address'] ?? []) : [])),
  );
  const host = span.attributes['server.address'];
  if (isSetEgress(span, trace)) return true;
  if (asked.size === 0 || span.attributes['gotrace.purpose'] === 'git') return false;
  // What http2debug tells of a dial has no address: it may lead through the proxy.
  const isDirect = own.some(
    (each) =>
      each.kind === 'connect' &&
      !isFailed(each) &&
      each.attributes['network.peer.address'] !== undefined &&
      asked.has(each.attributes['server.address'] ?? ''),
  );
  if (isDirect) return false;
  // An address that no lookup gave, at a port that no URL means: HTTPS_PROXY holds a bare address.
  if (asked.has(span.attributes['network.peer.address'] ?? '')) return false;
  if (host === undefined) return ![80, 443].includes(span.attributes['network.peer.port'] ?? 443);
  return !asked.has(host);
}

/** HTTPS_PROXY is in the log, and this is where it leads. */
function isSetEgress({ attributes }: Span, { environment }: Trace): boolean {
  const egress = egressOf(environment);
  const { 'server.address': host, 'network.peer.address': address, 'network.peer.port': port } = attributes;
  return egress !== undefined && egress.port === port && [host, address].includes(egress.host);
}

function deadEgressProxy(group: Group, context: Case): Diagnosis | undefined {
  const failed = group.spans.filter(isFailed);
  const span = failed[0];
  if (span === undefined || !isEgress(span, context)) return undefined;
  return {
    cause: 'connect/dead-egress-proxy',
    culprit: culprit({ ...culpritOfSpan(span), setting: 'HTTPS_PROXY' }),
    confidence: 0.8,
    evidence: evidenceOf(failed),
  };
}

/** Other connects to the same host, at another address, that came about. What http2debug tells of a dial has no address. */
function alternatives(span: Span, { trace }: Case): Span[] {
  const { 'server.address': host, 'network.peer.address': address } = span.attributes;
  if (host === undefined || address === undefined) return [];
  return trace.spans.filter(
    (each) =>
      each.kind === 'connect' &&
      !isFailed(each) &&
      each.attributes['server.address'] === host &&
      each.attributes['network.peer.address'] !== undefined &&
      each.attributes['network.peer.address'] !== address,
  );
}

export function ipv6Broken(group: Group, context: Case): Diagnosis | undefined {
  const span = group.spans.find(
    (each) => isFailed(each) && each.attributes['network.peer.address']?.includes(':'),
  );
  if (span === undefined) return undefined;
  const ipv4 = alternatives(span, context).filter(
    (each) => !each.attributes['network.peer.address']?.includes(':'),
  );
  if (ipv4.length === 0) return undefined;
  return {
    cause: 'connect/ipv6-broken',
    culprit: culpritOfSpan(span),
    confidence: 0.9,
    evidence: [...evidenceOf([span], 2), ...evidenceOf(ipv4, 2)],
  };
}

export function oneAddressDead(group: Group, context: Case): Diagnosis | undefined {
  const span = group.spans.find(isFailed);
  if (span === undefined) return undefined;
  const working = alternatives(span, context);
  if (working.length === 0) return undefined;
  return {
    cause: 'connect/one-address-dead',
    culprit: culpritOfSpan(span),
    confidence: 0.95,
    evidence: [...evidenceOf([span], 2), ...evidenceOf(working, 2)],
  };
}

/** connect(2) has more errors than there are causes: a SYN that nobody answers ends with ETIMEDOUT, or with its process. */
function failedOtherwise({ spans }: Group): Diagnosis | undefined {
  const span = spans.find((each) => /^E(?!TIMEDOUT$)[A-Z]+$/.test(each.attributes['error.type'] ?? ''));
  if (span === undefined) return undefined;
  return {
    cause: 'connect/failed',
    culprit: culprit({ ...culpritOfSpan(span), setting: span.attributes['error.type'] }),
    confidence: 0.9,
    evidence: evidenceOf([span]),
  };
}

function blackhole(group: Group): Diagnosis | undefined {
  const span = group.spans.find(isFailed);
  if (span === undefined) return undefined;
  return {
    cause: 'connect/blackhole',
    culprit: culpritOfSpan(span),
    confidence: 0.9,
    evidence: evidenceOf(group.spans.filter(isFailed)),
  };
}

function slow(group: Group): Diagnosis | undefined {
  return {
    cause: 'connect/slow',
    culprit: culpritOfSpan(group.spans[0]),
    confidence: 0.8,
    evidence: evidenceOf(group.spans),
  };
}
