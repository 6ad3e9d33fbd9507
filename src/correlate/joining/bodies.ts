import { type Interval, subtract } from '../../model/interval.ts';
import type { Span } from '../../model/span.ts';
import { SpanIndex } from '../../model/span-index.ts';
import { isForZip, nameOfFetched } from '../files/modcache.ts';
import type { Process } from '../processes/processes.ts';

/** A shorter wait for a body is no matter. */
const LEAST_NS = 0.1e9;
/** What follows within this time follows from it. */
const AT_ONCE_NS = 50e6;

/** What is known of one process that may tell whose body its connections brought. */
export interface BodyEvidence {
  /** Its fetches, and the zips that it wrote. */
  readonly underWay: SpanIndex<Span>;
  /** Fetches by when what they brought was written into the module cache. */
  readonly written: SpanIndex<Written>;
  /** The same of all processes, by name: what was stored before was whole by then. */
  readonly stored: ReadonlyMap<string, number>;
  readonly process: Process;
}

/** A moment, as a stretch. */
export interface Written {
  readonly startNs: number;
  readonly endNs: number;
  readonly fetch: Span;
}

/** The fetches of a process by when go began to write what they brought. */
export function writtenBy(fetches: readonly Span[], stored: ReadonlyMap<string, number>): SpanIndex<Written> {
  const answered = fetches.filter(({ attributes }) => attributes['http.response.status_code'] === 200);
  return new SpanIndex(
    answered.flatMap((fetch) => {
      const startNs = storedAt(fetch, stored);
      return Number.isFinite(startNs) ? [{ startNs, endNs: startNs + 1, fetch }] : [];
    }),
  );
}

/**
 * -x ends a fetch when the headers are there, and the zip that is written tells of its own body. The body of a `.info`,
 * a `.mod`, a list or a checksum is told by its connection only: a transfer that goes on where no fetch and no zip is
 * under way, and after which go writes it into its cache, or goes on at once. (Where several bodies are awaited on a
 * connection, it looks like the wait for another response. A late PING of an idle connection is followed by nothing.)
 * Gives the transfer its true beginning and its URL; false where it is no such body.
 */
export function isBodyOfItsOwn(transfer: Span, evidence: BodyEvidence): boolean {
  const { startNs: fromNs, endNs } = transfer;
  if (endNs === undefined || endNs - fromNs < LEAST_NS) return false;
  const busy = evidence.underWay.overlapping(fromNs - AT_ONCE_NS, endNs + AT_ONCE_NS);
  const alone = subtract(
    { startNs: fromNs, endNs },
    busy.map(({ startNs, endNs: until }) => ({ startNs, endNs: until ?? Number.POSITIVE_INFINITY })),
  ).at(-1);
  if (alone === undefined || alone.endNs !== endNs || endNs - alone.startNs < LEAST_NS) return false;
  const host = transfer.attributes['server.address'];
  const fetch =
    fetchWritten(endNs, host, alone.startNs, evidence) ?? fetchBefore(busy, host, alone, evidence);
  if (fetch === undefined) return false;
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

/** The one that was written at once when this was there. */
function fetchWritten(
  endNs: number,
  host: string | undefined,
  sinceNs: number,
  { written }: BodyEvidence,
): Span | undefined {
  return written
    .overlapping(endNs, endNs + AT_ONCE_NS)
    .map(({ fetch }) => fetch)
    .find(
      (fetch) =>
        fetch.attributes['server.address'] === host &&
        (fetch.endNs ?? sinceNs) <= sinceNs &&
        !isForZip(fetch.attributes),
    );
}

/** The one whose headers had just come, where go goes on at once when this was there. */
function fetchBefore(
  busy: readonly Span[],
  host: string | undefined,
  { startNs: sinceNs, endNs }: Interval,
  { stored, process }: BodyEvidence,
): Span | undefined {
  const goesOn =
    busy.some(({ startNs }) => Math.abs(startNs - endNs) < AT_ONCE_NS) ||
    Math.abs((process.endNs ?? Number.POSITIVE_INFINITY) - endNs) < AT_ONCE_NS;
  if (!goesOn) return undefined;
  return busy.findLast(
    (fetch) =>
      fetch.kind === 'fetch' &&
      fetch.endNs !== undefined &&
      Math.abs(fetch.endNs - sinceNs) < AT_ONCE_NS &&
      fetch.attributes['http.response.status_code'] === 200 &&
      fetch.attributes['server.address'] === host &&
      !isForZip(fetch.attributes) &&
      !(storedAt(fetch, stored) < endNs),
  );
}

function storedAt({ attributes }: Span, stored: ReadonlyMap<string, number>): number {
  return stored.get(nameOfFetched(attributes) ?? '') ?? Number.POSITIVE_INFINITY;
}
