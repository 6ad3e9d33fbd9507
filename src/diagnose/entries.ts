import { hostOf } from '../correlate/files/modcache.ts';
import type { Finding } from '../model/finding.ts';
import { groupBy } from '../model/group-by.ts';
import type { Span } from '../model/span.ts';
import { diagnoseError } from './errors/error.ts';
import { answerOf, asksNext, entryAfter, type ProxyEntry } from './goproxy.ts';
import { endedWell } from './outcome.ts';
import { baseOf, type Case, culprit, culpritOfSpan, evidenceOf, findingOf } from './rule.ts';
import { isFailed } from './rules/connect.ts';

/** What the order and the separators of GOPROXY made of an entry's failure; said beside the failure itself. */
export function entryFindings(context: Case, findings: readonly Finding[]): Finding[] {
  const fetches = groupBy(
    context.trace.spans.filter((span) => span.kind === 'fetch'),
    (fetch) => baseOf(fetch.attributes['url.full']),
  );
  return [
    noFallthrough(context),
    deadFirstEntry(context, findings, fetches),
    ...failingEntries(context, findings, fetches),
  ].flatMap((finding) => finding ?? []);
}

/** An entry failed with other than 404, a comma stands behind it, and the next entry was never asked. */
function noFallthrough(context: Case): Finding | undefined {
  const { trace, proxies } = context;
  if (endedWell(trace)) return undefined;
  for (const fetch of trace.spans) {
    const url = fetch.attributes['url.full'];
    if (fetch.kind !== 'fetch' || url === undefined || answerOf(fetch) !== 'error') continue;
    const base = baseOf(url) ?? '';
    const next = entryAfter(proxies, base);
    const entry = proxies.entries.find((each) => each.url === base);
    // Where the setting was not seen, an entry that others were asked of next, and this was not, stands behind a comma.
    const separator = entry?.separator ?? (proxies.isSetting ? undefined : ',');
    if (next === undefined || separator === undefined || asksNext(separator, 'error')) continue;
    if (isAsked(next.url, url.slice(base.length), trace.spans)) continue;
    const timeNs = fetch.endNs ?? trace.endNs;
    return findingOf(
      {
        cause: 'proxy-config/no-fallthrough',
        culprit: culprit({ ...culpritOfSpan(fetch), setting: `GOPROXY: ${base}${separator}${next.url}` }),
        base,
        confidence: proxies.isSetting ? 0.9 : 0.7,
        evidence: evidenceOf([fetch]),
      },
      { startNs: timeNs, endNs: timeNs, blockedNs: 0 },
      context,
    );
  }
  return undefined;
}

function isAsked(entry: string, resource: string, spans: readonly Span[]): boolean {
  if (entry === 'direct')
    return spans.some(
      (span) => span.attributes['gotrace.purpose'] === 'go-get' || span.kind === 'git-command',
    );
  return spans.some((span) => span.kind === 'fetch' && span.attributes['url.full'] === `${entry}${resource}`);
}

/** The same entry could not be reached again and again, and the next one served. */
function deadFirstEntry(context: Case, findings: readonly Finding[], fetches: ByEntry): Finding | undefined {
  const { trace, proxies } = context;
  const wait = findings.find((finding) => finding.phase === 'connect' || finding.phase === 'tls');
  const host = wait?.culprit.host;
  const entry = proxies.entries.find((each) => hostOf(each.url) === host);
  const next = entry === undefined ? undefined : entryAfter(proxies, entry.url);
  if (wait === undefined || entry === undefined || next === undefined) return undefined;
  const dials = trace.spans.filter(
    (span) =>
      (span.kind === 'connect' || span.kind === 'tls') &&
      span.attributes['server.address'] === host &&
      isFailed(span),
  );
  const failed = fetchesInVain(entry, next, fetches);
  if (dials.length < 2 || failed.length === 0) return undefined;
  const { startNs, endNs, blockedNs } = wait;
  return findingOf(
    {
      cause: 'proxy-config/dead-first-entry',
      culprit: culprit({ ...wait.culprit, setting: 'GOPROXY order' }),
      base: entry.url,
      confidence: 0.9,
      evidence: evidenceOf([...dials.slice(0, 3), ...failed.slice(0, 2)]),
    },
    { startNs, endNs, blockedNs },
    context,
  );
}

/** Entries that are no use, at little cost: each request to them fails, and the next entry serves. */
function failingEntries(context: Case, findings: readonly Finding[], fetches: ByEntry): Finding[] {
  const { trace, proxies } = context;
  return proxies.entries.flatMap((entry, at) => {
    const next = proxies.entries[at + 1];
    if (next === undefined || fetchesInVain(entry, next, fetches).length === 0) return [];
    const isTold = findings.some(({ culprit: { host } }) => host === hostOf(entry.url));
    const error = trace.errors.find(({ detail }) => baseOf(detail.url) === entry.url);
    if (isTold || error === undefined) return [];
    const timeNs = error.timeNs ?? trace.startNs;
    const time = { startNs: timeNs, endNs: timeNs, blockedNs: 0 };
    return [findingOf(diagnoseError(error, context), time, context)];
  });
}

/** The fetches of each entry. */
type ByEntry = ReadonlyMap<string, readonly Span[]>;

/** All fetches from an entry, where each of several failed and the next entry served; else none. */
function fetchesInVain(entry: ProxyEntry, next: ProxyEntry, fetches: ByEntry): readonly Span[] {
  const failed = fetches.get(entry.url) ?? [];
  const isInVain = failed.length > 1 && failed.every((fetch) => answerOf(fetch) === 'error');
  const isServed = () =>
    next.url === 'direct' || (fetches.get(next.url) ?? []).some((fetch) => answerOf(fetch) === 'found');
  return isInVain && isServed() ? failed : [];
}
