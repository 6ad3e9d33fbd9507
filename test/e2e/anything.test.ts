import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { execa } from 'execa';
import { afterAll, describe, expect, it } from 'vitest';
import { demoGoMod } from '../../src/demo/modules.ts';
import { startServer } from '../../src/demo/server.ts';
import { CLI } from '../support/gotrace.ts';

/** What calls go, and what has nothing to do with it: a server that never answers is named for each. */
const folder = mkdtempSync(join(tmpdir(), 'gotrace-anything-'));
const servers: Server[] = [];
const children: ChildProcess[] = [];
afterAll(() => {
  for (const child of children) child.kill('SIGKILL');
  for (const server of servers) server.closeAllConnections();
  for (const server of servers) server.close();
  rmSync(folder, { recursive: true, force: true });
});

async function silentServer(): Promise<number> {
  const server = createServer(() => {});
  server.listen(0, '127.0.0.1');
  servers.push(server);
  await once(server, 'listening');
  const address = server.address();
  return typeof address === 'object' && address !== null ? address.port : 0;
}

const hasStrace = (await execa('strace', ['-o', '/dev/null', 'true'], { reject: false })).exitCode === 0;

const withTimeout = hasStrace && (await execa('timeout', ['1', 'true'], { reject: false })).exitCode === 0;

async function pointOf(
  name: string,
  command: readonly string[],
  environment: Readonly<Record<string, string>>,
) {
  const output = join(folder, `${name}.json`);
  const options = ['--progress', 'none', '--timeout', '5s', '--format', 'json', '--output', output];
  await execa(process.execPath, [CLI, 'run', '--strace', ...options, '--', ...command], {
    cwd: folder,
    env: environment,
    reject: false,
  });
  return JSON.parse(readFileSync(output, 'utf8')).blockingPoint;
}

describe.skipIf(!hasStrace)('run', () => {
  it('make that calls go', async () => {
    const port = await silentServer();
    writeFileSync(join(folder, 'go.mod'), demoGoMod());
    writeFileSync(join(folder, 'Makefile'), 'deps:\n\t@go mod download\n');
    const point = await pointOf('make', ['make', 'deps'], {
      GOPROXY: `http://127.0.0.1:${port}`,
      GOSUMDB: 'off',
      GOFLAGS: '-modcacherw',
      GOMODCACHE: join(folder, 'cache'),
      NO_PROXY: '*',
    });
    expect(point.cause).toBe('ttfb/no-response');
    expect(point.culprit.url).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/demo\.example/);
  });

  it('git', async () => {
    const port = await silentServer();
    const point = await pointOf('git', ['git', 'ls-remote', `http://127.0.0.1:${port}/x.git`], {
      NO_PROXY: '*',
    });
    expect(point.cause).toBe('git/stalled');
    expect(point.culprit.host).toBe('127.0.0.1');
  });

  it('npm', async () => {
    const port = await silentServer();
    const beside = join(process.execPath, '../npm');
    const npm = existsSync(beside) ? beside : 'npm';
    const point = await pointOf('npm', [npm, 'ping', '--registry', `http://127.0.0.1:${port}/`], {
      npm_config_cache: join(folder, 'npm'),
      npm_config_update_notifier: 'false',
      NO_PROXY: '*',
    });
    expect(point.phase).toBe('ttfb');
    expect(point.culprit.url ?? point.culprit.address).toContain(`127.0.0.1:${port}`);
  });

  it('a script that sleeps: nobody is accused of it', async () => {
    const output = join(folder, 'sleep.json');
    const options = ['--progress', 'none', '--format', 'json', '--output', output];
    await execa(process.execPath, [CLI, 'run', '--strace', ...options, '--', 'sh', '-c', 'sleep 3; true']);
    const { verdict, findings, timeline } = JSON.parse(readFileSync(output, 'utf8'));
    expect(verdict).toMatchObject({
      status: 'healthy',
      headline: expect.stringMatching(/For 3\.\d s of it, it slept of its own accord \(sleep\)/),
    });
    expect(findings).toEqual([]);
    expect(timeline.spans).toContainEqual(expect.objectContaining({ kind: 'sleep', phase: 'sleep' }));
  });

  it('a command that makes very many calls: what the tracer cost is said behind the report', async () => {
    // However fast the machine is: it goes on for some seconds.
    const script =
      'end=$(($(date +%s) + 4)); while [ $(date +%s) -lt $end ]; do dd if=/dev/zero of=/dev/null bs=1 count=2000 2>/dev/null; done';
    const run = ['run', '--strace', '--progress', 'none', '--', 'sh', '-c', script];
    const { stderr } = await execa(process.execPath, [CLI, ...run]);
    expect(stderr.split('\n').at(-1)).toMatch(
      /^gotrace: strace slowed the command down: of \d+\.\d s it computed for \d+\.\d s itself; --seccomp-bpf costs about half of that, --no-strace next to nothing$/,
    );
  });
});

