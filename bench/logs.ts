import { spawnSync } from 'node:child_process';
import { appendFileSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';

/** The same bytes again and again, until the file has so many. */
function repeated(file: string, bytes: Uint8Array, leastBytes: number): string {
  writeFileSync(file, '');
  for (let size = 0; size < leastBytes; size += bytes.length) appendFileSync(file, bytes);
  return file;
}

/** `strace -s 0 -ff -o F tar cf …`: the one form that strace-analyzer reads. Undefined where strace cannot trace. */
export function logOfTar(folder: string, leastBytes: number): string | undefined {
  const logs = join(folder, 'ff');
  mkdirSync(logs, { recursive: true });
  spawnSync('strace', ['-s', '0', '-ff', '-o', join(logs, 'one'), 'tar', 'cf', '/dev/null', 'node_modules']);
  const name = readdirSync(logs).find((each) => each.startsWith('one.'));
  if (name === undefined) return undefined;
  return repeated(join(folder, 'tar.1'), readFileSync(join(logs, name)), leastBytes);
}

/** Real downloads one after another: a third of the lines become records. */
export function logOfDownloads(folder: string, leastBytes: number): string {
  const logs = ['baseline-cold', 'ttfb-zip-slow', 'baseline-direct-git', 'latency-many'].map((name) =>
    gunzipSync(readFileSync(`fixtures/scenarios/${name}/strace.log.gz`)),
  );
  return repeated(join(folder, 'downloads.log'), Buffer.concat(logs), leastBytes);
}

/** A real `go build std` with an empty cache; undefined where go or strace is missing. */
export function logOfGoBuild(folder: string): string | undefined {
  const log = join(folder, 'go-build.log');
  const run = spawnSync('strace', ['-f', '-ttt', '-T', '-yy', '-o', log, 'go', 'build', 'std'], {
    env: { ...process.env, GOCACHE: join(folder, 'go-build-cache'), GOFLAGS: '' },
  });
  return run.status === 0 ? log : undefined;
}
