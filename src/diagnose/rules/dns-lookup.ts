import type { Span } from '../../model/span.ts';
import { type Group, unionOf } from '../../timeline/timeline.ts';
import { addressOf, type Case, culprit, type Diagnosis, evidenceOf } from '../rule.ts';

/** A and AAAA of one try leave together; the next try comes a time-out later. */
export const SENT_TOGETHER_NS = 0.25e9;

/** The queries behind a group of lookups. */
export interface Lookup {
  readonly queries: readonly Span[];
  readonly host: string | undefined;
  readonly unanswered: readonly Span[];
  readonly answered: readonly Span[];
}

export function readLookup(group: Group, { trace }: Case): Lookup {
  const ids = new Set(group.spans.map((span) => span.id));
  const queries = trace.spans.filter(
    ({ kind, parentId, attributes }) =>
      kind === 'dns-query' &&
      parentId !== undefined &&
      ids.has(parentId) &&
      attributes['gotrace.unneeded'] !== true,
  );
  const answered = queries.filter(
    (query) =>
      query.attributes['gotrace.dns.rcode'] !== undefined ||
      (query.endNs !== undefined && query.attributes['error.type'] === undefined),
  );
  return {
    queries,
    host: group.spans[0]?.attributes['server.address'],
    answered,
    unanswered: queries.filter((query) => !answered.includes(query)),
  };
}

/** `spans` are those that are to blame; `context` is shown beside them. */
export function diagnoseLookup(
  cause: string,
  lookup: Lookup,
  spans: readonly Span[],
  confidence: number,
  context: readonly Span[] = [],
): Diagnosis {
  return {
    cause,
    culprit: culprit({ host: lookup.host, address: serversOf(spans) }),
    confidence,
    evidence: [...evidenceOf(spans, 4), ...evidenceOf(context, 2)],
  };
}

/** Those that were asked, or the first of them. */
export function serversOf(queries: readonly Span[], print = addressOf): string {
  return [...new Set(queries.flatMap((query) => print(query) ?? []))].slice(0, 3).join(', ');
}

/** To the same server for the same name, whatever the type. */
export function isSameQuestion(a: Span, b: Span): boolean {
  return isSameServer(a, b) && a.attributes['dns.question.name'] === b.attributes['dns.question.name'];
}

/** Sent to one nameserver. */
export function isSameServer({ attributes: a }: Span, { attributes: b }: Span): boolean {
  return a['network.peer.address'] === b['network.peer.address'];
}

export function union(spans: readonly Span[], endNs: number): number {
  return unionOf(spans.map((span) => ({ startNs: span.startNs, endNs: span.endNs ?? endNs })));
}

export function nameOf({ attributes }: Span): string | undefined {
  return attributes['dns.question.name'];
}

export function rcodeOf({ attributes }: Span): string | undefined {
  return attributes['gotrace.dns.rcode'];
}
