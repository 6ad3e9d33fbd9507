import { groupBy } from '../../model/group-by.ts';
import { pidOf, type Span } from '../../model/span.ts';
import type { UnseenCall } from '../../model/trace.ts';
import type { Arrivals } from '../files/arrivals.ts';
import { hostOf } from '../files/modcache.ts';
import type { Connection } from '../network/socket.ts';
import type { Fetches } from '../output/fetches.ts';
import { BodySources } from './body-sources.ts';

export interface ZipBodies {
  readonly spans: readonly Span[];
  readonly fetching: Fetches;
  readonly connections: readonly Connection[];
  readonly arrivals: Arrivals;
  readonly unseen: readonly UnseenCall[];
}

const TOOLCHAIN = 'golang.org/toolchain';

/**
 * A body that arrives in the module cache belongs to the request for that zip. The file is opened before the request
 * is sent: until the headers are there, the request is what is waited for.
 */
export function nameZipBodies(input: ZipBodies, dropped: Set<Span>): void {
  const { spans, fetching, arrivals } = input;
  const asked = groupBy(fetching.all, zipOf);
  const hosts = onlyHosts(spans);
  const sources = new BodySources(input.connections);
  for (const body of spans) {
    const { 'gotrace.module': module, 'gotrace.version': version } = body.attributes;
    if (body.kind !== 'transfer' || module === undefined || body.attributes['url.full'] !== undefined)
      continue;
    if (isEmpty(body) && input.unseen.includes('write')) {
      dropped.add(body);
      continue;
    }
    const fetch = asked.get(`${module}@${version}`)?.findLast((each) => isFor(each, body));
    const sender = isEmpty(body)
      ? undefined
      : sources.hostOf(body, arrivals.lastOf(body) ?? body.endNs ?? body.startNs);
    const host = sender ?? (fetch === undefined ? hosts.get(pidOf(body) ?? -1) : senderOf(fetch, fetching));
    if (host !== undefined) body.attributes['server.address'] = host;
    if (fetch !== undefined) {
      if (fetch.endNs === undefined) dropped.add(body);
      else belongTo(body, fetch, fetch.endNs);
    } else if (isEmpty(body)) {
      if (body.endNs === undefined && !isAwaited(body, spans)) becomeWait(body);
      else dropped.add(body);
    }
  }
}

/** Another go may have asked for the same zip before, into a cache of its own. */
function isFor(fetch: Span, body: Span): boolean {
  const isOwn = (pidOf(fetch) ?? pidOf(body)) === pidOf(body);
  return isOwn && fetch.startNs <= (body.endNs ?? Number.POSITIVE_INFINITY);
}

/** The headers came as the fetch ended; the rest is the body. */
function belongTo(body: Span, fetch: Span, headersNs: number): void {
  body.startNs = isEmpty(body) ? headersNs : Math.min(headersNs, body.startNs);
  if (body.endNs !== undefined) body.endNs = Math.max(body.endNs, body.startNs);
  const url = fetch.attributes['url.full'];
  if (url !== undefined) body.attributes['url.full'] = url;
  if (fetch.attributes['gotrace.purpose'] === 'toolchain') body.phase = 'toolchain';
  body.evidence.unshift(...fetch.evidence.slice(-1));
}

/** Without -x: the file waits for a zip of which nothing came. */
function becomeWait(body: Span): void {
  const { 'gotrace.module': module, 'gotrace.version': version } = body.attributes;
  body.phase = module === TOOLCHAIN ? 'toolchain' : 'ttfb';
  body.name = `wait for the zip of ${module}@${version}`;
}

function isEmpty({ attributes }: Span): boolean {
  return (attributes['gotrace.bytes'] ?? 0) === 0;
}

function senderOf(fetch: Span, fetching: Fetches): string | undefined {
  return fetching.redirectOf(fetch) ?? hostOf(fetch.attributes['url.full'] ?? '');
}

/** `MODULE@VERSION` of a fetch for a zip that was not refused. */
function zipOf({ attributes }: Span): string | undefined {
  const { 'gotrace.module': module, 'gotrace.version': version, 'url.full': url = '' } = attributes;
  const isGiven = (attributes['http.response.status_code'] ?? 200) === 200 && !attributes['error.type'];
  return url.endsWith('.zip') && isGiven ? `${module}@${version}` : undefined;
}

/** The packets show the request itself as unanswered: they say more than the empty file. */
function isAwaited(body: Span, spans: readonly Span[]): boolean {
  return spans.some(
    (each) => each.kind === 'response' && each.endNs === undefined && pidOf(each) === pidOf(body),
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
