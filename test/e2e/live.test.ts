import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer as createHttpServer } from 'node:http';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { demoGoMod } from '../../src/demo/modules.ts';
import { startServer } from '../../src/demo/server.ts';
import { CLI } from '../support/gotrace.ts';

/**
 * Real commands that hang, met live: by `run` with and without strace, and by `attach` to one that is already stuck.
 * Connections to an address whose packets are dropped need a network namespace, and so root.
 */
const folder = mkdtempSync(join(tmpdir(), 'gotrace-live-'));
const namespace = `gotrace-${process.pid}`;
const etc = `/etc/netns/${namespace}`;
const isRoot = process.getuid?.() === 0;
const hasNamespace =
  isRoot && (await execa('ip', ['netns', 'add', namespace], { reject: false })).exitCode === 0;
const hasSs = (await execa('ss', ['-V'], { reject: false })).exitCode === 0;
const hasStrace = (await execa('strace', ['-o', '/dev/null', 'true'], { reject: false })).exitCode === 0;
if (!hasNamespace)
  console.log('no network namespace can be made here (not root): dropped packets are not tested');

const DROPPED = '198.18.1.9';

beforeAll(async () => {
  writeFileSync(join(folder, 'go.mod'), demoGoMod());
  if (!hasNamespace) return;
  // The far end of the pair answers nothing: what is sent there is lost.
  const commands =
    'ip link set lo up; ip link add d0 type veth peer name d1; ip link set d0 arp off up; ip link set d1 up; ip addr add 198.18.1.1/24 dev d0';
  await execa('ip', ['netns', 'exec', namespace, 'sh', '-c', commands]);
  // ip-netns(8) binds these over /etc in the namespace.
  mkdirSync(etc, { recursive: true });
  writeFileSync(join(etc, 'resolv.conf'), 'nameserver 198.18.1.53\n');
});

const children: ChildProcess[] = [];
const servers: Server[] = [];
afterAll(async () => {
  for (const child of children) child.kill('SIGKILL');
  for (const server of servers) server.close();
  if (hasNamespace) await execa('ip', ['netns', 'delete', namespace], { reject: false });
  rmSync(etc, { recursive: true, force: true });
  rmSync(folder, { recursive: true, force: true });
});

interface Hang {
  readonly prefix: readonly string[];
  /** Without it, `go mod download`. */
  readonly command?: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
}

const DOWNLOAD = ['go', 'mod', 'download'];

function environmentOf(hang: Hang, cache: string): Record<string, string> {
  const base = {
    GOSUMDB: 'off',
    GOTOOLCHAIN: 'local',
    GOWORK: 'off',
    GONOSUMDB: '',
    GOPRIVATE: '',
    NO_PROXY: '*',
    GOFLAGS: '-modcacherw',
  };
  return { ...base, GOMODCACHE: join(folder, cache), ...hang.environment };
}

async function runReport(hang: Hang, cache: string, mode: string, end: '--timeout' | 'Ctrl-C' = '--timeout') {
  const args = [
    ...hang.prefix,
    process.execPath,
    CLI,
    'run',
    mode,
    '--progress',
    'none',
    ...(end === '--timeout' ? [end, '4s'] : []),
    '--format',
    'json',
    '--output',
    join(folder, `${cache}.json`),
    '--',
    ...(hang.command ?? DOWNLOAD),
  ];
  const run = execa(args[0]!, args.slice(1), {
    cwd: folder,
    env: environmentOf(hang, cache),
    reject: false,
  });
  if (end === 'Ctrl-C') setTimeout(() => run.kill('SIGINT'), 4000);
  await run;
  return JSON.parse(readFileSync(join(folder, `${cache}.json`), 'utf8'));
}

async function attachReport(hang: Hang, cache: string) {
  const args = [...hang.prefix, ...(hang.command ?? DOWNLOAD)];
  const child = spawn(args[0]!, args.slice(1), {
    cwd: folder,
    env: { ...process.env, ...environmentOf(hang, cache) },
    stdio: 'ignore',
  });
  children.push(child);
  await new Promise((resolve) => setTimeout(resolve, 2000));
  const { stdout } = await execa(process.execPath, [
    CLI,
    'attach',
    String(child.pid),
    '--for',
    '1s',
    '--format',
    'json',
  ]);
  child.kill('SIGKILL');
  return JSON.parse(stdout);
}

/** What `run` with strace, `run` without it, and `attach` are to say. */
interface Expected {
  readonly hang: Hang;
  readonly causes: RegExp;
  readonly untraced?: RegExp;
  readonly attached: RegExp;
  readonly culprit: RegExp;
  readonly skip: boolean;
}

