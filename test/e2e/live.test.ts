import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { execa } from 'execa';
import { afterAll, describe, expect, it } from 'vitest';
import { CLI } from '../support/gotrace.ts';
import { DROPPED_ADDRESS, HANGS, type HangName, Hangs, SILENT_NAMESERVER } from '../support/hangs.ts';

/**
 * Real commands that hang, met live: by `run` with and without strace, and by `attach` to one that is already stuck.
 * Connections to an address whose packets are dropped need a network namespace, and so root.
 */
const hangs = await Hangs.setUp();
afterAll(() => hangs.close());
const isLinux = process.platform === 'linux';
const hasSs = (await execa('ss', ['-V'], { reject: false })).exitCode === 0;
const hasStrace = (await execa('strace', ['-o', '/dev/null', 'true'], { reject: false })).exitCode === 0;

/** What is to be said of each, whichever way it is looked at. */
const EXPECTED: Readonly<
  Record<HangName, { readonly cause: RegExp; readonly culprit: string; readonly attached?: RegExp }>
> = {
  'a nameserver that is silent': {
    cause: /^dns\/all-nameservers-dead$/,
    culprit: SILENT_NAMESERVER,
    attached: /^dns\//,
  },
  'packets that are dropped': { cause: /^connect\/blackhole$/, culprit: DROPPED_ADDRESS },
  'a TLS handshake that is not answered': {
    cause: /^tls\/handshake-stall$/,
    culprit: '127.0.0.1',
    ...(hasSs ? {} : { attached: /^ttfb\// }),
  },
  'a body that stops': {
    cause: /^transfer\/stalled$/,
    culprit: 'demo.example/davit@v1.0.0',
  },
  'a held lock': { cause: /^lock\/module$/, culprit: 'anchor/@v/v1.0.0.lock' },
  'an askpass that waits for a person': { cause: /^auth\/askpass$/, culprit: 'askpass' },
};

/** Before go gives up by itself: a nameserver after 5 s, a TLS handshake after 10 s. */
const HANG_MS = 4000;

async function runReport(name: HangName, mode: string, end: '--timeout' | 'Ctrl-C') {
  const cache = `${name.replaceAll(' ', '-')}${mode}${end}`;
  const { prefix, command, environment } = await hangs.make(name, cache);
  const output = join(hangs.folder, `${cache}.json`);
  const [program = '', ...args] = [
    ...[...prefix, process.execPath, CLI, 'run', mode, '--progress', 'none'],
    ...(end === '--timeout' ? [end, `${HANG_MS}ms`] : []),
    ...['--format', 'json', '--output', output, '--', ...command],
  ];
  const run = execa(program, args, { cwd: hangs.folder, env: environment, reject: false });
  if (end === 'Ctrl-C') setTimeout(() => run.kill('SIGINT'), HANG_MS);
  await run;
  return JSON.parse(readFileSync(output, 'utf8'));
}

async function attachReport(name: HangName) {
  const child = hangs.start(await hangs.make(name, `${name.replaceAll(' ', '-')}-attach`));
  await new Promise((resolve) => setTimeout(resolve, 2000));
  const args = ['attach', String(child.pid), '--for', '1s', '--format', 'json'];
  const { stdout } = await execa(process.execPath, [CLI, ...args]);
  child.kill('SIGKILL');
  return JSON.parse(stdout);
}

describe.each(HANGS)('%s', (name) => {
  const { cause, culprit, attached = cause } = EXPECTED[name];
  const whyNot = hangs.whyNot(name) ?? (isLinux ? undefined : 'there is no /proc here');

  // Ended by Ctrl-C there is no goroutine dump: without strace, what go printed and what /proc showed is all that there is.
  it.for([
    ['--strace', '--timeout'],
    ['--strace', 'Ctrl-C'],
    ['--no-strace', '--timeout'],
    ['--no-strace', 'Ctrl-C'],
  ] as const)('run %s, ended by %s', async ([mode, end], { skip }) => {
    skipFor(mode === '--strace' && !hasStrace ? 'strace cannot trace here' : whyNot, skip);
    const { verdict, blockingPoint } = await runReport(name, mode, end);
    expect(verdict.status).toMatch(/blocked|failed/);
    expect(blockingPoint.cause).toMatch(cause);
    expect(JSON.stringify(blockingPoint.culprit)).toContain(culprit);
    expect(blockingPoint.blockedSeconds).toBeGreaterThan(2);
  });

  it('attach to one that is stuck', async ({ skip }) => {
    skipFor(whyNot, skip);
    const { verdict, blockingPoint } = await attachReport(name);
    expect(verdict.status).toBe('blocked');
    expect(blockingPoint.cause).toMatch(attached);
    expect(JSON.stringify(blockingPoint.culprit)).toContain(culprit);
    expect(blockingPoint.evidence[0].input).toMatch(/snapshot|strace/);
  });
});

function skipFor(reason: string | undefined, skip: (note: string) => never): void {
  if (reason === undefined) return;
  console.log(`skipped: ${reason}`);
  skip(reason);
}
