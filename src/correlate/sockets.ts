import {
  readBuffers,
  readPeer,
  readSocketAddress,
  readString,
  splitArguments,
} from '../../parsers/strace/arguments.ts';
import type { SyscallRecord } from '../../parsers/strace/records.ts';
import type { SpanStore } from '../model/span.ts';
import { type DnsMessage, readDns, readDnsOverTcp } from '../wire/dns.ts';
import { RESOLVED_SOCKET, readResolved } from '../wire/resolved.ts';
import { Connections } from './connections.ts';
import { Lookups } from './lookups.ts';
import { descriptorOf, type Process } from './processes.ts';
import { newSocket, type Payload, type Socket } from './socket.ts';

const DNS_PORT = 53;
/** No handshake of TCP with another machine is done in less. */
const AT_ONCE_NS = 200_000;
const SENDS = new Set(['write', 'writev', 'sendto', 'sendmsg', 'send', 'sendfile', 'splice']);
const RECEIVES = new Set(['read', 'readv', 'recvfrom', 'recvmsg', 'recv']);
const NOTHING = new Uint8Array(0);

/** Which calls on which descriptors belong to which socket, and what they mean for it. */
export class Sockets {
  readonly lookups: Lookups;
  readonly connections: Connections;

  constructor(store: SpanStore) {
    this.lookups = new Lookups(store);
    this.connections = new Connections(store);
  }

  /** Every host that a connection named. */
  get hosts(): string[] {
    return [...new Set(this.connections.all.flatMap(({ host }) => host ?? []))];
  }

  /** True where the call was one on a socket. */
  on(record: SyscallRecord, process: Process): boolean {
    switch (record.name) {
      case 'socket':
        this.#onSocket(record, process);
        return true;
      case 'dup':
      case 'dup2':
      case 'dup3':
      case 'fcntl':
        this.#onDup(record, process);
        return false;
    }
    const socket = this.#socketOf(record, process) ?? connecting(record, process);
    if (socket === undefined) return false;
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
        this.#onClose(socket, record, process);
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

  #onSocket(record: SyscallRecord, process: Process): void {
    if (record.value === undefined || record.value < 0) return;
    const inet = /^(?:AF|PF)_INET6?\b/.test(record.args);
    const transport = !inet
      ? 'other'
      : record.args.includes('SOCK_STREAM')
        ? 'tcp'
        : record.args.includes('SOCK_DGRAM')
          ? 'udp'
          : 'other';
    process.descriptors.set(record.value, {
      kind: 'socket',
      socket: newSocket(process, transport),
      closeOnExec: record.args.includes('SOCK_CLOEXEC'),
    });
  }

  #onDup(record: SyscallRecord, process: Process): void {
    if (
      record.value === undefined ||
      record.value < 0 ||
      (record.name === 'fcntl' && !record.args.includes('F_DUPFD'))
    )
      return;
    const from = descriptorOf(record);
    const description = from === undefined ? undefined : process.descriptors.get(from.fd);
    if (description !== undefined)
      process.descriptors.set(record.value, { ...description, closeOnExec: /CLOEXEC/.test(record.args) });
  }

  /** By number, and by what -yy says: a peer that differs means that a close was missed. */
  #socketOf(record: SyscallRecord, process: Process): Socket | undefined {
    const descriptor = descriptorOf(record);
    if (descriptor === undefined) return undefined;
    const { fd, annotation } = descriptor;
    const known = process.descriptors.get(fd);
    if (annotation === undefined) return known?.kind === 'socket' ? known.socket : undefined;
    const transport = /^TCP/.test(annotation) ? 'tcp' : /^UDP/.test(annotation) ? 'udp' : undefined;
    if (transport === undefined)
      return known?.kind === 'socket' && /^(?:socket|UNIX|NETLINK|unix)/.test(annotation)
        ? known.socket
        : undefined;
    const peer = readPeer(annotation);
    if (known?.kind === 'socket') {
      const { socket } = known;
      const same =
        peer === undefined || socket.peer === undefined || sameEnd(peer.address, socket.peer.address);
      if (same && socket.transport === transport) {
        if (peer !== undefined && socket.peer === undefined) socket.peer = peer;
        return socket;
      }
    }
    const socket = newSocket(process, transport, peer);
    if (peer !== undefined) this.connections.adopt(socket, annotation);
    process.descriptors.set(fd, { kind: 'socket', socket, closeOnExec: true });
    return socket;
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
      return;
    }
    if (peer?.address === RESOLVED_SOCKET) socket.peer = peer;
    if (socket.transport !== 'tcp') return;
    this.connections.onConnect(socket, record, host);
  }

  #onClose(socket: Socket, record: SyscallRecord, process: Process): void {
    const fd = descriptorOf(record)?.fd;
    if (fd !== undefined) process.descriptors.delete(fd);
    // A copy in a child or under another number keeps the connection.
    for (const other of process.descriptors.values())
      if (other.kind === 'socket' && other.socket === socket) return;
    if (socket.process !== process) return;
    this.lookups.onClose(socket, record.startNs);
    this.connections.onClose(socket, record.startNs, record.at);
  }

  #onSend(socket: Socket, record: SyscallRecord, endNs: number): void {
    if (record.state !== 'complete') return;
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
      if (socket.transport === 'udp' || message?.isResponse)
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

/** A log that begins later, or holds some calls only (-e connect), has no `socket` call: how it goes on tells which kind it is. */
function connecting(record: SyscallRecord, process: Process): Socket | undefined {
  const fd = record.name === 'connect' ? descriptorOf(record)?.fd : undefined;
  const peer = fd === undefined ? undefined : readSocketAddress(record.args);
  if (fd === undefined || peer === undefined || peer.family === 'unix') return undefined;
  // Connecting a UDP socket sends nothing, and succeeds at once.
  const isUdp = record.state === 'complete' && record.value === 0 && !((record.durationNs ?? 0) > AT_ONCE_NS);
  const socket = newSocket(process, isUdp ? 'udp' : 'tcp');
  process.descriptors.set(fd, { kind: 'socket', socket, closeOnExec: true });
  return socket;
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

function sameEnd(a: string, b: string): boolean {
  return a === b || a.replace(/^::ffff:/, '') === b.replace(/^::ffff:/, '');
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
