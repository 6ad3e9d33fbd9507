import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { expect, it } from 'vitest';

/** The rooms in the order in which data flows: a room imports from those before it, and from model/. */
const ROOMS = [
  'capture',
  'ingest',
  'wire',
  'correlate',
  'timeline',
  'diagnose',
  'redact',
  'report',
  'doctor',
  'demo',
  'cli',
];
/** Files of src/ itself put the rooms together. */
const TOP = 'top';

function filesOf(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true, recursive: true }).flatMap((entry) =>
    entry.isFile() && entry.name.endsWith('.ts') ? [join(entry.parentPath, entry.name)] : [],
  );
}

function roomOf(path: string): string {
  const [first, second] = path.split('/');
  if (first === 'parsers') return 'parsers';
  return second?.endsWith('.ts') ? TOP : (second ?? TOP);
}

function importsOf(path: string): string[] {
  return [...readFileSync(path, 'utf8').matchAll(/^(?:import|export)\s[^;]*?from '(\.[^']+)'/gms)].map(
    (match) => normalize(join(dirname(path), match[1]!)),
  );
}

const edges = [...filesOf('src'), ...filesOf('parsers')].flatMap((from) =>
  importsOf(from).map((to) => ({ from, to })),
);

it('looks at every file', () => {
  expect(edges.length).toBeGreaterThan(100);
});

it('parsers know nothing of src', () => {
  expect(edges.filter(({ from, to }) => roomOf(from) === 'parsers' && roomOf(to) !== 'parsers')).toEqual([]);
});

it('model knows only parsers', () => {
  expect(
    edges.filter(({ from, to }) => roomOf(from) === 'model' && !['model', 'parsers'].includes(roomOf(to))),
  ).toEqual([]);
});

it('imports go against the flow of the data only', () => {
  const wrong = edges.filter(({ from, to }) => {
    const here = roomOf(from);
    const there = roomOf(to);
    if (
      here === there ||
      here === TOP ||
      ['model', 'parsers'].includes(here) ||
      ['model', 'parsers'].includes(there)
    )
      return false;
    // The command's own line: the public library, and what puts the rooms together.
    if (there === TOP) return here !== 'cli';
    // The tap knows lines; framing is ingest's.
    if (here === 'capture') return there !== 'ingest';
    return ROOMS.indexOf(there) > ROOMS.indexOf(here);
  });
  expect(wrong).toEqual([]);
});
