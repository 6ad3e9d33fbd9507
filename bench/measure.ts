import { spawnSync } from 'node:child_process';
import { statSync } from 'node:fs';

export const ROUNDS = 5;

export interface Sample {
  readonly seconds: number;
  readonly peakMb: number;
}

export type Commands = Readonly<Record<string, readonly string[]>>;

/** GNU time tells the peak of resident memory. */
function measure(command: readonly string[]): Sample {
  const begin = performance.now();
  const run = spawnSync('/usr/bin/time', ['-f', '%M', ...command], { encoding: 'utf8', maxBuffer: 1 << 30 });
  const seconds = (performance.now() - begin) / 1000;
  if (run.error !== undefined)
    throw new Error(`/usr/bin/time is needed (apt-get install time): ${run.error.message}`);
  return { seconds, peakMb: Number(run.stderr.trim().split('\n').at(-1)) / 1024 };
}

export function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[values.length >> 1] ?? Number.NaN;
}

/** Whole commands in turn, several rounds; medians. The first round fills the page cache, and does not count. */
export function compare(commands: Commands, rounds = ROUNDS): Map<string, Sample> {
  const samples = new Map<string, Sample[]>(Object.keys(commands).map((name) => [name, []]));
  for (let round = 0; round <= rounds; round++) {
    for (const [name, command] of Object.entries(commands)) {
      const sample = measure(command);
      if (round > 0) samples.get(name)?.push(sample);
    }
  }
  return new Map(
    [...samples].map(([name, list]) => [
      name,
      { seconds: median(list.map((each) => each.seconds)), peakMb: median(list.map((each) => each.peakMb)) },
    ]),
  );
}

/** `gotrace analyze` of a log, with one thread and with two. */
export function analyses(log: string): Commands {
  const command = (threads: string) => [
    ...[process.execPath, 'dist/cli.js', 'analyze', '--threads', threads],
    ...['--format', 'json', '--output', '/dev/null', log],
  ];
  return { 'gotrace analyze, 1 thread': command('1'), 'gotrace analyze, 2 threads': command('2') };
}

/** A section of the results: how fast each command goes through the log. */
export function throughputTable(title: string, log: string, commands: Commands): string[] {
  const bytes = statSync(log).size;
  return [
    `## ${Math.round(bytes / 1e6)} MB of ${title}`,
    '',
    '| command | seconds | MB/s | peak MB |',
    '|---|--:|--:|--:|',
    ...[...compare(commands)].map(
      ([name, { seconds, peakMb }]) =>
        `| \`${name}\` | ${seconds.toFixed(2)} | ${Math.round(bytes / 1e6 / seconds)} | ${Math.round(peakMb)} |`,
    ),
    '',
  ];
}
