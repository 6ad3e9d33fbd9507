import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { goEnvironment } from './go-environment.ts';
import { median, ROUNDS } from './measure.ts';

const CLI = join(process.cwd(), 'dist/cli.js');
const HANG_MS = 2500;
const TIMEOUT_S = 3;

const sleep = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

/** How long a person waits for the verdict on a go that hangs: after Ctrl-C, after --timeout, and of attach. */
export async function verdictTable(): Promise<string[]> {
  const folder = mkdtempSync(join(tmpdir(), 'gotrace-hang-'));
  writeFileSync(
    join(folder, 'go.mod'),
    'module bench.example/app\n\ngo 1.20\n\nrequire bench.example/m v1.0.0\n',
  );
  // It accepts connections, and says nothing.
  const server = createServer((socket) => socket.on('error', () => {})).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const environment = goEnvironment(`https://127.0.0.1:${port}`, join(folder, 'cache'));
  const start = (command: string, ...args: string[]) =>
    spawn(command, args, { cwd: folder, env: environment, stdio: 'ignore' });
  const run = (...options: string[]) =>
    start(process.execPath, CLI, 'run', ...options, '--', 'go', 'mod', 'download');
  const cases: Readonly<Record<string, () => Promise<number>>> = {
    'Ctrl-C, `run --strace`': () => untilEnd(run('--strace'), HANG_MS, 'SIGINT'),
    'Ctrl-C, `run --no-strace`': () => untilEnd(run('--no-strace'), HANG_MS, 'SIGINT'),
    '`--timeout`, `run --strace`': () =>
      untilEnd(run('--strace', '--timeout', `${TIMEOUT_S}s`), TIMEOUT_S * 1000),
    '`--timeout`, `run --no-strace`': () =>
      untilEnd(run('--no-strace', '--timeout', `${TIMEOUT_S}s`), TIMEOUT_S * 1000),
    'Ctrl-C, `attach`': async () => {
      const go = start('go', 'mod', 'download');
      await sleep(1000);
      const took = await untilEnd(
        start(process.execPath, CLI, 'attach', String(go.pid), '--for', '60s'),
        HANG_MS,
        'SIGINT',
      );
      go.kill('SIGKILL');
      return took;
    },
  };
  const lines = ['## From Ctrl-C to the verdict on a TLS handshake that hangs', ''];
  lines.push('| what | median | longest |', '|---|--:|--:|');
  try {
    for (const [name, measure] of Object.entries(cases)) {
      const times: number[] = [];
      for (let round = 0; round < ROUNDS; round++) times.push(await measure());
      lines.push(
        `| ${name} | ${(median(times) / 1000).toFixed(2)} s | ${(Math.max(...times) / 1000).toFixed(2)} s |`,
      );
    }
  } finally {
    server.close();
    rmSync(folder, { recursive: true, force: true });
  }
  return [...lines, ''];
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
