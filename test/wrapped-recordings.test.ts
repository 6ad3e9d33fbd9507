import { describe, expect, it } from 'vitest';
import { recordings, verdictOf } from './support/recordings.ts';

/** A line with the time at which it was printed, in Unix seconds. */
type Stamped = readonly [seconds: number, text: string];

const iso = (seconds: number) =>
  `${new Date(Math.floor(seconds) * 1000).toISOString().slice(0, 19)}.${(seconds % 1).toFixed(6).slice(2)}Z`;

const WRAPPINGS: Readonly<Record<string, (line: Stamped) => string>> = {
  'docker’s json-file': ([seconds, text]) => JSON.stringify({ log: `${text}\n`, time: iso(seconds) }),
  'the log files of containers (CRI)': ([seconds, text]) => `${iso(seconds)} stderr F ${text}`,
  'journalctl -o short-precise': ([seconds, text]) =>
    `Nov ${iso(seconds).slice(8, 10)} ${iso(seconds).slice(11, 26)} host ci[12]: ${text}`,
  'klog, which is learned': ([seconds, text]) =>
    `I1114 ${iso(seconds).slice(11, 26)}       1 run.go:12] ${text}`,
  // Its zero is not that of the times of day that strace prints.
  'journalctl -o short-monotonic': ([seconds, text]) =>
    `[${(seconds % 100_000).toFixed(6)}] host ci[12]: ${text}`,
};

const stderrs = recordings('stderr.ts.log');
const LARGEST = 300_000;
const straces = recordings('strace.log.gz', LARGEST);

const DAY = 1_700_006_400;

/** By `1700000000.123456` or `12:34:56.123456` on it; undefined for a line without. */
function secondsOf(line: string): number | undefined {
  const epoch = /\b\d{10}\.\d{6}\b/.exec(line)?.[0];
  if (epoch !== undefined) return Number(epoch);
  const [, hours, minutes, seconds] = /\b(\d\d):(\d\d):(\d\d\.\d{6})\b/.exec(line) ?? [];
  return hours === undefined
    ? undefined
    : DAY + Number(hours) * 3600 + Number(minutes) * 60 + Number(seconds);
}

function stampedLines(text: string, isStamp: boolean): Stamped[] | undefined {
  const lines = text.split('\n').filter((line) => line !== '');
  const stamped = lines.map((line) => [secondsOf(line), isStamp ? line.replace(/^\S+ /, '') : line] as const);
  return stamped.every((each): each is Stamped => each[0] !== undefined) ? stamped : undefined;
}

const RECORDINGS = {
  'what go prints': stderrs.map(([path, text]) => [path, text, stampedLines(text, true)] as const),
  strace: straces.map(([path, text]) => [path, text, stampedLines(text, false)] as const),
};

describe.each(Object.entries(WRAPPINGS))('recordings in %s are judged as bare ones', (_name, wrap) => {
  it.each(Object.entries(RECORDINGS))('%s', async (_kind, all) => {
    const stamped = all.filter(([, , lines]) => lines !== undefined);
    expect(stamped.length).toBeGreaterThan(50);
    for (const [path, text, lines = []] of stamped) {
      const wrapped = `${lines.map(wrap).join('\n')}\n`;
      expect([path, await verdictOf(wrapped)]).toEqual([path, await verdictOf(text)]);
    }
  });
});
