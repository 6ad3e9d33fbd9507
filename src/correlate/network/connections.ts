import { readPeer, readSocketAddress } from '../../../parsers/strace/arguments.ts';
import type { SyscallRecord } from '../../../parsers/strace/records.ts';
import type { SourceLine } from '../../../parsers/types.ts';
import type { SpanStore } from '../../model/span.ts';
import { type HttpRequest, readHttpRequest, readHttpResponse } from '../../wire/http1.ts';
import { isControlLength, tlsRecordLength, tlsRecordType } from '../../wire/tls.ts';
import { handshakeEnd, isHandshakeWrite, onHandshakeRead } from './handshake.ts';
import {
  attributesOf,
  type Connection,
  endSpan,
  isAnew,
  mayBeNext,
  NEXT_RESPONSE_NS,
  newConnection,
  type Payload,
  printAddress,
  printPeer,
  type Socket,
  TLS_PORTS,
} from './socket.ts';
import { answerLate, isAfterTickets } from './tickets.ts';
import { isConsent, nameOfTunnel, refusalOf, tunnelAskedFor } from './tunnels.ts';

/** Data this recent may still be a body under way when the next request is sent. */
const BUSY_NS = 50e6;
/** Two writes this close carry one request; a later one is another request on the same connection. */
const SAME_REQUEST_NS = 5e6;

/**
 * The life of each TCP connection. What a Go program waits for is no call of its own: connect gives EINPROGRESS and
 * read gives EAGAIN at once, so each wait is the gap until the next call on the descriptor that gets on.
 */
export class Connections {
  readonly #store: SpanStore;
  all: Connection[] = [];

  constructor(store: SpanStore) {
    this.#store = store;
    store.onCompact((kept) => {
      for (const connection of this.all) connection.spans = connection.spans.filter((span) => kept.has(span));
      this.all = this.all.filter(
        (connection) => connection.spans.length > 0 || connection.state !== 'closed',
      );
    });
  }

