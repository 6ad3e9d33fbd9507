import { STILL_NS } from '../../correlate/files/arrivals.ts';
import type { Span, SpanKind } from '../../model/span.ts';
import { wasDone } from '../../model/trace.ts';
import type { Group } from '../../timeline/timeline.ts';
import {
  type Case,
  culprit,
  culpritOfSpan,
  type Diagnosis,
  evidenceOf,
  lengthOf,
  step,
  type WaitRule,
} from '../rule.ts';
import { readLookup, serversOf } from './dns-lookup.ts';

/** More than this in one fetch is a big repository, not a slow server. */
const BIG_FETCH_BYTES = 5e6;

export const GIT_RULES: readonly WaitRule[] = [gitTimed, gitStalled, gitClone, gitServer];

/** How long git ran is all that there is: its reads and writes were left out. */
function gitTimed({ spans }: Group, { trace }: Case): Diagnosis | undefined {
  const isOnlyTimed = spans.every(({ kind }) => kind === 'process' || kind === 'git-command');
  if (!isOnlyTimed || !trace.coverage.unseen.includes('read')) return undefined;
  return { cause: 'git/other', culprit: gitCulprit(spans), confidence: 0.5, evidence: evidenceOf(spans) };
}

function gitStalled(group: Group, { trace }: Case): Diagnosis | undefined {
  const open = group.spans.filter((span) => span.endNs === undefined);
  // Where the command was done, so was git, whether the log shows it or not.
  if (open.length === 0 || !group.open || wasDone(trace)) return undefined;
  const seen = open.some((span) => span.kind !== 'git-command' && span.kind !== 'process');
  const arrives = group.spans.some(
    (span) =>
      span.kind === 'transfer' &&
      lengthOf(span, trace.endNs) >= STILL_NS &&
      trace.endNs - (span.endNs ?? 0) < STILL_NS,
  );
  if (!seen && arrives) return undefined;
  return {
    cause: seen ? 'git/stalled' : 'git/silent',
    culprit: gitCulprit([...open, ...group.spans]),
    ...step(stepOf(group)?.stalled),
    confidence: seen ? 0.9 : 0.6,
    evidence: evidenceOf(open),
  };
}

function gitClone(group: Group): Diagnosis | undefined {
  const transfers = group.spans.filter((span) => span.kind === 'transfer');
  const bytes = transfers.reduce((sum, span) => sum + (span.attributes['gotrace.bytes'] ?? 0), 0);
  const longest = group.spans[0];
  if (transfers.length === 0 || (bytes < BIG_FETCH_BYTES && longest?.kind !== 'transfer')) return undefined;
  return {
    cause: 'git/slow-clone',
    culprit: gitCulprit([...transfers, ...group.spans]),
    confidence: 0.8,
    evidence: evidenceOf(transfers),
  };
}

function gitServer(group: Group, context: Case): Diagnosis {
  const network = group.spans.some(
    (span) => span.kind === 'response' || span.kind === 'tls' || span.kind === 'connect',
  );
  return {
    cause: 'git/slow-server',
    culprit: gitCulprit(group.spans),
    ...step(slowStep(group, context)),
    confidence: network ? 0.9 : 0.6,
    evidence: evidenceOf(group.spans),
  };
}

function gitCulprit(spans: readonly Span[]) {
  const span = spans.find((each) => each.attributes['url.full'] !== undefined) ?? spans[0];
  const address = culpritOfSpan(
    spans.find((each) => each.attributes['network.peer.address'] !== undefined),
  ).address;
  return culprit({ ...culpritOfSpan(span), address, process: span?.attributes['process.command'] });
}

/** What git was doing for most of the time; a line of -x does not tell. */
const STEPS: Readonly<Partial<Record<SpanKind, { readonly stalled?: string; readonly slow: string }>>> = {
  response: { slow: 'waiting for the server' },
  lookup: { stalled: 'its name is being looked up, and no answer comes', slow: 'looking its name up' },
  connect: { stalled: 'the TCP connect gets no answer', slow: 'connecting' },
  tls: { stalled: 'the TLS handshake gets no answer', slow: 'in the TLS handshake' },
};

/** A name that is looked up for long is a nameserver's doing: it is named. */
function slowStep(group: Group, context: Case): string | undefined {
  const slow = stepOf(group)?.slow;
  const { queries } = readLookup(group, context);
  const servers = serversOf(queries, ({ attributes }) => attributes['network.peer.address']);
  return slow !== STEPS.lookup?.slow || servers === '' ? slow : `${slow} (${servers} was asked)`;
}

function stepOf({ segments, criticalNs }: Group) {
  const byKind = new Map<SpanKind, number>();
  for (const { span, startNs, endNs } of segments)
    if (span !== undefined) byKind.set(span.kind, (byKind.get(span.kind) ?? 0) + endNs - startNs);
  const most = [...byKind].find(([, ns]) => ns > criticalNs / 2)?.[0];
  return most === undefined ? undefined : STEPS[most];
}
