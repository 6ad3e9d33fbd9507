import { expect, it } from 'vitest';
import { recordings, verdictOf } from './support/recordings.ts';

const LARGEST = 300_000;
/** `PID EPOCH name(…) = … <DURATION>`: what `strace -f -ttt -T` prints. */
const straces = recordings('strace.log.gz', LARGEST).filter(([, text]) => /^\d+ +\d{10}\.\d{6} /.test(text));

const STAMP = /^(\d+ +)?(\d{10}\.\d{6}) /gm;

function timeOfDay(epoch: string): string {
  return new Date(Number(epoch.slice(0, -7)) * 1000).toISOString().slice(11, 19) + epoch.slice(-7);
}

/** `-r`: how long after the line before. */
function sinceLast(text: string): string {
  let last: number | undefined;
  return text.replace(STAMP, (_, pid = '', epoch) => {
    const delta = Math.max(0, Number(epoch) - (last ?? Number(epoch)));
    last = Number(epoch);
    return `${pid}${delta.toFixed(6).padStart(13)} `;
  });
}

/** What the same run looks like where strace was called otherwise. */
const FORMS: Readonly<Record<string, (text: string) => string>> = {
  '-tt': (text) => text.replace(STAMP, (_, pid = '', epoch) => `${pid}${timeOfDay(epoch)} `),
  '-r': sinceLast,
  'without -T': (text) => text.replace(/ <\d+\.\d{6}>$/gm, ''),
  'without -yy': (text) => text.replace(/(\b\d+)<(?:->|[^<>"]|<[^<>]*>)*>/g, '$1'),
  'with colours': (text) => text.replace(/^(\d+) /gm, '\u001b[33m$1\u001b[0m '),
};

/** That a machine slept shows only where a call that was timed was not that long. */
const NEEDS_DURATIONS = /\/asleep\//;

it.each(Object.entries(FORMS))('%s: the verdict is the same', async (name, form) => {
  expect(straces.length).toBeGreaterThan(50);
  for (const [path, text] of straces) {
    if (name === 'without -T' && NEEDS_DURATIONS.test(path)) continue;
    expect([path, await verdictOf(form(text))]).toEqual([path, await verdictOf(text)]);
  }
});
