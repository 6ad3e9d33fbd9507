import { isCut } from '../../../parsers/cut.ts';
import type { SocketAddress } from '../../../parsers/strace/arguments.ts';
import type { SourceLine } from '../../../parsers/types.ts';
import type { Span, SpanStore } from '../../model/span.ts';
import { type DnsMessage, isFinal } from '../../wire/dns.ts';
import { RESOLVED } from '../../wire/resolved.ts';
import type { Process } from '../processes/processes.ts';
import { KnownNames } from './known-names.ts';
import { groupQueries, type LookupGroup, sharedLabels } from './lookup-groups.ts';
import type { Socket } from './socket.ts';
import { UnreadAnswers } from './unread-answers.ts';

export interface DnsPacket {
  /** Undefined where the log does not hold enough of it. */
  readonly message: DnsMessage | undefined;
  /** Where it goes, or comes from: musl asks all nameservers at once, over one socket. */
  readonly server: SocketAddress | undefined;
  readonly timeNs: number;
  readonly at: SourceLine;
}

interface Query {
  readonly span: Span;
  readonly socket: Socket;
}

/**
 * Queries to nameservers, and the lookups that they belong to. Go's resolver asks A and AAAA in parallel, each on a
 * socket of its own, waits for both, and asks the next server after 5 s without an answer (net/dnsclient_unix.go);
 * glibc sends both over one socket and sends again after its own time-out (resolv.conf(5)).
 */
export class Lookups {
  readonly #store: SpanStore;
  #queries: Query[] = [];
  /** Which name an address was the answer for. */
  readonly names = new Map<string, string>();
  readonly #unread = new UnreadAnswers();
  /** The same, as far as the order of calls tells it; undefined for an address that two names stand for. */
  readonly #namesByOrder = new Map<string, string | undefined>();
  /** The addresses that each process was told in answers that the log holds. */
  readonly #told = new Map<Process, Set<string>>();
  readonly #nameservers = new Set<string>();
  readonly #ids = new WeakMap<Span, number>();
  /** Questions whose answer was truncated, and had addresses all the same. */
  readonly #partlyAnswered = new WeakSet<Span>();
  /** When each process last turned to an address that is no nameserver's. */
  readonly #contacts = new Map<Process, number>();

  constructor(store: SpanStore) {
    this.#store = store;
  }

