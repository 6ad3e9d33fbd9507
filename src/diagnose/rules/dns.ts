import type { Span } from '../../model/span.ts';
import type { Group } from '../../timeline/timeline.ts';
import { RESOLVED } from '../../wire/resolved.ts';
import { EQUAL, medianOf } from '../alike.ts';
import { printSeconds } from '../catalogue.ts';
import { addressOf, type Case, culprit, type Diagnosis, lengthOf, step, type WaitRule } from '../rule.ts';
import {
  diagnoseLookup,
  isSameQuestion,
  type Lookup,
  nameOf,
  rcodeOf,
  readLookup,
  SENT_TOGETHER_NS,
  union,
} from './dns-lookup.ts';
import { allNameserversDead, deadNameserver, lostQuery, silentForName } from './dns-silence.ts';
import { tcpFallback, truncated } from './dns-tcp.ts';

/** Later than this an answer is slow: resolvers answer from their cache in milliseconds, and recurse in tens. */
const SLOW_ANSWER_NS = 0.5e9;

export const DNS_RULES: readonly WaitRule[] = [
  localResolver,
  refusedPort,
  searchList,
  truncated,
  tcpFallback,
  slowAaaa,
  noSuchHost,
  servfail,
  deadNameserver,
  lostQuery,
  silentForName,
  allNameserversDead,
  cgoResolver,
  slowNameserver,
  other,
];

