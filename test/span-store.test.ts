import { expect, it } from 'vitest';
import { SpanStore } from '../src/model/span.ts';

it('keeps memory bounded: the shorter spans are counted, the long and the open ones stay', () => {
  const store = new SpanStore();
  const told: number[] = [];
  store.onCompact((kept) => told.push(kept.size));
  const long = store.open('connect', 'connect', 'long', 0);
  long.endNs = 30e9;
  const open = store.open('response', 'ttfb', 'open', 0);
  for (let at = 0; at < 500_000; at++) store.open('tls', 'tls', 'short', at).endNs = at + (at % 1000);
  expect(store.spans.length).toBeLessThanOrEqual(100_000);
  expect(store.spans.length + store.dropped).toBe(500_002);
  expect(store.spans).toContain(long);
  expect(store.spans).toContain(open);
  expect(told.length).toBeGreaterThan(3);
});
