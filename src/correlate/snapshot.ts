import type { ProcRecord, SocketRecord } from '../../parsers/proc/format.ts';
import type { Phase, Span, SpanKind, SpanStore } from '../model/span.ts';
import { type Egress, egressOf, hostBehind } from './egress.ts';
import { openZipBody, readCachePath } from './modcache.ts';
import { openPause } from './pauses.ts';
import { addSeenProcess, type Process } from './processes.ts';
import { addProcessSpans } from './programs.ts';
import { printAddress, TLS_PORTS } from './socket.ts';

/** A server's part of a handshake holds its certificate; that of an egress proxy is a line and some headers. */
const LEAST_FLIGHT = 400;

/** What /proc showed at one moment, as spans that are open. Since when is known of processes only: the others begin with the look. */
export class Snapshot {
  readonly environment: Record<string, string> = {};
  readonly #store: SpanStore;
  readonly #records: ProcRecord[] = [];
  /** Hosts of the settings by their addresses. */
  readonly #hosts = new Map<string, string>();

  constructor(store: SpanStore) {
    this.#store = store;
  }

  get isEmpty(): boolean {
    return this.#records.length === 0;
  }

  on(record: ProcRecord): void {
    this.#records.push(record);
    if (record.kind === 'proc-env') this.environment[record.name] = record.value;
    if (record.kind === 'proc-host') this.#hosts.set(record.address, record.host);
  }

  /** Adds the spans. `nowNs` is when the snapshot was taken. */
  finish(nowNs: number): Process[] {
    const processes = new Map<number, Process>();
    for (const record of this.#records)
      if (record.kind === 'proc-process') addSeenProcess(processes, record, record.timeNs ?? nowNs);
    addProcessSpans(this.#store, [...processes.values()]);
    const state = this.#lastLook();
    const connecting = state.some((record) => record.kind === 'proc-socket' && record.state === 'SYN-SENT');
    const locked = state.some((record) => record.kind === 'proc-lock');
    const bodies = this.#addBodies(nowNs);
    // git's connection is idle while a helper asks a person.
    const asking = this.#store.spans.some((span) => span.kind === 'process' && span.phase === 'auth');
    for (const record of state) {
      if (record.kind === 'proc-lock') {
        const first = this.#firstSeen(record);
        const span = this.#store.open('lock', 'lock', `lock ${record.path}`, first.timeNs ?? nowNs, [
          first.at,
        ]);
        span.attributes = {
          'gotrace.path': record.path,
          'process.pid': record.pid,
          ...(record.holder > 0 ? { 'gotrace.lock.holder': record.holder } : {}),
        };
      } else if (record.kind === 'proc-process' && record.state === 'T')
        openPause(this.#store, 'stopped', 'it is stopped (state T)', nowNs, [record.at], record.pid);
      else if (record.kind === 'proc-socket')
        this.#onSocket(record, nowNs, connecting || locked || asking || bodies.length > 0);
    }
    return [...processes.values()];
  }

  /** What was there when it was looked last; of a process that has ended since, what was there before. */
  #lastLook(): readonly ProcRecord[] {
    const lastNs = this.#records.findLast((record) => record.kind === 'proc-process')?.timeNs;
    return this.#records.filter((record) => record.kind !== 'proc-host' && record.timeNs === lastNs);
  }

