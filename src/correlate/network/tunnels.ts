import type { HttpRequest, HttpResponse } from '../../wire/http1.ts';
import { isSocksGreeting, readSocksAnswer, readSocksRequest } from '../../wire/socks.ts';
import { type Connection, type Payload, readAddress } from './socket.ts';

/** What an egress proxy is asked for, before the connection through it is the host's own. */
export interface Tunnel {
  readonly protocol: 'CONNECT' | 'SOCKS5';
  /** `host:port`; absent while a SOCKS proxy has only been greeted, and where the log does not hold it whole. */
  readonly target?: string;
}

/** The tunnel that a write asks for, which may be an HTTP request; undefined where it asks for none. */
export function tunnelAskedFor(
  connection: Connection,
  { bytes, length }: Payload,
  request: HttpRequest | undefined,
): Tunnel | undefined {
  if (connection.tunnel?.protocol === 'SOCKS5') {
    const target = readSocksRequest(bytes);
    // What else is written is a user name and a password (RFC 1929).
    return target === undefined ? connection.tunnel : { protocol: 'SOCKS5', target };
  }
  if (connection.requests === 0 && isSocksGreeting(bytes, length)) return { protocol: 'SOCKS5' };
  if (request?.method !== 'CONNECT') return undefined;
  return { protocol: 'CONNECT', ...(request.target === undefined ? {} : { target: request.target }) };
}

/** The host behind the proxy, without its port. */
export function hostOfTunnel(tunnel: Tunnel | undefined): string | undefined {
  return tunnel?.target === undefined ? undefined : readAddress(tunnel.target).address;
}

/** The name of the span that waits for the proxy's answer. */
export function nameOfTunnel({ protocol, target = '' }: Tunnel): string {
  return `${protocol} ${target}`.trimEnd();
}

/** The host that such a span is about, without its port; undefined where its name holds none. */
export function hostInName(name: string): string | undefined {
  const target = name.split(' ')[1];
  return target === undefined ? undefined : readAddress(target).address;
}

/** Whether what came is the proxy's consent, and no body of a response. */
export function isConsent(tunnel: Tunnel, head: HttpResponse | undefined): boolean {
  return tunnel.protocol === 'SOCKS5' || (head !== undefined && head.status < 300);
}

/** RFC 1928, section 6; 0xff answers a greeting. */
const REFUSALS: Readonly<Record<number, string>> = {
  1: 'general failure',
  2: 'not allowed',
  3: 'network unreachable',
  4: 'host unreachable',
  5: 'connection refused',
  6: 'TTL expired',
  255: 'no acceptable authentication',
};

/** Why a SOCKS proxy says no; undefined where it does not. */
export function refusalOf(tunnel: Tunnel, bytes: Uint8Array): string | undefined {
  const code = tunnel.protocol === 'SOCKS5' ? (readSocksAnswer(bytes) ?? 0) : 0;
  return code === 0 ? undefined : (REFUSALS[code] ?? `SOCKS error ${code}`);
}
