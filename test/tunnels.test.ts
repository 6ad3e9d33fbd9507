import { expect, it } from 'vitest';
import { refusalOf } from '../src/correlate/network/tunnels.ts';

it.each([
  ['SOCKS5', [5, 0], undefined],
  ['SOCKS5', [5, 255], 'no acceptable authentication'],
  ['SOCKS5', [5, 5, 0, 1], 'connection refused'],
  ['SOCKS5', [5, 77, 0, 1], 'SOCKS error 77'],
  ['SOCKS5', [72, 84, 84, 80], undefined],
  ['CONNECT', [5, 5, 0, 1], undefined],
] as const)('what a proxy of %s answers with %j', (protocol, bytes, refusal) => {
  expect(refusalOf({ protocol }, Uint8Array.from(bytes))).toBe(refusal);
});
