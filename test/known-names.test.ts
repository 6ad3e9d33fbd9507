import { expect, it } from 'vitest';
import { KnownNames } from '../src/correlate/network/known-names.ts';

it.each([
  ['proxy.exam…', ['proxy.example', 'sum.example'], 'proxy.example'],
  ['proxy.exam…', ['proxy.example', 'proxy.example.org'], 'proxy.exam…'],
  ['proxy.exam…', ['proxy.exampl…', 'proxy.ex…'], 'proxy.exampl…'],
  ['proxy.exam…', ['proxy.example…', 'proxy.examine…'], 'proxy.exam…'],
  ['proxy.example', ['proxy.example.org'], 'proxy.example'],
  ['p…', Array.from({ length: 40 }, (_, at) => `p${at}.example`), 'p…'],
])('%s among %j is %s', (name, known, whole) => {
  expect(new KnownNames(known).complete(name)).toBe(whole);
});
