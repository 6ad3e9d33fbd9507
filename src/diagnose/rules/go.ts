import { STILL_NS } from '../../correlate/arrivals.ts';
import type { Span, SpanKind } from '../../model/span.ts';
import type { Group } from '../../timeline/timeline.ts';
import {
  type Case,
  culprit,
  culpritOfSpan,
  type Diagnosis,
  evidenceOf,
  lengthOf,
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

/** More than this in one fetch is a big repository, not a slow server. */
const BIG_FETCH_BYTES = 5e6;

export const GIT_RULES: readonly WaitRule[] = [gitStalled, gitClone, gitServer];

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
  lookup: { stalled: 'its name is being looked up, and no nameserver answers', slow: 'looking its name up' },
  connect: { stalled: 'the TCP connect gets no answer', slow: 'connecting' },
  tls: { stalled: 'the TLS handshake gets no answer', slow: 'in the TLS handshake' },
};

const step = (text: string | undefined) => (text === undefined ? {} : { step: text });

function stepOf({ segments, criticalNs }: Group) {
  const byKind = new Map<SpanKind, number>();
  for (const { span, startNs, endNs } of segments)
    if (span !== undefined) byKind.set(span.kind, (byKind.get(span.kind) ?? 0) + endNs - startNs);
  const most = [...byKind].find(([, ns]) => ns > criticalNs / 2)?.[0];
  return most === undefined ? undefined : STEPS[most];
}

function gitStalled(group: Group, { trace }: Case): Diagnosis | undefined {
  const open = group.spans.filter((span) => span.endNs === undefined);
  if (open.length === 0 || !group.open) return undefined;
  const seen = open.some((span) => span.kind !== 'git-command' && span.kind !== 'process');
  const arrives = group.spans.some(
    (span) =>
      span.kind === 'transfer' &&
      lengthOf(span, trace.endNs) >= STILL_NS &&
      trace.endNs - (span.endNs ?? 0) < STILL_NS,
  );
  if (!seen && arrives) return undefined;
  return {
    cause: 'git/stalled',
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

function gitServer(group: Group): Diagnosis {
  const network = group.spans.some(
    (span) => span.kind === 'response' || span.kind === 'tls' || span.kind === 'connect',
  );
  return {
    cause: 'git/slow-server',
    culprit: gitCulprit(group.spans),
    ...step(stepOf(group)?.slow),
    confidence: network ? 0.9 : 0.6,
    evidence: evidenceOf(group.spans),
  };
}

const HELPER_CAUSES: Readonly<Record<string, string>> = {
  askpass: 'auth/askpass',
  'credential-helper': 'auth/credential-helper',
  ssh: 'auth/ssh-host-key',
  goauth: 'auth/goauth',
};

export const AUTH_RULES: readonly WaitRule[] = [
  prompted,
  (group) => {
    const span = group.spans[0];
    const helper = span?.attributes['gotrace.helper'];
    return {
      cause: HELPER_CAUSES[helper ?? ''] ?? 'auth/other',
      culprit: culprit({
        ...culpritOfSpan(span),
        process: span?.attributes['process.command'],
        setting: helper === 'goauth' ? 'GOAUTH' : undefined,
      }),
      confidence: 0.9,
      evidence: evidenceOf(group.spans),
    };
  },
];

/** What ssh and git ask, and what it is about: sshconnect.c and readpass.c of OpenSSH, credential.c of git. */
const PROMPTS: readonly (readonly [RegExp, string])[] = [
  [
    /authenticity of host '(?:([^' ]+)[' ])?|Are you sure you want to continue connecting/,
    'auth/ssh-host-key',
  ],
  [/passphrase for key|(\S+)'s password:/, 'auth/ssh-key'],
  [/(?:Username|Password) for '(?:https?:\/\/)?(?:[^@']*@)?([^'/]+)/, 'auth/askpass'],
];

function prompted(group: Group): Diagnosis | undefined {
  const prompt = group.spans.find((span) => span.kind === 'prompt');
  if (prompt === undefined) return undefined;
  const text = prompt.attributes['gotrace.prompt'] ?? '';
  const known = PROMPTS.find(([pattern]) => pattern.test(text));
  const host = known?.[0].exec(text)?.[1]?.replace(/^.*@/, '');
  return {
    cause: known?.[1] ?? 'auth/other',
    culprit: culprit({
      ...culpritOfSpan(prompt),
      ...(host === undefined ? {} : { host }),
      process: prompt.attributes['process.command'],
    }),
    confidence: 0.9,
    evidence: evidenceOf([prompt]),
  };
}

export const LOCK_RULES: readonly WaitRule[] = [
  (group) => {
    const span = group.spans[0];
    const path = span?.attributes['gotrace.path'] ?? '';
    const module = /\/cache\/download\/(.+)\/@v\/(.+)\.lock$/.exec(path);
    const holder = span?.attributes['gotrace.lock.holder'];
    const cause =
      module !== null
        ? 'lock/module'
        : /\/cache\/vcs\//.test(path)
          ? 'lock/vcs'
          : /\/cache\/lock$/.test(path)
            ? 'lock/cache'
            : 'lock/other';
    return {
      cause,
      culprit: culprit({
        path,
        module: module === null ? undefined : `${module[1]}@${module[2]}`,
        process: holder === undefined ? undefined : `process ${holder} holds it`,
      }),
      confidence: 0.95,
      evidence: evidenceOf(group.spans),
    };
  },
];

export const DISK_RULES: readonly WaitRule[] = [
  (group) => ({
    cause: 'disk/slow',
    culprit: culprit({ path: slowPath(group), setting: 'GOMODCACHE' }),
    confidence: 0.8,
    evidence: evidenceOf(group.spans),
  }),
];

/** What holds this much of the time is where it went. */
const MOST = 2 / 3;

/** The file that the time went into, or the deepest folder that holds most of it. */
function slowPath({ segments, criticalNs }: Group): string | undefined {
  const byPath = new Map<string, number>();
  for (const { span, startNs, endNs } of segments) {
    const names = span?.attributes['gotrace.path']?.split('/') ?? [];
    for (let depth = 2; depth <= names.length; depth++) {
      const path = names.slice(0, depth).join('/');
      byPath.set(path, (byPath.get(path) ?? 0) + endNs - startNs);
    }
  }
  const heavy = [...byPath].filter(([, ns]) => ns >= MOST * criticalNs).map(([path]) => path);
  return heavy.reduce<string | undefined>(
    (a, b) => (a !== undefined && a.length > b.length ? a : b),
    undefined,
  );
}

export const CPU_RULES: readonly WaitRule[] = [
  ({ spans }) => {
    const pause = spans[0];
    return pause?.kind === 'pause'
      ? {
          cause: `cpu/${pause.attributes['gotrace.pause'] ?? 'other'}`,
          culprit: culprit({ setting: pause.name }),
          confidence: pause.attributes['gotrace.pause'] === 'stopped' ? 0.95 : 0.8,
          evidence: evidenceOf(spans),
        }
      : undefined;
  },
  (group) => {
    const unzip = group.spans[0];
    if (unzip?.kind !== 'unzip') return undefined;
    return {
      cause: 'cpu/unzip',
      culprit: culpritOfSpan(unzip),
      confidence: 0.8,
      evidence: evidenceOf([unzip]),
    };
  },
];
