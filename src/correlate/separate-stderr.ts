import type { TextRecord } from '../../parsers/registry.ts';

/** What a line of stderr tells, whoever shows it being printed. */
export function keyOfText(record: TextRecord): string {
  return `${record.kind} ${textOf(record)}`;
}

function textOf(record: TextRecord): string {
  if (record.kind === 'fetch-start' || record.kind === 'fetch-end')
    return record.url + ('status' in record ? record.status : 'error' in record ? record.error : '');
  if (record.kind === 'command-start' || record.kind === 'command-end') return record.command;
  if (record.kind === 'go-error') return record.text;
  if (record.kind === 'lookup-order') return record.host;
  return record.kind;
}

/** Two clocks of one machine that differ by less are the same; the difference is the way of a line through a pipe. */
const SAME_CLOCK_NS = 1e9;

/**
 * How much later the tracer's clock is than that of a separate stderr: the time of day beside epoch stamps, or the clock
 * of another machine. Lines that both show are the same event; the middle one of their differences counts.
 */
export function clockDifference(
  told: readonly TextRecord[],
  written: ReadonlyMap<string, number | undefined>,
): number {
  const differences = told.flatMap((record) => {
    const timeNs = written.get(keyOfText(record));
    return record.timeNs === undefined || timeNs === undefined ? [] : [timeNs - record.timeNs];
  });
  const middle = differences.sort((a, b) => a - b)[Math.floor(differences.length / 2)] ?? 0;
  return Math.abs(middle) < SAME_CLOCK_NS ? 0 : middle;
}
