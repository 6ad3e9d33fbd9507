import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { cpus, homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { writeLog } from './generate.ts';
import { goBuildTable } from './go-build.ts';
import { liveTable } from './live.ts';
import { logOfDownloads, logOfGoBuild, logOfTar } from './logs.ts';
import { analyses, type Commands, compare, ROUNDS, throughputTable } from './measure.ts';
import { verdictTable } from './verdict.ts';

/**
 * Times whole commands on the same logs, in turn, several rounds; medians. `npm run bench -- 100 1000` names sizes in MB;
 * `--go-build` adds the log of a real `go build std`, `--live` what tracing costs.
 */
const sizes = process.argv
  .slice(2)
  .map(Number)
  .filter((size) => size > 0);

const otherReaders = (log: string): Commands => ({
  "awk '{n[$3]++}'": ['awk', '{n[$3]++}', log],
  'grep -c futex': ['grep', '-c', 'futex', log],
  'wc -l': ['wc', '-l', log],
});

function generated(folder: string): string[] {
  return (sizes.length > 0 ? sizes : [10, 100, 1000, 2000]).flatMap((size) => {
    const log = join(folder, `${size}.log`);
    writeLog(log, size * 1e6);
    const table = throughputTable('`strace -f -ttt -T -yy`', log, { ...analyses(log), ...otherReaders(log) });
    rmSync(log);
    return table;
  });
}

function networkHeavy(folder: string, bytes: number): string[] {
  const log = logOfDownloads(folder, bytes);
  return throughputTable('real downloads (network-heavy)', log, analyses(log));
}

/** strace-analyzer 0.5.6 of crates.io. */
function againstAnalyser(folder: string): string[] {
  const program = join(homedir(), '.cargo/bin/strace-analyzer');
  if (!existsSync(program))
    spawnSync('cargo', ['install', '--quiet', 'strace-analyzer@0.5.6'], { stdio: 'inherit' });
  if (!existsSync(program))
    return ['strace-analyzer: cargo is not here, or could not install it; left out.', ''];
  return [150e6, 600e6].flatMap((bytes) => {
    const log = logOfTar(folder, bytes);
    if (log === undefined) return ['strace-analyzer: strace cannot trace here; left out.', ''];
    return throughputTable('`strace -s 0 -ff -o F tar cf …`', log, {
      ...analyses(log),
      'strace-analyzer': [program, log],
    });
  });
}

function startUp(): string[] {
  const times = compare(
    {
      'node -e 0': [process.execPath, '-e', '0'],
      'gotrace --version': [process.execPath, 'dist/cli.js', '--version'],
      'gotrace --help': [process.execPath, 'dist/cli.js', '--help'],
      'gotrace analyze, a log of 36 lines': [
        ...[process.execPath, 'dist/cli.js', 'analyze', 'fixtures/scenarios/baseline-cold/stderr.txt'],
      ],
    },
    3 * ROUNDS,
  );
  return [
    ...['## Start-up', '', '| command | seconds |', '|---|--:|'],
    ...[...times].map(([name, { seconds }]) => `| \`${name}\` | ${seconds.toFixed(3)} |`),
    '',
  ];
}

function goBuild(folder: string): string[] {
  const log = logOfGoBuild(folder);
  if (log === undefined) return ['go build std: go or strace is not here; left out.', ''];
  return throughputTable('`strace -f -ttt -T -yy go build std`', log, {
    ...analyses(log),
    ...otherReaders(log),
  });
}

const folder = mkdtempSync(join(tmpdir(), 'gotrace-bench-'));
try {
  const lines = [
    '# Measurements',
    '',
    `Medians of ${ROUNDS} rounds in turn, whole processes; Node ${process.version}, ${cpus().length} cores (${cpus()[0]?.model.trim()}).`,
    '',
    ...generated(folder),
    ...[200e6, 800e6].flatMap((bytes) => networkHeavy(folder, bytes)),
    ...againstAnalyser(folder),
    ...(process.argv.includes('--go-build') ? goBuild(folder) : []),
    ...startUp(),
    ...(process.argv.includes('--live')
      ? [...(await liveTable()), ...(await goBuildTable()), ...(await verdictTable())]
      : []),
  ];
  const text = lines.join('\n');
  process.stdout.write(text);
  writeFileSync('bench/results.md', text);
} finally {
  rmSync(folder, { recursive: true, force: true });
}
