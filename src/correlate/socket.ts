import type { SocketAddress } from '../../parsers/strace/arguments.ts';
import type { SourceLine } from '../../parsers/types.ts';
import type { Span } from '../model/span.ts';
import type { Process } from './processes.ts';

/** A socket from socket() to close(), whichever processes share it. */
export interface Socket {
  readonly process: Process;
  readonly transport: 'tcp' | 'udp' | 'other';
  peer: SocketAddress | undefined;
  /** For port 53: the queries without an answer. */
  queries: Span[];
  connection: Connection | undefined;
}

/** What is known of a TCP connection: its spans in the order connect, tls, response, transfer. */
export interface Connection {
  connect: Span | undefined;
  state: 'connecting' | 'open' | 'closed';
  /** The name asked for: SNI, the Host header, else the name that was looked up. */
  host: string | undefined;
  /** host:port that a proxy was asked to connect to. */
  tunnel: string | undefined;
  tls: Span | undefined;
  isTls: boolean;
  /** When the last byte of the handshake went either way. */
  lastHandshakeNs: number;
  response: Span | undefined;
  transfer: Span | undefined;
  lastWriteNs: number;
  lastDataNs: number;
  bytesIn: number;
  requests: number;
  /** Requests since the connection was last idle. */
  outstanding: number;
  /** The target of the last HTTP/1 request that was readable. */
  url: string | undefined;
  status: number | undefined;
  /** Bytes of the body that are still due, where Content-Length told. */
  due: number | undefined;
  lastReadAt: SourceLine | undefined;
  spans: Span[];
}

/** A connection that is being made; without a span where it was made before the log began. */
export function newConnection(connect: Span | undefined): Connection {
  return {
    connect,
    state: 'connecting',
    host: undefined,
    tunnel: undefined,
    tls: undefined,
    isTls: false,
    lastHandshakeNs: 0,
    response: undefined,
    transfer: undefined,
    lastWriteNs: 0,
    lastDataNs: 0,
    bytesIn: 0,
    requests: 0,
    outstanding: 0,
    url: undefined,
    status: undefined,
    due: undefined,
    lastReadAt: undefined,
    spans: connect === undefined ? [] : [connect],
  };
}
