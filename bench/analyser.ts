import { spawnSync } from 'node:child_process';
import {
  appendFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import type { Sample } from './bench.ts';

type Compare = (commands: Readonly<Record<string, readonly string[]>>) => Map<string, Sample>;

const LEAST_BYTES = 150e6;

/** strace-analyzer of crates.io reads one form only: `strace -s 0 -ff -o F COMMAND`, of one process. */
export async function analyserTable(folder: string, compare: Compare): Promise<string[]> {
  const program = installed();
  if (program === undefined)
    return ['strace-analyzer: cargo is not here, or could not install it; left out.', ''];
  const logs = join(folder, 'ff');
  const file = straceOfTar(logs);
  if (file === undefined) return ['strace-analyzer: strace cannot trace here; left out.', ''];
  const results = compare({
    'gotrace analyze, 1 thread': [
      process.execPath,
      'dist/cli.js',
      'analyze',
      '--threads',
      '1',
      '--output',
      join(folder, 'out.txt'),
      file,
    ],
    'gotrace analyze, 2 threads': [
      process.execPath,
      'dist/cli.js',
      'analyze',
      '--threads',
      '2',
      '--output',
      join(folder, 'out.txt'),
      file,
    ],
    'strace-analyzer': [program, file],
  });
  const bytes = statSync(file).size;
  return [
    `## ${Math.round(bytes / 1e6)} MB of \`strace -s 0 -ff -o F tar cf …\``,
    '',
    '| command | seconds | MB/s | peak MB |',
    '|---|--:|--:|--:|',
    ...[...results].map(
      ([name, { seconds, peakMb }]) =>
        `| \`${name}\` | ${seconds.toFixed(2)} | ${Math.round(bytes / 1e6 / seconds)} | ${Math.round(peakMb)} |`,
    ),
    '',
  ];
}

function installed(): string | undefined {
  const program = join(homedir(), '.cargo/bin/strace-analyzer');
  if (existsSync(program)) return program;
  spawnSync('cargo', ['install', '--quiet', 'strace-analyzer@0.5.6'], { stdio: 'inherit' });
  return existsSync(program) ? program : undefined;
}

/** One real log, repeated until it is large enough. */
function straceOfTar(folder: string): string | undefined {
  mkdirSync(folder);
  spawnSync('strace', [
    '-s',
    '0',
    '-ff',
    '-o',
    join(folder, 'one'),
    'tar',
    'cf',
    '/dev/null',
    'node_modules',
  ]);
  const [name] = readdirSync(folder);
  if (name === undefined) return undefined;
  const one = readFileSync(join(folder, name));
  const file = join(folder, 'tar.1');
  writeFileSync(file, '');
  for (let size = 0; size < LEAST_BYTES; size += one.length) appendFileSync(file, one);
  return file;
}
