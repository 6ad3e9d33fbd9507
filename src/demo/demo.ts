import { chmodSync, existsSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { makeScratch } from '../capture/scratch.ts';
import { ok, type Result } from '../model/result.ts';
import type { Fault } from './faults.ts';
import { demoGoMod } from './modules.ts';
import { closedAddress, startServer } from './server.ts';

export interface DemoSetting {
  /** The folder with the demo's go.mod. */
  readonly directory: string;
  readonly environment: Readonly<Record<string, string>>;
  readonly command: readonly string[];
  close(): Promise<void>;
}

/** Everything that a download with this fault needs: servers, a program, a module cache of its own. */
export async function setUp(fault: Fault): Promise<Result<DemoSetting>> {
  const scratch = makeScratch();
  if (!scratch.ok) return scratch;
  const directory = scratch.value;
  writeFileSync(join(directory, 'go.mod'), demoGoMod());
  const faulty = await startServer(fault.behaviour);
  const good = await startServer((_file, _response, send) => send());
  const goproxy = fault.goproxy({ faulty: faulty.url, good: good.url, closed: await closedAddress() });
  return ok({
    directory,
    command: ['go', 'mod', 'download'],
    environment: {
      ...{
        GOPROXY: goproxy,
        GOSUMDB: 'off',
        GONOSUMDB: '',
        GOPRIVATE: '',
        GONOPROXY: '',
        GOTOOLCHAIN: 'local',
        GOFLAGS: '-mod=mod',
      },
      ...{
        GOMODCACHE: join(directory, 'modcache'),
        GOWORK: 'off',
        NO_PROXY: '127.0.0.1',
        no_proxy: '127.0.0.1',
      },
    },
    close: async () => {
      await Promise.all([faulty.close(), good.close()]);
      removeTree(directory);
    },
  });
}

/** Go makes the folders of its module cache read-only. */
function removeTree(path: string): void {
  if (!existsSync(path)) return;
  for (const entry of readdirSync(path, { withFileTypes: true, recursive: true })) {
    if (entry.isDirectory()) chmodSync(join(entry.parentPath, entry.name), 0o755);
  }
  rmSync(path, { recursive: true, force: true });
}
