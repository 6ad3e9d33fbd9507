import { hostOf } from '../../correlate/files/modcache.ts';
import { hostInName } from '../../correlate/network/tunnels.ts';
import { asksForTunnel, type Span } from '../../model/span.ts';
import type { TraceError } from '../../model/trace.ts';
import { RESOLVED } from '../../wire/resolved.ts';
import type { Case } from '../rule.ts';
import { hasNoRoots } from '../rules/tls.ts';
import { CAUSE_OF_CLASS } from './classes.ts';
import { isOfSumdb } from './decisive.ts';

/** Errors of reaching a server: about the checksum database they are its unreachability, whatever the reason. */
const REACHING = /^(?:dns|connect|tls|transfer|ttfb|server-error|auth)\//;

/** The cause that an error tells of, by its text and by what the spans show of the same trouble; `url` is the one that it is about. */
export function causeOf(error: TraceError, url: string | undefined, context: Case): string {
  // Without a URL, no server has a part in it that is known.
  const plain = CAUSE_OF_CLASS[error.class] ?? (url === undefined ? 'unknown/other' : 'server-error/other');
  const isSumdb = isOfSumdb(error, url);
  if (error.class === 'bad-module') return plain;
  if (isSumdb && error.class === 'not-found')
    return url?.includes('/tile/') ? 'sumdb/incomplete' : 'sumdb/private-module';
  if (isSumdb && error.class === 'origin-failed') return 'sumdb/origin';
  if (isSumdb && REACHING.test(plain)) return 'sumdb/unreachable';
  if (plain === 'transfer/reset') return brokenWhile(error, url, context);
  if (plain === 'tls/unverified') return saidBeside(error, url, context) ?? plain;
  if (plain === 'connect/failed') return howItFailed('connect', CONNECT_ERRORS, error, url, context) ?? plain;
  if (error.class === 'dns-unresolved')
    return howItFailed('lookup', LOOKUP_ERRORS, error, url, context) ?? plain;
  const isToolchain = /golang\.org\/toolchain|download go1\.|go1\.\d+\S* \([^)]*\): /.test(error.text);
  if (isToolchain && REACHING.test(plain))
    return error.class === 'not-found' ? 'toolchain/not-available' : 'toolchain/download';
  if (plain === 'tls/unknown-authority' && hasNoRoots(context.trace)) return 'tls/no-roots';
  if (plain.startsWith('tls/') || plain.startsWith('dns/')) return firstCause(plain, context);
  return plain;
}

/** What go, which asked the same host before git did, says of its certificate. */
function saidBeside(error: TraceError, url: string | undefined, { trace }: Case): string | undefined {
  const host = error.detail.host ?? (url === undefined ? undefined : hostOf(url));
  const said = trace.errors.find(
    (each) =>
      each !== error &&
      /^tls-(?:expired|unknown-authority|wrong-name|no-roots)$/.test(each.class) &&
      hostOf(each.detail.url ?? '') === host,
  );
  return said === undefined ? undefined : CAUSE_OF_CLASS[said.class];
}

/**
 * net/http says `unexpected EOF` where an egress proxy hangs up on CONNECT; git is `unable to access` what it gets no
 * header of (remote-curl.c, discover_refs).
 */
const NO_HEADER =
  /\b(?:Get|Head) "?https?:\S+"?: (?:(?:unexpected )?EOF$|read tcp \S+: read: connection reset)|unable to access '[^']*': (?:(?:Recv|Send) failure: |Empty reply)/;

