import { pidOf } from '../../model/span.ts';
import type { Group } from '../../timeline/timeline.ts';
import { culprit, culpritOfSpan, evidenceOf, type WaitRule } from '../rule.ts';

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

/** What shows no more than that a line came late may have other reasons. */
const PAUSE_CONFIDENCE: Readonly<Record<string, number>> = { starved: 0.8, 'held-up': 0.6 };

export const CPU_RULES: readonly WaitRule[] = [
  ({ spans }) => {
    const pause = spans[0];
    return pause?.kind === 'pause'
      ? {
          cause: `cpu/${pause.attributes['gotrace.pause'] ?? 'other'}`,
          culprit: culprit({ setting: pause.name, process: pidOf(pause)?.toString() }),
          confidence: PAUSE_CONFIDENCE[pause.attributes['gotrace.pause'] ?? ''] ?? 0.95,
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
