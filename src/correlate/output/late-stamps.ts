import type { TextRecord } from '../../../parsers/registry.ts';

/** How much later than it was printed a line may be stamped, by a pipe and a busy machine. */
const DELAY_NS = 1.5e9;

/**
 * The inputs whose stamps are those of a reader that got many lines at once (a buffer between the two, a log that is
 * collected): go says how long a fetch or a git command took, and its two lines are stamped closer together than that.
 */
export function lateStamps(records: readonly TextRecord[]): ReadonlySet<string> {
  /** When each began for the first time: one that is tried again begins later. */
  const begun = new Map<string, number>();
  const late = new Set<string>();
  for (const record of records) {
    const { timeNs } = record;
    const key = keyOf(record);
    if (timeNs === undefined || key === undefined) continue;
    const startNs = begun.get(key);
    if (startNs === undefined) begun.set(key, timeNs);
    else if ('durationNs' in record && timeNs - startNs + DELAY_NS < (record.durationNs ?? 0))
      late.add(record.at.input);
  }
  return late;
}

function keyOf(record: TextRecord): string | undefined {
  switch (record.kind) {
    case 'fetch-start':
    case 'fetch-end':
      return `${record.at.input} ${record.url}`;
    case 'command-start':
    case 'command-end':
      return `${record.at.input} ${record.dir} ${record.command}`;
    default:
      return undefined;
  }
}
