import { groupBy } from '../model/group-by.ts';
import type { Span } from '../model/span.ts';
import type { Arrivals } from './arrivals.ts';
import { BodySources } from './body-sources.ts';
import type { Fetches } from './fetches.ts';
import { hostOf } from './modcache.ts';
import type { Connection } from './socket.ts';

export interface ZipBodies {
  readonly spans: readonly Span[];
  readonly fetching: Fetches;
  readonly connections: readonly Connection[];
  readonly arrivals: Arrivals;
}

/**
 * A body that arrives in the module cache belongs to the request for that zip. The file is opened before the request
 * is sent: until the headers are there, the request is what is waited for.
 */
export function nameZipBodies(
  { spans, fetching, connections, arrivals }: ZipBodies,
  dropped: Set<Span>,
): void {
  const asked = groupBy(fetching.all, zipOf);
  const hosts = onlyHosts(spans);
  const sources = new BodySources(connections);
  for (const span of spans) {
    const { 'gotrace.module': module, 'gotrace.version': version } = span.attributes;
    if (span.kind !== 'transfer' || module === undefined || span.attributes['url.full'] !== undefined)
      continue;
    // Another go may have asked for the same zip before, into a cache of its own.
    const fetch = asked
      .get(`${module}@${version}`)
      ?.findLast(
        (each) =>
          (pidOf(each) ?? pidOf(span)) === pidOf(span) &&
          each.startNs <= (span.endNs ?? Number.POSITIVE_INFINITY),
      );
    const isEmpty = (span.attributes['gotrace.bytes'] ?? 0) === 0;
    const only = fetch === undefined ? hosts.get(pidOf(span) ?? -1) : undefined;
    const sender = isEmpty
      ? undefined
      : sources.hostOf(span, arrivals.lastOf(span) ?? span.endNs ?? span.startNs);
    const host = sender ?? (fetch === undefined ? only : senderOf(fetch, fetching));
    if (host !== undefined) span.attributes['server.address'] = host;
    if (fetch === undefined && isEmpty && span.endNs === undefined && !isAwaited(span, spans)) {
      // Without -x: the file waits for a zip of which nothing came.
      span.phase = module === 'golang.org/toolchain' ? 'toolchain' : 'ttfb';
      span.name = `wait for the zip of ${module}@${version}`;
    } else if (fetch === undefined ? isEmpty : fetch.endNs === undefined) dropped.add(span);
    const url = fetch?.attributes['url.full'];
    if (fetch?.endNs === undefined || url === undefined) continue;
    span.startNs = isEmpty ? fetch.endNs : Math.min(fetch.endNs, span.startNs);
    if (span.endNs !== undefined) span.endNs = Math.max(span.endNs, span.startNs);
    span.attributes['url.full'] = url;
    if (fetch.attributes['gotrace.purpose'] === 'toolchain') span.phase = 'toolchain';
    span.evidence.unshift(...fetch.evidence.slice(-1));
  }
}

/** As far as go says it. */
function senderOf(fetch: Span, fetching: Fetches): string | undefined {
  const dialed = fetching.dialedBy(fetch);
  return dialed?.isRedirect ? dialed.host : hostOf(fetch.attributes['url.full'] ?? '');
}

/** `MODULE@VERSION` of a fetch for a zip that was not refused. */
function zipOf({ attributes }: Span): string | undefined {
  const { 'gotrace.module': module, 'gotrace.version': version, 'url.full': url = '' } = attributes;
  const isGiven = (attributes['http.response.status_code'] ?? 200) === 200 && !attributes['error.type'];
  return url.endsWith('.zip') && isGiven ? `${module}@${version}` : undefined;
}

/** The packets show the request itself as unanswered: they say more than the empty file. */
function isAwaited(span: Span, spans: readonly Span[]): boolean {
  const pid = span.attributes['process.pid'];
  return spans.some(
    (each) => each.kind === 'response' && each.endNs === undefined && each.attributes['process.pid'] === pid,
  );
}

/** By process: the host, where it talks TLS to one host only. */
function onlyHosts(spans: readonly Span[]): ReadonlyMap<number, string> {
  const handshakes = groupBy(spans, (span) => (span.kind === 'tls' ? pidOf(span) : undefined));
  return new Map(
    [...handshakes].flatMap(([pid, own]) => {
      const [host, ...others] = new Set(own.flatMap(({ attributes }) => attributes['server.address'] ?? []));
      return host === undefined || others.length > 0 ? [] : [[pid, host] as const];
    }),
  );
}

function pidOf({ attributes }: Span): number | undefined {
  return attributes['process.pid'];
}