  /** `host` is the name that was looked up for it, where the order of the calls tells. */
  onConnect(socket: Socket, record: SyscallRecord, host: string | undefined): void {
    const known = socket.connection;
    const peer = readSocketAddress(record.args) ?? socket.peer;
    if (known !== undefined && isAnew(known, record, peer)) this.onClose(socket, record.startNs, record.at);
    else if (known?.connect !== undefined && known.connect.endNs === undefined) {
      this.#settle(known, socket, record);
      return;
    }
    // A socket is not connected twice; strace shows both halves of a connect that blocks.
    if (known !== undefined && known.state !== 'closed') return;
    if (peer === undefined || peer.family === 'unix' || peer.family === 'other') return;
    socket.peer = peer;
    const span = this.#store.open(
      'connect',
      'connect',
      `connect ${printAddress(peer.address, peer.port)}`,
      record.startNs,
      [record.at],
    );
    span.attributes = {
      'network.peer.address': peer.address,
      'network.peer.port': peer.port,
      'process.pid': socket.process.pid,
    };
    const connection = newConnection(span, record.startNs);
    connection.host = host;
    socket.connection = connection;
    this.all.push(connection);
    this.#settle(connection, socket, record);
  }

  #settle(connection: Connection, socket: Socket, record: SyscallRecord): void {
    if (record.state !== 'complete') return;
    connection.hasReturned = true;
    const endNs = record.startNs + (record.durationNs ?? 0);
    if (record.errno === undefined || record.errno === 'EISCONN')
      this.#established(connection, endNs, record.resumedAt ?? record.at);
    else if (!['EINPROGRESS', 'EALREADY', 'EINTR', 'EAGAIN'].includes(record.errno)) {
      this.onSocketError(socket, record.errno, endNs, record.resumedAt ?? record.at);
    }
  }

  /** getsockopt(SO_ERROR): how a non-blocking connect ended. */
  onSocketError(socket: Socket, error: string | undefined, timeNs: number, at: SourceLine): void {
    const connection = socket.connection;
    if (connection?.connect === undefined || connection.connect.endNs !== undefined) return;
    if (error === undefined) this.#established(connection, timeNs, at);
    else {
      endSpan(connection.connect, timeNs, at, error);
      connection.state = 'closed';
    }
  }

  #established(connection: Connection, timeNs: number, at: SourceLine): void {
    if (connection.state !== 'connecting') return;
    connection.state = 'open';
    if (connection.connect !== undefined) endSpan(connection.connect, timeNs, at);
  }

  /** A socket that was connected before the log began: -yy shows both its ends. */
  adopt(socket: Socket, annotation: string, timeNs: number): void {
    const peer = readPeer(annotation);
    if (peer === undefined || socket.connection !== undefined) return;
    socket.peer ??= peer;
    if (socket.transport !== 'tcp') return;
    const connection = newConnection(undefined, timeNs);
    connection.state = 'open';
    connection.isTls = TLS_PORTS.has(peer.port);
    socket.connection = connection;
    this.all.push(connection);
  }

  onWrite(socket: Socket, data: Payload): void {
    const connection = socket.connection;
    if (connection === undefined || data.length <= 0) return;
    this.#established(connection, data.startNs, data.at);
    connection.isWritten = socket.isWritten;
    if (isHandshakeWrite(this.#store, connection, socket, data)) return;
    const isFirst = connection.requests === 0;
    if (connection.isTls && isControlLength(data.length) && !isFirst) {
      connection.isHttp2 = true;
      return;
    }
    this.#onRequest(connection, socket, data);
  }

  #onRequest(connection: Connection, socket: Socket, data: Payload): void {
    const request = connection.isTls ? undefined : readHttpRequest(data.bytes);
    const tunnel = connection.isTls ? undefined : tunnelAskedFor(connection, data, request);
    if (tunnel !== undefined) connection.tunnel = tunnel;
    else if (request !== undefined) this.#onHttpRequest(connection, socket, request);
    const sameRequest =
      connection.response?.endNs === undefined && data.startNs - connection.lastWriteNs < SAME_REQUEST_NS;
    connection.lastWriteNs = data.endNs;
    this.#closeTransfer(connection);
    if (connection.response !== undefined && connection.response.endNs === undefined) {
      // A body or a second frame of the same request; a request beside it, on HTTP/2, shares the wait.
      if (sameRequest) connection.response.startNs = data.endNs;
      connection.outstanding++;
      return;
    }
    connection.requests++;
    const isBusy = data.startNs - connection.lastDataNs < BUSY_NS && connection.bytesIn > 0;
    connection.outstanding = isBusy ? connection.outstanding + 1 : 1;
    connection.due = undefined;
    const span = this.#store.open('response', 'ttfb', 'wait for the response', data.endNs, [data.at]);
    span.attributes = attributesOf(connection, socket);
    if (connection.url !== undefined) span.attributes['url.full'] = connection.url;
    if (tunnel !== undefined) {
      span.name = nameOfTunnel(tunnel);
      span.attributes['gotrace.tunnel'] = tunnel.protocol;
    }
    connection.response = span;
    connection.spans.push(span);
  }

  #onHttpRequest(connection: Connection, socket: Socket, request: HttpRequest): void {
    const { host, target } = request;
    connection.host ??= host?.replace(/:\d+$/, '');
    if (target === undefined || /^https?:/.test(target)) connection.url = target;
    else connection.url = `http://${host ?? printPeer(socket)}${target}`;
  }

  onRead(socket: Socket, data: Payload): void {
    const connection = socket.connection;
    if (connection === undefined) return;
    this.#established(connection, data.endNs, data.at);
    connection.bytesIn += data.length;
    connection.lastReadAt = data.at;
    if (connection.tls !== undefined && connection.tls.endNs === undefined) {
      onHandshakeRead(connection, connection.tls, data);
      return;
    }
    if (connection.isTls && data.bytes.length > 0 && data.length < 5 + 1 + 16) {
      // Too short for a frame: the tail of a record, or an alert that closes.
      if (tlsRecordType(data.bytes) === 'alert') return;
    }
    if (connection.isTls && connection.requests === 0) {
      connection.firstRecord ??= tlsRecordLength(data.bytes);
      connection.bytesUnasked += data.length;
    }
    const answered = connection.response !== undefined && connection.response.endNs === undefined;
    if (answered) this.#onFirstByte(connection, socket, data);
    else if (isAfterTickets(connection, data)) answerLate(connection, data);
    else if (mayBeNext(connection) && data.endNs - connection.lastDataNs >= NEXT_RESPONSE_NS)
      this.#onNextResponse(connection, socket, data);
    else this.#onMore(connection, data);
    connection.lastDataNs = data.endNs;
  }

  #onFirstByte(connection: Connection, socket: Socket, data: Payload): void {
    const head = connection.isTls ? undefined : readHttpResponse(data.bytes);
    if (head !== undefined && connection.response !== undefined) {
      connection.status = head.status;
      connection.response.attributes['http.response.status_code'] = head.status;
    }
    this.#closeResponse(connection, data.endNs, data.at);
    connection.due = head?.contentLength;
    const { tunnel } = connection;
    if (tunnel !== undefined && !connection.isTls) {
      const refusal = refusalOf(tunnel, data.bytes);
      if (refusal !== undefined && connection.response !== undefined)
        connection.response.attributes['error.type'] = refusal;
      if (isConsent(tunnel, head)) return;
    }
    if (connection.requests === 1) connection.firstRecord ??= tlsRecordLength(data.bytes);
    const transfer = this.#store.open('transfer', 'transfer', 'body', data.endNs, [data.at]);
    transfer.attributes = { ...attributesOf(connection, socket), 'gotrace.bytes': data.length };
    if (connection.url !== undefined) transfer.attributes['url.full'] = connection.url;
    connection.transfer = transfer;
    connection.spans.push(transfer);
  }

  /** HTTP/2: the response that was awaited has come and gone, and now the next one begins. */
  #onNextResponse(connection: Connection, socket: Socket, data: Payload): void {
    connection.outstanding = Math.max(0, connection.outstanding - 1);
    this.#closeTransfer(connection);
    const span = this.#store.open('response', 'ttfb', 'wait for the response', connection.lastDataNs, [
      data.at,
    ]);
    span.attributes = attributesOf(connection, socket);
    connection.response = span;
    connection.spans.push(span);
    this.#onFirstByte(connection, socket, data);
  }

  #onMore(connection: Connection, data: Payload): void {
    const { transfer } = connection;
    if (transfer === undefined) return;
    transfer.attributes['gotrace.bytes'] = (transfer.attributes['gotrace.bytes'] ?? 0) + data.length;
    transfer.endNs = data.endNs;
    if (transfer.evidence.length < 2) transfer.evidence.push(data.at);
    else transfer.evidence[1] = data.at;
  }

  /** A read that failed or found the end: what was awaited will not come. */
  onEnd(socket: Socket, error: string, timeNs: number, at: SourceLine): void {
    const connection = socket.connection;
    if (connection === undefined) return;
    this.onSocketError(socket, error, timeNs, at);
    if (connection.tls !== undefined && connection.tls.endNs === undefined)
      endSpan(connection.tls, timeNs, at, error);
    if (connection.response !== undefined && connection.response.endNs === undefined) {
      endSpan(connection.response, timeNs, at, error);
    }
    if (connection.transfer !== undefined && error !== 'eof') {
      connection.transfer.attributes['error.type'] = error;
      connection.transfer.evidence.push(at);
    }
    this.#closeTransfer(connection);
  }

  onClose(socket: Socket, timeNs: number, at: SourceLine): void {
    const connection = socket.connection;
    if (connection === undefined || connection.state === 'closed') return;
    if (connection.connect !== undefined && connection.connect.endNs === undefined)
      endSpan(connection.connect, timeNs, at, 'aborted');
    if (connection.tls !== undefined && connection.tls.endNs === undefined) {
      const doneNs = handshakeEnd(connection, timeNs - connection.lastHandshakeNs < 1e9);
      if (doneNs === undefined) endSpan(connection.tls, timeNs, at, 'aborted');
      else endSpan(connection.tls, doneNs, at);
    }
    if (connection.response !== undefined && connection.response.endNs === undefined)
      endSpan(connection.response, timeNs, at, 'aborted');
    this.#closeTransfer(connection);
    connection.state = 'closed';
  }

  #closeResponse(connection: Connection, timeNs: number, at: SourceLine): void {
    if (connection.response !== undefined && connection.response.endNs === undefined)
      endSpan(connection.response, timeNs, at);
  }

  #closeTransfer(connection: Connection): void {
    if (connection.transfer !== undefined) connection.transfer.endNs ??= connection.lastDataNs;
    connection.transfer = undefined;
  }

  /** At the end of the log: bodies without a known length end with their last byte; the rest stays open. */
  finish(): void {
    for (const connection of this.all) {
      const { transfer, tls } = connection;
      const doneNs = handshakeEnd(connection, connection.requests > 0);
      if (doneNs !== undefined && tls !== undefined) tls.endNs ??= doneNs;
      if (transfer !== undefined && (connection.due === undefined || connection.bytesIn >= connection.due)) {
        transfer.endNs ??= connection.lastDataNs;
      }
    }
  }
}
