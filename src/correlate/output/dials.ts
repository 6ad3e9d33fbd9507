import type { SourceLine } from '../../../parsers/types.ts';
import type { Span, SpanStore } from '../../model/span.ts';

/** What go asks for at once, with each of its workers. */
const BURST_NS = 0.15e9;

/**
 * Reaching a host, as GODEBUG=http2debug=1 tells of it: from a request that finds no HTTP/2 connection until one stands;
 * lookup, connect and handshake in one. A host that talks HTTP/1 is never said to be connected: once a request to it is
 * answered, the dial proves to have told nothing.
 */
export class Dials {
  readonly #store: SpanStore;
  readonly #open = new Map<string, Span>();
  readonly #all = new Set<Span>();
  /** The first request that did not go out together with the one that began a dial. */
  readonly #followed = new WeakMap<Span, { readonly timeNs: number; readonly at: SourceLine }>();
  readonly #http2Hosts = new Set<string>();
  /** Those that told nothing. */
  readonly refuted = new Set<Span>();
  /** Those that were given up since their time was over. */
  readonly timedOut = new WeakSet<Span>();
  /** The HTTP/2 connections that came to stand. */
  readonly connections: { readonly peer: string; readonly timeNs: number; readonly at: SourceLine }[] = [];
  /** `ADDRESS:PORT` of those, and whose they are. */
  readonly hosts = new Map<string, string>();
  /** Hosts that were reached, however: what is awaited of them is an answer. */
  readonly reached = new Set<string>();

  constructor(store: SpanStore) {
    this.#store = store;
    store.onCompact((kept) => {
      for (const spans of [this.#all, this.refuted])
        for (const span of spans) if (!kept.has(span)) spans.delete(span);
    });
  }

  get all(): readonly Span[] {
    return [...this.#all];
  }

  onRequest(host: string, at: SourceLine, timeNs: number, pid: number | undefined): void {
    const open = this.#open.get(host);
    if (open !== undefined) {
      if (timeNs - open.startNs > BURST_NS && !this.#followed.has(open))
        this.#followed.set(open, { timeNs, at });
      return;
    }
    const dial = this.#store.open('connect', 'connect', `reach ${host}`, timeNs, [at]);
    dial.attributes = { 'server.address': host, ...(pid === undefined ? {} : { 'process.pid': pid }) };
    this.#open.set(host, dial);
    this.#all.add(dial);
  }

  /**
   * Its line names an address and no host: it is the oldest dial's. Without a time, it tells that the host was reached,
   * and not how long that took.
   */
  onConnection(at: SourceLine, timeNs: number | undefined, address: string): void {
    for (const [host, dial] of this.#open) {
      if (this.reached.has(host) && !this.#http2Hosts.has(host)) continue;
      this.hosts.set(address, host);
      this.#http2Hosts.add(host);
      if (timeNs === undefined) {
        this.refute(dial);
        return;
      }
      dial.endNs = timeNs;
      this.connections.push({ peer: address, timeNs, at });
      dial.evidence.push(at);
      this.#open.delete(host);
      return;
    }
  }

  /** `awaitedHosts` are those of fetches that are still open: a host that no fetch names is one of a redirect. */
  onAnswer(host: string | undefined, awaitedHosts: () => ReadonlySet<string | undefined>): void {
    if (host !== undefined) this.reached.add(host);
    if (this.#open.size === 0) return;
    const awaited = awaitedHosts();
    for (const [dialled, dial] of this.#open)
      if (!this.#http2Hosts.has(dialled) && (dialled === host || !awaited.has(dialled))) this.refute(dial);
  }

  /** A request failed; where it ran into a time limit, a dial that is much younger is another request's. */
  onFailure(host: string | undefined, timeNs: number, limitNs: number): void {
    const dial = this.#open.get(host ?? '');
    if (dial === undefined || timeNs - dial.startNs < limitNs / 2) return;
    dial.endNs = timeNs;
    if (limitNs > 0) this.timedOut.add(dial);
    this.#open.delete(host ?? '');
  }

  refute(dial: Span): void {
    dial.endNs = dial.startNs;
    this.#all.delete(dial);
    this.refuted.add(dial);
    const host = dial.attributes['server.address'] ?? '';
    this.reached.add(host);
    if (this.#open.get(host) === dial) this.#open.delete(host);
  }

  /**
   * The log ends: a host that has answered over HTTP/1 is reached again without a word. Where no line tells of answers
   * (there was no -x), whatever was asked for later tells that the first ones had come, or had failed.
   */
  finish(areAnswersTold: boolean): void {
    for (const [host, dial] of this.#open) {
      if (this.#http2Hosts.has(host)) continue;
      const next = areAnswersTold ? undefined : this.#followed.get(dial);
      if (this.reached.has(host)) this.refute(dial);
      else if (next !== undefined) {
        dial.endNs = next.timeNs;
        dial.evidence.push(next.at);
      }
    }
  }

  /** Whether the time that reaching this host took is known. */
  tellsOf(host: string | undefined): boolean {
    for (const dial of this.#all) if (dial.attributes['server.address'] === host) return true;
    return false;
  }
}
