import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { analyserTable } from './analyser.ts';
import { writeLog } from './generate.ts';
import { liveTable } from './live.ts';

/**
 * Times whole commands on the same logs, in turn, several rounds; medians. `npm run bench -- 100 1000` names sizes in MB;
 * `--live` adds what tracing costs.
 */
const ROUNDS = 5;
const sizes = process.argv
  .slice(2)
  .map(Number)
  .filter((size) => size > 0);

export interface Sample {
  readonly seconds: number;
  readonly peakMb: number;
}

/** GNU time tells the peak of resident memory; without it only the time is known. */
function measure(command: readonly string[]): Sample {
  const begin = performance.now();
  const run = spawnSync('/usr/bin/time', ['-f', '%M', ...command], { encoding: 'utf8', maxBuffer: 1 << 30 });
  const seconds = (performance.now() - begin) / 1000;
  if (run.error !== undefined)
    throw new Error(`/usr/bin/time is needed (apt-get install time): ${run.error.message}`);
  return { seconds, peakMb: Number(run.stderr.trim().split('\n').at(-1)) / 1024 };
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}

function compare(commands: Readonly<Record<string, readonly string[]>>): Map<string, Sample> {
  const samples = new Map<string, Sample[]>(Object.keys(commands).map((name) => [name, []]));
  for (let round = 0; round <= ROUNDS; round++) {
    for (const [name, command] of Object.entries(commands)) {
      const sample = measure(command);
      // The first round fills the page cache.
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

const folder = mkdtempSync(join(tmpdir(), 'gotrace-bench-'));
const lines = [
  '# Measurements',
  '',
  `Medians of ${ROUNDS} rounds in turn, whole processes; Node ${process.version}, ${cpus().length} cores (${cpus()[0]?.model.trim()}).`,
  '',
];
try {
  for (const size of sizes.length > 0 ? sizes : [10, 100, 1000, 2000]) {
    const log = join(folder, `${size}.log`);
    writeLog(log, size * 1e6);
    const bytes = statSync(log).size;
    const analyze = (threads: string) => [
      ...[process.execPath, 'dist/cli.js', 'analyze', '--threads', threads],
      ...['--format', 'json', '--output', join(folder, 'out.json'), log],
    ];
    const results = compare({
      'gotrace analyze, 1 thread': analyze('1'),
      'gotrace analyze, 2 threads': analyze('2'),
      "awk '{n[$3]++}'": ['awk', '{n[$3]++}', log],
      'grep -c futex': ['grep', '-c', 'futex', log],
      'wc -l': ['wc', '-l', log],
    });
    lines.push(
      `## ${size} MB of \`strace -f -ttt -T -yy\``,
      '',
      '| command | seconds | MB/s | peak MB |',
      '|---|--:|--:|--:|',
    );
    for (const [name, { seconds, peakMb }] of results)
      lines.push(
        `| \`${name}\` | ${seconds.toFixed(2)} | ${Math.round(bytes / 1e6 / seconds)} | ${Math.round(peakMb)} |`,
      );
    lines.push('');
    rmSync(log);
  }
  lines.push(...(await analyserTable(folder, compare)));
  const start = compare({
    'node -e 0': [process.execPath, '-e', '0'],
    'gotrace --version': [process.execPath, 'dist/cli.js', '--version'],
    'gotrace --help': [process.execPath, 'dist/cli.js', '--help'],
  });
  lines.push(
    '## Start-up',
    '',
    '| command | seconds |',
    '|---|--:|',
    ...[...start].map(([name, { seconds }]) => `| \`${name}\` | ${seconds.toFixed(3)} |`),
    '',
  );
} finally {
  rmSync(folder, { recursive: true, force: true });
}
if (process.argv.includes('--live')) lines.push(...(await liveTable()));
const text = lines.join('\n');
process.stdout.write(text);
writeFileSync('bench/results.md', text);
