import type { Span } from '../../model/span.ts';
import { type Group, unionOf } from '../../timeline/timeline.ts';
import { RESOLVED } from '../../wire/resolved.ts';
import { printSeconds } from '../catalogue.ts';
import {
  addressOf,
  type Case,
  culprit,
  type Diagnosis,
  evidenceOf,
  lengthOf,
  type WaitRule,
} from '../rule.ts';

/** Later than this an answer is slow: resolvers answer from their cache in milliseconds, and recurse in tens. */
const SLOW_ANSWER_NS = 0.5e9;

/** A and AAAA of one try leave together; the next try comes a time-out later. */
const SENT_TOGETHER_NS = 0.25e9;

export const DNS_RULES: readonly WaitRule[] = [
  localResolver,
  refusedPort,
  searchList,
  tcpFallback,
  slowAaaa,
  noSuchHost,
  servfail,
  deadNameserver,
  lostQuery,
  allNameserversDead,
  cgoResolver,
  slowNameserver,
  other,
];

interface Lookup {
  readonly queries: readonly Span[];
  readonly host: string | undefined;
  readonly unanswered: readonly Span[];
  readonly answered: readonly Span[];
}

function read(group: Group, { trace }: Case): Lookup {
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
function diagnose(
  cause: string,
  lookup: Lookup,
  spans: readonly Span[],
  confidence: number,
  context: readonly Span[] = [],
): Diagnosis {
  const servers = [...new Set(spans.flatMap((span) => addressOf(span) ?? []))];
  return {
    cause,
    culprit: culprit({ host: lookup.host, address: servers.slice(0, 3).join(', ') }),
    confidence,
    evidence: [...evidenceOf(spans, 4), ...evidenceOf(context, 2)],
  };
}

/** Who asks systemd-resolved does not see which nameserver that asks in turn. */
function localResolver(group: Group, context: Case): Diagnosis | undefined {
  const lookup = read(group, context);
  const [longest] = [...lookup.queries].sort(
    (a, b) => lengthOf(b, context.trace.endNs) - lengthOf(a, context.trace.endNs),
  );
  if (longest === undefined || longest.attributes['gotrace.dns.transport'] !== RESOLVED) return undefined;
  return {
    ...diagnose('dns/local-resolver', lookup, lookup.queries, 0.9),
    culprit: culprit({ host: lookup.host, setting: whatResolvedDid(longest, context.trace.endNs) }),
  };
}

/** What systemd-resolved did with a question, as the end of a sentence. */
export function whatResolvedDid(query: Span, endNs: number): string {
  const error = query.attributes['error.type'];
  if (error?.startsWith(RESOLVED)) return `answered with ${error.slice(`${RESOLVED}: `.length)}`;
  if (query.endNs === undefined || error !== undefined) return 'did not answer';
  return `took ${printSeconds(lengthOf(query, endNs))} to answer`;
}

function refusedPort(group: Group, context: Case): Diagnosis | undefined {
  const lookup = read(group, context);
  const refused = lookup.queries.filter((query) => query.attributes['error.type'] === 'ECONNREFUSED');
  if (refused.length === 0 || lookup.answered.length > refused.length) return undefined;
  return diagnose('dns/refused-port', lookup, refused, 0.95);
}

/**
 * The tries with a suffix, and not the name itself, took most of the time. Where the name itself is answered as late, it is
 * the nameserver that is slow, and the search list only asks it more often.
 */
function searchList(group: Group, context: Case): Diagnosis | undefined {
  const lookup = read(group, context);
  const names = new Set(lookup.queries.flatMap((query) => query.attributes['dns.question.name'] ?? []));
  const host = lookup.host;
  if (host === undefined || names.size < 3) return undefined;
  const suffixed = lookup.queries.filter((query) => {
    const name = query.attributes['dns.question.name'] ?? '';
    return (
      name !== host && name.startsWith(`${host}.`) && query.attributes['gotrace.dns.rcode'] === 'NXDOMAIN'
    );
  });
  const longest = (queries: readonly Span[]) =>
    Math.max(0, ...queries.map((query) => lengthOf(query, context.trace.endNs)));
  const own = longest(lookup.queries.filter((query) => query.attributes['dns.question.name'] === host));
  if (own >= SLOW_ANSWER_NS && own >= longest(suffixed) / 2) return undefined;
  const spent = union(suffixed, context.trace.endNs);
  if (spent < group.criticalNs / 2) return undefined;
  return {
    ...diagnose('dns/search-list', lookup, suffixed, 0.95),
    culprit: culprit({
      host,
      setting: 'resolv.conf search/ndots',
      address: suffixed[0] === undefined ? undefined : addressOf(suffixed[0]),
    }),
  };
}

/** A of one lookup was answered quickly by the same server that is late with, or silent on, AAAA. */
function slowAaaa(group: Group, context: Case): Diagnosis | undefined {
  const lookup = read(group, context);
  const late = lookup.queries.filter(
    (query) =>
      query.attributes['gotrace.dns.type'] === 'AAAA' &&
      (query.endNs === undefined || lengthOf(query, context.trace.endNs) >= SLOW_ANSWER_NS),
  );
  const quick = lookup.answered.filter(
    (query) =>
      query.attributes['gotrace.dns.type'] === 'A' &&
      lengthOf(query, context.trace.endNs) < SLOW_ANSWER_NS / 2,
  );
  const paired = late.filter((aaaa) =>
    quick.some((a) => Math.abs(a.startNs - aaaa.startNs) < SENT_TOGETHER_NS && isSameQuestion(a, aaaa)),
  );
  // Once A is known, only AAAA is asked again.
  const pairs = late.filter((aaaa) => paired.some((each) => isSameQuestion(each, aaaa)));
  if (pairs.length === 0 || union(pairs, context.trace.endNs) < group.criticalNs / 2) return undefined;
  return diagnose('dns/slow-aaaa', lookup, pairs, 0.9, quick.slice(0, 1));
}

/** To the same server for the same name, whatever the type. */
function isSameQuestion(a: Span, b: Span): boolean {
  return (
    a.attributes['network.peer.address'] === b.attributes['network.peer.address'] &&
    a.attributes['dns.question.name'] === b.attributes['dns.question.name']
  );
}

function tcpFallback(group: Group, context: Case): Diagnosis | undefined {
  const lookup = read(group, context);
  const truncated = lookup.queries.filter((query) => query.attributes['gotrace.dns.truncated']);
  if (truncated.length === 0) return undefined;
  const udp = union(
    lookup.queries.filter((query) => query.attributes['gotrace.dns.transport'] === 'udp'),
    context.trace.endNs,
  );
  if (udp > group.criticalNs / 2) return undefined;
  const tcp = context.trace.spans.filter(
    (span) =>
      span.attributes['network.peer.port'] === 53 &&
      (span.kind === 'connect' || span.attributes['gotrace.dns.transport'] === 'tcp'),
  );
  return diagnose('dns/tcp-fallback', lookup, [...truncated, ...tcp], 0.9);
}

function noSuchHost(group: Group, context: Case): Diagnosis | undefined {
  const lookup = read(group, context);
  const last = lookup.queries.at(-1);
  if (last?.attributes['gotrace.dns.rcode'] !== 'NXDOMAIN' || group.criticalNs >= SLOW_ANSWER_NS)
    return undefined;
  return diagnose('dns/no-such-host', lookup, [last], 0.9);
}

function servfail(group: Group, context: Case): Diagnosis | undefined {
  const lookup = read(group, context);
  const bad = lookup.queries.filter((query) =>
    ['SERVFAIL', 'REFUSED'].includes(query.attributes['gotrace.dns.rcode'] ?? ''),
  );
  if (bad.length === 0 || union(lookup.unanswered, context.trace.endNs) > union(bad, context.trace.endNs))
    return undefined;
  if (lookup.answered.length > bad.length && union(bad, context.trace.endNs) < group.criticalNs / 2)
    return undefined;
  return diagnose('dns/servfail', lookup, bad, 0.9);
}

function deadNameserver(group: Group, context: Case): Diagnosis | undefined {
  const lookup = read(group, context);
  const alive = new Set(lookup.answered.map((query) => query.attributes['network.peer.address']));
  const dead = lookup.unanswered.filter((query) => !alive.has(query.attributes['network.peer.address']));
  if (dead.length === 0 || alive.size === 0) return undefined;
  return diagnose('dns/dead-nameserver', lookup, dead, 0.95, lookup.answered.slice(0, 1));
}

/** The server answers, and did not answer this one: the same question to it later was. */
function lostQuery(group: Group, context: Case): Diagnosis | undefined {
  const lookup = read(group, context);
  const lost = lookup.unanswered.filter((query) =>
    lookup.answered.some(
      (again) =>
        again.startNs > query.startNs &&
        isSameQuestion(again, query) &&
        again.attributes['gotrace.dns.type'] === query.attributes['gotrace.dns.type'],
    ),
  );
  if (lost.length === 0 || union(lost, context.trace.endNs) < group.criticalNs / 2) return undefined;
  return diagnose('dns/lost-query', lookup, lost, 0.9, lookup.answered.slice(0, 1));
}

function allNameserversDead(group: Group, context: Case): Diagnosis | undefined {
  const lookup = read(group, context);
  if (lookup.answered.length > 0 || lookup.unanswered.length === 0) return undefined;
  // An answer that comes at once is over before anybody looks at /proc: of another nameserver, if there is one.
  if (hasAnswered(lookup.host, context)) {
    const isOnly = context.trace.environment['nameservers']?.includes(' ') === false;
    return diagnose(isOnly ? 'dns/lost-query' : 'dns/dead-nameserver', lookup, lookup.unanswered, 0.7);
  }
  return diagnose('dns/all-nameservers-dead', lookup, lookup.unanswered, 0.9);
}

/** Who has answered was reached, and so its name was found. */
function hasAnswered(host: string | undefined, { trace }: Case): boolean {
  return trace.spans.some(
    ({ kind, attributes }) =>
      kind === 'fetch' &&
      attributes['server.address'] === host &&
      attributes['http.response.status_code'] !== undefined,
  );
}

function cgoResolver(group: Group): Diagnosis | undefined {
  const call = group.spans.find((span) =>
    /getaddrinfo|gethostby/.test(span.attributes['gotrace.syscall'] ?? ''),
  );
  if (call === undefined) return undefined;
  return {
    cause: 'dns/cgo-resolver',
    culprit: culprit({
      host: call.attributes['server.address'],
      process: call.attributes['process.command'],
    }),
    confidence: 0.6,
    evidence: call.evidence,
  };
}

function slowNameserver(group: Group, context: Case): Diagnosis | undefined {
  const lookup = read(group, context);
  const slow = [...lookup.queries]
    .sort((a, b) => lengthOf(b, context.trace.endNs) - lengthOf(a, context.trace.endNs))
    .slice(0, 3);
  if (slow[0] === undefined || slow[0].endNs === undefined) return undefined;
  return diagnose('dns/slow-nameserver', lookup, slow, 0.9);
}

function other(group: Group, context: Case): Diagnosis {
  const lookup = read(group, context);
  const spans = lookup.queries.length > 0 ? lookup.queries : group.spans;
  return diagnose('dns/other', lookup, spans, 0.6);
}

function union(spans: readonly Span[], endNs: number): number {
  return unionOf(spans.map((span) => ({ startNs: span.startNs, endNs: span.endNs ?? endNs })));
}
