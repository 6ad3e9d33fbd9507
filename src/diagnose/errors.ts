import { egressOf } from '../correlate/egress.ts';
import { hostOf } from '../correlate/modcache.ts';
import type { TraceError } from '../model/trace.ts';
import { isOfSumdb, SAYS_NOTHING } from './decisive-errors.ts';
import { CAUSE_OF_CLASS } from './error-causes.ts';
import { settingOf } from './error-settings.ts';
import { addressOf, baseOf, type Case, culprit, culpritOfSpan, type Diagnosis } from './rule.ts';
import { isEgress } from './rules/connect.ts';
import { hasNoRoots } from './rules/tls.ts';

/** Errors of reaching a server: about the checksum database they are its unreachability, whatever the reason. */
const REACHING = /^(?:dns|connect|tls|transfer|ttfb|server-error|auth)\//;

/** What an error says, completed by what the spans show of the same trouble. */
export function diagnoseError(error: TraceError, context: Case): Diagnosis {
  const url = error.detail.url ?? urlIn(error.text) ?? urlBelow(error, context.trace);
  const cause = causeOf(error, url, context);
  const { module, version } = subjectOf(error, context.trace);
  const host =
    error.detail.host ??
    (url === undefined ? undefined : hostOf(url)) ??
    (/\/ssh-/.test(cause) ? sshHost(context) : undefined);
  const base = baseOf(url);
  const diagnosis: Diagnosis = {
    cause,
    culprit: culprit({
      host,
      address: error.detail.address,
      url,
      module: cause.startsWith('toolchain/')
        ? 'golang.org/toolchain'
        : module === undefined
          ? undefined
          : version === undefined
            ? module
            : `${module}@${version}`,
      process: error.detail.program,
      path:
        error.detail.path ??
        (['server-error/not-found', 'server-error/version-conflict', 'git/no-repository'].includes(cause)
          ? module
          : undefined),
      setting: settingOf(cause, error, module, context.trace),
    }),
    ...(base === undefined ? {} : { base }),
    ...reasonOf(cause, error),
    confidence: SAYS_NOTHING.has(error.class) ? 0.3 : 0.9,
    evidence: [error.at, ...relatedLines(error, context)],
  };
  return withSpans(diagnosis, error, context);
}

/** Causes that say what could not be had, for whatever reason. */
const NEEDS_REASON: ReadonlySet<string> = new Set(['toolchain/download', 'sumdb/unreachable']);

