import { hostOf } from '../correlate/files/modcache.ts';
import { egressOfAll } from '../correlate/network/egress.ts';
import type { Finding } from '../model/finding.ts';
import type { Span } from '../model/span.ts';
import type { Trace } from '../model/trace.ts';
import { awaitedZip } from './awaited-zip.ts';
import { diagnoseGoroutines, SILENT_EGRESS } from './goroutines.ts';
import { type Case, findingOf } from './rule.ts';
import { silenceAtEndNs } from './unseen.ts';

/** What a goroutine dump shows the whole go to wait for, with what the lines around it say of the server. */
export function dumpFinding(context: Case): Finding | undefined {
  const { trace, timeline } = context;
  const diagnosis = diagnoseGoroutines(trace.goroutines);
  if (diagnosis === undefined) return undefined;
  const minutes = Math.max(0, ...trace.goroutines.map((each) => each.minutes ?? 0));
  const openFetch = trace.spans.find((span) => span.kind === 'fetch' && span.endNs === undefined);
  const url = openFetch?.attributes['url.full'];
  const host = hostWaitedFor(diagnosis.cause, openFetch, trace);
  const module = diagnosis.cause === 'lock/module' ? awaitedZip(trace) : undefined;
  const culprit = {
    ...diagnosis.culprit,
    ...(module === undefined ? {} : { module }),
    ...(host === undefined ? {} : { host }),
    ...(url === undefined ? {} : { url }),
  };
  const shownNs = openFetch === undefined ? silenceAtEndNs(timeline) : trace.endNs - openFetch.startNs;
  const blockedNs = Math.max(minutes * 60e9, shownNs);
  return findingOf(
    { ...diagnosis, culprit, evidence: [...diagnosis.evidence, ...(openFetch?.evidence ?? [])] },
    {
      startNs: trace.endNs - blockedNs,
      endNs: trace.endNs,
      blockedNs: Math.min(blockedNs, Math.max(timeline.wallNs, minutes * 60e9)),
    },
    context,
  );
}

/** A name is looked up, and a connection made, of the egress proxy where there is one; it is spoken with the host behind it. */
function hostWaitedFor(cause: string, fetch: Span | undefined, trace: Trace): string | undefined {
  // Another program's wait, another process, or none.
  if (/^(?:git|lock|cpu)\//.test(cause)) return undefined;
  const egress = egressHost(trace);
  if (cause === SILENT_EGRESS) return egress;
  const dialed = fetch?.attributes['server.address'] ?? onlyHost(trace);
  if (/^(?:dns|connect)\//.test(cause)) return egress ?? dialed;
  const behind = dialed === egress ? hostOf(fetch?.attributes['url.full'] ?? '') : undefined;
  return behind ?? dialed;
}

/** HTTPS_PROXY's, where the log has it; else the one that was looked up although no URL names it. */
function egressHost({ environment, lookupHosts, spans }: Trace): string | undefined {
  const asked = new Set(spans.flatMap(({ attributes }) => hostOf(attributes['url.full'] ?? '') ?? []));
  return egressOfAll(environment)?.host ?? lookupHosts.find((each) => !asked.has(each.host))?.host;
}

/** The host of all that was fetched, where there is one only. */
function onlyHost({ spans }: Trace): string | undefined {
  const hosts = new Set(
    spans.flatMap((span) => (span.kind === 'fetch' ? (span.attributes['server.address'] ?? []) : [])),
  );
  return hosts.size === 1 ? [...hosts][0] : undefined;
}