describe.skipIf(process.platform !== 'linux')('attach', () => {
  it('names the host of the settings, finds go below a shell, and reads a dump that it asks for', async () => {
    const server = await startServer((file, response, send) => {
      if (!file.endsWith('.zip')) return send();
      response.writeHead(200, { 'content-length': '300000' });
      response.write(Buffer.alloc(1000));
    });
    writeFileSync(join(folder, 'go.mod'), demoGoMod());
    const { port } = new URL(server.url);
    const shell = spawn('sh', ['-c', 'go mod download; true'], {
      cwd: folder,
      env: {
        ...process.env,
        GOPROXY: `http://localhost:${port}`,
        GOSUMDB: 'off',
        GOFLAGS: '-modcacherw',
        GOMODCACHE: join(folder, 'attach-cache'),
        NO_PROXY: '*',
      },
      stdio: 'ignore',
    });
    children.push(shell);
    const ended = once(shell, 'exit');
    await new Promise((resolve) => setTimeout(resolve, 2000));
    const attach = (...options: string[]) =>
      execa(process.execPath, [
        CLI,
        'attach',
        String(shell.pid),
        '--for',
        '1s',
        '--format',
        'json',
        ...options,
      ]);
    const seen = JSON.parse((await attach()).stdout);
    expect(seen.verdict.status).toBe('blocked');
    expect(seen.blockingPoint.culprit.host).toBe('localhost');
    expect(seen.environment.GOPROXY).toBe(`http://localhost:${port}`);
    expect(shell.exitCode).toBeNull();
    const dumped = await attach('--dump');
    expect(dumped.stderr).toMatch(/--dump sends SIGQUIT/);
    await ended;
    server.close();
  });

  it('does not accuse what only sleeps, nor send one to where one is', async () => {
    const sleeper = spawn('sleep', ['300'], { stdio: 'ignore' });
    children.push(sleeper);
    const { stdout } = await execa(process.execPath, [CLI, 'attach', String(sleeper.pid), '--for', '300ms']);
    expect(stdout).toMatch(/^Unknown: sleep was still running/);
    expect(stdout).not.toContain('gotrace attach');
  });

  it.skipIf(!withTimeout)('leaves no strace behind when it is killed', { timeout: 20_000 }, async () => {
    const sleeper = spawn('sleep', ['300'], { stdio: 'ignore' });
    children.push(sleeper);
    const tracer = () =>
      /^TracerPid:\s+(\d+)/m.exec(readFileSync(`/proc/${sleeper.pid}/status`, 'utf8'))?.[1];
    const attach = spawn(process.execPath, [CLI, 'attach', String(sleeper.pid), '--for', '2s'], {
      stdio: 'ignore',
    });
    children.push(attach);
    while (tracer() === '0') await sleep(5);
    attach.kill('SIGKILL');
    await once(attach, 'exit');
    expect(tracer()).not.toBe('0');
    while (tracer() !== '0') await sleep(50);
    expect(sleeper.exitCode).toBeNull();
  });

  it('says which right is missing', async () => {
    const { exitCode, stderr } = await execa(process.execPath, [CLI, 'attach', '999999999'], {
      reject: false,
    });
    expect(exitCode).toBe(2);
    expect(stderr).toMatch(/^gotrace: .*no process 999999999 is running/);
  });
});
