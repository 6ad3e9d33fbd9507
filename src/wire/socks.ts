/** SOCKS version 5 (RFC 1928): what a client asks a SOCKS proxy for, and what that answers. */
const VERSION = 5;
const CONNECT = 1;
const IPV4 = 1;
const DOMAIN = 3;
const IPV6 = 4;

/** Section 3: the version, how many methods of authentication follow, and these. */
export function isSocksGreeting(bytes: Uint8Array, length: number): boolean {
  const [version, methods = 0] = bytes;
  return version === VERSION && methods > 0 && length === 2 + methods;
}

/** Section 4: the `host:port` of a CONNECT request; undefined for anything else. */
export function readSocksRequest(bytes: Uint8Array): string | undefined {
  const [version, command, reserved, type, first = 0] = bytes;
  if (version !== VERSION || command !== CONNECT || reserved !== 0) return undefined;
  const start = type === DOMAIN ? 5 : 4;
  const length = type === DOMAIN ? first : type === IPV4 ? 4 : type === IPV6 ? 16 : undefined;
  if (length === undefined || bytes.length < start + length + 2) return undefined;
  const host = bytes.subarray(start, start + length);
  const [high = 0, low = 0] = bytes.subarray(start + length);
  return `${printHost(type, host)}:${high * 256 + low}`;
}

function printHost(type: number | undefined, bytes: Uint8Array): string {
  if (type === DOMAIN) return Buffer.from(bytes).toString('latin1');
  if (type === IPV4) return bytes.join('.');
  const groups = Array.from({ length: 8 }, (_, at) =>
    Buffer.from(bytes)
      .readUInt16BE(at * 2)
      .toString(16),
  );
  return `[${groups.join(':')}]`;
}

/** Sections 3 and 6: the second byte of an answer; 0 means yes. */
export function readSocksAnswer(bytes: Uint8Array): number | undefined {
  const [version, code] = bytes;
  return version === VERSION ? code : undefined;
}
