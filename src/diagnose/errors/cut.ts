import { hostInName } from '../../correlate/network/tunnels.ts';
import { asksForTunnel, type Phase, type Span, type SpanKind } from '../../model/span.ts';
import type { TraceError } from '../../model/trace.ts';
import { groupOf } from '../../timeline/timeline.ts';
import { asksForJson } from '../outcome.ts';
import { quote } from '../quote.ts';
import {
  addressOf,
  type Case,
  culprit,
  culpritOfSpan,
  type Diagnosis,
  egressCulprit,
  evidenceOf,
  step,
} from '../rule.ts';
import { diagnoseWait } from '../rules.ts';
import { decisiveErrors, isGivenElsewhere, SAYS_NOTHING } from './decisive.ts';
import { diagnoseError } from './error.ts';

/** An error follows from what went wrong at once; `go build` loads what else there is before it prints it. */
const AT_ONCE_NS = 3e9;
/** The order of things tells it, and not the error's own words. */
const CONFIDENCE = 0.7;

/** What each step of reaching a server waits for, whatever the server is reached for. */
const PHASE_OF_STEP: Readonly<Partial<Record<SpanKind, Phase>>> = {
  lookup: 'dns',
  connect: 'connect',
  tls: 'tls',
  response: 'ttfb',
  transfer: 'transfer',
};
/** Whose steps are not told apart. */
const WHOLE: ReadonlySet<Phase> = new Set(['sumdb', 'toolchain']);
const SSH_PORT = 22;
const DNS_PORT = 53;
/** cmd/go/internal/toolchain/select.go, Exec: `go: download go1.99.0 for linux/amd64: …`. */
const TOOLCHAIN = /^go: download go1\./;

const CAUSE_OF_STATUS: Readonly<Record<number, string>> = {
  401: 'auth/proxy-401',
  403: 'server-error/forbidden',
  404: 'server-error/not-found',
  407: 'auth/egress-407',
  410: 'server-error/not-found',
  429: 'server-error/rate-limited',
};

/** What a line may begin with that goes on to say what is wrong, and which causes that may be. */
const UNSURE: Readonly<Record<string, RegExp>> = {
  'dns-other': /^dns\//,
  'connect-other': /^(?:connect|disk)\//,
  'disk-io': /^disk\//,
};

/** What an error says; where -s cut it before the reason, what failed right before it was printed. */
export function diagnoseAsFarAsSaid(error: TraceError, context: Case): Diagnosis | undefined {
  if (isCutShort(error)) return failureBefore(error, context);
  const causes = error.isCut ? UNSURE[error.class] : undefined;
  const before = causes === undefined ? undefined : failureBefore(error, context);
  return before !== undefined && causes?.test(before.cause) ? before : diagnoseError(error, context);
}

/** An error whose reason stands behind what the log holds of its line: strace shows 32 bytes, unless -s says more. */
export function isCutShort({ isCut, class: name, text }: TraceError): boolean {
  if (!isCut) return false;
  return SAYS_NOTHING.has(name) || name === IN_THE_CODE || (name === 'not-found' && WHY_NOT_FOUND.test(text));
}

/** `main.go:4:2: `: what is wrong at a place of the code may be that what it imports cannot be fetched. */
const IN_THE_CODE = 'compile';

/** That a module was not found, for a reason that follows: it may be any. */
const WHY_NOT_FOUND =
  /(?:unrecognized import path |invalid (?:pseudo-)?version: git )(?!.*(?:\b404\b|unknown revision))/;

/**
 * What made go print an error whose reason was cut off: the last thing that it did on the network, where that failed
 * right before. Undefined where anything else may be the reason.
 */
