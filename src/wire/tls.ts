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
/** An encrypted alert: level and description, the content type, and the tag (RFC 8446 sections 5.2 and 6). */
const ENCRYPTED_ALERT = RECORD_HEADER + 2 + 1 + 16;
/** The ChangeCipherSpec that a client may send first, and that means nothing (RFC 8446 appendix D.4). */
export const DUMMY_CHANGE = RECORD_HEADER + 1;

/** How long the record is that these bytes begin with, its header included; undefined where they begin no TLS record. */
export function tlsRecordLength(bytes: Uint8Array): number | undefined {
  if (bytes.length < RECORD_HEADER || tlsRecordType(bytes) === undefined) return undefined;
  return RECORD_HEADER + ((bytes[3] ?? 0) << 8) + (bytes[4] ?? 0);
}

/**
 * Whether a client's first words behind a ServerHello are an alert, and no Finished: it does not take what the server
 * presented. `length` is of all that was written, `bytes` what the log holds of it.
 */
export function isRefusal(bytes: Uint8Array, length: number): boolean {
  const type = tlsRecordType(bytes);
  if (type === 'alert') return true;
  const before = type === 'change-cipher-spec' ? DUMMY_CHANGE : 0;
  return type !== undefined && type !== 'handshake' && length === before + ENCRYPTED_ALERT;
}

/**
 * Whether a client that writes this has done all of a TLS 1.3 handshake: its Finished is encrypted, and stands behind a
 * ChangeCipherSpec (RFC 8446, figure 1 and appendix D.4). A second ClientHello may stand there too, and is not encrypted.
 */
export function holdsFinished(bytes: Uint8Array): boolean {
  return (
    tlsRecordType(bytes) === 'change-cipher-spec' &&
    tlsRecordType(bytes.subarray(DUMMY_CHANGE)) === 'application-data'
  );
}

/** Whether there is more behind a client's Finished: some libraries send the request with it, in one write. */
export function hasDataBehindFinished(bytes: Uint8Array, length: number): boolean {
  if (tlsRecordType(bytes) !== 'change-cipher-spec') return false;
  const finished = tlsRecordLength(bytes.subarray(DUMMY_CHANGE));
  return finished !== undefined && length > DUMMY_CHANGE + finished;
}

/** Whether what a client sends is a Finished alone: that of SHA-256 or of SHA-384 (RFC 8446 section 4.4.4). */
export function isFinished(bytes: Uint8Array, length: number): boolean {
  return tlsRecordType(bytes) === 'application-data' && FINISHED.has(length);
}

/** Header, message header, a hash, the content type, and the tag. */
const FINISHED: ReadonlySet<number> = new Set([32, 48].map((hash) => RECORD_HEADER + 4 + hash + 1 + 16));

/**
 * Whether all that a server has sent since the handshake may be session tickets (RFC 8446, section 4.6.1): OpenSSL sends two
 * of the same length, a few hundred bytes each, before it has read a request, and crypto/tls one, where the client takes
 * tickets (`least`). `before` of it came before the request.
 */
export function mayBeTickets(
  bytes: number,
  recordLength: number | undefined,
  before = 0,
  least: 1 | 2 = 2,
): boolean {
  return (
    recordLength !== undefined &&
    recordLength <= LONGEST_TICKET &&
    before + bytes >= least * recordLength &&
    before + bytes <= MOST_TICKETS * recordLength &&
    bytes % recordLength === 0
  );
}

/**
 * Whether it may be tickets and what HTTP/2 greets with: SETTINGS, the acknowledgement of the client's, WINDOW_UPDATE (RFC
 * 9113, section 3.4), in records of some thirty bytes.
 */
export function mayBeGreeting(bytes: number, recordLength: number | undefined): boolean {
  if (recordLength === undefined || recordLength > LONGEST_TICKET) return false;
  const rest = bytes - 2 * recordLength;
  return rest >= 0 && rest <= LONGEST_GREETING;
}

const LONGEST_GREETING = 150;
const LONGEST_TICKET = 600;
const MOST_TICKETS = 4;

