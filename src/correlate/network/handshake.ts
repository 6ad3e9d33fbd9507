import type { Span, SpanStore } from '../../model/span.ts';
import {
  DUMMY_CHANGE,
  hasDataBehindFinished,
  holdsFinished,
  isFinished,
  isRefusal,
  readClientHello,
  tlsRecordType,
} from '../../wire/tls.ts';
import { programOf } from '../processes/processes.ts';
import { attributesOf, type Connection, endSpan, type Payload, type Socket, TLS_PORTS } from './socket.ts';
import { hostOfTunnel } from './tunnels.ts';

/** True while what is written belongs to the TLS handshake; the span of the handshake is opened, followed and ended. */
export function isHandshakeWrite(
  store: SpanStore,
  connection: Connection,
  socket: Socket,
  data: Payload,
): boolean {
  const hello = readClientHello(data.bytes);
  const isUnseen =
    data.bytes.length === 0 && TLS_PORTS.has(socket.peer?.port ?? 0) && connection.requests === 0;
  if (connection.tls === undefined && (hello !== undefined || (isUnseen && !connection.isTls))) {
    connection.host = hello?.serverName ?? hostOfTunnel(connection.tunnel) ?? connection.host;
    connection.takesTickets = hello?.takesTickets ?? programOf(socket.process.command) !== 'go';
    const span = begin(store, connection, socket, data);
    if (hello !== undefined && hello.alpn.length > 0)
      span.attributes['gotrace.tls.alpn'] = hello.alpn.join(' ');
    return true;
  }
  if (connection.tls === undefined || connection.tls.endNs !== undefined) return false;
  return goesOn(connection, connection.tls, data);
}

/** What the server sends in the course of a handshake. */
export function onHandshakeRead(connection: Connection, handshake: Span, data: Payload): void {
  connection.lastHandshakeNs = data.endNs;
  const type = tlsRecordType(data.bytes);
  if (type === 'alert') handshake.attributes['error.type'] = 'alert';
  // TLS 1.2: the server's last word answers the client's (RFC 5246, figure 1).
  if (type === 'change-cipher-spec' && connection.hasFinished) connection.handshakeDoneNs ??= data.endNs;
  if (handshake.evidence.length < 3) handshake.evidence.push(data.at);
}

/**
 * When a handshake was over behind which nothing came that ended it: a connection may be kept in reserve. Where its last
 * words were not told, `isLikely` says that what the server said was enough.
 */
export function handshakeEnd(
  { bytesIn, handshakeDoneNs, lastHandshakeNs }: Connection,
  isLikely: boolean,
): number | undefined {
  return handshakeDoneNs ?? (bytesIn > 0 && isLikely ? lastHandshakeNs : undefined);
}

function begin(store: SpanStore, connection: Connection, socket: Socket, data: Payload): Span {
  // What looked like an answer awaited is over, and what went before was said to a proxy: a tunnel is there.
  endSpan(connection.response, data.startNs, data.at);
  connection.requests = 0;
  connection.bytesIn = 0;
  connection.isTls = true;
  const span = store.open('tls', 'tls', 'TLS handshake', data.startNs, [data.at]);
  span.attributes = attributesOf(connection, socket);
  connection.tls = span;
  connection.spans.push(span);
  connection.lastHandshakeNs = data.endNs;
  return span;
}

function goesOn(connection: Connection, handshake: Span, data: Payload): boolean {
  const isFirstAnswer = connection.bytesIn > 0 && handshake.attributes['gotrace.tls.checked'] === undefined;
  if (isFirstAnswer && isRefusal(data.bytes, data.length)) {
    endSpan(handshake, data.startNs, data.at, 'refused');
    return true;
  }
  // GnuTLS sends it by itself, behind the ChangeCipherSpec.
  const isLastWord = !connection.hasFinished && isFinished(data.bytes, data.length);
  const type = data.bytes.length > 0 ? tlsRecordType(data.bytes) : undefined;
  const isOver = type === 'application-data' || hasDataBehindFinished(data.bytes, data.length);
  if (isOver || (data.bytes.length === 0 && connection.bytesIn > 0)) {
    connection.hasFinished = true;
    endSpan(handshake, Math.min(connection.lastHandshakeNs, data.startNs), data.at);
    return isLastWord;
  }
  if (connection.bytesIn > 0) {
    connection.hasFinished ||= data.length > DUMMY_CHANGE;
    if (holdsFinished(data.bytes)) connection.handshakeDoneNs = data.endNs;
    // Behind the server's last word come the client's own checks: under a tracer, a folder of CAs takes it a second.
    handshake.attributes['gotrace.tls.checked'] = data.startNs - connection.lastHandshakeNs;
  }
  connection.lastHandshakeNs = data.endNs;
  return true;
}
