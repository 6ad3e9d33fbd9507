import { ELLIPSIS } from '../cut.ts';
import { ZERO } from './ascii.ts';

/**
 * The arguments of a call, taken apart at the commas of the top level. Strings, `<…>` annotations and brackets are
 * kept whole, as printed: `splitArguments('3<TCP:[1->2]>, "a,b", 5')` gives three.
 */
export function splitArguments(args: string): string[] {
  const parts: string[] = [];
  let depth = 0;
  let start = 0;
  for (let at = 0; at < args.length; at++) {
    const char = args.charCodeAt(at);
    if (char === 0x22) at = endOfString(args, at);
    else if (char === 0x3c) at = endOfAnnotation(args, at);
    else if (char === 0x5b || char === 0x7b || char === 0x28) depth++;
    else if (char === 0x5d || char === 0x7d || char === 0x29) depth--;
    else if (char === 0x2c && depth <= 0) {
      parts.push(args.slice(start, at).trim());
      start = at + 1;
    }
  }
  const last = args.slice(start).trim();
  if (last !== '' || parts.length > 0) parts.push(last);
  return parts;
}

/** Without the names that -N (--arg-names) prints: `fd=3, buf="a"` is `3, "a"`. Those of clone are always printed. */
export function withoutNames(args: string): string {
  const first = args.charCodeAt(0);
  if (first < 0x61 || first > 0x7a || args.startsWith('child_stack=')) return args;
  return splitArguments(args)
    .map((arg) => arg.replace(/^[a-z_]\w*=(?!=)/, ''))
    .join(', ');
}

function endOfString(text: string, quote: number): number {
  for (let at = quote + 1; at < text.length; at++) {
    const char = text.charCodeAt(at);
    if (char === 0x5c) at++;
    else if (char === 0x22) return at;
  }
  return text.length;
}

/** `<` opens an annotation only behind a descriptor or AT_FDCWD; `1<<5` and `a < b` do not. */
function endOfAnnotation(text: string, open: number): number {
  if (text[open + 1] === '<' || text[open - 1] === '<' || text[open - 1] === ' ') return open;
  let close = text.indexOf('>', open);
  while (close > 0 && text[close - 1] === '-') close = text.indexOf('>', close + 1);
  if (close < 0) return open;
  return text[close + 1] === '>' ? close + 1 : close;
}

/** A descriptor as strace prints it: `8`, `8</path>`, `8<TCP:[…]>`, `AT_FDCWD</dir>`. */
export interface Descriptor {
  /** -1 for AT_FDCWD. */
  readonly fd: number;
  /** What `-y` and `-yy` say of it, without the brackets. */
  readonly annotation: string | undefined;
}

export function readDescriptor(arg: string | undefined): Descriptor | undefined {
  if (arg === undefined) return undefined;
  const open = arg.indexOf('<');
  const number = open < 0 ? arg : arg.slice(0, open);
  const isFolder = number === 'AT_FDCWD';
  if (!isFolder && !/^\d+$/.test(number)) return undefined;
  const fd = isFolder ? -1 : Number(number);
  if (open < 0) return { fd, annotation: undefined };
  return arg.endsWith('>') ? { fd, annotation: arg.slice(open + 1, -1) } : undefined;
}

/** `{sa_family=AF_INET, sin_port=htons(443), sin_addr=inet_addr("192.0.2.1")}` and its AF_INET6 and AF_UNIX kin. */
export interface SocketAddress {
  readonly family: 'inet' | 'inet6' | 'unix' | 'other';
  /** An IP address, or the path of a Unix socket. */
  readonly address: string;
  /** 0 for Unix sockets. */
  readonly port: number;
}

export function readSocketAddress(text: string): SocketAddress | undefined {
  const family = /sa_family=AF_(\w+)/.exec(text)?.[1];
  if (family === undefined) return undefined;
  const port = Number(/sin6?_port=htons\((\d+)\)/.exec(text)?.[1] ?? 0);
  if (family === 'INET') {
    const address = /inet_addr\("([^"]+)"\)/.exec(text)?.[1];
    return address === undefined ? undefined : { family: 'inet', address, port };
  }
  if (family === 'INET6') {
    const address = /inet_pton\(AF_INET6, "([^"]+)"/.exec(text)?.[1];
    return address === undefined ? undefined : inet6(address, port);
  }
  if (family === 'UNIX' || family === 'LOCAL') {
    return { family: 'unix', address: /sun_path=@?"([^"]*)"/.exec(text)?.[1] ?? '', port: 0 };
  }
  return { family: 'other', address: '', port };
}