export interface ClientHello {
  /** The Server Name Indication, where the payload holds it. */
  readonly serverName: string | undefined;
  /** The application protocols that the client offers, `h2` and `http/1.1`; empty where the payload holds none. */
  readonly alpn: readonly string[];
  /**
   * It takes session tickets, as OpenSSL does and go does not: it says so (RFC 5077 section 3.2, RFC 8446 section 4.2.9), or
   * offers what only others than go do (encrypt-then-MAC, RFC 7366), and the rest is cut. Undefined where that may be cut.
   */
  readonly takesTickets: boolean | undefined;
}

const HANDSHAKE_HEADER = 9;
const SERVER_NAME = 0;
const ALPN = 16;
/** session_ticket, psk_key_exchange_modes, encrypt_then_mac. */
const OF_TICKETS = [35, 45, 22];

/** A ClientHello (RFC 8446 section 4.1.2), of which `-s N` may have cut the end. Undefined for any other record. */
export function readClientHello(bytes: Uint8Array): ClientHello | undefined {
  if (bytes[0] !== 22 || bytes[1] !== 3 || (bytes.length > 5 && bytes[5] !== 1)) return undefined;
  const extensions = extensionsOf(bytes);
  const takes = OF_TICKETS.some((type) => extensions.has(type));
  const isWhole = bytes.length >= RECORD_HEADER + u16(bytes, 3);
  return {
    serverName: readServerName(extensions.get(SERVER_NAME)),
    alpn: readAlpn(extensions.get(ALPN)),
    takesTickets: takes || isWhole ? takes : undefined,
  };
}

/** The contents of the extensions by their type; one that is cut is left out. */
function extensionsOf(bytes: Uint8Array): ReadonlyMap<number, Uint8Array> {
  const extensions = new Map<number, Uint8Array>();
  // Behind the headers: version (2) and random (32), then session id, cipher suites, compression, extensions.
  let at = HANDSHAKE_HEADER + 34;
  at += 1 + (bytes[at] ?? 0);
  at += 2 + u16(bytes, at);
  at += 1 + (bytes[at] ?? 0);
  const end = Math.min(bytes.length, at + 2 + u16(bytes, at));
  at += 2;
  while (at + 4 <= end) {
    const next = at + 4 + u16(bytes, at + 2);
    if (next <= end) extensions.set(u16(bytes, at), bytes.subarray(at + 4, next));
    at = next;
  }
  return extensions;
}

/** RFC 6066 section 3: a list's length (2), a name's type (1), its length (2), and the name. */
function readServerName(content: Uint8Array | undefined): string | undefined {
  const length = content === undefined ? 0 : u16(content, 3);
  if (content === undefined || length === 0 || 5 + length > content.length) return undefined;
  return text(content.subarray(5, 5 + length));
}

/** RFC 7301 section 3.1: a list's length (2), then of each protocol its length (1) and its name. */
function readAlpn(content: Uint8Array | undefined): string[] {
  const protocols: string[] = [];
  for (let at = 2; content !== undefined && at < content.length; at += 1 + (content[at] ?? 0))
    protocols.push(text(content.subarray(at + 1, at + 1 + (content[at] ?? 0))));
  return protocols;
}

function u16(bytes: Uint8Array, at: number): number {
  return ((bytes[at] ?? 0) << 8) | (bytes[at + 1] ?? 0);
}

function text(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('latin1');
}

/**
 * Lengths of TLS 1.3 records (5 + 17 bytes around the content, RFC 8446 section 5.2) that carry no request: an alert,
 * and HTTP/2's SETTINGS ack, WINDOW_UPDATE or RST_STREAM, PING, two WINDOW_UPDATEs (RFC 9113 section 6). A request
 * whose headers were all sent before can be nearly as short, so only these very lengths are passed over.
 */
const CONTROL_LENGTHS: ReadonlySet<number> = new Set([24, 31, 35, 39, 48]);

/** Whether what is written in one piece of so many bytes is too short for a request, and of a length that control frames have. */
export function isControlLength(length: number): boolean {
  return CONTROL_LENGTHS.has(length);
}