function failureBefore(error: TraceError, context: Case): Diagnosis | undefined {
  if (TOOLCHAIN.test(error.text))
    return {
      cause: 'toolchain/download',
      culprit: { module: 'golang.org/toolchain' },
      confidence: CONFIDENCE,
      evidence: [error.at],
    };
  const timeNs = error.timeNs ?? context.trace.endNs;
  const refusal = refusalBefore(error.class, timeNs, context);
  if (refusal !== undefined) {
    const diagnosis = diagnoseError(refusal, context);
    return { ...diagnosis, confidence: CONFIDENCE, evidence: [error.at, ...diagnosis.evidence] };
  }
  // Nothing was wrong with the file.
  if (error.class === 'body-failed' && context.trace.coverage.syscalls) return diagnoseError(error, context);
  const last =
    refusedFetch(error, timeNs, context) ??
    lastStep(timeNs, context, OF_COMMAND.test(error.text) ? startOfCommand(context) : undefined);
  const diagnosis = last && diagnoseStep(last, context);
  return diagnosis && { ...diagnosis, confidence: CONFIDENCE, evidence: [error.at, ...diagnosis.evidence] };
}

/**
 * Why a command failed that printed nothing: the last thing that it did on the network, where that failed right before the
 * end. Undefined where anything else may be the reason, or the command itself ended that.
 */
export function failureAtEnd(context: Case): Diagnosis | undefined {
  const { coverage, endNs } = context.trace;
  // A go of which there are only lines has printed its error among them, unless it was asked for JSON: that is its stdout.
  const last = !coverage.syscalls && coverage.goX ? refusalInJson(context) : lastStep(endNs, context);
  if (last === undefined || last.attributes['error.type'] === 'aborted') return undefined;
  const diagnosis = diagnoseStep(last, context);
  return diagnosis && { ...diagnosis, confidence: CONFIDENCE };
}

/** Of a `go mod download -json`: the last file of a module that was refused, and that no other GOPROXY entry gave. */
function refusalInJson({ trace }: Case): Span | undefined {
  if (!asksForJson(trace)) return undefined;
  return trace.spans.findLast(({ kind, attributes }) => {
    const {
      'url.full': url,
      'gotrace.version': version,
      'http.response.status_code': status = 0,
    } = attributes;
    if (kind !== 'fetch' || url === undefined || version === undefined || status < 400) return false;
    return !isGivenElsewhere(url, trace);
  });
}

/** Errors of which the kernel's refusal of any file may be the reason. */
const OF_FILES: ReadonlySet<string> = new Set(['other', 'body-failed', 'disk-io']);
/** Sockets count as files. */
const OF_ANY = 'too-many-files';

/** What the kernel refused last, if that was right before, and may be the reason for an error of such a class. */
function refusalBefore(name: string, timeNs: number, { trace }: Case): TraceError | undefined {
  return trace.errors.findLast(
    (refusal) =>
      !refusal.final &&
      refusal.detail.path !== undefined &&
      (OF_FILES.has(name) || refusal.class === OF_ANY) &&
      refusal.timeNs !== undefined &&
      isAtOnce(refusal.timeNs, timeNs),
  );
}

/** cmd/go/internal/web/api.go, HTTPError: `go: MODULE@VERSION: reading URL: STATUS`. */
const REFUSED = /: reading (https?:\S*)/;

/** Which answer such an error is about. A checksum database is asked for more than one module at a time. */
function refusedFetch({ text, detail }: TraceError, timeNs: number, { trace }: Case): Span | undefined {
  const beginning = REFUSED.exec(text)?.[1];
  if (beginning === undefined) return undefined;
  return trace.spans.findLast(
    ({ kind, phase, endNs = Number.POSITIVE_INFINITY, attributes }) =>
      kind === 'fetch' &&
      endNs <= timeNs &&
      (attributes['http.response.status_code'] ?? 0) >= 400 &&
      attributes['url.full']?.startsWith(beginning) &&
      (phase === 'sumdb' ||
        (attributes['gotrace.module'] === detail.module && attributes['gotrace.version'] === detail.version)),
  );
}

function isAtOnce(beforeNs: number, timeNs: number): boolean {
  return beforeNs <= timeNs && timeNs - beforeNs <= AT_ONCE_NS;
}

/** cmd/go/internal/modfetch/codehost, RunError: `hg init . in DIR: …`. */
const OF_COMMAND = /: (?:git|hg|svn|bzr|fossil) [a-z-]+ .*(?: in |$)/;

/** When the last command of a version control system began: what it failed for did not happen before. */
function startOfCommand({ trace }: Case): number | undefined {
  return trace.spans.findLast(({ kind }) => kind === 'git-command')?.startNs;
}

