import type { LibraryCallRecord, LtraceRecord } from '../../../parsers/ltrace/format.ts';
import type { Phase, Span, SpanKind, SpanStore } from '../../model/span.ts';

/** A library call that waits for something: what for, and since which length it is worth a span. */
interface Waiting {
  readonly names: RegExp;
  readonly kind: SpanKind;
  readonly phase: Phase;
}

const WAITING: readonly Waiting[] = [
  {
    names: /^(?:SYS_)?(?:getaddrinfo|gethostbyname\w*|getnameinfo|res_n?query)$/,
    kind: 'lookup',
    phase: 'dns',
  },
  { names: /^(?:SYS_)?connect$/, kind: 'connect', phase: 'connect' },
  {
    names: /^(?:SSL_connect|SSL_do_handshake|gnutls_handshake|mbedtls_ssl_handshake)$/,
    kind: 'tls',
    phase: 'tls',
  },
  {
    names: /^(?:SSL_read|gnutls_record_recv|(?:SYS_)?(?:recv|recvfrom|recvmsg|read))$/,
    kind: 'response',
    phase: 'ttfb',
  },
  {
    names: /^(?:curl_easy_perform|(?:SYS_)?(?:poll|select|pselect6?|ppoll))$/,
    kind: 'response',
    phase: 'ttfb',
  },
  { names: /^(?:SYS_)?(?:flock|fcntl)$/, kind: 'lock', phase: 'lock' },
];

const WAIT_NS = 5e6;
const GIT = /^git/;
/** libcurl's multi interface is polled: many short calls are one wait (git's http.c, step_active_slots). */
const POLLED = /^curl_multi_(?:perform|fdset|timeout|wait|poll)$/;
const POLL_GAP_NS = 2e9;

/** ltrace's calls: the waits among them, of git's helpers and of programs built with cgo. */
export class LibraryCalls {
  readonly #store: SpanStore;
  readonly #urls = new Map<number, string>();
  readonly #polls = new Map<number, Span>();

  constructor(store: SpanStore) {
    this.#store = store;
  }

  on(record: LtraceRecord): void {
    if (record.kind !== 'library-call') return;
    const url = /"((?:https?|ssh|git):\/\/[^"]+)"/.exec(record.args)?.[1];
    if (url !== undefined && !this.#urls.has(record.pid)) this.#urls.set(record.pid, url);
    if (POLLED.test(record.name)) this.#onPoll(record);
    const waiting = WAITING.find((each) => each.names.test(record.name));
    if (waiting === undefined) return;
    const long = record.open || (record.durationNs ?? 0) >= WAIT_NS;
    if (long) this.#add(record, waiting);
  }

  #onPoll(record: LibraryCallRecord): void {
    const known = this.#polls.get(record.pid);
    const endNs = record.startNs + (record.durationNs ?? 0);
    if (known?.endNs !== undefined && record.startNs - known.endNs < POLL_GAP_NS) {
      if (record.open) delete known.endNs;
      else known.endNs = endNs;
      known.evidence[1] = record.at;
      return;
    }
    const span = this.#add(record, { names: POLLED, kind: 'response', phase: 'ttfb' });
    this.#polls.set(record.pid, span);
  }

  #add(record: LibraryCallRecord, waiting: Waiting): Span {
    const isGit = GIT.test(record.caller ?? '');
    const span = this.#store.open(waiting.kind, isGit ? 'git' : waiting.phase, record.name, record.startNs, [
      record.at,
    ]);
    if (!record.open) span.endNs = record.startNs + (record.durationNs ?? 0);
    span.attributes = {
      'process.pid': record.pid,
      'gotrace.syscall': record.name,
      ...(record.caller === undefined ? {} : { 'process.command': record.caller }),
    };
    const host = waiting.kind === 'lookup' ? /"([^"]+)"/.exec(record.args)?.[1] : undefined;
    if (host !== undefined) span.attributes['server.address'] = host;
    return span;
  }

  /** What a helper works on is told by any call that names it. */
  finish(): void {
    for (const span of this.#store.spans) {
      const url = this.#urls.get(span.attributes['process.pid'] ?? -1);
      if (url !== undefined && span.attributes['gotrace.syscall'] !== undefined)
        span.attributes['url.full'] ??= url;
    }
  }
}