/** `TCP:[192.0.2.2:52532->203.0.113.80:443]` or `TCPv6:[[::1]:1->[::1]:2]`: the far end, where it is connected. */
export function readPeer(annotation: string): SocketAddress | undefined {
  const match = /^(?:TCP|UDP)(v6)?:\[.*->\[?([^\]]*?)\]?:(\d+)\]?$/.exec(annotation);
  if (match === null) return undefined;
  const [, v6, address = '', port] = match;
  return v6 === undefined ? { family: 'inet', address, port: Number(port) } : inet6(address, Number(port));
}

/** What Java, and others that use one socket for both, connect to over IPv4 is `::ffff:192.0.2.1` (RFC 4291, section 2.5.5.2). */
function inet6(address: string, port: number): SocketAddress {
  const mapped = /^::ffff:(\d+(?:\.\d+){3})$/i.exec(address)?.[1];
  return mapped === undefined
    ? { family: 'inet6', address, port }
    : { family: 'inet', address: mapped, port };
}

/** By the letter behind the backslash. */
const NAMED_ESCAPES: Readonly<Record<number, number>> = Object.fromEntries(
  Object.entries({ n: 10, t: 9, r: 13, v: 11, f: 12, a: 7, b: 8, e: 27 }).map(([letter, byte]) => [
    letter.charCodeAt(0),
    byte,
  ]),
);
const LOWER_X = 0x78;
/** Characters that stand for themselves, as a string and as UTF-8. */
const UNESCAPED = /^"([ !#-[\]-~]*)"/;

function isOctal(char: number): boolean {
  return char >= ZERO && char < ZERO + 8;
}

/** The bytes of a quoted string as strace escapes it (octal, hexadecimal with -x, named); `cut` where `...` follows. */
export function readString(arg: string | undefined): { bytes: Uint8Array; cut: boolean } | undefined {
  if (arg === undefined || arg.charCodeAt(0) !== 0x22) return undefined;
  const close = endOfString(arg, 0);
  const out = new Uint8Array(close);
  let length = 0;
  for (let at = 1; at < close; at++) {
    const char = arg.charCodeAt(at);
    if (char !== 0x5c) {
      out[length++] = char;
      continue;
    }
    const next = arg.charCodeAt(++at);
    if (isOctal(next)) {
      let value = next - ZERO;
      for (let more = 0; more < 2 && isOctal(arg.charCodeAt(at + 1)); more++)
        value = value * 8 + arg.charCodeAt(++at) - ZERO;
      out[length++] = value;
    } else if (next === LOWER_X) {
      out[length++] = Number.parseInt(arg.slice(at + 1, at + 3), 16);
      at += 2;
    } else out[length++] = NAMED_ESCAPES[next] ?? next;
  }
  return { bytes: out.subarray(0, length), cut: arg.startsWith('...', close + 1) };
}

/** The buffers of a vector: `{iov_base="…", iov_len=5}`, and `{"…", 5}` before strace 4.13. */
const BUFFERS = /(?:iov_base=|\{)("(?:[^"\\]|\\.)*"(?:\.\.\.)?)/g;

/** What is in the buffers of `[{iov_base="…", iov_len=5}, …]`, or of one or several messages. */
export function* readBuffers(vector: string): Generator<{ bytes: Uint8Array; cut: boolean }> {
  for (const [, buffer] of vector.matchAll(BUFFERS)) {
    const data = readString(buffer);
    if (data !== undefined) yield data;
  }
}

/** The words of `["git", "fetch"]`; one that is cut ends in `…`. */
export function readWords(arg: string | undefined): string[] {
  return splitArguments((arg ?? '').replace(/^\[|\]$/g, '')).flatMap((word) => readBeginning(word) ?? []);
}

/** The text of a quoted string, with `…` behind it where it is cut. */
export function readBeginning(arg: string | undefined): string | undefined {
  const text = readText(arg);
  return text === undefined || !arg?.endsWith('...') ? text : text + ELLIPSIS;
}

/** The text of a quoted string, read as UTF-8. */
export function readText(arg: string | undefined): string | undefined {
  if (arg === undefined) return undefined;
  const plain = UNESCAPED.exec(arg)?.[1];
  if (plain !== undefined) return plain;
  const string = readString(arg);
  return string === undefined ? undefined : Buffer.from(string.bytes).toString('utf8');
}
