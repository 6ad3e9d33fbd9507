import type { Group } from '../../timeline/timeline.ts';
import {
  type Case,
  culprit,
  culpritOfSpan,
  type Diagnosis,
  evidenceOf,
  type WaitRule,
  waitsNoLonger,
} from '../rule.ts';
import { isFailed } from './connect.ts';

export const SUMDB_RULES: readonly WaitRule[] = [sumdbUnreachable, sumdbSlow];

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

function sumdbSlow(group: Group): Diagnosis {
  const span = group.spans.find((each) => each.kind === 'fetch') ?? group.spans[0];
  return {
    cause: 'sumdb/slow',
    culprit: culprit({ ...culpritOfSpan(span), setting: 'GOSUMDB' }),
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