/** What was done last on the network before a time, and after another, if that was right before. */
function lastStep(timeNs: number, { trace }: Case, sinceNs = Number.NEGATIVE_INFINITY): Span | undefined {
  const last = trace.spans
    .filter((span) => isStep(span) && endOf(span) <= timeNs && endOf(span) >= sinceNs)
    .reduce<Span | undefined>((a, b) => (a === undefined || endOf(b) >= endOf(a) ? b : a), undefined);
  return last !== undefined && isAtOnce(endOf(last), timeNs) ? last : undefined;
}

/** A body that came belongs to an answer, which says more; a fetch that got none, to what it did in vain. */
function isStep({ kind, endNs, attributes }: Span): boolean {
  if (kind === 'transfer' && attributes['error.type'] === undefined) return false;
  if (kind === 'fetch' && attributes['http.response.status_code'] === undefined) return false;
  return (kind === 'fetch' || PHASE_OF_STEP[kind] !== undefined) && endNs !== undefined;
}

function diagnoseStep(last: Span, context: Case): Diagnosis | undefined {
  const { kind, startNs, attributes } = last;
  const status = attributes['http.response.status_code'] ?? 0;
  const answered = status >= 500 ? 'server-error/5xx' : CAUSE_OF_STATUS[status];
  if (answered !== undefined)
    return last.phase === 'sumdb' ? refusedBySumdb(status, last) : told(answered, last);
  const error = attributes['error.type'];
  if (error === undefined) return undefined;
  if (kind === 'response') {
    if (error === 'aborted') return undefined;
    if (asksForTunnel(last)) return hungUp(last);
    return told(attributes['network.peer.port'] === SSH_PORT ? 'git/ssh-closed' : 'ttfb/closed', last);
  }
  if (kind === 'connect' && attributes['network.peer.port'] === DNS_PORT) return overTcp(last, context);
  const phase = WHOLE.has(last.phase) ? last.phase : (PHASE_OF_STEP[kind] ?? last.phase);
  const group = groupOf([{ span: last, phase, startNs, endNs: endOf(last), open: false }]);
  return diagnoseWait(group, context);
}

function refusedBySumdb(status: number, last: Span): Diagnosis {
  if (status !== 404) return { ...told('sumdb/unreachable', last), ...step(`it answers ${status}`) };
  return told(
    last.attributes['url.full']?.includes('/tile/') ? 'sumdb/incomplete' : 'sumdb/private-module',
    last,
  );
}

/** The egress proxy, in place of an answer to CONNECT. */
function hungUp(span: Span): Diagnosis {
  const { host, address } = culpritOfSpan(span);
  return {
    ...told('ttfb/egress-closed', span),
    culprit: egressCulprit(host, address),
    ...step(hostInName(span.name)),
  };
}

/** TCP to a nameserver is for an answer that did not fit into UDP. */
function overTcp(connect: Span, { trace }: Case): Diagnosis {
  const lookup = trace.spans.findLast(({ kind, startNs }) => kind === 'lookup' && startNs <= connect.startNs);
  const { 'error.type': error } = connect.attributes;
  return {
    ...told('dns/tcp-fallback', connect),
    culprit: culprit({ host: lookup?.attributes['server.address'], address: addressOf(connect) }),
    ...step(error === 'ECONNREFUSED' ? 'connection refused' : error),
  };
}

function told(cause: string, span: Span): Diagnosis {
  const status = span.attributes['http.response.status_code'];
  const setting = cause === 'server-error/5xx' && status !== undefined ? String(status) : undefined;
  return {
    cause,
    culprit: culprit({ ...culpritOfSpan(span), setting }),
    ...step(asksForTunnel(span) ? span.name : undefined),
    confidence: CONFIDENCE,
    evidence: evidenceOf([span]),
  };
}

function endOf({ endNs = Number.POSITIVE_INFINITY }: Span): number {
  return endNs;
}

/** Says that the reason is not in the log, and how it gets there; undefined where no error was cut short. */
export function cutHeadline(context: Case): string | undefined {
  const error = decisiveErrors(context.trace).find(isCutShort);
  if (error === undefined) return undefined;
  return `Failed: it printed «${quote(error.text)}…», and the log was cut there, before the reason. To see it: add the command's own output to the logs, or record again with strace -s 512.`;
}