  onSend(socket: Socket, { message, server, timeNs, at }: DnsPacket): void {
    if (message?.isResponse) return;
    const name = message?.name ?? '';
    for (const older of socket.queries)
      if (isOf(older, server) && this.#isAgain(older, message)) endQuery(older, timeNs, 'timeout');
    socket.queries = socket.queries.filter((query) => query.endNs === undefined);
    const span = this.#store.open('dns-query', 'dns', `query ${name} ${message?.type ?? ''}`.trim(), timeNs, [
      at,
    ]);
    if (server !== undefined) this.#nameservers.add(server.address);
    const transport = socket.transport === 'other' ? RESOLVED : socket.transport;
    span.attributes = {
      'process.pid': socket.process.pid,
      'gotrace.dns.transport': transport,
      ...(server === undefined || transport === RESOLVED
        ? {}
        : { 'network.peer.address': server.address, 'network.peer.port': server.port }),
      ...(message?.name === undefined ? {} : { 'dns.question.name': message.name }),
      ...(message?.type === undefined ? {} : { 'gotrace.dns.type': message.type }),
    };
    socket.queries.push(span);
    if (message !== undefined) this.#ids.set(span, message.id);
    this.#queries.push({ span, socket });
  }

  /** Where strace cut the question off before its type, A and AAAA of one name are told apart by their ids. */
  #isAgain(older: Span, message: DnsMessage | undefined): boolean {
    const { 'dns.question.name': name, 'gotrace.dns.type': type } = older.attributes;
    if (name !== message?.name || type !== message?.type) return false;
    return type !== undefined || message === undefined || this.#ids.get(older) === message.id;
  }

  onReceive(socket: Socket, { message, server, timeNs, at }: DnsPacket): void {
    const query =
      this.#questionOf(
        message,
        socket.queries.filter((each) => isOf(each, server)),
      ) ?? this.#questionOf(message, socket.queries);
    if (query === undefined) return;
    query.endNs = timeNs;
    query.evidence.push(at);
    if (message !== undefined) {
      query.attributes['gotrace.dns.rcode'] = message.rcode;
      if (message.truncated) query.attributes['gotrace.dns.truncated'] = true;
      if (message.truncated && (message.addresses ?? []).length > 0) this.#partlyAnswered.add(query);
      if (message.rcode !== 'NOERROR') query.attributes['error.type'] = message.rcode;
      this.#onAnswer(message, socket.process, timeNs);
    }
    socket.queries = socket.queries.filter((each) => each !== query);
    if (message !== undefined && isFinal(message.rcode)) this.#giveUpOthers(socket, query, timeNs);
  }

  /** Of several nameservers that were asked the same, the first to answer is believed, and no other one is waited for. */
  #giveUpOthers(socket: Socket, answered: Span, timeNs: number): void {
    for (const other of socket.queries) {
      if (!isSameElsewhere(other, answered)) continue;
      other.endNs = timeNs;
      other.attributes['gotrace.unneeded'] = true;
    }
    socket.queries = socket.queries.filter((query) => query.endNs === undefined);
  }

  #questionOf(message: DnsMessage | undefined, queries: readonly Span[]): Span | undefined {
    return (
      queries.find((each) => message !== undefined && this.#ids.get(each) === message.id) ??
      queries.find(
        ({ attributes }) =>
          message?.name === undefined ||
          (attributes['dns.question.name'] === message.name &&
            attributes['gotrace.dns.type'] === message.type),
      ) ??
      (message?.name === undefined ? undefined : queries[0])
    );
  }

  #onAnswer({ addresses, name = '', rcode, truncated }: DnsMessage, process: Process, timeNs: number): void {
    for (const address of addresses ?? []) {
      this.names.set(address, name);
      this.#told.set(process, (this.#told.get(process) ?? new Set()).add(address));
    }
    if (addresses === undefined && rcode === 'NOERROR' && !truncated && name !== '')
      this.#unread.add(process, name, timeNs);
  }

  /** A socket is connected to an address: gives the name, where the log does not hold the answer that it was in. */
  onContact(process: Process, address: string, timeNs: number): string | undefined {
    if (this.#nameservers.has(address)) return undefined;
    this.#contacts.set(process, timeNs);
    if (this.#told.get(process)?.has(address)) return undefined;
    const name = this.#unread.nameOf(process, address, timeNs);
    if (name === undefined) return undefined;
    const isShared = this.#namesByOrder.has(address) && this.#namesByOrder.get(address) !== name;
    this.#namesByOrder.set(address, isShared ? undefined : name);
    return name;
  }

  /** Makes cut names whole, as far as `hosts` or another query tell how they go on. */
  #completeNames(hosts: readonly string[]): void {
    const asked = this.#queries.flatMap(({ span }) => span.attributes['dns.question.name'] ?? []);
    if (!asked.some(isCut)) return;
    const known = new KnownNames([...hosts, ...asked]);
    for (const [address, name] of this.names) this.names.set(address, known.complete(name));
    for (const { attributes } of this.#store.spans)
      for (const key of ['dns.question.name', 'server.address'] as const) {
        const name = attributes[key];
        if (name !== undefined) attributes[key] = known.complete(name);
      }
  }

  onError(socket: Socket, errno: string, timeNs: number, at: SourceLine): void {
    for (const query of socket.queries) {
      query.evidence.push(at);
      endQuery(query, timeNs, errno);
    }
    socket.queries = [];
  }

  /** Closed without an answer: the resolver gave up on this server. */
  onClose(socket: Socket, timeNs: number): void {
    for (const query of socket.queries) endQuery(query, timeNs, 'timeout');
    socket.queries = [];
  }

  /** Without read in the log: questions that were written, and that may have been answered. Gives their spans. */
  forgetUnread(): Span[] {
    const unread = this.#queries.filter(isUnread);
    this.#queries = this.#queries.filter((query) => !isUnread(query));
    return unread.map(({ span }) => span);
  }

  /** Whether questions were written, and none of them was answered. */
  get isUnanswered(): boolean {
    const written = this.#queries.filter(({ socket }) => socket.isWritten);
    return written.length > 0 && written.every(isUnread);
  }

  /** Joins the queries to lookups, one span each, and gives those. `hosts` are the names that go printed. */
  assemble(hosts: readonly string[]): Span[] {
    for (const [address, name] of this.#namesByOrder)
      if (name !== undefined && !this.names.has(address)) this.names.set(address, name);
    this.#completeNames(hosts);
    const queries = this.#queries.map(({ span, socket }) => ({ span, process: socket.process }));
    return groupQueries(queries, hosts).map((group) => this.#lookupOf(group));
  }

  #lookupOf(group: LookupGroup): Span {
    const first = group.queries[0];
    const host = group.host ?? commonName(group.names);
    const lookup = this.#store.open('lookup', 'dns', `lookup ${host}`, first?.startNs ?? 0);
    if (Number.isFinite(group.endNs)) lookup.endNs = group.endNs;
    lookup.attributes = { 'server.address': host, 'process.pid': group.process.pid };
    const failed = group.queries.filter(
      (query) => query.attributes['error.type'] !== undefined || query.endNs === undefined,
    );
    if (failed.length === group.queries.length) {
      const last = failed.at(-1)?.attributes['error.type'];
      if (last !== undefined) lookup.attributes['error.type'] = last;
    }
    if (this.#isLeftTruncated(group)) lookup.attributes['error.type'] = 'truncated';
    for (const query of group.queries) query.parentId = lookup.id;
    lookup.evidence = group.queries.flatMap((query) => query.evidence.slice(0, 1)).slice(0, 4);
    return lookup;
  }

  /** Nobody asked again over TCP, and nobody was turned to: musl before 1.2.4 takes it for an answer without addresses. */
  #isLeftTruncated({ queries, process, endNs }: LookupGroup): boolean {
    return (
      queries.every(
        (query) => query.attributes['gotrace.dns.truncated'] === true && !this.#partlyAnswered.has(query),
      ) && (this.#contacts.get(process) ?? Number.NEGATIVE_INFINITY) <= endNs
    );
  }
}

/** Of `proxy.corp.example`, `proxy.example` and `proxy`: the shortest, else what they begin with. */
function commonName(names: readonly string[]): string {
  const shortest = names.reduce((a, b) => (b.length < a.length ? b : a));
  const shared = Math.min(...names.map((name) => sharedLabels(shortest, name)));
  return shortest.split('.').slice(0, Math.max(shared, 1)).join('.');
}

function isUnread({ span, socket }: Query): boolean {
  return socket.isWritten && (span.endNs === undefined || span.attributes['error.type'] === 'timeout');
}

function isOf({ attributes }: Span, server: SocketAddress | undefined): boolean {
  return attributes['network.peer.address'] === server?.address;
}

/** The same question, as far as strace did not cut it, to another nameserver. */
function isSameElsewhere(a: Span, b: Span): boolean {
  const {
    'dns.question.name': name,
    'gotrace.dns.type': type,
    'network.peer.address': server,
  } = a.attributes;
  return (
    type !== undefined &&
    name === b.attributes['dns.question.name'] &&
    type === b.attributes['gotrace.dns.type'] &&
    server !== b.attributes['network.peer.address']
  );
}

function endQuery(query: Span, timeNs: number, error: string): void {
  if (query.endNs !== undefined) return;
  query.endNs = timeNs;
  query.attributes['error.type'] = error;
}