/** Who asks systemd-resolved does not see which nameserver that asks in turn. */
function localResolver(group: Group, context: Case): Diagnosis | undefined {
  const lookup = readLookup(group, context);
  const [longest] = [...lookup.queries].sort(
    (a, b) => lengthOf(b, context.trace.endNs) - lengthOf(a, context.trace.endNs),
  );
  if (longest === undefined || longest.attributes['gotrace.dns.transport'] !== RESOLVED) return undefined;
  return {
    ...diagnoseLookup('dns/local-resolver', lookup, lookup.queries, 0.9),
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
  const lookup = readLookup(group, context);
  const refused = lookup.queries.filter((query) => query.attributes['error.type'] === 'ECONNREFUSED');
  if (refused.length === 0 || lookup.answered.length > refused.length) return undefined;
  return diagnoseLookup('dns/refused-port', lookup, refused, 0.95);
}

/**
 * The tries with a suffix, and not the name itself, took most of the time. Where the name itself is answered as late, it is
 * the nameserver that is slow, and the search list only asks it more often.
 */
function searchList(group: Group, context: Case): Diagnosis | undefined {
  const lookup = readLookup(group, context);
  const host = lookup.host;
  const isFound = group.spans.some(({ attributes }) => attributes['error.type'] === undefined);
  if (host === undefined || !isFound) return undefined;
  const suffixed = suffixedOf(lookup, host);
  if (new Set(suffixed.map(nameOf)).size < 2 && suffixed.length < MANY_TRIES) return undefined;
  const longest = (queries: readonly Span[]) =>
    Math.max(0, ...queries.map((query) => lengthOf(query, context.trace.endNs)));
  const own = longest(lookup.queries.filter((query) => nameOf(query) === host && !suffixed.includes(query)));
  if (own >= SLOW_ANSWER_NS && own >= longest(suffixed) / 2) return undefined;
  const spent = union(suffixed, context.trace.endNs);
  if (spent < group.criticalNs / 2) return undefined;
  return {
    ...diagnoseLookup('dns/search-list', lookup, suffixed, 0.95),
    culprit: culprit({
      host,
      setting: 'resolv.conf search/ndots',
      address: suffixed[0] === undefined ? undefined : addressOf(suffixed[0]),
    }),
  };
}

/** Tries of two suffixes, each of A and AAAA. */
const MANY_TRIES = 4;

/**
 * Of a name that does not exist with a suffix. Where -s cut the names behind the host, one that does not exist and then
 * does was asked for with a suffix before.
 */
function suffixedOf({ queries }: Lookup, host: string): readonly Span[] {
  const found = queries.find((query) => nameOf(query) === host && rcodeOf(query) === 'NOERROR');
  return queries.filter((query) => {
    const name = nameOf(query) ?? '';
    const isTry = name.startsWith(`${host}.`) || (name === host && query.startNs < (found?.startNs ?? 0));
    return isTry && rcodeOf(query) === 'NXDOMAIN';
  });
}

/** A of one lookup was answered quickly by the same server that is late with, or silent on, AAAA. */
function slowAaaa(group: Group, context: Case): Diagnosis | undefined {
  const lookup = readLookup(group, context);
  const isType = typesOf(lookup, context);
  const late = lookup.queries.filter(
    (query) =>
      isType(query, 'AAAA') &&
      (query.endNs === undefined || lengthOf(query, context.trace.endNs) >= SLOW_ANSWER_NS),
  );
  const quick = lookup.answered.filter(
    (query) => isType(query, 'A') && lengthOf(query, context.trace.endNs) < SLOW_ANSWER_NS / 2,
  );
  const paired = late.filter((aaaa) =>
    quick.some((a) => Math.abs(a.startNs - aaaa.startNs) < SENT_TOGETHER_NS && isSameQuestion(a, aaaa)),
  );
  // Once A is known, only AAAA is asked again.
  const pairs = late.filter((aaaa) => paired.some((each) => isSameQuestion(each, aaaa)));
  if (pairs.length === 0 || union(pairs, context.trace.endNs) < group.criticalNs / 2) return undefined;
  return diagnoseLookup('dns/slow-aaaa', lookup, pairs, 0.9, quick.slice(0, 1));
}

/**
 * What a query asks for. Where -s cut its type off, and the host is then reached over IPv4 alone, A is what was answered,
 * and AAAA what was not.
 */
function typesOf(
  { answered, queries }: Lookup,
  { trace }: Case,
): (query: Span, type: 'A' | 'AAAA') => boolean {
  const startNs = Math.min(...queries.map((query) => query.startNs));
  const reached = trace.spans.flatMap(({ kind, attributes, startNs: at }) =>
    kind === 'connect' && at >= startNs ? (attributes['network.peer.address'] ?? []) : [],
  );
  const isByIpv4 = reached.length > 0 && reached.every((address) => !address.includes(':'));
  // Both of a pair were answered at one time: it is no type that is not.
  const all = trace.spans.filter(({ attributes }) => attributes['gotrace.dns.rcode'] !== undefined);
  const areBothAnswered = all.some((a, at) => {
    const next = all[at + 1];
    return next !== undefined && isSameQuestion(a, next) && next.startNs - a.startNs < SENT_TOGETHER_NS;
  });
  return (query, type) => {
    const told = query.attributes['gotrace.dns.type'];
    if (told !== undefined || !isByIpv4 || areBothAnswered) return told === type;
    return answered.includes(query) === (type === 'A');
  };
}

function noSuchHost(group: Group, context: Case): Diagnosis | undefined {
  const lookup = readLookup(group, context);
  const last = lookup.queries.at(-1);
  if (last?.attributes['gotrace.dns.rcode'] !== 'NXDOMAIN' || group.criticalNs >= SLOW_ANSWER_NS)
    return undefined;
  return diagnoseLookup('dns/no-such-host', lookup, [last], 0.9);
}

function servfail(group: Group, context: Case): Diagnosis | undefined {
  const lookup = readLookup(group, context);
  const bad = lookup.queries.filter((query) =>
    ['SERVFAIL', 'REFUSED'].includes(query.attributes['gotrace.dns.rcode'] ?? ''),
  );
  if (bad.length === 0 || union(lookup.unanswered, context.trace.endNs) > union(bad, context.trace.endNs))
    return undefined;
  if (lookup.answered.length > bad.length && union(bad, context.trace.endNs) < group.criticalNs / 2)
    return undefined;
  return diagnoseLookup('dns/servfail', lookup, bad, 0.9);
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
  const lookup = readLookup(group, context);
  const slow = [...lookup.queries]
    .sort((a, b) => lengthOf(b, context.trace.endNs) - lengthOf(a, context.trace.endNs))
    .slice(0, 3);
  const longest = slow[0] === undefined ? 0 : lengthOf(slow[0], context.trace.endNs);
  const answered = slow.filter((query) => query.endNs !== undefined && lookup.answered.includes(query));
  // It did not take long to answer: it never did.
  if (!answered.some((query) => lengthOf(query, context.trace.endNs) >= longest / EQUAL)) return undefined;
  const diagnosis = diagnoseLookup('dns/slow-nameserver', lookup, slow, 0.9);
  return { ...diagnosis, ...step(timesOf(lookup.answered)) };
}

/** `5 times 0.6 s`, where it took about as long again and again. */
function timesOf(answered: readonly Span[]): string | undefined {
  const rounds = answered
    .toSorted((a, b) => a.startNs - b.startNs)
    .filter(({ startNs }, at, all) => startNs - (all[at - 1]?.startNs ?? -Infinity) > SENT_TOGETHER_NS);
  const lengths = rounds.map(({ startNs, endNs = startNs }) => endNs - startNs).sort((a, b) => a - b);
  const slow = lengths.filter((length) => length >= (lengths.at(-1) ?? 0) / EQUAL);
  return slow.length < 2 ? undefined : `${slow.length} times ${printSeconds(medianOf(slow))}`;
}

function other(group: Group, context: Case): Diagnosis {
  const lookup = readLookup(group, context);
  const spans = lookup.queries.length > 0 ? lookup.queries : group.spans;
  return diagnoseLookup('dns/other', lookup, spans, 0.6);
}
