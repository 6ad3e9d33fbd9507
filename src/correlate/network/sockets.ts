import {
  readBuffers,
  readSocketAddress,
  readString,
  splitArguments,
} from '../../../parsers/strace/arguments.ts';
import type { SyscallRecord } from '../../../parsers/strace/records.ts';
import type { Span, SpanStore } from '../../model/span.ts';
import { type DnsMessage, readDns, readDnsOverTcp } from '../../wire/dns.ts';
import { RESOLVED_SOCKET, readResolved } from '../../wire/resolved.ts';
import type { Process } from '../processes/processes.ts';
import { Connections } from './connections.ts';
import { Lookups } from './lookups.ts';
import type { Connection, Payload, Socket } from './socket.ts';
import { SocketTable } from './socket-table.ts';

const DNS_PORT = 53;
/** RFC 1035 section 4.1.1: of less it cannot be told what it is. */
const DNS_HEADER = 12;
const SENDS = new Set(['write', 'writev', 'sendto', 'sendmsg', 'send', 'sendfile', 'splice']);
const RECEIVES = new Set(['read', 'readv', 'recvfrom', 'recvmsg', 'recv']);
const NOTHING = new Uint8Array(0);

/** What calls on sockets mean for the lookups and connections that go through them. */
export class Sockets {
  readonly lookups: Lookups;
  readonly connections: Connections;
  readonly table: SocketTable;

  constructor(store: SpanStore) {
    this.lookups = new Lookups(store);
    this.connections = new Connections(store);
    this.table = new SocketTable({
      onAdopted: (socket, ends, { startNs }) => this.connections.adopt(socket, ends, startNs),
      onClosed: (socket, { startNs, at }) => {
        this.lookups.onClose(socket, startNs);
        this.connections.onClose(socket, startNs, at);
      },
    });
  }

  /** Every host that a connection named. */
  get hosts(): string[] {
    return [...new Set(this.connections.all.flatMap(({ host }) => host ?? []))];
  }

  /** Without read in the log: what was asked with write, and may have been answered. Gives the waits for it. */
  forgetUnread(): Span[] {
    return [...this.lookups.forgetUnread(), ...unreadOf(this.connections.all)];
  }

  /** True where the call was one on a socket. */
  on(seen: SyscallRecord, process: Process): boolean {
    switch (seen.name) {
      case 'socket':
        this.table.onSocket(seen, process);
        return true;
      case 'dup':
      case 'dup2':
      case 'dup3':
      case 'fcntl':
        this.table.onDup(seen, process);
        return false;
    }
    const socket = this.table.of(seen, process);
    if (socket === undefined) return false;
    if (seen.errno === 'EAGAIN' || seen.errno === 'EINPROGRESS') socket.blocks = false;
    const record = withDuration(seen, socket);
    const endNs = record.startNs + (record.durationNs ?? 0);
    const at = record.resumedAt ?? record.at;
    switch (record.name) {
      case 'connect':
        this.#onConnect(socket, record);
        return true;
      case 'getsockopt':
        if (record.args.includes('SO_ERROR') && record.state === 'complete') {
          const error = /\bE[A-Z]+\b/.exec(record.args.slice(record.args.indexOf('SO_ERROR')))?.[0];
          this.connections.onSocketError(socket, error, endNs, at);
        }
        return true;
      case 'getpeername':
        if (record.value === 0) this.connections.onSocketError(socket, undefined, record.startNs, at);
        return true;
      case 'close':
        this.table.onClose(socket, record, process);
        return true;
      case 'sendmmsg':
      case 'recvmmsg':
        this.#onMany(socket, record);
        return true;
      case 'shutdown':
        return true;
    }
    if (SENDS.has(record.name)) this.#onSend(socket, record, endNs);
    else if (RECEIVES.has(record.name)) this.#onReceive(socket, record, endNs);
    return true;
  }