  /** The record of the look in which a lock, a file or a socket was there first. */
  #firstSeen<R extends ProcRecord & { readonly key: string }>(record: R): R {
    const same = (each: ProcRecord): each is R =>
      each.kind === record.kind && 'key' in each && each.key === record.key;
    return this.#records.find(same) ?? record;
  }

  /**
   * The zips that are being received. The file is opened before the request is sent: an empty one waits for the headers,
   * or for the connection.
   */
  #addBodies(nowNs: number): Span[] {
    const files = this.#lastLook().filter((record) => record.kind === 'proc-file');
    return files.flatMap((record) => {
      const { bytes, path, pid, at, timeNs = nowNs } = this.#firstSeen(record);
      const span = bytes === 0 ? undefined : openZipBody(this.#store, path, pid, timeNs, [at]);
      if (span === undefined) return [];
      const grownBy = record.bytes - bytes;
      Object.assign(span.attributes, this.#serverOf(pid));
      span.attributes['gotrace.bytes'] = grownBy > 0 ? grownBy : bytes;
      if (grownBy > 0) span.attributes['gotrace.growing'] = true;
      return [span];
    });
  }

  /** The only zip of a process of which nothing came: its request is what a silent connection waits for. */
  #awaitedBy(pid: number): Span['attributes'] {
    const empty = new Map(
      this.#lastLook().flatMap((record) =>
        record.kind === 'proc-file' && record.pid === pid && record.bytes === 0
          ? [[record.key, readCachePath(record.path)] as const]
          : [],
      ),
    );
    const [only] = empty.values();
    return only === undefined || empty.size > 1
      ? {}
      : { 'gotrace.module': only.module, 'gotrace.version': only.version };
  }

  /** The far end of a process's connections, where they have one only; else of the one over which data came last. */
  #serverOf(pid: number): Span['attributes'] {
    const sockets = this.#establishedOf(pid);
    const last = sockets.reduce<SocketRecord | undefined>(
      (a, b) => (a === undefined || (b.heardMs ?? 0) < (a.heardMs ?? 0) ? b : a),
      undefined,
    );
    const isOnly = new Set(sockets.map(({ peer }) => peer)).size === 1;
    const areTimed = sockets.every(({ heardMs }) => heardMs !== undefined);
    return last !== undefined && (isOnly || areTimed) ? this.#farEnd(last) : {};
  }

  #establishedOf(pid: number): SocketRecord[] {
    return this.#lastLook().filter(
      (record): record is SocketRecord =>
        record.kind === 'proc-socket' &&
        record.transport === 'tcp' &&
        record.pid === pid &&
        record.state === 'ESTABLISHED',
    );
  }

  /**
   * Whether the process asked for something over this connection last. One over which something came since is done, unless
   * they all are: over HTTP/2, answers to other requests may have come.
   */
  #isAskedLast({ pid, sentMs, heardMs = 0 }: SocketRecord): boolean {
    if (sentMs === undefined) return true;
    const timed = this.#establishedOf(pid).flatMap((each) =>
      each.sentMs === undefined ? [] : { sentMs: each.sentMs, isSilent: each.sentMs <= (each.heardMs ?? 0) },
    );
    const silent = timed.filter(({ isSilent }) => isSilent);
    if (silent.length > 0 && sentMs > heardMs) return false;
    return (silent.length > 0 ? silent : timed).every((each) => sentMs <= each.sentMs);
  }

  /** The egress proxy, where that is the far end of a socket; the host behind it is not in /proc. */
  #egressAt({ peer, port }: SocketRecord): Egress | undefined {
    const egress = egressOf(this.environment);
    const host = this.#hosts.get(peer) ?? egress?.host;
    return egress?.port === port && egress.host === host ? egress : undefined;
  }

  #farEnd(record: SocketRecord): Span['attributes'] {
    const { peer, port } = record;
    const isThrough = record.state === 'ESTABLISHED' && record.received !== 0;
    const egress = isThrough ? this.#egressAt(record) : undefined;
    if (egress !== undefined)
      return {
        'server.address': hostBehind(this.environment) ?? egress.host,
        'network.peer.address': peer,
        'network.peer.port': port,
        'gotrace.path': `via ${egress.host}`,
      };
    const host = this.#hosts.get(peer);
    return {
      ...(host === undefined ? {} : { 'server.address': host }),
      'network.peer.address': peer,
      'network.peer.port': port,
    };
  }

  /** By its port, or by a setting that names the port with https. */
  #isTls(port: number): boolean {
    const named = new RegExp(`https://[^\\s,|]*:${port}(?!\\d)`);
    return TLS_PORTS.has(port) || Object.values(this.environment).some((value) => named.test(value));
  }

  #onSocket(record: SocketRecord, nowNs: number, surer: boolean): void {
    const span = this.#waitAt(record, this.#sinceOf(record, nowNs), surer);
    if (span === undefined) return;
    const egress = record.received === 0 && span.kind === 'response' ? this.#egressAt(record) : undefined;
    const behind = hostBehind(this.environment);
    if (egress !== undefined)
      span.name = behind === undefined ? egress.protocol : `${egress.protocol} ${behind}:443`;
    span.attributes = {
      ...this.#farEnd(record),
      ...(egress === undefined ? {} : { 'server.address': egress.host, 'gotrace.tunnel': egress.protocol }),
      ...(span.kind === 'response' ? this.#awaitedBy(record.pid) : {}),
      'process.pid': record.pid,
    };
  }

  /** Since the look that saw it first; where something went over it since, from then on. */
  #sinceOf(record: SocketRecord, nowNs: number): number {
    const { timeNs: firstNs = nowNs } = this.#firstSeen(record);
    const { timeNs = nowNs, sentMs, heardMs } = record;
    return sentMs === undefined || heardMs === undefined
      ? firstNs
      : Math.max(firstNs, timeNs - Math.min(sentMs, heardMs) * 1e6);
  }

  /**
   * SYN-SENT is a connect that is not answered; a query to port 53 that is open waits for a nameserver. An established
   * connection may be idle: it is taken for the wait only where nothing surer is there.
   */
  #waitAt(record: SocketRecord, startNs: number, surer: boolean): Span | undefined {
    const { transport, state, peer, port, at } = record;
    const open = (kind: SpanKind, phase: Phase, name: string) =>
      this.#store.open(kind, phase, name, startNs, [at]);
    if (transport === 'udp' && port === 53) return open('lookup', 'dns', `query at ${peer}`);
    if (state === 'SYN-SENT') return open('connect', 'connect', `connect ${printAddress(peer, port)}`);
    if (state !== 'ESTABLISHED' || transport !== 'tcp' || surer || !this.#isAskedLast(record))
      return undefined;
    if (this.#isHandshake(record)) return open('tls', 'tls', 'TLS handshake');
    return open('response', 'ttfb', `wait for ${printAddress(peer, port)}`);
  }

  /** The server's part of the handshake is awaited where nothing ever came, or no more than an egress proxy's consent. */
  #isHandshake(record: SocketRecord): boolean {
    const { received, port } = record;
    if (received === undefined) return false;
    if (this.#egressAt(record) !== undefined) return received > 0 && received < LEAST_FLIGHT;
    return received === 0 && this.#isTls(port);
  }
}
