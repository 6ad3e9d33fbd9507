/** A stretch of time; without an end it goes on. */
export interface Stretch {
  readonly startNs: number;
  readonly endNs?: number;
}

/**
 * Stretches in the order in which they began: those of a time are found without a look at all of them, however long some
 * are. An interval tree: over the sorted stretches stands a binary tree of their latest ends.
 */
export class SpanIndex<T extends Stretch> {
  readonly #stretches: readonly T[];
  /** The tree's nodes as in a heap: the children of i are 2i and 2i + 1, the leaves begin at `#leaves`. */
  readonly #latestEnds: Float64Array;
  readonly #leaves: number;

  constructor(stretches: readonly T[]) {
    this.#stretches = [...stretches].sort((a, b) => a.startNs - b.startNs);
    this.#leaves = 2 ** Math.ceil(Math.log2(Math.max(1, stretches.length)));
    this.#latestEnds = new Float64Array(2 * this.#leaves).fill(Number.NEGATIVE_INFINITY);
    for (const [at, { endNs = Number.POSITIVE_INFINITY }] of this.#stretches.entries())
      this.#latestEnds[this.#leaves + at] = endNs;
    for (let node = this.#leaves - 1; node > 0; node--)
      this.#latestEnds[node] = Math.max(this.#endOf(2 * node), this.#endOf(2 * node + 1));
  }

  /** Those that begin before `untilNs` and end after `fromNs`, or not at all; in the order of their beginnings. */
  overlapping(fromNs: number, untilNs: number): T[] {
    const found: T[] = [];
    this.#collect(found, 1, 0, this.#leaves, fromNs, this.#countBefore(untilNs));
    return found;
  }

  /** Of the stretches [first, first + count) below a node, those before `stop` that end after `fromNs`. */
  #collect(found: T[], node: number, first: number, count: number, fromNs: number, stop: number): void {
    if (first >= stop || this.#endOf(node) <= fromNs) return;
    if (count === 1) {
      const stretch = this.#stretches[first];
      if (stretch !== undefined) found.push(stretch);
      return;
    }
    const half = count / 2;
    this.#collect(found, 2 * node, first, half, fromNs, stop);
    this.#collect(found, 2 * node + 1, first + half, half, fromNs, stop);
  }

  #endOf(node: number): number {
    return this.#latestEnds[node] ?? Number.NEGATIVE_INFINITY;
  }

  /** How many begin before a time. */
  #countBefore(timeNs: number): number {
    let low = 0;
    let high = this.#stretches.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.#stretches[middle]?.startNs ?? 0) < timeNs) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
