import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { mediansInTurn, tracers } from './tracers.ts';

const ROUNDS = 3;
/** It and what it needs: the runtime and most of the basic packages. */
const PACKAGE = 'encoding/json';

/** What tracing costs a build, which starts hundreds of processes and waits for none of the network. */
export async function goBuildTable(): Promise<string[]> {
  const folder = mkdtempSync(join(tmpdir(), 'gotrace-build-'));
  try {
    const times = await mediansInTurn(tracers(['go', 'build', PACKAGE]), ROUNDS, (command) =>
      timed(command, join(folder, 'build-cache')),
    );
    return tableOf(times);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function tableOf(times: ReadonlyMap<string, number>): string[] {
  const bare = times.get('bare') ?? 1;
  return [
    `## Live: \`go build ${PACKAGE}\` with an empty build cache`,
    '',
    '| command | | |',
    '|---|--:|--:|',
    ...[...times].map(
      ([name, ms]) => `| \`${name}\` | ${(ms / 1000).toFixed(2)} s | ${(ms / bare).toFixed(2)} |`,
    ),
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
