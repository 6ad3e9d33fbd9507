import { expect, it } from 'vitest';
import { prepareArguments } from '../src/cli/arguments.ts';
import { gotrace } from './support/gotrace.ts';

it.each([
  [
    ['run', 'go', 'mod', 'download', '-x'],
    ['run', '--', 'go', 'mod', 'download', '-x'],
  ],
  [
    ['run', '-o', 'trace', '--no-x', 'make', '-j2'],
    ['run', '-o', 'trace', '--no-x', '--', 'make', '-j2'],
  ],
  [
    ['run', '--timeout=5s', 'go', 'get'],
    ['run', '--timeout=5s', '--', 'go', 'get'],
  ],
  [
    ['run', '--strace', '--', 'cat', '-'],
    ['run', '--strace', '--', 'cat', '-'],
  ],
  [
    ['run', '--help'],
    ['run', '--help'],
  ],
  [
    ['analyze', '-', 'x'],
    ['analyze', '(standard input)', 'x'],
  ],
])('%j', (given, expected) => {
  expect(prepareArguments(given)).toEqual(expected);
});

it('an option of run that takes a value does not begin the command', async () => {
  const { stdout } = await gotrace(['run', '--help']);
  const options = stdout.split(/\n(?= +-)/).flatMap((text) => {
    const names = /^ +(-.+?) {2}/.exec(text)?.[1]?.split(', ') ?? [];
    return text.includes('[string]') ? names : [];
  });
  expect(options.length).toBeGreaterThan(5);
  for (const name of options)
    expect(prepareArguments(['run', name, 'value', 'go'])).toEqual(['run', name, 'value', '--', 'go']);
});
