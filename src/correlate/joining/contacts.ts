import { groupBy } from '../../model/group-by.ts';
import type { Span } from '../../model/span.ts';
import { isForZip } from '../files/modcache.ts';
import type { Dialed, Fetches } from '../output/fetches.ts';
import type { GoOutput } from '../output/go-output.ts';

/** A first contact that took less is no matter, whatever the others took. */
const LEAST_NS = 0.25e9;
/** A first contact of this many times the usual answer spent its time on reaching the host. */
const MUCH_LONGER = 4;
/** Two waits that differ by a smaller part may be one and the same, met twice. */
const ALIKE = 0.2;

/**
 * Without packets, what a fetch spent reaching its host shows only in comparison: the first fetch of a host includes
 * the lookup, the connection and the handshake, the later ones do not.
 */
export function markFirstContacts(output: GoOutput, hasPackets: boolean): void {
  if (hasPackets) return;
  const byHost = groupBy(output.fetches, ({ attributes }) => attributes['server.address']);
  // What http2debug tells of reaching a host stands for itself.
  for (const [host, fetches] of byHost)
    if (!output.dials.tellsOf(host)) markHost(fetches, output.dials.reached.has(host ?? ''), output.fetching);
  if (output.http2) return;
  nameDetour(output);
}

function markHost(fetches: readonly Span[], isReached: boolean, fetching: Fetches): void {
  const firstEnd = Math.min(
    ...fetches.map((fetch) => (isAnswered(fetch) ? (fetch.endNs ?? Infinity) : Infinity)),
  );
  const isFirst = (fetch: Span) => fetch.startNs < firstEnd;
  // The quickest of those that went out together tells how long reaching the host took at most.
  const quickest = leastLength(fetches.filter((fetch) => isFirst(fetch) && isAnswered(fetch)));
  const isZipContact = firstZips(fetches, quickest);
  const contacts = fetches.filter(
    (fetch) => isFirst(fetch) || isZipContact.has(fetch) || fetching.dialedBy(fetch) !== undefined,
  );
  const isContact = new Set(contacts);
  const others = fetches.filter((fetch) => !isContact.has(fetch)).flatMap((fetch) => lengthOf(fetch) ?? []);
  const usual = median(others);
  const longest = Math.max(0, ...others);
  for (const fetch of contacts) {
    const took = lengthOf(fetch);
    const neverAnswered = !isReached && !Number.isFinite(firstEnd) && !isAnswered(fetch);
    const isSlowInReply = isFirst(fetch) && (took ?? 0) > MUCH_LONGER * Math.max(quickest, LEAST_NS);
    // A host that is known by then and as slow again answers slowly; without another answer, nobody knows.
    const slowSetup =
      took !== undefined &&
      took > LEAST_NS &&
      !isSlowInReply &&
      (usual === undefined || (took > MUCH_LONGER * usual && longest < took / 2));
    if (!(neverAnswered || slowSetup) || fetch.phase !== 'ttfb') continue;
    fetch.phase = 'connect';
    if (slowSetup && !isFirst(fetch)) nameRedirect(fetch, fetching.dialedBy(fetch));
  }
}

/**
 * The first zips that were asked for, where they took as long as the first contact and later ones came quickly: proxies
 * redirect to where they store them, and that host has to be reached as well.
 */
function firstZips(fetches: readonly Span[], contactNs: number): ReadonlySet<Span> {
  const zips = fetches.filter(({ attributes }) => isForZip(attributes));
  const firstEnd = Math.min(...zips.map(({ endNs }) => endNs ?? Number.POSITIVE_INFINITY));
  const first = zips.filter(({ startNs }) => startNs < firstEnd);
  const later = zips.filter(({ startNs }) => startNs >= firstEnd);
  const tookNs = leastLength(first);
  const areQuick = later.length > 0 && later.every((fetch) => MUCH_LONGER * (lengthOf(fetch) ?? 0) < tookNs);
  return new Set(areQuick && Math.abs(tookNs - contactNs) < ALIKE * contactNs ? first : []);
}

/** Its own host was known by then: what was dialed is where it was redirected to. */
function nameRedirect(fetch: Span, dialed: Dialed | undefined): void {
  if (!dialed?.isRedirect) return;
  fetch.attributes['server.address'] = dialed.host;
  fetch.evidence.push(dialed.at);
}

/**
 * GODEBUG=netdns told of a host that no URL names. Where go never looked up the URL's own host, all goes through an
 * egress proxy there; where it knew that host already, a redirect led on.
 */
function nameDetour({ fetches, lookupHosts }: GoOutput): void {
  const asked = new Set(fetches.map((fetch) => fetch.attributes['server.address']));
  const others = [...lookupHosts].filter(([host]) => !asked.has(host));
  const [other] = others;
  if (other === undefined || others.length > 1) return;
  const [host, at] = other;
  for (const fetch of fetches) {
    const own = fetch.attributes['server.address'] ?? '';
    const isReached = fetches.some((each) => each.attributes['server.address'] === own && isAnswered(each));
    const isFollowed =
      fetch.endNs === undefined &&
      isReached &&
      fetch.evidence.every(({ input, line }) => input === at.input && line < at.line);
    const viaEgress = !lookupHosts.has(own) && fetch.phase === 'connect';
    if (!isFollowed && !viaEgress) continue;
    fetch.phase = fetch.phase === 'ttfb' ? 'connect' : fetch.phase;
    fetch.attributes['server.address'] = host;
    fetch.evidence.push(at);
  }
}

function isAnswered(fetch: Span): boolean {
  return fetch.attributes['http.response.status_code'] !== undefined;
}

function leastLength(fetches: readonly Span[]): number {
  return Math.min(...fetches.map((fetch) => lengthOf(fetch) ?? Number.POSITIVE_INFINITY));
}

function lengthOf({ startNs, endNs }: Span): number | undefined {
  return endNs === undefined ? undefined : endNs - startNs;
}

function median(values: readonly number[]): number | undefined {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)];
}
