import type { Span } from '../../model/span.ts';
import type { Group } from '../../timeline/timeline.ts';
import { EQUAL } from '../alike.ts';
import { type Case, type Diagnosis, lengthOf } from '../rule.ts';
import {
  diagnoseLookup,
  isSameQuestion,
  isSameServer,
  nameOf,
  rcodeOf,
  readLookup,
  union,
} from './dns-lookup.ts';

export function deadNameserver(group: Group, context: Case): Diagnosis | undefined {
  const lookup = readLookup(group, context);
  const alive = new Set(lookup.answered.map((query) => query.attributes['network.peer.address']));
  const dead = lookup.unanswered.filter((query) => !alive.has(query.attributes['network.peer.address']));
  if (dead.length === 0 || alive.size === 0) return undefined;
  return diagnoseLookup('dns/dead-nameserver', lookup, dead, 0.95, lookup.answered.slice(0, 1));
}

/**
 * The server answers, and did not answer this one: the same question to it later was. Where another one beside it was answered
 * about as late, it is slow, and had not lost anything.
 */
export function lostQuery(group: Group, context: Case): Diagnosis | undefined {
  const lookup = readLookup(group, context);
  const { endNs } = context.trace;
  const lost = lookup.unanswered.filter(
    (query) =>
      lookup.answered.some(
        (again) =>
          again.startNs > query.startNs &&
          isSameQuestion(again, query) &&
          again.attributes['gotrace.dns.type'] === query.attributes['gotrace.dns.type'],
      ) &&
      !lookup.answered.some(
        (beside) => isSameQuestion(beside, query) && lengthOf(beside, endNs) > lengthOf(query, endNs) / EQUAL,
      ),
  );
  if (lost.length === 0 || union(lost, context.trace.endNs) < group.criticalNs / 2) return undefined;
  return diagnoseLookup('dns/lost-query', lookup, lost, 0.9, lookup.answered.slice(0, 1));
}

/** Each nameserver that was asked has answered for other names: who is silent is one that it asks in turn. */
export function silentForName(group: Group, context: Case): Diagnosis | undefined {
  const lookup = readLookup(group, context);
  const { host, answered } = lookup;
  if (host === undefined) return undefined;
  const own = lookup.queries.filter((query) => isNameOf(query, host));
  if (own.some((query) => answered.includes(query))) return undefined;
  if (own.length === 0 || union(own, context.trace.endNs) < group.criticalNs / 2) return undefined;
  const others = context.trace.spans.filter(
    (span) =>
      rcodeOf(span) !== undefined && !isNameOf(span, host) && own.some((query) => isSameServer(query, span)),
  );
  if (!own.every((query) => others.some((other) => isSameServer(query, other)))) return undefined;
  return diagnoseLookup('dns/silent-for-name', lookup, own, 0.9, others.slice(0, 1));
}

/** Asked for a host, or for it with a suffix of the search list. */
function isNameOf(query: Span, host: string): boolean {
  const name = nameOf(query);
  return name === host || name?.startsWith(`${host}.`) === true;
}

export function allNameserversDead(group: Group, context: Case): Diagnosis | undefined {
  const lookup = readLookup(group, context);
  if (lookup.answered.length > 0 || lookup.unanswered.length === 0) return undefined;
  // An answer that comes at once is over before anybody looks at /proc: of another nameserver, if there is one.
  if (hasAnswered(lookup.host, context)) {
    const isOnly = context.trace.environment['nameservers']?.includes(' ') === false;
    return diagnoseLookup(isOnly ? 'dns/lost-query' : 'dns/dead-nameserver', lookup, lookup.unanswered, 0.7);
  }
  return diagnoseLookup('dns/all-nameservers-dead', lookup, lookup.unanswered, 0.9);
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
