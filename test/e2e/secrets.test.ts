import { spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { afterAll, describe, expect, it } from 'vitest';
import { demoGoMod } from '../../src/demo/modules.ts';
import { CLI } from '../support/gotrace.ts';

/** Secrets of the environment, of URLs and of what is printed, live: none in any output, nor in the logs that are kept. */
const folder = mkdtempSync(join(tmpdir(), 'gotrace-secrets-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
writeFileSync(join(folder, 'go.mod'), demoGoMod());

const SECRETS = [
  'planted-in-url',
  'planted-in-token',
  'planted-in-proxy',
  'plantedpassword',
  'planted-in-query',
];
const environment = {
  GOPROXY: 'https://user:planted-in-url@127.0.0.1:9/x?key=planted-in-query',
  GITHUB_TOKEN: 'planted-in-token',
  HTTP_PROXY: 'http://user:planted-in-proxy@127.0.0.1:9',
  GOSUMDB: 'off',
  GOTOOLCHAIN: 'local',
  GOFLAGS: '-modcacherw',
  GOMODCACHE: join(folder, 'cache'),
  NO_PROXY: '*',
};
const job = `echo 'machine proxy.example login user password plantedpassword' >&2; env; go mod download`;

function expectNone(text: string): void {
  for (const secret of SECRETS) expect(text).not.toContain(secret);
}

const hasStrace = (await execa('strace', ['-o', '/dev/null', 'true'], { reject: false })).exitCode === 0;

describe.each(['--strace', '--no-strace'])('run %s', (mode) => {
  it.each(['terminal', 'json', 'markdown', 'csv', 'chrome-trace'])('--format %s', async (format) => {
    const output = join(folder, `report${mode}.${format}`);
    const kept = join(folder, `kept${mode}-${format}`);
    await execa(
      process.execPath,
      [
        CLI,
        'run',
        mode,
        '--progress',
        'none',
        '--format',
        format,
        '--output',
        output,
        '-o',
        kept,
        '--',
        'sh',
        '-c',
        job,
      ],
      { cwd: folder, env: environment, reject: false },
    );
    expectNone(readFileSync(output, 'utf8'));
    const logs = readdirSync(kept).map((name) => readFileSync(join(kept, name), 'latin1'));
    for (const log of logs) expectNone(log);
    // They went through: the tracer saw `env` being written.
    if (hasStrace && mode === '--strace') expect(logs.join('')).toMatch(/GITHUB_TOKEN=REDACTED/);
  });
});

it('the live view, --stall, and attach', async () => {
  const waits = `echo "# get https://user:planted-in-url@proxy.example/x/@v/list?key=planted-in-query" >&2; sleep 11`;
  const { stderr } = await execa(
    process.execPath,
    [CLI, 'run', '--no-strace', '--progress', 'plain', '--stall', '500ms', '--', 'sh', '-c', waits],
    { cwd: folder, env: environment, reject: false },
  );
  expect(stderr).toMatch(/nothing has moved/);
  // The plain view says every ten seconds what is in flight.
  expect(stderr).toMatch(/in flight; oldest: .*proxy\.example/);
  expectNone(stderr);
  const child = spawn('sleep', ['30'], { env: { ...process.env, ...environment }, stdio: 'ignore' });
  try {
    for (const format of ['terminal', 'json', 'markdown']) {
      const attach = [CLI, 'attach', String(child.pid), '--for', '300ms', '--format', format];
      const { stdout, stderr: said } = await execa(process.execPath, attach, { reject: false });
      expectNone(stdout + said);
    }
  } finally {
    child.kill('SIGKILL');
  }
});
