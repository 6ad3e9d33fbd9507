import type { SocketAddress } from '../../../parsers/strace/arguments.ts';
import type { SyscallRecord } from '../../../parsers/strace/records.ts';
import type { SourceLine } from '../../../parsers/types.ts';
import type { Span } from '../../model/span.ts';
import type { Process } from '../processes/processes.ts';
import type { Tunnel } from './tunnels.ts';

/** A socket from socket() to close(), whichever processes share it. */
export interface Socket {
  readonly process: Process;
  readonly transport: 'tcp' | 'udp' | 'other';
  peer: SocketAddress | undefined;
  /** As -yy prints them: `TCP:[10.0.0.2:4242->10.0.0.1:443]`. */
  ends: string | undefined;
  /** For port 53: the queries without an answer. */
  queries: Span[];
  connection: Connection | undefined;
  /** What is sent goes through write, so that what is received comes through read. */
  isWritten: boolean;
  /** No call shows it being made: a connect is all that is known of it. */
  isGuessed: boolean;
  /** A call on it waits until it is done: it was made so, and none has come back for want of data. */
  blocks: boolean;
}

/** What is known of a TCP connection: its spans in the order connect, tls, response, transfer. */
export interface Connection {
  connect: Span | undefined;
  state: 'connecting' | 'open' | 'closed';
  /** The call that began it has returned. */
  hasReturned: boolean;
  /** The name asked for: SNI, the Host header, else the name that was looked up. */
  host: string | undefined;
  /** What a proxy was asked for. */
  tunnel: Tunnel | undefined;
  tls: Span | undefined;
  isTls: boolean;
  /** The client takes session tickets, or may, as far as the log holds its ClientHello. */
  takesTickets: boolean;
  /** When the last word of the handshake went either way. */
  lastHandshakeNs: number;
  response: Span | undefined;
  transfer: Span | undefined;
  lastWriteNs: number;
  lastDataNs: number;
  bytesIn: number;
  /** The client's last word of the handshake was seen. */
  hasFinished: boolean;
  /** When both sides had said all of the handshake, whether or not anything was asked for behind it. */
  handshakeDoneNs: number | undefined;
  /** The length of the first record that came after the handshake. */
  firstRecord: number | undefined;
  /** What came after the handshake, before anything was asked for. */
  bytesUnasked: number;
  requests: number;
  /** Through write: what comes back does so through read. */
  isWritten: boolean;
  /** Requests since the connection was last idle. */
  outstanding: number;
  /** Frames that only HTTP/2 has were written. */
  isHttp2: boolean;
  /** The target of the last HTTP/1 request that was readable. */
  url: string | undefined;
  status: number | undefined;
  /** Bytes of the body that are still due, where Content-Length told. */
  due: number | undefined;
  lastReadAt: SourceLine | undefined;
  /** A read that had not returned when the process or the log ended: more was awaited. */
  isReading: boolean;
  spans: Span[];
}

/** Less than this is the whole of a `.info` or `.mod` with its headers. */
const SMALL_ANSWER = 2048;

/**
 * Whether what comes after a pause may be another response and not more of the same: several requests are out, or, on
 * HTTP/2, what came so far was so little that it was all of an answer.
 */
export function mayBeNext({ outstanding, isHttp2, transfer, requests }: Connection): boolean {
  if (outstanding > 1) return true;
  return isHttp2 && requests > 1 && (transfer?.attributes['gotrace.bytes'] ?? 0) < SMALL_ANSWER;
}

export function newSocket(process: Process, transport: Socket['transport']): Socket {
  return {
    process,
    transport,
    peer: undefined,
    ends: undefined,
    queries: [],
    connection: undefined,
    isWritten: false,
    isGuessed: false,
    blocks: false,
  };
}

/** A connection that is first seen at a time; without a span where it was made before the log began. */
export function newConnection(connect: Span | undefined, timeNs: number): Connection {
  return {
    connect,
    state: 'connecting',
    hasReturned: false,
    host: undefined,
    tunnel: undefined,
    tls: undefined,
    isTls: false,
    takesTickets: false,
    lastHandshakeNs: timeNs,
    response: undefined,
    transfer: undefined,
    lastWriteNs: timeNs,
    lastDataNs: timeNs,
    bytesIn: 0,
    hasFinished: false,
    handshakeDoneNs: undefined,
    firstRecord: undefined,
    bytesUnasked: 0,
    requests: 0,
    isWritten: false,
    outstanding: 0,
    isHttp2: false,
    url: undefined,
    status: undefined,
    due: undefined,
    lastReadAt: undefined,
    isReading: false,
    spans: connect === undefined ? [] : [connect],
  };
}

/**
 * Whether a connect is one of another socket with the number of this one, whose close is not in the log: one that goes
 * elsewhere, or begins again. Where it is under way, it says EALREADY (connect(2)).
 */
export function isAnew(
  { connect, state, hasReturned }: Connection,
  { errno }: SyscallRecord,
  peer: SocketAddress | undefined,
): boolean {
  if (state === 'connecting' && !hasReturned) return false;
  const { 'network.peer.address': address, 'network.peer.port': port } = connect?.attributes ?? {};
  const isElsewhere =
    peer !== undefined && address !== undefined && (peer.address !== address || peer.port !== port);
  return isElsewhere || errno === 'EINPROGRESS';
}

/** Ports on which TLS is spoken from the first byte. */
export const TLS_PORTS = new Set([443, 8443, 465, 993]);

/** Data that went through a socket: the bytes as far as the log holds them, and how many there really were. */
export interface Payload {
  readonly bytes: Uint8Array;
  readonly length: number;
  readonly startNs: number;
  readonly endNs: number;
  readonly at: SourceLine;
}

/** Silence of this length between data, with another request under way, is the wait for that one's response. */
export const NEXT_RESPONSE_NS = 0.3e9;

/** What the spans of a connection have in common. */
export function attributesOf(connection: Connection, socket: Socket): Span['attributes'] {
  const { peer } = socket;
  return {
    'process.pid': socket.process.pid,
    ...(connection.host === undefined ? {} : { 'server.address': connection.host }),
    ...(peer === undefined ? {} : { 'network.peer.address': peer.address, 'network.peer.port': peer.port }),
  };
}

/** Ends a span that is open: with an error, where it did not get what it waited for. */
export function endSpan(span: Span | undefined, timeNs: number, at: SourceLine, error?: string): void {
  if (span === undefined || span.endNs !== undefined) return;
  span.endNs = Math.max(timeNs, span.startNs);
  if (error !== undefined) span.attributes['error.type'] = error;
  if (span.evidence.length < 4) span.evidence.push(at);
}

/** `192.0.2.1:443`, `[2001:db8::1]:443`. */
export function printAddress(address: string, port: number): string {
  return address.includes(':') ? `[${address}]:${port}` : `${address}:${port}`;
}

/** The other way round; port 0 where there is none. */
export function readAddress(printed: string): { readonly address: string; readonly port: number } {
  return {
    address: printed.replace(/:\d+$/, '').replace(/^\[(.*)\]$/, '$1'),
    port: Number(/:(\d+)$/.exec(printed)?.[1] ?? 0),
  };
}

const HTTP_PORT = 80;

/** What stands for the host of a URL whose Host header the log does not hold. */
export function printPeer({ peer }: Socket): string {
  if (peer === undefined) return '';
  return peer.port === HTTP_PORT ? peer.address : printAddress(peer.address, peer.port);
}