/** What a connection that broke was doing: with packets it shows, else only whether the host had ever answered. */
function brokenWhile(error: TraceError, url: string | undefined, { trace }: Case): string {
  if (!/connection reset|EOF$|broken pipe|(?:Recv|Send) failure|Empty reply/.test(error.text))
    return 'transfer/reset';
  // net/http names the URL behind `Get` where no header came; packets tell more.
  if (!trace.coverage.syscalls && NO_HEADER.test(error.text)) return 'ttfb/closed';
  const host = url === undefined ? undefined : hostOf(url);
  if (trace.spans.some((span) => isHungUp(span, host))) return 'ttfb/egress-closed';
  const handshakes = trace.spans.filter(
    (span) => span.kind === 'tls' && span.attributes['server.address'] === host,
  );
  if (handshakes.length > 0) {
    const isBroken = handshakes.every((span) => span.attributes['error.type'] !== undefined);
    return isBroken ? 'tls/reset' : 'transfer/reset';
  }
  const fetches = trace.spans.filter(
    (span) => span.kind === 'fetch' && span.attributes['server.address'] === host,
  );
  const isUnanswered =
    !trace.coverage.syscalls &&
    fetches.length > 0 &&
    fetches.every((span) => span.attributes['http.response.status_code'] === undefined);
  return isUnanswered ? 'ttfb/closed' : 'transfer/reset';
}

/** The egress proxy was asked for a connection to the host, and ended that with it in place of an answer. */
function isHungUp(span: Span, host: string | undefined): boolean {
  return (
    asksForTunnel(span) &&
    /^(?:eof|ECONNRESET|EPIPE)$/.test(span.attributes['error.type'] ?? '') &&
    hostInName(span.name) === host
  );
}

const CONNECT_ERRORS: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'connect/refused',
  EHOSTUNREACH: 'connect/unreachable',
  ENETUNREACH: 'connect/unreachable',
  ETIMEDOUT: 'connect/blackhole',
  EADDRNOTAVAIL: 'connect/no-address',
};

const LOOKUP_ERRORS: Readonly<Record<string, string>> = {
  NXDOMAIN: 'dns/no-such-host',
  SERVFAIL: 'dns/servfail',
  REFUSED: 'dns/servfail',
  ECONNREFUSED: 'dns/refused-port',
  timeout: 'dns/all-nameservers-dead',
};

/** curl says that it could not resolve a name, or connect, and not how that failed; the tracer saw it. */
function howItFailed(
  kind: 'lookup' | 'connect',
  causes: Readonly<Record<string, string>>,
  { detail }: TraceError,
  url: string | undefined,
  { trace }: Case,
): string | undefined {
  const host = detail.host ?? (url === undefined ? undefined : hostOf(url));
  const errors = trace.spans.flatMap((span) =>
    span.kind === kind && namesOf(span).includes(host) ? (span.attributes['error.type'] ?? []) : [],
  );
  if (errors.some((error) => error.startsWith(RESOLVED))) return 'dns/local-resolver';
  const found = new Set(errors.map((error) => causes[error]));
  if (kind === 'lookup' && found.size === 0 && lacksAaaa(trace, host)) return 'dns/slow-aaaa';
  return found.size === 1 ? [...found][0] : undefined;
}

function namesOf({ attributes }: Span): readonly (string | undefined)[] {
  return [
    attributes['server.address'] ?? attributes['dns.question.name'],
    attributes['network.peer.address'],
  ];
}

/** A was answered, and AAAA never: musl gives up both (res_msend.c, name_from_dns). */
function lacksAaaa({ spans }: Case['trace'], host: string | undefined): boolean {
  const ofType = (type: string) =>
    spans.filter(
      ({ kind, attributes }) =>
        kind === 'dns-query' &&
        attributes['dns.question.name'] === host &&
        attributes['gotrace.dns.type'] === type,
    );
  const aaaa = ofType('AAAA');
  return (
    aaaa.length > 0 &&
    aaaa.every(({ attributes }) => attributes['error.type'] === 'timeout') &&
    ofType('A').some(({ attributes }) => attributes['gotrace.dns.rcode'] === 'NOERROR')
  );
}

/** Running out of descriptors surfaces as a failed lookup or as missing roots: the errno tells. */
function firstCause(cause: string, { trace }: Case): string {
  return trace.errors.some((error) => error.class === 'too-many-files') ? 'disk/too-many-files' : cause;
}
