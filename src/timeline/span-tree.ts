import { groupBy } from '../model/group-by.ts';
import type { Span } from '../model/span.ts';

/** Who is below whom. A log may show a hundred thousand processes, each the child of the one before: nothing recurs. */
export class SpanTree {
  readonly #children: ReadonlyMap<number, readonly Span[]>;
  /** When the last of a span and all below it ends. */
  readonly #latestEnds = new Map<number, number>();

  constructor(spans: readonly Span[]) {
    this.#children = groupBy(spans, ({ parentId }) => parentId);
    const ids = new Set(spans.map(({ id }) => id));
    const order = spans.filter(({ parentId }) => parentId === undefined || !ids.has(parentId));
    // It grows while it is gone through: each is followed by what is below it, later.
    for (const span of order) for (const child of this.#of(span)) order.push(child);
    for (const span of order.reverse()) {
      const ends = this.#of(span).map(({ id }) => this.#latestEnds.get(id) ?? 0);
      this.#latestEnds.set(
        span.id,
        ends.reduce((a, b) => Math.max(a, b), endOf(span)),
      );
    }
  }

  /** What is below a span and `matters`; what is below that again, only where some of it ends later. */
  below(span: Span, matters: (span: Span) => boolean): Span[] {
    const found: Span[] = [];
    const waiting = [...this.#of(span)].reverse();
    for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
      const isFound = matters(next);
      if (isFound) found.push(next);
      if (!isFound || (this.#latestEnds.get(next.id) ?? 0) > endOf(next))
        for (const child of this.#of(next)) waiting.push(child);
    }
    return found;
  }

  #of({ id }: Span): readonly Span[] {
    return this.#children.get(id) ?? [];
  }
}

function endOf({ endNs = Number.POSITIVE_INFINITY }: Span): number {
  return endNs;
}
