import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { zipSync } from 'fflate';
import { goEnvironment } from './go-environment.ts';
import { type Commands, ROUNDS } from './measure.ts';
import { mediansInTurn, tracers } from './tracers.ts';

const MODULES = 120;
const VERSION = 'v1.0.0';
const names = Array.from({ length: MODULES }, (_, at) => `bench.example/m${at}`);

function files(): Map<string, Uint8Array> {
  return new Map(
    names.flatMap((path) => {
      const mod = Buffer.from(`module ${path}\n\ngo 1.20\n`);
      const source = Buffer.from('package m\n'.padEnd(20_000, '/'));
      const zip = zipSync({ [`${path}@${VERSION}/go.mod`]: mod, [`${path}@${VERSION}/m.go`]: source });
      const base = `/${path}/@v/${VERSION}`;
      const info = Buffer.from(JSON.stringify({ Version: VERSION, Time: '2024-01-02T03:04:05Z' }));
      return [[`${base}.info`, info] as const, [`${base}.mod`, mod] as const, [`${base}.zip`, zip] as const];
    }),
  );
}

/** What tracing costs a real `go mod download` of many modules, at two latencies. */
export async function liveTable(): Promise<string[]> {
  const folder = mkdtempSync(join(tmpdir(), 'gotrace-live-'));
  const requires = names.map((name) => `\t${name} ${VERSION}`).join('\n');
  writeFileSync(join(folder, 'go.mod'), `module bench.example/app\n\ngo 1.20\n\nrequire (\n${requires}\n)\n`);
  const go = ['go', 'mod', 'download'];
  const commands = tracers(go);
  const lines = [
    `## Live: \`go mod download\` of ${MODULES} modules from a proxy on loopback`,
    '',
    '| command | 0 ms a request | | 20 ms a request | |',
    '|---|--:|--:|--:|--:|',
  ];
  try {
    const [quick, slow] = [await medians(0, commands, folder), await medians(20, commands, folder)];
    for (const name of Object.keys(commands)) {
      const cells = [quick, slow].flatMap((times) => [
        `${((times.get(name) ?? 0) / 1000).toFixed(2)} s`,
        `${((times.get(name) ?? 0) / (times.get('bare') ?? 1)).toFixed(2)}`,
      ]);
      lines.push(`| \`${name}\` | ${cells.join(' | ')} |`);
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  return [...lines, ''];
}

async function medians(latencyMs: number, commands: Commands, folder: string): Promise<Map<string, number>> {
  const served = files();
  const server = createServer((request, response) => {
    const file = served.get(request.url ?? '');
    setTimeout(() => response.writeHead(file === undefined ? 404 : 200).end(file), latencyMs);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const times = await mediansInTurn(commands, ROUNDS, (command) => timed(command, folder, port));
  server.closeAllConnections();
  server.close();
  return times;
}

async function timed(
  [program = '', ...args]: readonly string[],
  folder: string,
  port: number,
): Promise<number> {
  const cache = join(folder, 'cache');
  if (existsSync(cache)) removeReadOnly(cache);
  const begin = performance.now();
  const env = goEnvironment(`http://127.0.0.1:${port}`, cache);
  const child = spawn(program, args, { cwd: folder, stdio: 'ignore', env });
  await once(child, 'exit');
  return performance.now() - begin;
}

function removeReadOnly(path: string): void {
  for (const entry of readdirSync(path, { withFileTypes: true, recursive: true }))
    if (entry.isDirectory()) chmodSync(join(entry.parentPath, entry.name), 0o755);
  rmSync(path, { recursive: true, force: true });
}
