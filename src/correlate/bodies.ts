import { subtract } from '../model/interval.ts';
import type { Span } from '../model/span.ts';
import type { SpanIndex } from '../model/span-index.ts';
import { nameOfFetched } from './modcache.ts';
import type { Process } from './processes.ts';

/** A shorter wait for a body is no matter. */
const LEAST_NS = 0.1e9;
/** What follows within this time follows from it. */
const AT_ONCE_NS = 50e6;

/**
 * -x ends a fetch when the headers are there, and the zip that is written tells of its own body. The body of a `.info`,
 * a `.mod`, a list or a checksum is told by its connection only: a transfer that goes on where no fetch and no zip is
 * under way, and after which go goes on at once. (Where several bodies are awaited on a connection, it looks like the
 * wait for another response. A late PING of an idle connection is followed by nothing.) `underWay` are the fetches and
 * the zips of its process; what was `stored` in the module cache before was whole by then. Gives the transfer its true beginning and its URL; false where it is no such body.
 */
export function isBodyOfItsOwn(
  transfer: Span,
  underWay: SpanIndex<Span>,
  stored: ReadonlyMap<string, number>,
  process: Process,
): boolean {
  const { startNs: fromNs, endNs } = transfer;
  if (endNs === undefined || endNs - fromNs < LEAST_NS) return false;
  const busy = underWay.overlapping(fromNs - AT_ONCE_NS, endNs + AT_ONCE_NS);
  const alone = subtract(
    { startNs: fromNs, endNs },
    busy.map(({ startNs, endNs: until }) => ({ startNs, endNs: until ?? Number.POSITIVE_INFINITY })),
  ).at(-1);
  if (alone === undefined || alone.endNs !== endNs || endNs - alone.startNs < LEAST_NS) return false;
  const host = transfer.attributes['server.address'];
  const fetch = busy.findLast(
    ({ kind, attributes, endNs: until }) =>
      kind === 'fetch' &&
      until !== undefined &&
      Math.abs(until - alone.startNs) < AT_ONCE_NS &&
      attributes['http.response.status_code'] === 200 &&
      attributes['server.address'] === host &&
      !attributes['url.full']?.endsWith('.zip') &&
      !((stored.get(nameOfFetched(attributes) ?? '') ?? Number.POSITIVE_INFINITY) < endNs),
  );
  const goesOn =
    busy.some(({ startNs }) => Math.abs(startNs - endNs) < AT_ONCE_NS) ||
    Math.abs((process.endNs ?? Number.POSITIVE_INFINITY) - endNs) < AT_ONCE_NS;
  if (fetch === undefined || !goesOn) return false;
  transfer.startNs = alone.startNs;
  transfer.name = `body of ${fetch.attributes['url.full']}`;
  transfer.phase = fetch.phase === 'ttfb' ? 'transfer' : fetch.phase;
  // How much of what the connection brought is this body is not known.
  const { 'gotrace.bytes': _, ...rest } = transfer.attributes;
  const { 'http.response.status_code': __, ...attributes } = fetch.attributes;
  transfer.attributes = { ...rest, ...attributes };
  transfer.evidence = [...fetch.evidence.slice(-1), ...transfer.evidence.slice(-1)];
  return true;
}
