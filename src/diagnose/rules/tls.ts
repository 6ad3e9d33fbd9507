import { isUnanswered } from '../../model/span.ts';
import type { Trace } from '../../model/trace.ts';
import type { Group } from '../../timeline/timeline.ts';
import { alike, eachOf } from '../alike.ts';
import {
  type Case,
  culpritOfSpan,
  type Diagnosis,
  endedWith,
  evidenceOf,
  timeOf,
  type WaitRule,
  waitsNoLonger,
} from '../rule.ts';

/** This many handshakes with one host on the critical path are no accident: connections are not kept. */
const MANY_HANDSHAKES = 5;

export const TLS_RULES: readonly WaitRule[] = [
  endedWith(/^(?:ECONNRESET|EPIPE|eof)$/, 'tls/reset', 0.9),
  refused,
  stall,
  noReuse,
  slow,
];

/** The client said no to what the server presented, which is its certificate nearly always. */
function refused(group: Group, { trace }: Case): Diagnosis | undefined {
  const span = group.spans.find((each) => each.attributes['error.type'] === 'refused');
  if (span === undefined) return undefined;
  return {
    cause: hasNoRoots(trace) ? 'tls/no-roots' : 'tls/certificate-refused',
    culprit: culpritOfSpan(span),
    confidence: 0.85,
    evidence: evidenceOf([span]),
  };
}

/** Every CA bundle was looked for in vain. */
export function hasNoRoots({ syscalls, certificates }: Trace): boolean {
  // A trace without openat shows no files at all.
  const sawFiles = syscalls.some((call) => call.name.startsWith('open'));
  return sawFiles && (certificates?.every((each) => !each.found) ?? false);
}

function stall(group: Group, { trace }: Case): Diagnosis | undefined {
  const stalled = group.spans.filter(
    (span) => isUnanswered(span) && !waitsNoLonger(span, group, trace.endNs),
  );
  if (stalled.length === 0) return undefined;
  return {
    cause: 'tls/handshake-stall',
    culprit: culpritOfSpan(stalled[0]),
    confidence: 0.95,
    evidence: evidenceOf(stalled),
    blockedNs: timeOf(group, stalled),
  };
}

function noReuse(group: Group, { trace }: Case): Diagnosis | undefined {
  if (group.spans.length < MANY_HANDSHAKES) return undefined;
  const host = group.spans[0]?.attributes['server.address'];
  const fetches = trace.spans.filter(
    (span) =>
      (span.kind === 'fetch' || span.kind === 'response') && span.attributes['server.address'] === host,
  );
  if (fetches.length > group.spans.length * 2) return undefined;
  return {
    cause: 'tls/no-connection-reuse',
    culprit: culpritOfSpan(group.spans[0]),
    confidence: 0.85,
    evidence: evidenceOf(group.spans),
  };
}

function slow(group: Group): Diagnosis {
  const several = alike(group);
  return {
    cause: 'tls/slow-handshake',
    culprit: culpritOfSpan(group.spans[0]),
    ...(several === undefined ? {} : { step: eachOf(several, 'handshakes') }),
    confidence: 0.85,
    evidence: evidenceOf(group.spans),
  };
}
