import type { Span } from '../../model/span.ts';
import type { Group } from '../../timeline/timeline.ts';
import type { Case, Diagnosis } from '../rule.ts';
import { diagnoseLookup, readLookup, union } from './dns-lookup.ts';

/** No answer fitted into UDP, and nobody asked again over TCP. */
export function truncated(group: Group, context: Case): Diagnosis | undefined {
  const isCutShort = group.spans.some(({ attributes }) => attributes['error.type'] === 'truncated');
  if (!isCutShort || overTcp(context).length > 0) return undefined;
  const lookup = readLookup(group, context);
  return diagnoseLookup('dns/truncated', lookup, lookup.queries, 0.9);
}

export function tcpFallback(group: Group, context: Case): Diagnosis | undefined {
  const lookup = readLookup(group, context);
  const truncated = lookup.queries.filter((query) => query.attributes['gotrace.dns.truncated']);
  if (truncated.length === 0) return undefined;
  const udp = union(
    lookup.queries.filter((query) => query.attributes['gotrace.dns.transport'] === 'udp'),
    context.trace.endNs,
  );
  if (udp > group.criticalNs / 2) return undefined;
  return diagnoseLookup('dns/tcp-fallback', lookup, [...truncated, ...overTcp(context)], 0.9);
}

/** What was asked of nameservers over TCP, or meant to be. */
function overTcp({ trace }: Case): readonly Span[] {
  return trace.spans.filter(
    (span) =>
      span.attributes['network.peer.port'] === 53 &&
      (span.kind === 'connect' || span.attributes['gotrace.dns.transport'] === 'tcp'),
  );
}
