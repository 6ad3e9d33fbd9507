import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { straceFor, TRACED_CALLS } from '../src/capture/strace.ts';
import { median } from './measure.ts';

const ROUNDS = 3;
/** It and what it needs: the runtime and most of the basic packages. */
const PACKAGE = 'encoding/json';

/** What tracing costs a build, which starts hundreds of processes and waits for none of the network. */
export async function goBuildTable(): Promise<string[]> {
  const folder = mkdtempSync(join(tmpdir(), 'gotrace-build-'));
  const go = ['go', 'build', PACKAGE];
  const chosen = straceFor('/dev/null', TRACED_CALLS);
  const gotrace = (...options: string[]) => [
    ...[process.execPath, 'dist/cli.js', 'run', ...options, '--output', '/dev/null', '--', ...go],
  ];
  const commands: Readonly<Record<string, readonly string[]>> = {
    bare: go,
    'gotrace run --no-strace': gotrace('--no-strace'),
    'gotrace run': gotrace(),
    'gotrace run --seccomp-bpf': gotrace('--seccomp-bpf'),
    'gotrace run --trace-all': gotrace('--trace-all'),
    'strace, the chosen list': [chosen.command, ...chosen.args, ...go],
    'strace -f': ['strace', '-f', '-o', '/dev/null', ...go],
  };
  const times = new Map<string, number[]>();
  try {
    for (let round = 0; round <= ROUNDS; round++) {
      for (const [name, command] of Object.entries(commands)) {
        const took = await timed(command, join(folder, 'build-cache'));
        if (round > 0) times.set(name, [...(times.get(name) ?? []), took]);
      }
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  const bare = median(times.get('bare') ?? [1]);
  return [
    `## Live: \`go build ${PACKAGE}\` with an empty build cache`,
    '',
    '| command | | |',
    '|---|--:|--:|',
    ...[...times].map(([name, list]) => {
      const ms = median(list);
      return `| \`${name}\` | ${(ms / 1000).toFixed(2)} s | ${(ms / bare).toFixed(2)} |`;
    }),
    '',
  ];
}

async function timed([program = '', ...args]: readonly string[], cache: string): Promise<number> {
  rmSync(cache, { recursive: true, force: true });
  const begin = performance.now();
  const child = spawn(program, args, {
    stdio: 'ignore',
    env: { ...process.env, GOCACHE: cache, GOFLAGS: '', GOTOOLCHAIN: 'local' },
  });
  await once(child, 'exit');
  return performance.now() - begin;
}
