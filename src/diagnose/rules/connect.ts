import type { Span } from '../../model/span.ts';
import type { Group } from '../../timeline/timeline.ts';
import {
  addressOf,
  type Case,
  culprit,
  culpritOfSpan,
  type Diagnosis,
  evidenceOf,
  type WaitRule,
} from '../rule.ts';

export const CONNECT_RULES: readonly WaitRule[] = [
  unseen,
  deadEgressProxy,
  ipv6Broken,
  oneAddressDead,
  refused,
  unreachable,
  blackhole,
  slow,
];

/** Without packets only the fetch is known: which of its steps was slow is not. */
function unseen(group: Group): Diagnosis | undefined {
  const span = group.spans[0];
  if (span === undefined || addressOf(span) !== undefined) return undefined;
  const confidence = span.kind === 'fetch' ? 0.4 : 0.6;
  return {
    cause: 'connect/other',
    culprit: culpritOfSpan(span),
    confidence,
    evidence: evidenceOf(group.spans),
  };
}

export function isFailed(span: Span): boolean {
  return span.endNs === undefined || span.attributes['error.type'] !== undefined;
}

/** A connect by a go that asks for URLs of other hosts only: the address is an egress proxy's. */
export function isEgress(span: Span, { trace }: Case): boolean {
  const fetches = trace.spans.filter(
    (each) => each.kind === 'fetch' && each.attributes['process.pid'] === span.attributes['process.pid'],
  );
  const host = span.attributes['server.address'];
  if (fetches.length === 0 || span.attributes['gotrace.purpose'] === 'git') return false;
  // An address that no lookup gave, at a port that no URL means: HTTPS_PROXY holds a bare address.
  if (host === undefined) return ![80, 443].includes(span.attributes['network.peer.port'] ?? 443);
  return fetches.every((fetch) => fetch.attributes['server.address'] !== host);
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

/** Other connects of the same process to the same host that came about. */
function alternatives(span: Span, { trace }: Case): Span[] {
  const host = span.attributes['server.address'];
  if (host === undefined) return [];
  return trace.spans.filter(
    (each) =>
      each.kind === 'connect' &&
      !isFailed(each) &&
      each.attributes['server.address'] === host &&
      each.attributes['network.peer.address'] !== span.attributes['network.peer.address'],
  );
}

function ipv6Broken(group: Group, context: Case): Diagnosis | undefined {
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

function oneAddressDead(group: Group, context: Case): Diagnosis | undefined {
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

function refused(group: Group): Diagnosis | undefined {
  const span = group.spans.find((each) => each.attributes['error.type'] === 'ECONNREFUSED');
  if (span === undefined) return undefined;
  return {
    cause: 'connect/refused',
    culprit: culpritOfSpan(span),
    confidence: 0.95,
    evidence: evidenceOf([span]),
  };
}

function unreachable(group: Group): Diagnosis | undefined {
  const span = group.spans.find((each) =>
    /^E(?:HOST|NET)(?:UNREACH|DOWN)$/.test(each.attributes['error.type'] ?? ''),
  );
  if (span === undefined) return undefined;
  return {
    cause: 'connect/unreachable',
    culprit: culpritOfSpan(span),
    confidence: 0.95,
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
