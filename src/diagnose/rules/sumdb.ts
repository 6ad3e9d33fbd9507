import type { SpanKind } from '../../model/span.ts';
import type { Group } from '../../timeline/timeline.ts';
import {
  type Case,
  culprit,
  culpritOfSpan,
  type Diagnosis,
  evidenceOf,
  lengthOf,
  timeOf,
  type WaitRule,
  waitsNoLonger,
} from '../rule.ts';
import { ipv6Broken, isFailed, oneAddressDead } from './connect.ts';

/** A database that is reached at another address answers. */
export const SUMDB_RULES: readonly WaitRule[] = [ipv6Broken, oneAddressDead, sumdbUnreachable, sumdbSlow];

function sumdbUnreachable(group: Group, { trace }: Case): Diagnosis | undefined {
  const failed = group.spans.filter((span) => isFailed(span) && !waitsNoLonger(span, group, trace.endNs));
  if (failed.length === 0) return undefined;
  const withUrl = culpritOfSpan(
    failed.find((span) => span.attributes['network.peer.address'] !== undefined) ?? failed[0],
  );
  return {
    cause: 'sumdb/unreachable',
    culprit: culprit({ ...withUrl, setting: 'GOSUMDB' }),
    confidence: 0.9,
    evidence: evidenceOf(failed),
  };
}

/** What took most of the time, where that is not waiting for answers. */
const STEPS: readonly (readonly [kind: SpanKind, text: string])[] = [
  ['lookup', 'the lookup of its name'],
  ['connect', 'connecting to it'],
  ['tls', 'its TLS handshake'],
];
const MOST = 0.5;

function slowStep(group: Group): string {
  const ofKind = (kind: SpanKind) => group.spans.filter((span) => span.kind === kind);
  const step = STEPS.find(([kind]) => timeOf(group, ofKind(kind)) >= MOST * group.criticalNs);
  return step?.[1] ?? 'its lookups and tiles';
}

/** A proxy may be asked first whether it speaks for the database: the one that took longest is it. */
function sumdbSlow(group: Group, { trace: { endNs } }: Case): Diagnosis {
  const [longest] = [...group.spans].sort((a, b) => lengthOf(b, endNs) - lengthOf(a, endNs));
  return {
    cause: 'sumdb/slow',
    culprit: culprit({ ...culpritOfSpan(longest), setting: 'GOSUMDB' }),
    step: slowStep(group),
    confidence: 0.85,
    evidence: evidenceOf(group.spans),
  };
}

export const TOOLCHAIN_RULES: readonly WaitRule[] = [
  (group) => {
    const span = group.spans[0];
    const version = span?.attributes['gotrace.version']?.replace(/^v[\d.]+-/, '');
    const url = span?.attributes['url.full'];
    return {
      cause: 'toolchain/download',
      culprit: culprit({
        ...culpritOfSpan(span),
        module: `golang.org/toolchain${version === undefined ? '' : ` ${version}`}`,
        setting: version,
        url,
      }),
      confidence: 0.9,
      evidence: evidenceOf(group.spans),
    };
  },
];
