import type { SourceLine } from '../../parsers/types.ts';

/** What a span waits for. `unknown` is only used for gaps of the critical path that nothing explains. */
export const PHASES = [
  ...(['dns', 'connect', 'tls', 'ttfb', 'transfer', 'sumdb', 'git', 'lock', 'disk', 'cpu', 'auth'] as const),
  ...(['proxy-config', 'server-error', 'toolchain', 'sleep', 'unknown'] as const),
] as const;
export type Phase = (typeof PHASES)[number];

/** What a span is. The phase says what its time is charged to; the kind says what was observed. */
export type SpanKind =
  | 'command'
  | 'process'
  | 'lookup'
  | 'dns-query'
  | 'connect'
  | 'tls'
  | 'response'
  | 'fetch'
  | 'transfer'
  | 'git-command'
  | 'lock'
  | 'file'
  | 'prompt'
  | 'unzip'
  /** A process stood still, and waited for nobody: see pauses.ts. */
  | 'pause'
  /** A program waited for a time of its own choice: see sleeps.ts. */
  | 'sleep'
  /** The command works: it compiles, links, unpacks. What is waited for meanwhile has spans of its own. */
  | 'work';

/**
 * OpenTelemetry semantic conventions where one exists, else `gotrace.*`. A field that was not seen is absent.
 * https://opentelemetry.io/docs/specs/semconv/
 */
export interface Attributes {
  'server.address'?: string;
  'server.port'?: number;
  'network.peer.address'?: string;
  'network.peer.port'?: number;
  'dns.question.name'?: string;
  'url.full'?: string;
  'http.response.status_code'?: number;
  'process.pid'?: number;
  'process.command'?: string;
  /** An errno, an rcode, `timeout`, `aborted`, `refused` (by the client, in a TLS handshake), or an error text. */
  'error.type'?: string;
  'gotrace.module'?: string;
  'gotrace.version'?: string;
  'gotrace.path'?: string;
  /** Bytes received or written while the span was open. */
  'gotrace.bytes'?: number;
  /** `A`, `AAAA`, … */
  'gotrace.dns.type'?: string;
  /** `NOERROR`, `NXDOMAIN`, `SERVFAIL`, … */
  'gotrace.dns.rcode'?: string;
  'gotrace.dns.truncated'?: boolean;
  'gotrace.dns.transport'?: 'udp' | 'tcp' | 'systemd-resolved';
  /** Process ids that were seen to hold the lock. */
  'gotrace.lock.holder'?: number;
  /** The URL is the one that go asked for; another host answered for it. */
  'gotrace.redirected'?: boolean;
  /** How an egress proxy is asked for a connection, which this is the wait for. */
  'gotrace.tunnel'?: 'CONNECT' | 'SOCKS5';
  /** The application protocols that a ClientHello offers. */
  'gotrace.tls.alpn'?: string;
  /** Nanoseconds of a handshake in which the client checked what the server had sent: nobody was waited for. */
  'gotrace.tls.checked'?: number;
  /** What a person is asked at the terminal. */
  'gotrace.prompt'?: string;
  /** Nothing was seen to wait for it: nothing else is left that can have been waited for. */
  'gotrace.eliminated'?: boolean;
  /** Its process ended well without it: go races its connections, and is done when the first ones are. */
  'gotrace.unneeded'?: boolean;
  /** It was looked at twice, and there was more of it the second time. */
  'gotrace.growing'?: boolean;
  /** A zip that passed go's check of its hash and got its name. */
  'gotrace.verified'?: boolean;
  /** Why a process stood still: stopped by a signal, or without a processor. */
  'gotrace.pause'?: 'stopped' | 'starved' | 'asleep' | 'held-up';
  'gotrace.syscall'?: string;
  /** What a request exists for, where that is more than a module file. */
  'gotrace.purpose'?: 'sumdb' | 'toolchain' | 'go-get' | 'git';
  /** `askpass`, `credential-helper`, `ssh`, `goauth`. */
  'gotrace.helper'?: string;
  /** Files that were unpacked. */
  'gotrace.calls'?: number;
}

/** An interval of waiting or work. Times are nanoseconds since the trace began. */
export interface Span {
  readonly id: number;
  readonly kind: SpanKind;
  phase: Phase;
  name: string;
  startNs: number;
  /** Absent while it is open: it had not ended when the log did. */
  endNs?: number;
  parentId?: number;
  attributes: Attributes;
  evidence: SourceLine[];
}

/** What was waited for never came: it is waited for still, or was given up. */
export function isUnanswered({ endNs, attributes }: Span): boolean {
  return endNs === undefined || attributes['error.type'] === 'aborted';
}

export function pidOf({ attributes }: Span): number | undefined {
  return attributes['process.pid'];
}

/** An answer is awaited over a connection over which others came while it was looked at. */
export function isMoving({ kind, attributes }: Span): boolean {
  return kind === 'response' && attributes['gotrace.growing'] === true;
}

/** What a program does of its own accord: nobody keeps it waiting. */
export function isOwnDoing({ kind }: Span): boolean {
  return kind === 'work' || kind === 'sleep';
}

/** The wait for an egress proxy to let a connection through. */
export function asksForTunnel({ kind, attributes }: Span): boolean {
  return kind === 'response' && attributes['gotrace.tunnel'] !== undefined;
}

/** A build of days makes millions of short waits: of more spans than this, the shorter half is only counted. */
const MOST_SPANS = 50_000;
/** They say who is whose child, or are few. */
const KEPT: ReadonlySet<SpanKind> = new Set(['command', 'process', 'lookup', 'lock', 'git-command', 'pause']);

/** Hands out ids, so that spans can name their parents, and keeps memory bounded. */
export class SpanStore {
  spans: Span[] = [];
  /** How many were only counted. */
  dropped = 0;
  #next = 1;
  #limit = MOST_SPANS;
  readonly #listeners: ((kept: ReadonlySet<Span>) => void)[] = [];

  open(kind: SpanKind, phase: Phase, name: string, startNs: number, evidence: SourceLine[] = []): Span {
    if (this.spans.length >= this.#limit) this.#compact();
    const span: Span = { id: this.#next++, kind, phase, name, startNs, attributes: {}, evidence };
    this.spans.push(span);
    return span;
  }

  /** Calls back when spans were dropped, with those that are left. */
  onCompact(listener: (kept: ReadonlySet<Span>) => void): void {
    this.#listeners.push(listener);
  }

  #compact(): void {
    const lengths = this.spans
      .map(lengthOf)
      .filter(Number.isFinite)
      .sort((a, b) => a - b);
    // Mostly open waits and processes, which are never dropped: there is nothing to gain yet.
    if (lengths.length < this.spans.length / 4) {
      this.#limit *= 2;
      return;
    }
    const median = lengths[lengths.length >> 1] ?? 0;
    const kept = this.spans.filter((span) => lengthOf(span) > median);
    this.dropped += this.spans.length - kept.length;
    this.spans = kept;
    const set = new Set(kept);
    for (const listener of this.#listeners) listener(set);
  }
}

/** How long a span is; infinite for what is to stay. */
function lengthOf({ kind, startNs, endNs }: Span): number {
  return endNs === undefined || KEPT.has(kind) ? Number.POSITIVE_INFINITY : endNs - startNs;
}
