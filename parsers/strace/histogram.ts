/**
 * How durations are spread, on a scale that grows with them: four buckets to each doubling, from a microsecond to half an
 * hour. A percentile read from it is too high by a quarter at most.
 */
const BUCKETS = 120;
const LONGEST_MICROSECONDS = 2 ** 31 - 1;

export function emptyHistogram(): Uint32Array {
  return new Uint32Array(BUCKETS);
}

export function countDuration(histogram: Uint32Array, durationNs: number): void {
  const bucket = bucketOf(durationNs);
  histogram[bucket] = (histogram[bucket] ?? 0) + 1;
}

export function addHistogram(target: Uint32Array, other: Uint32Array): void {
  for (let at = 0; at < BUCKETS; at++) target[at] = (target[at] ?? 0) + (other[at] ?? 0);
}

/** The duration that `share` (0 to 1) of all do not exceed, in nanoseconds; undefined for an empty histogram. */
export function percentileNs(histogram: Uint32Array, share: number): number | undefined {
  const total = histogram.reduce((sum, count) => sum + count, 0);
  let rest = Math.max(1, Math.ceil(total * share));
  if (total === 0) return undefined;
  for (let bucket = 0; bucket < BUCKETS; bucket++) {
    rest -= histogram[bucket] ?? 0;
    if (rest <= 0) return endOfBucket(bucket) * 1000;
  }
  return endOfBucket(BUCKETS - 1) * 1000;
}

function bucketOf(durationNs: number): number {
  const microseconds = Math.min(durationNs / 1000, LONGEST_MICROSECONDS) | 0;
  if (microseconds < 4) return microseconds;
  const exponent = 31 - Math.clz32(microseconds);
  return (exponent - 1) * 4 + ((microseconds >>> (exponent - 2)) & 3);
}

/** In microseconds. */
function endOfBucket(bucket: number): number {
  if (bucket < 4) return bucket + 1;
  return (5 + (bucket & 3)) * 2 ** ((bucket >>> 2) - 1);
}
