import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { HANGS, type Hang, Hangs } from '../test/support/hangs.ts';
import { median } from './measure.ts';

const CLI = join(process.cwd(), 'dist/cli.js');
const HANG_MS = 2500;
/** Before `attach` looks. */
const STUCK_MS = 1000;
const ROUNDS = 3;

const sleep = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

/** How long a person waits for the verdict on a command that hangs: after Ctrl-C, after --timeout, and of attach. */
export async function verdictTable(): Promise<string[]> {
  const hangs = await Hangs.setUp();
  const lines = [
    ...['## From Ctrl-C, or `--timeout`, to the verdict on a command that hangs', ''],
    `Medians of ${ROUNDS} rounds, and the longest.`,
    '',
    '| hang | Ctrl-C, `run --strace` | Ctrl-C, `run --no-strace` | `--timeout`, `run --strace` | `--timeout`, `run --no-strace` | Ctrl-C, `attach` |',
    '|---|--:|--:|--:|--:|--:|',
  ];
  try {
    for (const name of HANGS) {
      if (hangs.whyNot(name) !== undefined) continue;
      const cells: string[] = [];
      for (const [index, measure] of [
        ctrlC('--strace'),
        ctrlC('--no-strace'),
        timeout('--strace'),
        timeout('--no-strace'),
        attach,
      ].entries()) {
        const times: number[] = [];
        for (let round = 0; round < ROUNDS; round++)
          times.push(
            await measure(await hangs.make(name, `cache-${HANGS.indexOf(name)}-${index}-${round}`), hangs),
          );
        cells.push(`${inSeconds(median(times))} (${inSeconds(Math.max(...times))})`);
      }
      lines.push(`| ${name} | ${cells.join(' | ')} |`);
    }
  } finally {
    await hangs.close();
  }
  return [...lines, ''];
}

function inSeconds(ms: number): string {
  return `${(ms / 1000).toFixed(2)} s`;
}

/** Milliseconds from the end that a person asks for to the verdict. */
type Measure = (hang: Hang, hangs: Hangs) => Promise<number>;

const ctrlC =
  (mode: string): Measure =>
  (hang, { folder }) =>
    untilEnd(run(hang, folder, mode), HANG_MS, 'SIGINT');

const timeout =
  (mode: string): Measure =>
  (hang, { folder }) =>
    untilEnd(run(hang, folder, mode, '--timeout', `${HANG_MS}ms`), HANG_MS);

const attach: Measure = async (hang, hangs) => {
  const command = hangs.start(hang);
  await sleep(STUCK_MS);
  const args = [CLI, 'attach', String(command.pid), '--for', '60s'];
  const took = await untilEnd(spawn(process.execPath, args, { stdio: 'ignore' }), HANG_MS, 'SIGINT');
  command.kill('SIGKILL');
  return took;
};

function run({ prefix, command, environment }: Hang, cwd: string, ...options: string[]): ChildProcess {
  const [program = '', ...args] = [...prefix, process.execPath, CLI, 'run', ...options, '--', ...command];
  return spawn(program, args, { cwd, env: { ...process.env, ...environment }, stdio: 'ignore' });
}

/** Milliseconds between `afterMs`, when it is sent the signal, and its end. */
async function untilEnd(child: ChildProcess, afterMs: number, signal?: NodeJS.Signals): Promise<number> {
  const ended = once(child, 'exit');
  const begin = performance.now();
  await sleep(afterMs);
  if (signal !== undefined) child.kill(signal);
  await ended;
  return performance.now() - begin - afterMs;
}
