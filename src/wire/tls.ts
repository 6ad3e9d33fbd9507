/** TLS record types: RFC 8446 section 5.1. */
export type TlsRecordType = 'change-cipher-spec' | 'alert' | 'handshake' | 'application-data';

const RECORD_TYPES: Readonly<Record<number, TlsRecordType>> = {
  20: 'change-cipher-spec',
  21: 'alert',
  22: 'handshake',
  23: 'application-data',
};

/** The type of the record that these bytes begin with; undefined where they begin no TLS record. */
export function tlsRecordType(bytes: Uint8Array): TlsRecordType | undefined {
  if (bytes.length >= 3 && (bytes[1] !== 3 || (bytes[2] ?? 9) > 4)) return undefined;
  return RECORD_TYPES[bytes[0] ?? 0];
}

const RECORD_HEADER = 5;

/** How long the record is that these bytes begin with, its header included; undefined where they begin no TLS record. */
export function tlsRecordLength(bytes: Uint8Array): number | undefined {
  if (bytes.length < RECORD_HEADER || tlsRecordType(bytes) === undefined) return undefined;
  return RECORD_HEADER + ((bytes[3] ?? 0) << 8) + (bytes[4] ?? 0);
}

/**
 * Whether all that a server has sent since the handshake may be session tickets (RFC 8446, section 4.6.1): OpenSSL sends two
 * of the same length, a few hundred bytes each, before it has read a request.
 */
export function mayBeTickets(bytes: number, recordLength: number | undefined): boolean {
  return (
    recordLength !== undefined &&
    recordLength <= LONGEST_TICKET &&
    bytes > recordLength &&
    bytes <= MOST_TICKETS * recordLength &&
    bytes % recordLength === 0
  );
}

const LONGEST_TICKET = 600;
const MOST_TICKETS = 4;

export interface ClientHello {
  /** The Server Name Indication, where the payload holds it. */
  readonly serverName: string | undefined;
}

const HANDSHAKE_HEADER = 9;
const SERVER_NAME_EXTENSION = 0;

/** A ClientHello (RFC 8446 section 4.1.2), of which `-s N` may have cut the end. Undefined for any other record. */
export function readClientHello(bytes: Uint8Array): ClientHello | undefined {
  if (bytes[0] !== 22 || bytes[1] !== 3 || (bytes.length > 5 && bytes[5] !== 1)) return undefined;
  return { serverName: readServerName(bytes) };
}

function readServerName(bytes: Uint8Array): string | undefined {
  const u16 = (at: number) => ((bytes[at] ?? 0) << 8) | (bytes[at + 1] ?? 0);
  // Behind the headers: version (2) and random (32), then session id, cipher suites, compression, extensions.
  let at = HANDSHAKE_HEADER + 34;
  at += 1 + (bytes[at] ?? 0);
  at += 2 + u16(at);
  at += 1 + (bytes[at] ?? 0);
  const end = Math.min(bytes.length, at + 2 + u16(at));
  at += 2;
  while (at + 4 <= end) {
    const type = u16(at);
    const length = u16(at + 2);
    if (type === SERVER_NAME_EXTENSION) {
      const nameLength = u16(at + 7);
      const start = at + 9;
      if (nameLength === 0 || start + nameLength > bytes.length) return undefined;
      return Buffer.from(bytes.subarray(start, start + nameLength)).toString('latin1');
    }
    at += 4 + length;
  }
  return undefined;
}
