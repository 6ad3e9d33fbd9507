import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { Span } from '../src/model/span.ts';
import { SpanIndex } from '../src/model/span-index.ts';

it('finds what a look at every span finds', () => {
  const span = fc.record({ startNs: fc.integer({ min: 0, max: 100 }), length: fc.option(fc.nat(40)) });
  fc.assert(
    fc.property(fc.array(span), fc.integer({ min: -5, max: 110 }), fc.nat(50), (drawn, fromNs, length) => {
      const spans = drawn.map(
        ({ startNs, length: lasts }, id): Span => ({
          ...{ id, kind: 'fetch', phase: 'ttfb', name: '', startNs, attributes: {}, evidence: [] },
          ...(lasts === null ? {} : { endNs: startNs + lasts }),
        }),
      );
      const untilNs = fromNs + length;
      const expected = spans
        .filter((each) => each.startNs < untilNs && (each.endNs ?? Infinity) > fromNs)
        .sort((a, b) => a.startNs - b.startNs);
      expect(new SpanIndex(spans).overlapping(fromNs, untilNs)).toEqual(expected);
    }),
  );
});
