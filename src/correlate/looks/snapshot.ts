import type { LockRecord, ProcRecord, SocketRecord } from '../../../parsers/proc/format.ts';
import type { Phase, Span, SpanKind, SpanStore } from '../../model/span.ts';
import { type ModuleVersion, openZipBody } from '../files/modcache.ts';
import { type Egress, egressOf, hostBehind } from '../network/egress.ts';
import { printAddress, TLS_PORTS } from '../network/socket.ts';
import { openPause } from '../processes/pauses.ts';
import { addSeenProcess, type Process } from '../processes/processes.ts';
import { addProcessSpans } from '../processes/programs.ts';
import { isEstablished, Looks } from './looks.ts';

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
    const looks = new Looks(this.#records);
    const processes = new Map<number, Process>();
    for (const record of this.#records)
      if (record.kind === 'proc-process') addSeenProcess(processes, record, record.timeNs ?? nowNs);
    // Gone since: it was there for no longer than is known.
    for (const process of processes.values()) if (!looks.pids.has(process.pid)) process.endNs = nowNs;
    addProcessSpans(this.#store, [...processes.values()]);
    const bodies = this.#addBodies(looks, nowNs);
    // git's connection is idle while a helper asks a person.
    const asking = this.#store.spans.some((span) => span.kind === 'process' && span.phase === 'auth');
    const isTold = asking || bodies.length > 0;
    const isSure = isTold || looks.last.some((record) => this.#isSurely(record));
    for (const record of looks.last) {
      if (record.kind === 'proc-lock') this.#addLock(record, looks.firstOf(record), nowNs);
      else if (record.kind === 'proc-socket' && !(isTold && isEstablished(record)))
        this.#onSocket(record, looks, nowNs, isSure);
      else if (record.kind === 'proc-process' && record.state === 'T')
        openPause(this.#store, 'stopped', 'it is stopped (state T)', nowNs, [record.at], record.pid);
    }
    return [...processes.values()];
  }

  #addLock({ path, pid, holder }: LockRecord, { timeNs, at }: ProcRecord, nowNs: number): void {
    const span = this.#store.open('lock', 'lock', `lock ${path}`, timeNs ?? nowNs, [at]);
    span.attributes = {
      'gotrace.path': path,
      'process.pid': pid,
      ...(holder > 0 ? { 'gotrace.lock.holder': holder } : {}),
    };
  }

  /**
   * The zips that are being received. The file is opened before the request is sent: an empty one waits for the headers,
   * or for the connection.
   */
  #addBodies(looks: Looks, nowNs: number): Span[] {
    return looks.zips.flatMap(({ first: { bytes, path, pid, at, timeNs = nowNs }, last }) => {
      const span = bytes === 0 ? undefined : openZipBody(this.#store, path, pid, timeNs, [at]);
      if (span === undefined) return [];
      const grownBy = last.bytes - bytes;
      const server = looks.receivingOf(pid, last.bytes);
      Object.assign(span.attributes, server === undefined ? {} : this.#farEnd(server));
      span.attributes['gotrace.bytes'] = grownBy > 0 ? grownBy : bytes;
      if (grownBy > 0) span.attributes['gotrace.growing'] = true;
      return [span];
    });
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

  #onSocket(record: SocketRecord, looks: Looks, nowNs: number, surer: boolean): void {
    const firstNs = looks.firstOf(record).timeNs ?? nowNs;
    const isIdle = surer || !looks.isAskedLast(record);
    const span = this.#waitAt(record, sinceOf(record, firstNs), isIdle);
    if (span === undefined) return;
    const egress = record.received === 0 && span.kind === 'response' ? this.#egressAt(record) : undefined;
    const behind = hostBehind(this.environment);
    if (egress !== undefined)
      span.name = behind === undefined ? egress.protocol : `${egress.protocol} ${behind}:443`;
    span.attributes = {
      ...this.#farEnd(record),
      ...(egress === undefined ? {} : { 'server.address': egress.host, 'gotrace.tunnel': egress.protocol }),
      ...(span.kind === 'response' ? zipOf(looks.emptyZipOf(record.pid)) : {}),
      ...(isHeardSince(record, firstNs) ? { 'gotrace.growing': true } : {}),
      'process.pid': record.pid,
    };
  }

  /**
   * SYN-SENT is a connect that is not answered; a query to port 53 that is open waits for a nameserver. An established
   * connection may be idle: it is taken for the wait only where nothing surer is there.
   */
  #waitAt(record: SocketRecord, startNs: number, isIdle: boolean): Span | undefined {
    const { transport, state, peer, port, at } = record;
    const open = (kind: SpanKind, phase: Phase, name: string) =>
      this.#store.open(kind, phase, name, startNs, [at]);
    if (transport === 'udp' && port === 53) return open('lookup', 'dns', `query at ${peer}`);
    if (state === 'SYN-SENT') return open('connect', 'connect', `connect ${printAddress(peer, port)}`);
    if (!isEstablished(record)) return undefined;
    if (this.#isHandshake(record)) return open('tls', 'tls', 'TLS handshake');
    return isIdle ? undefined : open('response', 'ttfb', `wait for ${printAddress(peer, port)}`);
  }

  /** What is there only while it is waited for. An established connection may be idle, unless it is no more than that yet. */
  #isSurely(record: ProcRecord): boolean {
    if (record.kind !== 'proc-socket') return record.kind === 'proc-lock';
    return record.state === 'SYN-SENT' || (isEstablished(record) && this.#isHandshake(record));
  }

  /** The server's part of the handshake is awaited where nothing ever came, or no more than an egress proxy's consent. */
  #isHandshake(record: SocketRecord): boolean {
    const { received, port } = record;
    if (received === undefined) return false;
    if (this.#egressAt(record) !== undefined) return received > 0 && received < LEAST_FLIGHT;
    return received < LEAST_FLIGHT && this.#isTls(port);
  }
}

/** Since the look that found it first; where something went over it since, from then on. */
function sinceOf({ timeNs, sentMs, heardMs }: SocketRecord, firstNs: number): number {
  return timeNs === undefined || sentMs === undefined || heardMs === undefined
    ? firstNs
    : Math.max(firstNs, timeNs - Math.min(sentMs, heardMs) * 1e6);
}

/** Something came over it after a time: between two looks. */
function isHeardSince({ timeNs, heardMs }: SocketRecord, sinceNs: number): boolean {
  return timeNs !== undefined && heardMs !== undefined && timeNs - heardMs * 1e6 > sinceNs;
}

function zipOf(zip: ModuleVersion | undefined): Span['attributes'] {
  return zip === undefined ? {} : { 'gotrace.module': zip.module, 'gotrace.version': zip.version };
}
