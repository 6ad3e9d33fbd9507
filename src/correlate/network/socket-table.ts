import { readPeer, readSocketAddress, type SocketAddress } from '../../../parsers/strace/arguments.ts';
import type { SyscallRecord } from '../../../parsers/strace/records.ts';
import { descriptorOf, type Process } from '../processes/processes.ts';
import { isAnew, newSocket, type Socket } from './socket.ts';

/** No handshake of TCP with another machine is done in less. */
const AT_ONCE_NS = 200_000;
/** A machine has fewer sockets open: where no close is in the log, they are not kept for ever. */
const MOST_OPEN = 50_000;

export interface SocketEvents {
  /** It was connected before the log began: both its ends are known. */
  readonly onAdopted: (socket: Socket, ends: string, by: SyscallRecord) => void;
  /** It was closed by this call, or before it. */
  readonly onClosed: (socket: Socket, by: SyscallRecord) => void;
}

/** Which calls on which descriptors belong to which socket: by number, by what -y and -yy say of it, and by what fits. */
export class SocketTable {
  readonly #events: SocketEvents;
  /** By both of its ends, as -yy prints them. */
  readonly #byEnds = new Map<string, Socket>();

  constructor(events: SocketEvents) {
    this.#events = events;
  }

  onSocket(record: SyscallRecord, process: Process): void {
    if (record.value === undefined || record.value < 0) return;
    this.onGivenOut(record.value, record, process);
    const inet = /^(?:AF|PF)_INET6?\b/.test(record.args);
    const transport = !inet
      ? 'other'
      : record.args.includes('SOCK_STREAM')
        ? 'tcp'
        : record.args.includes('SOCK_DGRAM')
          ? 'udp'
          : 'other';
    const socket = newSocket(process, transport);
    socket.blocks = !record.args.includes('SOCK_NONBLOCK');
    process.descriptors.set(record.value, {
      kind: 'socket',
      socket,
      closeOnExec: record.args.includes('SOCK_CLOEXEC'),
    });
  }

  onDup(record: SyscallRecord, process: Process): void {
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

  /** The socket that a call is one on. */
  of(record: SyscallRecord, process: Process): Socket | undefined {
    return this.#ofThisNumber(record, process) ?? connecting(record, process);
  }

  onClose(socket: Socket, record: SyscallRecord, process: Process): void {
    const fd = descriptorOf(record)?.fd;
    if (fd !== undefined) process.descriptors.delete(fd);
    this.#release(socket, record, process);
  }

  /**
   * The kernel gave the number to another one: where no close is in the log, that is how it is known.
   * What -yy tells of goes on: where no clone is in the log either, it may be the number of a child.
   */
  onGivenOut(fd: number, record: SyscallRecord, process: Process): void {
    const known = process.descriptors.get(fd);
    if (known?.kind !== 'socket' || known.socket.ends !== undefined) return;
    process.descriptors.delete(fd);
    this.#release(known.socket, record, process);
  }

  #release(socket: Socket, record: SyscallRecord, process: Process): void {
    // A copy in a child or under another number keeps the connection.
    for (const other of process.descriptors.values())
      if (other.kind === 'socket' && other.socket === socket) return;
    if (socket.process !== process) return;
    if (socket.ends !== undefined) this.#byEnds.delete(socket.ends);
    this.#events.onClosed(socket, record);
  }

  /** Without `socket` and `close` in the log, each connect may be of another socket with the same number. */
  #ofThisNumber(record: SyscallRecord, process: Process): Socket | undefined {
    const socket = this.#socketOf(record, process);
    if (socket === undefined || !socket.isGuessed || record.name !== 'connect') return socket;
    const { connection } = socket;
    if (connection !== undefined && !isAnew(connection, record, readSocketAddress(record.args)))
      return socket;
    this.#events.onClosed(socket, record);
    return undefined;
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
      return known?.kind === 'socket' && isSocketOf(known.socket, annotation) ? known.socket : undefined;
    const peer = readPeer(annotation);
    if (known?.kind === 'socket') {
      const { socket } = known;
      const same =
        peer === undefined || socket.peer === undefined || sameEnd(peer.address, socket.peer.address);
      if (same && socket.transport === transport) {
        if (peer !== undefined && socket.ends === undefined) this.#name(socket, peer, annotation);
        return socket;
      }
    }
    // Where no clone is in the log, a child was taken for a thread, and what it opened under this number for all of theirs.
    const before = this.#byEnds.get(annotation);
    const socket = before?.process === process ? before : newSocket(process, transport);
    if (socket !== before && peer !== undefined) {
      this.#name(socket, peer, annotation);
      this.#events.onAdopted(socket, annotation, record);
    }
    process.descriptors.set(fd, { kind: 'socket', socket, closeOnExec: true });
    return socket;
  }

  #name(socket: Socket, peer: SocketAddress, ends: string): void {
    socket.peer ??= peer;
    socket.ends = ends;
    if (this.#byEnds.size < MOST_OPEN) this.#byEnds.set(ends, socket);
  }
}

/** A log that begins later, or holds some calls only (-e connect), has no `socket` call: how it goes on tells which kind it is. */
function connecting(record: SyscallRecord, process: Process): Socket | undefined {
  const fd = record.name === 'connect' ? descriptorOf(record)?.fd : undefined;
  const peer = fd === undefined ? undefined : readSocketAddress(record.args);
  if (fd === undefined || peer === undefined || peer.family === 'unix' || record.state === 'entered')
    return undefined;
  // Connecting a UDP socket sends nothing, and succeeds at once.
  const isUdp = record.state === 'complete' && record.value === 0 && !((record.durationNs ?? 0) > AT_ONCE_NS);
  const socket = newSocket(process, isUdp ? 'udp' : 'tcp');
  socket.isGuessed = true;
  process.descriptors.set(fd, { kind: 'socket', socket, closeOnExec: true });
  return socket;
}

/** `socket:[…]` may be any; what -yy says more of is of this kind, or the close of the one that had this number is not in the log. */
function isSocketOf({ transport }: Socket, annotation: string): boolean {
  return (
    annotation.startsWith('socket:') || (transport === 'other' && /^(?:UNIX|NETLINK|unix)/.test(annotation))
  );
}

function sameEnd(a: string, b: string): boolean {
  return a === b || a.replace(/^::ffff:/, '') === b.replace(/^::ffff:/, '');
}
