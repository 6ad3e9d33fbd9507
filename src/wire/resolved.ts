import { ELLIPSIS } from '../../parsers/cut.ts';
import type { DnsMessage } from './dns.ts';

/** Where programs ask systemd-resolved (nss-resolve(8), the default of Fedora and Arch). */
export const RESOLVED_SOCKET = '/run/systemd/resolve/io.systemd.Resolve';
/** Of what is no answer of a nameserver, the name of the error stands behind this. */
export const RESOLVED = 'systemd-resolved' as const;

const CALL = /^\{\s*"method":\s*"io\.systemd\.Resolve\./;
const NAME = /"name":\s*"([^"]*)("?)/;
const ERROR = /"error":\s*"io\.systemd\.Resolve\.(\w+)"/;
const RCODE = /"rcode":\s*(\d+)/;
const RCODES: Readonly<Record<string, string>> = { 0: 'NOERROR', 2: 'SERVFAIL', 3: 'NXDOMAIN', 5: 'REFUSED' };
/** The name is there, and has no address. */
const NO_ADDRESS = 'NoSuchResourceRecord';

/**
 * A call of io.systemd.Resolve.ResolveHostname, or a reply, in JSON with a NUL behind it (varlink.org), as far as the log
 * holds it: systemd's resolved-varlink.c. Undefined for anything else.
 */
export function readResolved(bytes: Uint8Array): DnsMessage | undefined {
  const text = Buffer.from(bytes).toString('utf8');
  if (!text.startsWith('{')) return undefined;
  const isCall = CALL.test(text);
  const [, name, quote] = NAME.exec(text) ?? [];
  return {
    ...{ id: 0, isResponse: !isCall, truncated: false, type: undefined },
    name: name === undefined ? undefined : name + (quote === '' ? ELLIPSIS : ''),
    rcode: isCall ? 'NOERROR' : rcodeOf(text),
    addresses: isCall ? undefined : addressesOf(text),
  };
}

function rcodeOf(text: string): string {
  const error = ERROR.exec(text)?.[1];
  if (error === undefined) return 'NOERROR';
  if (error === NO_ADDRESS) return 'NXDOMAIN';
  const rcode = error === 'DNSError' ? (RCODE.exec(text)?.[1] ?? '') : undefined;
  if (rcode === '3') return 'NXDOMAIN';
  return `${RESOLVED}: ${rcode === undefined ? error : (RCODES[rcode] ?? error)}`;
}

function addressesOf(text: string): string[] {
  return [...text.matchAll(/"address":\s*\[([\d,\s]+)\]/g)].flatMap(([, list = '']) => {
    const numbers = list.split(',').map(Number);
    if (numbers.length === 4) return [numbers.join('.')];
    return numbers.length === 16 ? [ipv6Of(numbers)] : [];
  });
}

/** As the kernel and strace print it, with `::` for the longest run of zeros (RFC 5952 section 4.2). */
function ipv6Of(bytes: readonly number[]): string {
  const groups = Array.from({ length: 8 }, (_, at) =>
    (((bytes[2 * at] ?? 0) << 8) | (bytes[2 * at + 1] ?? 0)).toString(16),
  );
  return new URL(`http://[${groups.join(':')}]`).hostname.slice(1, -1);
}
