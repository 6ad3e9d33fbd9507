import { ELLIPSIS } from '../../../parsers/cut.ts';
import type { FetchEndRecord, FetchStartRecord } from '../../../parsers/go-x/records.ts';
import type { SourceLine } from '../../../parsers/types.ts';
import type { Span, SpanStore } from '../../model/span.ts';
import { entryOfUrl, hostOf } from '../files/modcache.ts';
import type { CutLine } from './stderr.ts';
import { attributesOfUrl, phaseOfUrl } from './url.ts';

/** How many of the last fetches are looked through for the one that dials: go has some tens under way at most. */
const MAX_UNDER_WAY = 64;
/** What begins within this time begins together. */
const AT_ONCE_NS = 50e6;

/** The error of a fetch whose text `-s N` cut. */
export const CUT_ERROR = 'cut';

/** A host that netdns says was looked up. */
export interface Dialed {
  readonly host: string;
  readonly at: SourceLine;
  /** The URL's own host was known by then, and is another one. */
  readonly isRedirect: boolean;
}

/** Each fetch as -x tells of it, from `# get URL` until its headers are there. */
export class Fetches {
  readonly #store: SpanStore;
  /** By process and URL. */
  readonly #open = new Map<string, Span[]>();
  all: Span[] = [];
  /** Some are only known by a line that `-s N` cut: the packets tell of those. */
  hasCut = false;
  readonly #dialed = new WeakMap<Span, Dialed>();
  /** By the host of the URL. */
  readonly #lastDial = new Map<
    string,
    { readonly dialed: Dialed; readonly fetch: Span; readonly timeNs: number }
  >();
  readonly #redirected = new Map<Span, Span>();

