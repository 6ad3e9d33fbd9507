import type { SourceLine } from '../../parsers/types.ts';

/** What a span waits for. `unknown` is only used for gaps of the critical path that nothing explains. */
export const PHASES = [
  ...(['dns', 'connect', 'tls', 'ttfb', 'transfer', 'sumdb', 'git', 'lock', 'disk', 'cpu', 'auth'] as const),
  ...(['proxy-config', 'server-error', 'toolchain', 'unknown'] as const),
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
  | 'unzip';

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
  /** An errno, an rcode, `timeout`, `aborted`, or an error text. */
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
  'gotrace.dns.transport'?: 'udp' | 'tcp';
  /** Process ids that were seen to hold the lock. */
  'gotrace.lock.holder'?: number;
  /** A zip that passed go's check of its hash and got its name. */
  'gotrace.verified'?: boolean;
  'gotrace.syscall'?: string;
  /** What a request exists for, where that is more than a module file. */
  'gotrace.purpose'?: 'sumdb' | 'toolchain' | 'go-get' | 'git';
  /** `askpass`, `credential-helper`, `ssh`. */
  'gotrace.helper'?: string;
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

/** Hands out ids, so that spans can name their parents. */
export class SpanStore {
  readonly spans: Span[] = [];
  #next = 1;

  open(kind: SpanKind, phase: Phase, name: string, startNs: number, evidence: SourceLine[] = []): Span {
    const span: Span = { id: this.#next++, kind, phase, name, startNs, attributes: {}, evidence };
    this.spans.push(span);
    return span;
  }
}
