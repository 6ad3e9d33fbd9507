/** What CI systems and other tools put in front of a line: recognised once per input, then taken off each line. */
export interface Wrapping {
  readonly name: string;
  readonly prefix: RegExp;
  /** Unix seconds, or seconds since an unknown start, from the prefix's groups; absent where it tells no time. */
  readonly seconds?: (match: RegExpExecArray) => number;
}

const ISO = String.raw`(\d{4}-\d\d-\d\d)[T ](\d\d:\d\d:\d\d)(?:[.,](\d+))?(Z|[+-]\d\d:?\d\d)?`;

/** In the order in which they are tried; several may stand in front of one another. */
export const WRAPPINGS: readonly Wrapping[] = [
  // moreutils ts -s '%.s', and everything that stamps with the epoch.
  { name: 'epoch', prefix: /^(\d{9,10}\.\d{1,9})[ \t]/, seconds: (match) => Number(match[1]) },
  // GitHub Actions, kubectl logs --timestamps, docker logs -t.
  { name: 'iso', prefix: new RegExp(`^\\[?${ISO}\\]?[ \\t]`), seconds: isoSeconds },
  // GitLab's FF_TIMESTAMPS: stream and append flag behind the time.
  { name: 'gitlab', prefix: /^\d\d[OE][ +]?/ },
  // docker buildx --progress=plain: step, seconds since it began; without the step where it quotes a step that failed.
  {
    name: 'buildx',
    prefix: /^(?:#\d+ (\d+\.\d+)|(\d+\.\d{1,3})) /,
    seconds: (match) => Number(match[1] ?? match[2]),
  },
  // systemd's journal, and syslog.
  { name: 'syslog', prefix: /^[A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d [\w.-]+ [\w./@-]+(?:\[\d+\])?: / },
  // Jenkins; TeamCity adds a letter for what the line is.
  { name: 'jenkins', prefix: /^\[\d\d:\d\d:\d\d\](?:[A-Z]?:)?[ \t]+/ },
  // Also of nix, which indents them.
  { name: 'quote', prefix: /^\s*(?:> ?)+/ },
  // docker compose, earthly and bitbake: who printed the line.
  { name: 'named', prefix: /^\s*[\w./+-]{0,80} *\| / },
  // kubectl logs --prefix, tekton, steps that run side by side.
  { name: 'bracketed', prefix: /^\[[^\]]{1,120}\] / },
];

function isoSeconds([, date = '', time = '', fraction = '0', zone = 'Z']: RegExpExecArray): number {
  // Date.parse keeps milliseconds only; the fraction is added by hand.
  return wholeSeconds(`${date}T${time}${zone}`) + Number(`0.${fraction}`);
}

/** Many lines are of one second: Date.parse takes longer than all else that is done with a line. */
let lastSecond = { text: '', seconds: 0 };

function wholeSeconds(text: string): number {
  if (text !== lastSecond.text) lastSecond = { text, seconds: Date.parse(text) / 1000 };
  return lastSecond.seconds;
}

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
  let lines = withoutAnsi(sample)
    .split(/\r?\n/)
    .filter((line) => line.trim() !== '')
    .slice(0, 500);
  const found: Wrapping[] = [];
  while (found.length < 4 && lines.length > 0) {
    const known = lines.filter(isBare).length;
    if (known / lines.length > MOST) break;
    const wrapping = WRAPPINGS.find(({ prefix }) => {
      const wrapped = lines.filter((line) => prefix.test(line));
      if (wrapped.length / lines.length >= MOST) return true;
      return wrapped.filter((line) => isBare(line.replace(prefix, ''))).length > known;
    });
    if (wrapping === undefined) break;
    found.push(wrapping);
    lines = lines.map((line) => line.replace(wrapping.prefix, '')).filter((line) => line.trim() !== '');
  }
  return found;
}

/** A wrapping is on most lines; those without are damaged, or were printed around the job. */
const MOST = 0.5;

export interface Unwrapped {
  readonly text: string;
  readonly seconds: number | undefined;
}

export function unwrap(text: string, wrappings: readonly Wrapping[]): Unwrapped {
  let rest = withoutAnsi(text);
  let seconds: number | undefined;
  for (const { prefix, seconds: read } of wrappings) {
    const match = prefix.exec(rest);
    if (match === null) continue;
    if (read !== undefined) seconds = read(match);
    rest = rest.slice(match[0].length);
  }
  return { text: rest, seconds };
}
