import { ENVELOPES } from './envelopes.ts';
import { hasMark, learnPrefix } from './learned.ts';
import { PREFIX_WRAPPINGS } from './prefixes.ts';
import type { Unwrapped, Wrapping } from './types.ts';

const WRAPPINGS: readonly Wrapping[] = [...PREFIX_WRAPPINGS, ...ENVELOPES];
/** More than this many are around no line. */
const MOST_WRAPPINGS = 5;

/** CSI sequences; OSC, APC (Buildkite's times), DCS and their kin; single-character escapes (ECMA-48). */
// biome-ignore lint/complexity/useRegexLiterals: the control characters read better escaped.
const ANSI = new RegExp(
  '\\u001b(?:\\[[0-9;:?]*[ -/]*[@-~]|[\\]PX^_][^\\u0007\\u001b]*(?:\\u0007|\\u001b\\\\)|[@-Z\\\\-_])',
  'g',
);

export function withoutAnsi(text: string): string {
  return text.includes('\u001b') ? text.replace(ANSI, '') : text;
}

/**
 * The wrappings that most lines of a sample are in, or without which more lines are known than with them; outermost
 * first. `isBare` says whether a line needs none.
 */
export function detectWrappings(sample: string, isBare: (line: string) => boolean): Wrapping[] {
  let lines = tellingLines(
    withoutAnsi(sample)
      .split(/\r?\n/)
      .filter((line) => line.trim() !== ''),
  );
  const found: Wrapping[] = [];
  while (found.length < MOST_WRAPPINGS && lines.length > 0) {
    const known = lines.filter(isBare).length;
    if (known / lines.length > MOST) break;
    const wrapping =
      WRAPPINGS.find((each) => isAround(each, lines, known, isBare)) ?? learned(lines, known, isBare);
    if (wrapping === undefined) break;
    found.push(wrapping);
    lines = lines.flatMap((line) => textIn(wrapping, line).split('\n')).filter((line) => line.trim() !== '');
  }
  return found;
}

/** Of many lines, the first ones, and the first that go's own words stand on: a job prints much before it calls go. */
function tellingLines(lines: readonly string[]): readonly string[] {
  const first = lines.slice(0, MOST_FIRST);
  return [...first, ...lines.slice(MOST_FIRST).filter(hasMark).slice(0, MOST_MARKED)];
}

const MOST_FIRST = 300;
const MOST_MARKED = 200;

/** A wrapping is on most lines; those without are damaged, or were printed around the job. */
const MOST = 0.5;

function isAround(
  wrapping: Wrapping,
  lines: readonly string[],
  known: number,
  isBare: (line: string) => boolean,
): boolean {
  const inside = lines.flatMap((line) => wrapping.read(line)?.text ?? []);
  if (!wrapping.isVague && inside.length / lines.length >= MOST) return true;
  return inside.filter((text) => text.split('\n').some(isBare)).length > known;
}

function learned(
  lines: readonly string[],
  known: number,
  isBare: (line: string) => boolean,
): Wrapping | undefined {
  const wrapping = learnPrefix(lines);
  return wrapping !== undefined && isAround(wrapping, lines, known, isBare) ? wrapping : undefined;
}

function textIn(wrapping: Wrapping, line: string): string {
  return wrapping.read(line)?.text ?? line;
}

/** The line inside, which may be several: an object of JSON can hold more than one. */
export function unwrap(line: string, wrappings: readonly Wrapping[]): Unwrapped {
  let text = withoutAnsi(line);
  let seconds: number | undefined;
  for (const wrapping of wrappings) {
    const inside = wrapping.read(text);
    if (inside === undefined) continue;
    text = inside.text;
    seconds = inside.seconds ?? seconds;
  }
  return { text, seconds };
}