  #onConnect(socket: Socket, record: SyscallRecord): void {
    const peer = readSocketAddress(record.args);
    const host =
      peer === undefined || socket.transport === 'other'
        ? undefined
        : this.lookups.onContact(socket.process, peer.address, record.startNs);
    if (socket.transport === 'udp') {
      // Go sorts addresses by connecting UDP sockets to them: nothing is sent (net/addrselect.go).
      if (peer !== undefined) socket.peer = peer;
      // What it was used for before is done, and its number is another socket's: the close is not in the log.
      if (record.state === 'complete') this.lookups.onClose(socket, record.startNs);
      return;
    }
    if (peer?.address === RESOLVED_SOCKET) socket.peer = peer;
    if (socket.transport !== 'tcp') return;
    this.connections.onConnect(socket, record, host);
  }

  #onSend(socket: Socket, record: SyscallRecord, endNs: number): void {
    if (record.state !== 'complete') return;
    if (record.name.startsWith('write')) socket.isWritten = true;
    const args = splitArguments(record.args);
    const target = record.name.startsWith('send') ? readSocketAddress(record.args) : undefined;
    if (target !== undefined && target.port !== 0) socket.peer ??= target;
    if (isDns(socket)) {
      const message = messageOf(socket, args);
      if (record.errno !== undefined)
        this.lookups.onError(socket, record.errno, endNs, record.resumedAt ?? record.at);
      else if (socket.transport === 'udp' || isQuestion(socket, message))
        this.lookups.onSend(socket, {
          message,
          server: target ?? socket.peer,
          timeNs: record.startNs,
          at: record.at,
        });
    }
    if (socket.transport !== 'tcp') return;
    if (record.errno !== undefined) this.#onFailure(socket, record, endNs);
    else this.connections.onWrite(socket, dataOf(record, args, endNs));
  }

  #onReceive(socket: Socket, record: SyscallRecord, endNs: number): void {
    if (record.state === 'open' && socket.connection !== undefined) socket.connection.isReading = true;
    if (record.state !== 'complete') return;
    const at = record.resumedAt ?? record.at;
    const args = splitArguments(record.args);
    if (isDns(socket) && (record.value ?? 0) > 0) {
      const message = messageOf(socket, args);
      const isCutOff = socket.transport === 'udp' && payloadOf(args).length < DNS_HEADER;
      if (message?.isResponse || isCutOff)
        this.lookups.onReceive(socket, {
          message,
          server: readSocketAddress(record.args),
          timeNs: endNs,
          at,
        });
    } else if (isDns(socket) && record.errno !== undefined && record.errno !== 'EAGAIN') {
      this.lookups.onError(socket, record.errno, endNs, at);
    }
    if (socket.transport !== 'tcp') return;
    if (record.errno !== undefined) this.#onFailure(socket, record, endNs);
    else if (record.value === 0) this.connections.onEnd(socket, 'eof', endNs, at);
    else this.connections.onRead(socket, { ...dataOf(record, args, endNs), at });
  }

  #onFailure(socket: Socket, record: SyscallRecord, endNs: number): void {
    if (
      record.errno === undefined ||
      ['EAGAIN', 'EWOULDBLOCK', 'EINTR', 'EINPROGRESS', 'ENOTCONN'].includes(record.errno)
    )
      return;
    this.connections.onEnd(socket, record.errno, endNs, record.resumedAt ?? record.at);
  }

  /** sendmmsg and recvmmsg: glibc sends A and AAAA with one call. */
  #onMany(socket: Socket, record: SyscallRecord): void {
    if (record.state !== 'complete' || !isDns(socket)) return;
    const { startNs, durationNs = 0, at, resumedAt = at } = record;
    for (const { bytes } of readBuffers(record.args)) {
      const packet = { message: readDns(bytes), server: socket.peer };
      if (record.name === 'sendmmsg') this.lookups.onSend(socket, { ...packet, timeNs: startNs, at });
      else this.lookups.onReceive(socket, { ...packet, timeNs: startNs + durationNs, at: resumedAt });
    }
  }
}

/** Without -T: a call that waits was over when the next line was printed, and waited until then if it may. */
function withDuration(record: SyscallRecord, { blocks }: Socket): SyscallRecord {
  const { name, startNs, durationNs, boundNs } = record;
  if (durationNs !== undefined || boundNs === undefined || !blocks) return record;
  return RECEIVES.has(name) || name === 'connect' ? { ...record, durationNs: boundNs - startNs } : record;
}

/** Waits for answers that would have come through read. */
function unreadOf(connections: readonly Connection[]): Span[] {
  return connections
    .filter(({ isWritten, bytesIn }) => isWritten && bytesIn === 0)
    .flatMap(({ spans }) => spans.filter(({ kind }) => kind !== 'connect'));
}

/** A nameserver, or systemd-resolved, is at the other end. */
function isDns({ peer }: Socket): boolean {
  return peer?.port === DNS_PORT || peer?.address === RESOLVED_SOCKET;
}

/** Over TCP the length may be written before it; what systemd-resolved is asked is told by its beginning. */
function isQuestion({ transport }: Socket, message: DnsMessage | undefined): boolean {
  return transport === 'tcp' ? message?.name !== undefined : message?.isResponse === false;
}

function messageOf({ peer, transport }: Socket, args: readonly string[]): DnsMessage | undefined {
  const bytes = payloadOf(args);
  if (peer?.address === RESOLVED_SOCKET) return readResolved(bytes);
  return transport === 'tcp' ? readDnsOverTcp(bytes) : readDns(bytes);
}

/** The bytes of the first buffer: a string argument, or the iov_base of a message. */
function payloadOf(args: readonly string[]): Uint8Array {
  const buffer = args[1] ?? '';
  if (buffer.startsWith('"')) return readString(buffer)?.bytes ?? NOTHING;
  const [first] = readBuffers(buffer);
  return first?.bytes ?? NOTHING;
}

function dataOf(record: SyscallRecord, args: readonly string[], endNs: number): Payload {
  return { bytes: payloadOf(args), length: record.value ?? 0, startNs: record.startNs, endNs, at: record.at };
}
