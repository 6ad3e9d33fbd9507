import { egressOf } from '../correlate/egress.ts';
import { hostOf } from '../correlate/modcache.ts';
import type { Finding } from '../model/finding.ts';
import type { Trace } from '../model/trace.ts';
import { diagnoseGoroutines, SILENT_EGRESS } from './goroutines.ts';
import { type Case, findingOf } from './rule.ts';

/** What a goroutine dump shows the whole go to wait for, with what the lines around it say of the server. */
export function dumpFinding(context: Case): Finding | undefined {
  const { trace, timeline } = context;
  const diagnosis = diagnoseGoroutines(trace.goroutines);
  if (diagnosis === undefined) return undefined;
  const minutes = Math.max(0, ...trace.goroutines.map((each) => each.minutes ?? 0));
  const openFetch = trace.spans.find((span) => span.kind === 'fetch' && span.endNs === undefined);
  const asked = openFetch?.attributes['server.address'] ?? onlyHost(trace);
  const host = diagnosis.cause === SILENT_EGRESS ? egressHost(trace) : asked;
  const url = openFetch?.attributes['url.full'];
  const culprit = {
    ...diagnosis.culprit,
    ...(host === undefined ? {} : { host }),
    ...(url === undefined ? {} : { url }),
  };
  const blockedNs =
    openFetch === undefined ? minutes * 60e9 : Math.max(minutes * 60e9, trace.endNs - openFetch.startNs);
  return findingOf(
    { ...diagnosis, culprit },
    {
      startNs: trace.endNs - blockedNs,
      endNs: trace.endNs,
      blockedNs: Math.min(blockedNs, Math.max(timeline.wallNs, minutes * 60e9)),
    },
    context,
  );
}

/** HTTPS_PROXY's, where the log has it; else the one that was looked up although no URL names it. */
function egressHost({ environment, lookupHosts, spans }: Trace): string | undefined {
  const asked = new Set(spans.flatMap(({ attributes }) => hostOf(attributes['url.full'] ?? '') ?? []));
  return egressOf(environment)?.host ?? lookupHosts.find((each) => !asked.has(each.host))?.host;
}

/** The host of all that was fetched, where there is one only. */
function onlyHost({ spans }: Trace): string | undefined {
  const hosts = new Set(
    spans.flatMap((span) => (span.kind === 'fetch' ? (span.attributes['server.address'] ?? []) : [])),
  );
  return hosts.size === 1 ? [...hosts][0] : undefined;
}
