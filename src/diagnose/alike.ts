import type { Group } from '../timeline/timeline.ts';
import { printSeconds } from './catalogue.ts';

/** The longest of many equal waits is at most this many times their median. */
export const EQUAL = 3;

/** How long each wait of a group was, the shortest first. */
export function lengths(group: Group): number[] {
  return group.segments.map((segment) => segment.endNs - segment.startNs).sort((a, b) => a - b);
}

export function medianOf(sorted: readonly number[]): number {
  return sorted[sorted.length >> 1] ?? 0;
}

/** One wait that holds this share of a group's time is the one to name. */
export const MOSTLY_ONE = 0.6;

/** The lengths of the waits that took about as long as the longest, where no single one is to blame for all. */
export function alike(group: Group): readonly number[] | undefined {
  const sorted = lengths(group);
  const longest = sorted.at(-1) ?? 0;
  const slow = sorted.filter((length) => length >= longest / EQUAL);
  return slow.length < 2 || longest >= MOSTLY_ONE * group.criticalNs ? undefined : slow;
}

/** `24 responses (0.6 s each)` */
export function eachOf(waits: readonly number[], what: string): string {
  return `${waits.length} ${what} (${printSeconds(medianOf(waits))} each)`;
}
