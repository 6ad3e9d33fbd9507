import { hostOf, isForZip } from '../../correlate/files/modcache.ts';
import { egressOf, egressOfAll } from '../../correlate/network/egress.ts';
import type { Span } from '../../model/span.ts';
import type { TraceError } from '../../model/trace.ts';
import {
  addressOf,
  type Case,
  culprit,
  culpritOfSpan,
  type Diagnosis,
  egressCulprit,
  step,
} from '../rule.ts';
import { isEgress } from '../rules/connect.ts';
import { whatResolvedDid } from '../rules/dns.ts';
import { serversOf } from '../rules/dns-lookup.ts';

/** Causes that say what could not be had, for whatever reason. */
export const NEEDS_REASON: ReadonlySet<string> = new Set(['toolchain/download', 'sumdb/unreachable']);

/** Adds the host and address that the packets show, where the text names none. */
export function withSpans(diagnosis: Diagnosis, error: TraceError, context: Case): Diagnosis {
  const { cause } = diagnosis;
  if (cause === 'transfer/corrupt') return withZip(diagnosis, context);
  if (cause === 'transfer/reset') return withSender(diagnosis, error, context);
  if (cause === 'server-error/not-a-proxy') return withAnswer(diagnosis, context);
  if (error.class.startsWith('egress-') || cause === 'ttfb/egress-closed')
    return withEgress(diagnosis, error, context);
  if (cause === 'ttfb/closed') return { ...diagnosis, ...step(detourOf(diagnosis, context)) };
  if (cause.startsWith('server-error/') || cause === 'auth/proxy-401')
    return withAnswerer(diagnosis, context);
  if (error.class === 'dns-unresolved') return withNameservers(diagnosis, context);
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

/** Where go reached the host through an egress proxy, that may be who hung up. */
function detourOf(
  { culprit: { host } }: Diagnosis,
  { trace: { spans, environment } }: Case,
): string | undefined {
  const isOfHost = ({ kind, attributes }: Span) =>
    kind === 'fetch' && hostOf(attributes['url.full'] ?? '') === host;
  const dialed = spans.find(isOfHost)?.attributes['server.address'];
  const egress = dialed === undefined || dialed === host ? egressOfAll(environment)?.host : dialed;
  return egress === undefined ? undefined : `through ${egress} (an egress proxy, which may have closed it)`;
}

/** A URL names who was asked for a body, and not who sent it: that may be another host, by a redirect. */
function withSender(diagnosis: Diagnosis, { detail }: TraceError, { trace }: Case): Diagnosis {
  const { module, version } = detail;
  const body = trace.spans.findLast(
    ({ kind, attributes }) =>
      kind === 'transfer' &&
      module !== undefined &&
      isAbout(attributes['url.full'], detail.url) &&
      attributes['gotrace.module'] === module &&
      attributes['gotrace.version'] === version,
  );
  const host = body?.attributes['server.address'];
  if (host === undefined) return diagnosis;
  return { ...diagnosis, culprit: culprit({ ...diagnosis.culprit, host }) };
}

/** A body that go names no URL of is a zip's; the file that a zip goes into has no URL. */
function isAbout(url: string | undefined, said: string | undefined): boolean {
  return (
    url === undefined || (said === undefined || said.endsWith('.zip') ? url.endsWith('.zip') : url === said)
  );
}

/** A status is told with the URL that was asked for: where that redirects, another host gave it. */
function withAnswerer(diagnosis: Diagnosis, { trace }: Case): Diagnosis {
  const { url } = diagnosis.culprit;
  const answer = trace.spans.findLast(
    ({ kind, endNs, attributes }) =>
      kind === 'response' &&
      endNs !== undefined &&
      attributes['gotrace.redirected'] === true &&
      attributes['error.type'] === undefined &&
      attributes['url.full'] === url,
  );
  if (url === undefined || answer === undefined) return diagnosis;
  const { host, address } = culpritOfSpan(answer);
  return {
    ...diagnosis,
    culprit: culprit({ ...diagnosis.culprit, host, address }),
    evidence: [...diagnosis.evidence, ...answer.evidence.slice(0, 2)],
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

/** curl names no nameserver: those that left the host's name unanswered, or answered that they could not tell. */
function withNameservers(diagnosis: Diagnosis, { trace }: Case): Diagnosis {
  const { host } = diagnosis.culprit;
  const failed = trace.spans.filter(
    ({ kind, attributes }) =>
      kind === 'dns-query' &&
      attributes['dns.question.name'] === host &&
      attributes['error.type'] !== undefined,
  );
  const last = failed.at(-1);
  return {
    ...diagnosis,
    culprit: culprit({
      ...diagnosis.culprit,
      address: serversOf(failed),
      setting:
        last === undefined || diagnosis.cause !== 'dns/local-resolver'
          ? undefined
          : whatResolvedDid(last, trace.endNs),
    }),
    evidence: [...diagnosis.evidence, ...failed.flatMap(({ evidence }) => evidence.slice(0, 1)).slice(0, 2)],
  };
}

/** `zip: not a valid zip file` names no module: it is the one that did not pass go's check. */
function withZip(diagnosis: Diagnosis, { trace }: Case): Diagnosis {
  if (diagnosis.culprit.module !== undefined) return diagnosis;
  const zips = trace.spans.filter(
    (span) => span.kind === 'transfer' && span.attributes['gotrace.module'] !== undefined,
  );
  const damaged = zips.filter((span) => span.attributes['gotrace.verified'] === undefined);
  const host = trace.spans.find((span) => span.kind === 'fetch' && isForZip(span.attributes))?.attributes[
    'server.address'
  ];
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
  if (NEEDS_REASON.has(diagnosis.cause))
    return {
      ...diagnosis,
      culprit: culprit({ ...diagnosis.culprit, address }),
      step: `${diagnosis.step ?? 'no'}, says the egress proxy${host === undefined ? '' : ` ${host}`}`,
    };
  const isHungUp = diagnosis.cause === 'ttfb/egress-closed';
  return {
    ...diagnosis,
    culprit: culprit({
      ...diagnosis.culprit,
      ...(isHungUp ? egressCulprit(host, address) : { host, address }),
    }),
    ...(isHungUp ? step(diagnosis.culprit.host) : {}),
    ...(host === undefined && address === undefined ? { step: 'the egress proxy of HTTPS_PROXY' } : {}),
    evidence: [...diagnosis.evidence.slice(0, 2), ...(evidence === undefined ? [] : [evidence])],
  };
}
