import type { Span } from '../../model/span.ts';
import type { Group } from '../../timeline/timeline.ts';
import { MOSTLY_ONE, medianOf } from '../alike.ts';
import {
  baseOf,
  type Case,
  culprit,
  culpritOfSpan,
  type Diagnosis,
  evidenceOf,
  lengthOf,
  withBase,
} from '../rule.ts';

const NOT_FOUND: readonly (number | undefined)[] = [404, 410];

/** 404 and 410 make go ask the next entry; here each module paid for that. */
export function slowFirstProxy(group: Group, { trace }: Case): Diagnosis | undefined {
  const missing = missingOf(group);
  const [next] = askedNext(missing, trace.spans);
  if (missing.length < 2 || missing.length < group.spans.length / 2 || next === undefined) return undefined;
  return {
    cause: 'ttfb/slow-first-proxy',
    culprit: culprit({ ...culpritOfSpan(missing[0]), setting: 'GOPROXY order' }),
    ...withBase(missing[0]),
    confidence: 0.9,
    evidence: [...evidenceOf(missing, 4), ...evidenceOf([next], 1)],
  };
}

/**
 * The same where each fetch went over a connection of its own, and whether reaching the entry or its answer was slow is not
 * known: it costs that time. Not where the next entry is as slow, for then it is what both have in common; nor where one of
 * many took most of it.
 */
export function slowToReachFirst(group: Group, context: Case): Diagnosis | undefined {
  if (group.spans.some(({ kind }) => kind !== 'fetch')) return undefined;
  const { spans, endNs } = context.trace;
  const missing = missingOf(group);
  const lengthsOf = (fetches: readonly Span[]) =>
    fetches.map((fetch) => lengthOf(fetch, endNs)).sort((a, b) => a - b);
  const waits = lengthsOf(missing);
  const longestOfNext = lengthsOf(askedNext(missing, spans)).at(-1) ?? 0;
  const isEach = (waits.at(-1) ?? 0) < MOSTLY_ONE * group.criticalNs;
  return isEach && longestOfNext < medianOf(waits) / 2 ? slowFirstProxy(group, context) : undefined;
}

function missingOf({ spans }: Group): Span[] {
  return spans.filter((span) => NOT_FOUND.includes(span.attributes['http.response.status_code']));
}

/** The fetches of another entry for the modules that one did not have. */
function askedNext(missing: readonly Span[], spans: readonly Span[]): Span[] {
  const base = baseOf(missing[0]?.attributes['url.full']);
  const since = new Map<string | undefined, number>();
  for (const { attributes, startNs } of missing) {
    const module = attributes['gotrace.module'];
    since.set(module, Math.min(startNs, since.get(module) ?? startNs));
  }
  return spans.filter(
    ({ kind, attributes, startNs }) =>
      kind === 'fetch' &&
      baseOf(attributes['url.full']) !== base &&
      startNs >= (since.get(attributes['gotrace.module']) ?? Number.POSITIVE_INFINITY),
  );
}
