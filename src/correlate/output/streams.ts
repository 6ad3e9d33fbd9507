import type { Http2Record } from '../../../parsers/http2debug/format.ts';
import type { Span, SpanStore } from '../../model/span.ts';
import type { Arrivals } from '../files/arrivals.ts';
import { attributesOfUrl, phaseOfUrl } from './url.ts';

interface Stream {
  readonly authority: string;
  readonly path: string;
  body: Span | undefined;
}

/** Connections that stand, and to where. */
class Standing {
  readonly #addresses = new Map<string, string>();
  readonly #counts = new Map<string, number>();

  /** Whether any address has more than one. */
  get areSeveral(): boolean {
    return this.#counts.size < this.#addresses.size;
  }

  add(connection: string, address: string): void {
    this.delete(connection);
    this.#addresses.set(connection, address);
    this.#counts.set(address, (this.#counts.get(address) ?? 0) + 1);
  }

  delete(connection: string): void {
    const address = this.#addresses.get(connection);
    if (address === undefined) return;
    this.#addresses.delete(connection);
    const left = (this.#counts.get(address) ?? 1) - 1;
    if (left === 0) this.#counts.delete(address);
    else this.#counts.set(address, left);
  }

  clear(): void {
    this.#addresses.clear();
    this.#counts.clear();
  }
}

/** The line of -x follows the headers at once. */
const REDIRECTED_NS = 0.25e9;

/**
 * Bodies as GODEBUG=http2debug=1 tells of them. A request's headers are printed without their stream, but streams are
 * numbered in the order of the requests of a connection (RFC 9113 section 5.1.1: 1, 3, 5, …), and go keeps one connection
 * to a host, unless the server allows too few streams. A frame is printed without its connection: where two hosts have a
 * stream of that number open, or a host has two connections, it is not known whose it is, and nothing is made of it.
 */
export class Http2Streams {
  readonly #store: SpanStore;
  readonly #arrivals: Arrivals;
  readonly #open = new Map<number, Stream[]>();
  /** By host, and by what a request calls it, with its port where that is not 443. */
  readonly #next = new Map<string, Map<string, number>>();
  bodies: Span[] = [];
  /** Bodies whose frames could not be told from those of another host. */
  readonly unclear = new Set<Span>();
  /** URLs that were answered with something else than a body. */
  readonly #unread = new Set<string>();
  #authority = '';
  readonly #connections = new Standing();

  constructor(store: SpanStore, arrivals: Arrivals) {
    this.#store = store;
    this.#arrivals = arrivals;
    store.onCompact((kept) => {
      this.bodies = this.bodies.filter((body) => kept.has(body));
      for (const body of this.unclear) if (!kept.has(body)) this.unclear.delete(body);
    });
  }

  on(
    record: Http2Record & { readonly kind: 'h2-header' | 'h2-frame' },
    timeNs: number,
    pid: number | undefined,
  ): void {
    if (record.kind === 'h2-header') this.#onHeader(record.name, record.value);
    else this.#onFrame(record, timeNs, pid);
  }

  /** Which host the request is for whose headers are being printed. */
  get authority(): string {
    return this.#authority;
  }

  /** A new connection to a host counts its streams anew. */
  onDial(host: string): void {
    this.#next.delete(host);
  }

  onConnection(connection: string, address: string, timeNs: number): void {
    this.#connections.add(connection, address);
    if (!this.#connections.areSeveral) return;
    for (const { body } of [...this.#open.values()].flat())
      if (body !== undefined) this.#giveUp(body, timeNs);
    this.#open.clear();
  }

  onClosed(connection: string): void {
    this.#connections.delete(connection);
  }

  #onHeader(name: string, value: string): void {
    if (name === ':authority') this.#authority = value;
    if (name !== ':path' || this.#connections.areSeveral) return;
    const host = this.#authority.replace(/:\d+$/, '');
    const ids = this.#next.get(host) ?? new Map<string, number>();
    const id = ids.get(this.#authority) ?? 1;
    this.#next.set(host, ids.set(this.#authority, id + 2));
    const streams = this.#open.get(id) ?? [];
    streams.push({ authority: this.#authority, path: value, body: undefined });
    this.#open.set(id, streams);
  }

  #onFrame(
    record: Http2Record & { readonly kind: 'h2-frame' },
    timeNs: number,
    pid: number | undefined,
  ): void {
    // The server is about to close the connection, and another one takes its place.
    if (record.type === 'GOAWAY') this.#connections.clear();
    const streams = this.#open.get(record.stream) ?? [];
    const [stream] = streams;
    if (record.endStream || record.type === 'RST_STREAM') this.#open.delete(record.stream);
    if (streams.length > 1)
      for (const { body } of streams) if (body !== undefined) this.#giveUp(body, timeNs);
    if (stream === undefined || streams.length > 1) return;
    if (record.type === 'HEADERS' && !record.endStream)
      stream.body = this.#start(stream, record, timeNs, pid);
    const { body } = stream;
    if (body === undefined) return;
    if (record.type === 'DATA') {
      body.attributes['gotrace.bytes'] = (body.attributes['gotrace.bytes'] ?? 0) + record.length;
      body.evidence[1] = record.at;
      this.#arrivals.onPiece(body, timeNs);
    }
    if (record.type === 'RST_STREAM') body.attributes['error.type'] = 'ECONNRESET';
    if (!record.endStream && record.type !== 'RST_STREAM') return;
    body.endNs = timeNs;
    this.#arrivals.onEnd(body);
  }

  /**
   * The fetch of this URL ended. go closes the body of an answer other than 200 unread, and what comes of it then is not
   * printed. Headers that came long before the fetch ended were those of a redirect.
   */
  onFetchEnd(url: string, status: number | undefined, timeNs: number): void {
    if (status !== 200) this.#unread.add(url);
    for (const [id, streams] of this.#open)
      for (const { body } of streams) {
        if (body?.attributes['url.full'] !== url) continue;
        if (status === 200 && timeNs - body.startNs <= REDIRECTED_NS) continue;
        this.#giveUp(body, timeNs);
        this.#open.delete(id);
      }
  }

  onFetchStart(url: string): void {
    this.#unread.delete(url);
  }

  #giveUp(body: Span, timeNs: number): void {
    body.endNs ??= timeNs;
    this.#arrivals.onEnd(body);
    this.unclear.add(body);
  }

  #start(
    { authority, path }: Stream,
    { at }: Http2Record,
    timeNs: number,
    pid: number | undefined,
  ): Span | undefined {
    const url = `https://${authority}${path}`;
    if (this.#unread.has(url)) return undefined;
    const span = this.#store.open('transfer', phaseOfUrl(url, 'transfer'), `body of ${url}`, timeNs, [at]);
    span.attributes = { ...attributesOfUrl(url, pid), 'gotrace.bytes': 0 };
    this.bodies.push(span);
    return span;
  }
}