const hangs: Readonly<Record<string, () => Promise<Expected>>> = {
  'a nameserver that is silent': async () => ({
    hang: {
      prefix: ['ip', 'netns', 'exec', namespace],
      environment: { GOPROXY: 'http://proxy.example:8080' },
    },
    causes: /^dns\/all-nameservers-dead$/,
    attached: /^dns\//,
    culprit: /198\.18\.1\.53/,
    skip: !hasNamespace,
  }),
  'an askpass that waits for a person': async () => {
    const server = createHttpServer((_, response) =>
      response.writeHead(401, { 'www-authenticate': 'Basic realm="x"' }).end(),
    );
    server.listen(0, '127.0.0.1');
    servers.push(server);
    await once(server, 'listening');
    const address = server.address();
    const port = typeof address === 'object' && address !== null ? address.port : 0;
    const askpass = join(folder, 'askpass');
    writeFileSync(askpass, '#!/bin/sh\nsleep 60\n', { mode: 0o755 });
    return {
      hang: {
        prefix: [],
        command: ['go', 'mod', 'download', 'git.example/x.git@v1.0.0'],
        environment: {
          GOPROXY: 'direct',
          GOPRIVATE: 'git.example',
          GIT_ASKPASS: askpass,
          GIT_CONFIG_COUNT: '1',
          GIT_CONFIG_KEY_0: `url.http://127.0.0.1:${port}/.insteadOf`,
          GIT_CONFIG_VALUE_0: 'https://git.example/',
        },
      },
      causes: /^auth\/askpass$/,
      attached: /^auth\/askpass$/,
      culprit: /askpass/,
      skip: false,
    };
  },
  'packets that are dropped': async () => ({
    hang: { prefix: ['ip', 'netns', 'exec', namespace], environment: { GOPROXY: `http://${DROPPED}:8080` } },
    causes: /^connect\/blackhole$/,
    attached: /^connect\/blackhole$/,
    culprit: /198\.18\.1\.9/,
    skip: !hasNamespace,
  }),
  'a TLS handshake that is not answered': async () => {
    const server = createServer((socket) => socket.on('error', () => {}));
    server.listen(0, '127.0.0.1');
    servers.push(server);
    await once(server, 'listening');
    const address = server.address();
    const port = typeof address === 'object' && address !== null ? address.port : 0;
    return {
      hang: { prefix: [], environment: { GOPROXY: `https://127.0.0.1:${port}` } },
      causes: /^tls\/handshake-stall$/,
      attached: hasSs ? /^tls\/handshake-stall$/ : /^ttfb\//,
      culprit: /127\.0\.0\.1/,
      skip: false,
    };
  },
  'a body that stops': async () => {
    const server = await startServer((file, response, send) => {
      if (!file.endsWith('/davit/@v/v1.0.0.zip')) return send();
      response.writeHead(200, { 'content-length': '300000' });
      response.write(Buffer.alloc(100_000));
    });
    return {
      hang: { prefix: [], environment: { GOPROXY: server.url } },
      causes: /^transfer\/stalled$/,
      attached: /^transfer\/stalled$/,
      culprit: /127\.0\.0\.1|demo\.example\/davit@v1\.0\.0/,
      skip: false,
    };
  },
  'a held lock': async () => {
    const server = await startServer((_file, _response, send) => send());
    return {
      hang: { prefix: [], environment: { GOPROXY: server.url } },
      causes: /^lock\/module$/,
      attached: /^lock\/module$/,
      culprit: /anchor\/@v\/v1\.0\.0\.lock/,
      skip: false,
    };
  },
};

describe.each(Object.entries(hangs))('%s', (name, make) => {
  const cacheOf = (mode: string) => `${name.replaceAll(' ', '-')}${mode}`;

  function holdLock(cache: string) {
    if (name !== 'a held lock') return;
    const locks = join(folder, cache, 'cache/download/demo.example/anchor/@v');
    mkdirSync(locks, { recursive: true });
    children.push(spawn('flock', [join(locks, 'v1.0.0.lock'), 'sleep', '60'], { stdio: 'ignore' }));
  }

  it.skipIf(!hasStrace)('run with strace', async () => {
    const { hang, causes, culprit, skip } = await make();
    if (skip) return;
    holdLock(cacheOf('-s'));
    const report = await runReport(hang, cacheOf('-s'), '--strace');
    expect(report.verdict.status).toMatch(/blocked|failed/);
    expect(report.blockingPoint.cause).toMatch(causes);
    expect(JSON.stringify(report.blockingPoint.culprit)).toMatch(culprit);
  });

  it('run without strace', async () => {
    const { hang, causes, untraced, culprit, skip } = await make();
    if (skip) return;
    holdLock(cacheOf('-n'));
    const report = await runReport(hang, cacheOf('-n'), '--no-strace');
    expect(report.blockingPoint.cause).toMatch(process.platform === 'linux' ? causes : (untraced ?? causes));
    expect(JSON.stringify(report.blockingPoint.culprit)).toMatch(culprit);
  });

  /** No goroutine dump then, as after --timeout: what go printed and what /proc showed is all that there is. */
  it.skipIf(process.platform !== 'linux')('run without strace, ended by Ctrl-C', async () => {
    const { hang, causes, culprit, skip } = await make();
    if (skip) return;
    holdLock(cacheOf('-c'));
    const report = await runReport(hang, cacheOf('-c'), '--no-strace', 'Ctrl-C');
    expect(report.verdict.status).toMatch(/blocked|failed/);
    expect(report.blockingPoint.cause).toMatch(causes);
    expect(JSON.stringify(report.blockingPoint.culprit)).toMatch(culprit);
    expect(report.blockingPoint.blockedSeconds).toBeGreaterThan(2);
  });

  it.skipIf(process.platform !== 'linux')('attach to one that is stuck', async () => {
    const { hang, attached, culprit, skip } = await make();
    if (skip) return;
    holdLock(cacheOf('-a'));
    const report = await attachReport(hang, cacheOf('-a'));
    expect(report.verdict.status).toBe('blocked');
    expect(report.blockingPoint.cause).toMatch(attached);
    expect(JSON.stringify(report.blockingPoint.culprit)).toMatch(culprit);
    expect(report.blockingPoint.evidence[0].input).toMatch(/snapshot|strace/);
  });
});
