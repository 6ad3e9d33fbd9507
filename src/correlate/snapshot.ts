import type { ProcRecord } from '../../parsers/proc/format.ts';
import type { Span, SpanStore } from '../model/span.ts';
import { addSeenProcess, type Process } from './processes.ts';
import { addProcessSpans } from './programs.ts';
import { printAddress, TLS_PORTS } from './socket.ts';

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
    const connecting = this.#records.some(
      (record) => record.kind === 'proc-socket' && record.state === 'SYN-SENT',
    );
    const locked = this.#records.some((record) => record.kind === 'proc-lock');
    // git's connection is idle while a helper asks a person.
    const asking = this.#store.spans.some((span) => span.kind === 'process' && span.phase === 'auth');
    for (const record of this.#records) {
      if (record.kind === 'proc-lock') {
        const span = this.#store.open('lock', 'lock', `lock ${record.path}`, nowNs, [record.at]);
        span.attributes = {
          'gotrace.path': record.path,
          'process.pid': record.pid,
          ...(record.holder > 0 ? { 'gotrace.lock.holder': record.holder } : {}),
        };
      } else if (record.kind === 'proc-socket') this.#onSocket(record, nowNs, connecting || locked || asking);
    }
    return [...processes.values()];
  }

  /** By its port, or by a setting that names the port with https. */
  #isTls(port: number): boolean {
    const named = new RegExp(`https://[^\\s,|]*:${port}(?!\\d)`);
    return TLS_PORTS.has(port) || Object.values(this.environment).some((value) => named.test(value));
  }

  /**
   * SYN-SENT is a connect that is not answered; a query to port 53 that is open waits for a nameserver. An established
   * connection may be idle: it is taken for the wait only where nothing surer is there. One over which nothing ever came
   * waits for the server's part of the TLS handshake.
   */
  #onSocket(record: ProcRecord & { kind: 'proc-socket' }, startNs: number, surer: boolean): void {
    let span: Span | undefined;
    if (record.transport === 'udp' && record.port === 53) {
      span = this.#store.open('lookup', 'dns', `query at ${record.peer}`, startNs, [record.at]);
    } else if (record.state === 'SYN-SENT') {
      span = this.#store.open(
        'connect',
        'connect',
        `connect ${printAddress(record.peer, record.port)}`,
        startNs,
        [record.at],
      );
    } else if (
      record.state === 'ESTABLISHED' &&
      record.received === 0 &&
      this.#isTls(record.port) &&
      !surer
    ) {
      span = this.#store.open('tls', 'tls', 'TLS handshake', startNs, [record.at]);
    } else if (record.state === 'ESTABLISHED' && record.transport === 'tcp' && !surer) {
      span = this.#store.open(
        'response',
        'ttfb',
        `wait for ${printAddress(record.peer, record.port)}`,
        startNs,
        [record.at],
      );
    }
    if (span === undefined) return;
    const host = this.#hosts.get(record.peer);
    span.attributes = {
      ...(host === undefined ? {} : { 'server.address': host }),
      'network.peer.address': record.peer,
      'network.peer.port': record.port,
      'process.pid': record.pid,
    };
  }
}