function reasonOf(cause: string, { class: name, text, quoted }: TraceError): { readonly step?: string } {
  // What stands behind the URL, or all of it.
  if (NEEDS_REASON.has(cause))
    return { step: (/https?:\S+"?: (\S.*)$/.exec(text)?.[1] ?? text).trim().slice(0, 200) };
  if (cause === 'toolchain/too-old')
    return {
      step: text.includes('GOTOOLCHAIN=local')
        ? 'GOTOOLCHAIN=local forbids to download it'
        : 'a go from before 1.21 does not download it by itself',
    };
  if (cause === 'dns/other' && name === 'dns-unresolved')
    return { step: 'whether the name does not exist or no nameserver answered, curl does not say' };
  if (cause !== 'auth/private-module') return {};
  if (quoted === true) return { step: 'the git of the server has none' };
  if (text.includes('terminal prompts disabled'))
    return { step: 'git has none and may not ask for one (terminal prompts disabled)' };
  return /Authentication failed|denied|Invalid username|Support for password/.test(text)
    ? { step: 'refuses the one that git has' }
    : {};
}

/** ssh's errors name no host: it is the one that ssh, or the git command above it, was started for. */
function sshHost({ trace: { spans } }: Case): string | undefined {
  const ssh = spans.findLast((span) => span.attributes['gotrace.helper'] === 'ssh');
  const git = spans.findLast(
    (span) => span.kind === 'git-command' && span.attributes['server.address'] !== undefined,
  );
  return (ssh ?? git)?.attributes['server.address'];
}

/** git's `fatal: …` does not name the module; the `go: MODULE@VERSION: …` line beside it does. */
function subjectOf(
  error: TraceError,
  trace: Case['trace'],
): { module?: string | undefined; version?: string | undefined } {
  if (error.detail.module !== undefined) return error.detail;
  const at = trace.errors.indexOf(error);
  const names = (each: TraceError) => each.final && each.detail.module !== undefined;
  const before = trace.errors.slice(0, at).findLast(names) ?? trace.errors.slice(at).find(names);
  return before?.detail ?? {};
}

/** `remote: HTTP Basic: Access denied`, and on the next line of whom that is. */
function urlBelow(error: TraceError, { errors }: Case['trace']): string | undefined {
  const next = errors[errors.indexOf(error) + 1];
  return next?.at.line === error.at.line + 1 ? next.detail.url : undefined;
}

function urlIn(text: string): string | undefined {
  return /https?:\/\/(?:[^\s"/@]*@)?[^\s"':/]+(?::\d+)?(?:\/[^\s"':]*)?/.exec(text)?.[0];
}

function causeOf(error: TraceError, url: string | undefined, context: Case): string {
  // Without a URL, no server has a part in it that is known.
  const plain = CAUSE_OF_CLASS[error.class] ?? (url === undefined ? 'unknown/other' : 'server-error/other');
  const isSumdb = isOfSumdb(error, url);
  if (error.class === 'bad-module') return plain;
  if (isSumdb && error.class === 'not-found')
    return url?.includes('/tile/') ? 'sumdb/incomplete' : 'sumdb/private-module';
  if (isSumdb && error.class === 'origin-failed') return 'sumdb/origin';
  if (isSumdb && REACHING.test(plain)) return 'sumdb/unreachable';
  if (plain === 'transfer/reset') return brokenWhile(error, url, context);
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

const NO_HEADER = /\b(?:Get|Head) "?https?:\S+"?: (?:EOF$|read tcp \S+: read: connection reset)/;

/** What a connection that broke was doing: with packets it shows, else only whether the host had ever answered. */
function brokenWhile(error: TraceError, url: string | undefined, { trace }: Case): string {
  if (!/connection reset|EOF$|broken pipe/.test(error.text)) return 'transfer/reset';
  // net/http names the URL behind `Get` where no header came; packets tell more.
  if (!trace.coverage.syscalls && NO_HEADER.test(error.text)) return 'ttfb/closed';
  const host = url === undefined ? undefined : hostOf(url);
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
    span.kind === kind && (span.attributes['server.address'] ?? span.attributes['dns.question.name']) === host
      ? (span.attributes['error.type'] ?? [])
      : [],
  );
  const found = new Set(errors.map((error) => causes[error]));
  return found.size === 1 ? [...found][0] : undefined;
}

/** Running out of descriptors surfaces as a failed lookup or as missing roots: the errno tells. */
function firstCause(cause: string, { trace }: Case): string {
  return trace.errors.some((error) => error.class === 'too-many-files') ? 'disk/too-many-files' : cause;
}

function relatedLines(error: TraceError, { trace }: Case) {
  return trace.errors
    .filter((other) => other !== error && other.class === error.class)
    .map((other) => other.at)
    .slice(0, 3);
}

/** Adds the host and address that the packets show, where the text names none. */
function withSpans(diagnosis: Diagnosis, error: TraceError, context: Case): Diagnosis {
  const { cause } = diagnosis;
  if (cause === 'transfer/corrupt') return withZip(diagnosis, context);
  if (cause === 'server-error/not-a-proxy') return withAnswer(diagnosis, context);
  if (error.class.startsWith('egress-')) return withEgress(diagnosis, error, context);
  if (!cause.startsWith('tls/') && !cause.startsWith('connect/')) return diagnosis;
  if (diagnosis.culprit.address !== undefined) return diagnosis;
  const { host } = diagnosis.culprit;
  const timeNs = error.timeNs ?? Number.POSITIVE_INFINITY;
  const reached = context.trace.spans.filter(
    ({ kind, startNs, attributes }) =>
      (kind === 'tls' || kind === 'connect') &&
      attributes['network.peer.address'] !== undefined &&
      (host === undefined ? startNs <= timeNs : attributes['server.address'] === host),
  );
  // An error without a host is about what was reached last.
  const span = host === undefined ? reached.at(-1) : reached[0];
  if (span === undefined) return diagnosis;
  return {
    ...diagnosis,
    culprit: culprit({
      ...diagnosis.culprit,
      host: host ?? span.attributes['server.address'],
      address: addressOf(span),
    }),
  };
}

/** `parsing go.mod: missing module line` names no server: it is the one that answered for the module last. */
function withAnswer(diagnosis: Diagnosis, { trace }: Case): Diagnosis {
  if (diagnosis.culprit.host !== undefined) return diagnosis;
  const fetch = trace.spans.findLast(
    (span) =>
      span.kind === 'fetch' &&
      span.attributes['http.response.status_code'] === 200 &&
      span.attributes['gotrace.module'] === diagnosis.culprit.module?.replace(/@[^@]*$/, ''),
  );
  if (fetch === undefined) return { ...diagnosis, cause: 'server-error/other' };
  return {
    ...diagnosis,
    culprit: culprit({ ...diagnosis.culprit, ...culpritOfSpan(fetch) }),
    evidence: [...diagnosis.evidence, ...fetch.evidence.slice(-1)],
  };
}

/** `zip: not a valid zip file` names no module: it is the one that did not pass go's check. */
function withZip(diagnosis: Diagnosis, { trace }: Case): Diagnosis {
  if (diagnosis.culprit.module !== undefined) return diagnosis;
  const zips = trace.spans.filter(
    (span) => span.kind === 'transfer' && span.attributes['gotrace.module'] !== undefined,
  );
  const damaged = zips.filter((span) => span.attributes['gotrace.verified'] === undefined);
  const host = trace.spans.find(
    (span) => span.kind === 'fetch' && span.attributes['url.full']?.endsWith('.zip'),
  )?.attributes['server.address'];
  const [only] = damaged;
  if (only === undefined || damaged.length > 1)
    return { ...diagnosis, culprit: culprit({ ...diagnosis.culprit, host }) };
  return {
    ...diagnosis,
    culprit: culprit({ ...culpritOfSpan(only), ...diagnosis.culprit }),
    evidence: [...diagnosis.evidence, ...only.evidence.slice(0, 2)],
  };
}

/** The egress proxy is the host that go connected to, or looked up, without asking for a URL of it. */
function withEgress(diagnosis: Diagnosis, error: TraceError, context: Case): Diagnosis {
  const { trace } = context;
  const connect =
    trace.spans.find((span) => span.kind === 'connect' && isEgress(span, context)) ??
    trace.spans.find((span) => span.kind === 'connect' && span.attributes['network.peer.port'] !== 443);
  const asked = new Set(
    trace.spans.flatMap((span) =>
      span.kind === 'fetch' ? (hostOf(span.attributes['url.full'] ?? '') ?? []) : [],
    ),
  );
  const lookedUp = trace.lookupHosts.find((each) => !asked.has(each.host));
  const port = connect?.attributes['network.peer.port'];
  const set = egressOf(trace.environment)?.host;
  const host = connect?.attributes['server.address'] ?? lookedUp?.host ?? error.detail.host ?? set;
  const address =
    error.detail.address ?? (host === undefined || port === undefined ? undefined : `${host}:${port}`);
  const evidence = connect?.evidence[0] ?? lookedUp?.at;
  return {
    ...diagnosis,
    culprit: culprit({ ...diagnosis.culprit, host, address }),
    ...(host === undefined && address === undefined ? { step: 'the egress proxy of HTTPS_PROXY' } : {}),
    evidence: [...diagnosis.evidence.slice(0, 2), ...(evidence === undefined ? [] : [evidence])],
  };
}
