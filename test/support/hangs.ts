import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer as createHttpServer } from 'node:http';
import { type AddressInfo, createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { demoGoMod } from '../../src/demo/modules.ts';
import { startServer } from '../../src/demo/server.ts';

/** The six ways to hang that every way of looking is to name. */
export const HANGS = [
  'a nameserver that is silent',
  'packets that are dropped',
  'a TLS handshake that is not answered',
  'a body that stops',
  'a held lock',
  'an askpass that waits for a person',
] as const;
export type HangName = (typeof HANGS)[number];

/** A command that hangs, and what it is to be started with. */
export interface Hang {
  /** `ip netns exec …`, where it needs a network of its own. */
  readonly prefix: readonly string[];
  readonly command: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
}

export const DROPPED_ADDRESS = '198.18.1.9';
export const SILENT_NAMESERVER = '198.18.1.53';
const IN_NAMESPACE: ReadonlySet<HangName> = new Set([
  'a nameserver that is silent',
  'packets that are dropped',
]);
const DOWNLOAD = ['go', 'mod', 'download'];

/** Servers on loopback, and a network namespace whose packets are lost where this may make one. */
export class Hangs {
  /** Where the commands run: it has a go.mod. */
  readonly folder = mkdtempSync(join(tmpdir(), 'gotrace-hangs-'));
  readonly #namespace = `gotrace-${process.pid}`;
  readonly #etc = `/etc/netns/${this.#namespace}`;
  readonly #servers: Server[] = [];
  readonly #children: ChildProcess[] = [];
  #hasNamespace = false;

  static async setUp(): Promise<Hangs> {
    const hangs = new Hangs();
    writeFileSync(join(hangs.folder, 'go.mod'), demoGoMod());
    await hangs.#makeNamespace();
    return hangs;
  }

  async #makeNamespace(): Promise<void> {
    if (process.getuid?.() !== 0) return;
    const made = await execa('ip', ['netns', 'add', this.#namespace], { reject: false });
    if (made.exitCode !== 0) return;
    // The far end of the pair answers nothing: what is sent there is lost.
    const commands =
      'ip link set lo up; ip link add d0 type veth peer name d1; ip link set d0 arp off up; ip link set d1 up; ip addr add 198.18.1.1/24 dev d0';
    await execa('ip', ['netns', 'exec', this.#namespace, 'sh', '-c', commands]);
    // ip-netns(8) binds these over /etc in the namespace.
    mkdirSync(this.#etc, { recursive: true });
    writeFileSync(join(this.#etc, 'resolv.conf'), `nameserver ${SILENT_NAMESERVER}\n`);
    this.#hasNamespace = true;
  }

  /** Why a hang cannot be made here; undefined where it can. */
  whyNot(name: HangName): string | undefined {
    return IN_NAMESPACE.has(name) && !this.#hasNamespace
      ? 'no network namespace can be made here (not root): dropped packets are not tested'
      : undefined;
  }

  /** Makes it ready to be started; `cache` names a module cache of its own. */
  async make(name: HangName, cache: string): Promise<Hang> {
    const GOMODCACHE = join(this.folder, cache);
    const { prefix = [], command = DOWNLOAD, environment } = await this.#make(name, GOMODCACHE);
    return { prefix, command, environment: { ...BASE, GOMODCACHE, ...environment } };
  }

  async #make(
    name: HangName,
    cache: string,
  ): Promise<Partial<Hang> & { readonly environment: Readonly<Record<string, string>> }> {
    const prefix = ['ip', 'netns', 'exec', this.#namespace];
    switch (name) {
      case 'a nameserver that is silent':
        return { prefix, environment: { GOPROXY: 'http://proxy.example:8080' } };
      case 'packets that are dropped':
        return { prefix, environment: { GOPROXY: `http://${DROPPED_ADDRESS}:8080` } };
      case 'a TLS handshake that is not answered': {
        const port = await this.#listen(createServer((socket) => socket.on('error', () => {})));
        return { environment: { GOPROXY: `https://127.0.0.1:${port}` } };
      }
      case 'a body that stops': {
        const { url } = await startServer((file, response, send) => {
          if (!file.endsWith('/davit/@v/v1.0.0.zip')) return send();
          response.writeHead(200, { 'content-length': '300000' });
          response.write(Buffer.alloc(100_000));
        });
        return { environment: { GOPROXY: url } };
      }
      case 'a held lock': {
        const { url } = await startServer((_file, _response, send) => send());
        this.#holdLock(join(cache, 'cache/download/demo.example/anchor/@v'));
        return { environment: { GOPROXY: url } };
      }
      case 'an askpass that waits for a person':
        return this.#askpass();
    }
  }

  #holdLock(locks: string): void {
    mkdirSync(locks, { recursive: true });
    this.#children.push(spawn('flock', [join(locks, 'v1.0.0.lock'), 'sleep', '60'], { stdio: 'ignore' }));
  }

  async #askpass() {
    const port = await this.#listen(
      createHttpServer((_, response) =>
        response.writeHead(401, { 'www-authenticate': 'Basic realm="x"' }).end(),
      ),
    );
    const askpass = join(this.folder, 'askpass');
    writeFileSync(askpass, '#!/bin/sh\nsleep 60\n', { mode: 0o755 });
    return {
      command: [...DOWNLOAD, 'git.example/x.git@v1.0.0'],
      environment: {
        GOPROXY: 'direct',
        GOPRIVATE: 'git.example',
        GIT_ASKPASS: askpass,
        GIT_CONFIG_COUNT: '1',
        GIT_CONFIG_KEY_0: `url.http://127.0.0.1:${port}/.insteadOf`,
        GIT_CONFIG_VALUE_0: 'https://git.example/',
      },
    };
  }

  async #listen(server: Server): Promise<number> {
    server.listen(0, '127.0.0.1');
    this.#servers.push(server);
    await once(server, 'listening');
    return (server.address() as AddressInfo).port;
  }

  /** Starts it as it is, without gotrace; it is killed at the end. */
  start({ prefix, command, environment }: Hang): ChildProcess {
    const [program = '', ...args] = [...prefix, ...command];
    const child = spawn(program, args, {
      cwd: this.folder,
      env: { ...process.env, ...environment },
      stdio: 'ignore',
    });
    this.#children.push(child);
    return child;
  }

  async close(): Promise<void> {
    for (const child of this.#children) child.kill('SIGKILL');
    for (const server of this.#servers) server.close();
    if (this.#hasNamespace) await execa('ip', ['netns', 'delete', this.#namespace], { reject: false });
    rmSync(this.#etc, { recursive: true, force: true });
    rmSync(this.folder, { recursive: true, force: true });
  }
}

const BASE = {
  GOSUMDB: 'off',
  GOTOOLCHAIN: 'local',
  GOWORK: 'off',
  GONOSUMDB: '',
  GOPRIVATE: '',
  NO_PROXY: '*',
  GOFLAGS: '-modcacherw',
};
