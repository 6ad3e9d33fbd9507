import { type DecodedPacket, decode } from 'dns-packet';
import { ELLIPSIS } from '../../parsers/cut.ts';

/** A DNS message as far as the log holds it: RFC 1035 section 4. Cut payloads give the header and the question. */
export interface DnsMessage {
  readonly id: number;
  readonly isResponse: boolean;
  readonly truncated: boolean;
  /** `NOERROR`, `NXDOMAIN`, `SERVFAIL`, … */
  readonly rcode: string;
  /** Where the payload ends in it, what there is of it and `…`: see `isCut`. */
  readonly name: string | undefined;
  /** `A`, `AAAA`, … */
  readonly type: string | undefined;
  /** Addresses among the answers; undefined where the payload does not hold all of the message. */
  readonly addresses: readonly string[] | undefined;
}

const HEADER = 12;
/** RFC 1035 section 2.3.4. */
const LONGEST_LABEL = 63;
const RCODES = ['NOERROR', 'FORMERR', 'SERVFAIL', 'NXDOMAIN', 'NOTIMP', 'REFUSED'];
const TYPES: Readonly<Record<number, string>> = {
  1: 'A',
  2: 'NS',
  5: 'CNAME',
  12: 'PTR',
  16: 'TXT',
  28: 'AAAA',
  33: 'SRV',
  65: 'HTTPS',
  255: 'ANY',
};

/** Whether a resolver takes its word, and asks no other nameserver (net/dnsclient_unix.go, checkHeader; musl, res_msend.c). */
export function isFinal(rcode: string | undefined): boolean {
  return rcode === 'NOERROR' || rcode === 'NXDOMAIN';
}

/** Undefined where the bytes are too few, or no DNS message of one question. */
export function readDns(bytes: Uint8Array): DnsMessage | undefined {
  if (bytes.length < HEADER) return undefined;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const flags = view.getUint16(2);
  const questions = view.getUint16(4);
  if (questions > 1 || (flags & 0x7800) !== 0) return undefined;
  const question = questions === 1 ? readQuestion(bytes) : undefined;
  const rcode = flags & 0xf;
  return {
    id: view.getUint16(0),
    isResponse: (flags & 0x8000) !== 0,
    truncated: (flags & 0x0200) !== 0,
    rcode: RCODES[rcode] ?? `RCODE${rcode}`,
    name: question?.name,
    type: question?.type,
    addresses: addressesOf(bytes),
  };
}

/** Over TCP a message is preceded by its length in two bytes (RFC 1035 section 4.2.2), often read by itself. */
export function readDnsOverTcp(bytes: Uint8Array): DnsMessage | undefined {
  if (bytes.length < HEADER) return undefined;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return view.getUint16(0) >= HEADER && view.getUint16(0) <= 4096 && bytes.length >= HEADER + 2
    ? (readDns(bytes.subarray(2)) ?? readDns(bytes))
    : readDns(bytes);
}

/** dns-packet wants the whole message; a question in a cut payload is read here. */
function readQuestion(bytes: Uint8Array): { name: string; type: string | undefined } | undefined {
  const labels: string[] = [];
  let at = HEADER;
  for (;;) {
    const length = bytes[at];
    if (length === undefined) return { name: nameOf(labels) + ELLIPSIS, type: undefined };
    if (length > LONGEST_LABEL) return undefined;
    at++;
    if (length === 0) break;
    labels.push(Buffer.from(bytes.subarray(at, at + length)).toString('latin1'));
    at += length;
    if (at > bytes.length) return { name: nameOf(labels) + ELLIPSIS, type: undefined };
  }
  const type = at + 1 < bytes.length ? ((bytes[at] ?? 0) << 8) | (bytes[at + 1] ?? 0) : undefined;
  return {
    name: nameOf(labels),
    type: type === undefined ? undefined : (TYPES[type] ?? `TYPE${type}`),
  };
}

function nameOf(labels: readonly string[]): string {
  return labels.join('.').toLowerCase();
}

function addressesOf(bytes: Uint8Array): string[] | undefined {
  let packet: DecodedPacket;
  try {
    packet = decode(Buffer.from(bytes));
  } catch {
    // Cut by -s, or no DNS after all: the header is still good.
    return undefined;
  }
  // A last address that is cut is decoded all the same, as another one.
  if (decode.bytes > bytes.length) return undefined;
  return (packet.answers ?? []).flatMap((answer) =>
    answer.type === 'A' || answer.type === 'AAAA' ? [answer.data] : [],
  );
}
