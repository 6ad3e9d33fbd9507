import { secondsIn } from './stamps.ts';
import type { Wrapping } from './types.ts';

/** What go begins lines with, and hardly anybody else; and strace, where it prints a time (-ttt, -tt). */
const MARK = new RegExp(
  [
    String.raw`# (?:get https?://|cd \S)`,
    String.raw`(?<![\w/.-])(?:go: (?=[a-z]\S*[@ ])|cd \S+; git |[\w./-]+\.go:\d+:\d+: )`,
    'go package net: ',
    String.raw`(?<!\S)(?:\[pid +\d+\] |\d+ +)?(?:\d{10}|\d\d:\d\d:\d\d)\.\d{6} (?:[a-z_]\w*\(|<\.\.\. |\+\+\+ )`,
  ].join('|'),
);
/** What may end a prefix. */
const BEFORE = /[\s:>|\])]$/;
const LONGEST_PREFIX = 200;
const MOST_LINES = 500;

/** Whether go's own words stand anywhere on a line. */
export function hasMark(line: string): boolean {
  return MARK.test(line);
}

/** A prefix that no list knows: what stands before go's own words on most lines that have them, whatever its numbers and blanks. */
export function learnPrefix(lines: readonly string[]): Wrapping | undefined {
  const counts = new Map<string, number>();
  for (const line of lines.slice(0, MOST_LINES)) {
    const prefix = prefixOf(line);
    if (prefix === undefined) continue;
    const shape = shapeOf(prefix);
    counts.set(shape, (counts.get(shape) ?? 0) + 1);
  }
  const [shape, count] = [...counts].sort(([, a], [, b]) => b - a)[0] ?? ['', 0];
  if (count === 0) return undefined;
  const pattern = new RegExp(`^${shape}`);
  return {
    name: 'learned',
    isVague: true,
    read: (line) => {
      const prefix = pattern.exec(line)?.[0];
      return prefix === undefined
        ? undefined
        : { text: line.slice(prefix.length), seconds: secondsIn(prefix) };
    },
  };
}

function prefixOf(line: string): string | undefined {
  const at = MARK.exec(line.slice(0, 2 * LONGEST_PREFIX))?.index ?? 0;
  const prefix = line.slice(0, at);
  return at > 0 && at <= LONGEST_PREFIX && BEFORE.test(prefix) ? prefix : undefined;
}

/** Numbers and blanks may be others, but for the blank before the line itself: lines are indented, too. */
function shapeOf(prefix: string): string {
  return prefix.replace(/\d+|\s+$|\s+|[^\w\s]/g, (part, at: number) => {
    if (/\d/.test(part)) return '\\d+';
    if (!/\s/.test(part)) return `\\${part}`;
    return at + part.length === prefix.length ? `\\s{${part.length}}` : '\\s+';
  });
}
