/** Nanoseconds since the trace began. */
export interface Interval {
  readonly startNs: number;
  readonly endNs: number;
}

/** What is left of an interval without the others. */
export function subtract(whole: Interval, holes: readonly Interval[]): Interval[] {
  const parts: Interval[] = [];
  let at = whole.startNs;
  for (const hole of [...holes].sort((a, b) => a.startNs - b.startNs)) {
    if (hole.endNs <= at || hole.startNs >= whole.endNs) continue;
    if (hole.startNs > at) parts.push({ startNs: at, endNs: hole.startNs });
    at = Math.max(at, hole.endNs);
  }
  if (at < whole.endNs || (parts.length === 0 && whole.startNs === whole.endNs))
    parts.push({ startNs: at, endNs: whole.endNs });
  return parts;
}
