import { join } from 'node:path';
import { straceFor, TRACED_CALLS } from '../src/capture/strace.ts';
import { type Commands, median } from './measure.ts';

const CLI = join(process.cwd(), 'dist/cli.js');

/** The command bare, under gotrace in each of its ways, and under strace alone. */
export function tracers(command: readonly string[]): Commands {
  const gotrace = (...options: string[]) => [
    ...[process.execPath, CLI, 'run', ...options, '--output', '/dev/null', '--', ...command],
  ];
  const chosen = straceFor('/dev/null', TRACED_CALLS);
  const seccomp = straceFor('/dev/null', { ...TRACED_CALLS, seccomp: true });
  return {
    bare: command,
    'gotrace run --no-strace --progress none': gotrace('--no-strace', '--progress', 'none'),
    'gotrace run --no-strace': gotrace('--no-strace'),
    'gotrace run': gotrace(),
    'gotrace run --seccomp-bpf': gotrace('--seccomp-bpf'),
    'gotrace run --trace-all': gotrace('--trace-all'),
    'strace, the chosen list': [chosen.command, ...chosen.args, ...command],
    'strace, the chosen list, --seccomp-bpf': [seccomp.command, ...seccomp.args, ...command],
    'strace -f': ['strace', '-f', '-o', '/dev/null', ...command],
  };
}

/** Milliseconds by command, medians of rounds in which each has its turn. The first round warms the caches, and does not count. */
export async function mediansInTurn(
  commands: Commands,
  rounds: number,
  timed: (command: readonly string[]) => Promise<number>,
): Promise<Map<string, number>> {
  const times = new Map<string, number[]>(Object.keys(commands).map((name) => [name, []]));
  for (let round = 0; round <= rounds; round++) {
    for (const [name, command] of Object.entries(commands)) {
      const took = await timed(command);
      if (round > 0) times.get(name)?.push(took);
    }
  }
  return new Map([...times].map(([name, list]) => [name, median(list)]));
}
