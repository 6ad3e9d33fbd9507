import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Behaviour } from './faults.ts';
import { demoModules } from './modules.ts';

export interface DemoServer {
  readonly url: string;
  close(): Promise<void>;
}

const filesOf = () =>
  new Map<string, Buffer>(
    demoModules().flatMap((module) => {
      const base = `/${module.path}/@v/${module.version}`;
      return [
        [`${base}.info`, Buffer.from(module.info)],
        [`${base}.mod`, Buffer.from(module.mod)],
        [`${base}.zip`, Buffer.from(module.zip)],
        [`/${module.path}/@v/list`, Buffer.from(`${module.version}\n`)],
      ] as const;
    }),
  );

/** A module proxy on loopback (go.dev/ref/mod, GOPROXY protocol), with a behaviour put in between. */
export async function startServer(behaviour: Behaviour): Promise<DemoServer> {
  const files = filesOf();
  const server = createServer((request, response) => {
    const file = files.get(request.url ?? '');
    behaviour(request.url ?? '', response, () => {
      if (response.destroyed) return;
      response.writeHead(file === undefined ? 404 : 200);
      response.end(file ?? 'not found');
    });
  });
  return { url: `http://127.0.0.1:${await listen(server)}`, close: () => close(server) };
}

/** An address at which nothing listens: a port that was free a moment ago. */
export async function closedAddress(): Promise<string> {
  const server = createServer();
  const port = await listen(server);
  await close(server);
  return `http://127.0.0.1:${port}`;
}

async function listen(server: Server): Promise<number> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
}

async function close(server: Server): Promise<void> {
  server.closeAllConnections();
  server.close();
  await once(server, 'close');
}