  constructor(store: SpanStore) {
    this.#store = store;
    store.onCompact((kept) => {
      this.all = this.all.filter((fetch) => kept.has(fetch));
      for (const [fetch, span] of this.#redirected) if (!kept.has(span)) this.#redirected.delete(fetch);
    });
  }

  /** When a fetch ended whose line has no time: `nowNs`, or as long after its start as it says that it took. */
  endOf(record: FetchEndRecord, nowNs: number): number {
    return (this.startOf(record)?.startNs ?? nowNs) + (record.durationNs ?? timeLimitOf(record.error));
  }

  /** What a line that names no process tells the end of. */
  startOf(record: FetchEndRecord): Span | undefined {
    return startOf(record, this.#open.get(keyOf(record.url, undefined)) ?? []);
  }

  onStart(record: FetchStartRecord, timeNs: number, pid: number | undefined): Span {
    const phase = phaseOfUrl(record.url, 'ttfb');
    const span = this.#store.open('fetch', phase, `get ${record.url}`, timeNs, [record.at]);
    span.attributes = attributesOfUrl(record.url, pid);
    this.all.push(span);
    const last = this.#lastDial.get(span.attributes['server.address'] ?? '');
    if (last !== undefined && last.fetch.endNs === undefined && timeNs - last.timeNs < AT_ONCE_NS)
      this.#dialed.set(span, last.dialed);
    const key = keyOf(record.url, pid);
    this.#open.set(key, [...(this.#open.get(key) ?? []), span]);
    return span;
  }

  onEnd(record: FetchEndRecord, timeNs: number, pid: number | undefined): void {
    const key = keyOf(record.url, pid);
    const open = this.#open.get(key) ?? [];
    const known = startOf(record, open);
    if (known !== undefined) abandon(open, known);
    const span = known ?? this.#startUnseen(record, timeNs, pid);
    this.#forget(key, span);
    span.endNs = timeNs;
    const redirected = this.#redirected.get(span);
    if (redirected !== undefined) redirected.endNs = timeNs;
    delete span.attributes['error.type'];
    if (record.at !== span.evidence[0]) span.evidence.push(record.at);
    if (record.status !== undefined) span.attributes['http.response.status_code'] = record.status;
    if (record.error !== undefined) span.attributes['error.type'] = record.error;
  }

  /**
   * netdns tells of a lookup: go has no connection that is free, and makes one for what it has just begun to get. A host that
   * no URL names is an egress proxy, where go has never looked up the URL's own; else a redirect led there.
   */
  onLookup(host: string, at: SourceLine, timeNs: number, isKnown: (host: string) => boolean): void {
    const underWay = this.underWay();
    const last = (isMeant: (own: string) => boolean) =>
      underWay.findLast(
        (fetch) => !this.#dialed.has(fetch) && isMeant(fetch.attributes['server.address'] ?? ''),
      );
    const fetch =
      last((own) => own === host) ??
      last((own) => !isKnown(own)) ??
      (underWay.length === 1 ? underWay[0] : undefined);
    if (fetch === undefined) return;
    const own = fetch.attributes['server.address'] ?? '';
    const dialed = { host, at, isRedirect: own !== host && isKnown(own) };
    this.#dialed.set(fetch, dialed);
    this.#lastDial.set(own, { dialed, fetch, timeNs });
    // Lookups of one name at the same time are one.
    for (const each of underWay)
      if (each.attributes['server.address'] === own && Math.abs(each.startNs - fetch.startNs) < AT_ONCE_NS)
        this.#dialed.set(each, this.#dialed.get(each) ?? dialed);
  }

  /**
   * http2debug tells of a request to a host that no fetch under way names: one of them was redirected there, and waits for
   * that host from now on.
   */
  onRequest(authority: string, path: string, at: SourceLine, timeNs: number): void {
    const host = authority.replace(/:\d+$/, '');
    const underWay = this.underWay();
    if (underWay.some((fetch) => fetch.attributes['server.address'] === host)) return;
    const fetch =
      underWay.findLast((each) => each.attributes['url.full']?.endsWith(path)) ??
      (underWay.length === 1 ? underWay[0] : undefined);
    if (fetch === undefined) return;
    const span = this.#store.open('response', fetch.phase, `redirected: ${fetch.name}`, timeNs, [at]);
    span.attributes = { ...fetch.attributes, 'server.address': host, 'gotrace.redirected': true };
    this.#redirected.set(fetch, span);
  }

  /** The host that answers for another one, as far as go says it. */
  redirectOf(fetch: Span): string | undefined {
    const dialed = this.#dialed.get(fetch);
    const awaited = this.#redirected.get(fetch)?.attributes['server.address'];
    return awaited ?? (dialed?.isRedirect ? dialed.host : undefined);
  }

  /** What is waited for where fetches were redirected to. */
  get redirected(): readonly Span[] {
    return [...this.#redirected.values()];
  }

  /** Those of the last that have no answer yet. */
  underWay(): readonly Span[] {
    return this.all.slice(-MAX_UNDER_WAY).filter((fetch) => fetch.endNs === undefined);
  }

  /** The host that was looked up last for a fetch: it did not go over a connection that was there. */
  dialedBy(fetch: Span): Dialed | undefined {
    return this.#dialed.get(fetch);
  }

  /** The log begins after its start. */
  #startUnseen({ at, url, durationNs = 0 }: FetchEndRecord, timeNs: number, pid: number | undefined): Span {
    return this.onStart({ kind: 'fetch-start', at, url, timeNs }, timeNs - durationNs, pid);
  }

  #forget(key: string, span: Span): void {
    const open = (this.#open.get(key) ?? []).filter((each) => each !== span);
    if (open.length > 0) this.#open.set(key, open);
    else this.#open.delete(key);
  }

  /** One of which `-s N` left the beginning of the URL: its host, and whom it is for. */
  startPartial(beginning: string, { timeNs, pid, at }: CutLine): Span {
    const isForSumdb = /^https?:\/\/[^/]+\/(?:lookup|tile)\//.test(beginning);
    const span = this.#store.open(
      'fetch',
      isForSumdb ? 'sumdb' : 'ttfb',
      `get ${beginning}${ELLIPSIS}`,
      timeNs,
      [at],
    );
    const host = hostOf(beginning);
    span.attributes = {
      ...(host === undefined ? {} : { 'server.address': host }),
      'process.pid': pid,
      ...(isForSumdb ? { 'gotrace.purpose': 'sumdb' } : {}),
    };
    this.all.push(span);
    return span;
  }

  /** What no end was seen of. */
  unanswered(): readonly Span[] {
    return [...this.#open.values()].flat().filter(({ endNs }) => endNs === undefined);
  }

  /** The last fetch of each resource, from whichever GOPROXY entry. */
  lastOfResources(): ReadonlyMap<string, Span> {
    const known = this.all.filter((fetch) => urlOf(fetch) !== '').sort((a, b) => a.startNs - b.startNs);
    return new Map(known.map((fetch) => [resourceOf(fetch), fetch]));
  }

  /** The answer to one of those, of which `-s N` left the status only, or not even that. */
  endCut(
    span: Span,
    { pid, timeNs, at }: CutLine,
    answer: { readonly status: number | undefined; readonly isError: boolean },
  ): void {
    this.#forget(keyOf(urlOf(span), pid), span);
    span.endNs = timeNs;
    span.evidence.push(at);
    if (answer.status !== undefined) span.attributes['http.response.status_code'] = answer.status;
    else if (answer.isError) span.attributes['error.type'] = CUT_ERROR;
  }

  /** Hosts that have been asked and have not answered yet. */
  awaitedHosts(): ReadonlySet<string | undefined> {
    return new Set(this.unanswered().map((fetch) => fetch.attributes['server.address']));
  }
}

/** Empty where it is not known. */
export function urlOf({ attributes }: Span): string {
  return attributes['url.full'] ?? '';
}

/** What is asked of each GOPROXY entry alike. */
export function resourceOf(fetch: Span): string {
  const url = urlOf(fetch);
  return url.slice(entryOfUrl(url)?.length ?? 0);
}

/**
 * The start of an end. One go asks for a URL once at a time, save for retries; where several are open, an end that says how
 * long it took tells which. Without times it is the last: a go that was ended leaves the ones before.
 */
function startOf(record: FetchEndRecord, open: readonly Span[]): Span | undefined {
  const { timeNs, durationNs } = record;
  if (timeNs === undefined || durationNs === undefined) return open.at(-1);
  const distance = ({ startNs }: Span) => Math.abs(timeNs - durationNs - startNs);
  return [...open].sort((a, b) => distance(a) - distance(b))[0];
}

/**
 * A go that began later has its answer: whoever asked before was ended when the next one asked, or asks beside it. In the
 * latter case its own end is still to come.
 */
function abandon(open: readonly Span[], answered: Span): void {
  for (const [index, span] of open.slice(0, open.indexOf(answered)).entries()) {
    if (span.endNs !== undefined) continue;
    span.endNs = open[index + 1]?.startNs ?? answered.startNs;
    span.attributes['error.type'] = 'aborted';
  }
}

/** Another go may ask for the same URL at the same time, or have been ended while it did. */
function keyOf(url: string, pid: number | undefined): string {
  return `${pid ?? ''} ${url}`;
}

/**
 * A fetch that failed is printed without a duration; one that ran into a time limit took that long. The limits of
 * net/http's DefaultTransport (TLSHandshakeTimeout, the dialer's Timeout) and of the resolver (5 s, twice); 0 without one.
 */
export function timeLimitOf(error: string | undefined): number {
  if (error === undefined) return 0;
  if (error.includes('TLS handshake timeout')) return 10e9;
  if (/dial tcp \S+: i\/o timeout/.test(error)) return 30e9;
  return /lookup \S+(?: on \S+)?: .*i\/o timeout/.test(error) ? 10e9 : 0;
}
