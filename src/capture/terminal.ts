import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { closeSync, constants, openSync } from 'node:fs';
import type { Socket } from 'node:net';
import type { Readable, Writable } from 'node:stream';
import { isatty } from 'node:tty';
import { ask } from './ask.ts';
import { processTree } from './proc.ts';
import { holdersOf } from './rest.ts';

/** A terminal of the command's own, in place of ours: what is written to it can be read. */
export interface StandIn {
  /** To be given to the command as its stderr; `onStarted` closes our copy. */
  readonly fd: number;
  readonly output: Readable;
  onStarted(): void;
  /**
   * Ends it, and `output` when all that was written has been read. Where children that outlive the command have it, it stays
   * as long as they do; a tracer that stays is no reason.
   */
  close(tracer?: number): void;
}

const PATIENCE_MS = 1000;

/**
 * A program that finds a terminal at its stderr shows progress, colours and prompts; a pipe there would change what it
 * does. Node cannot make a terminal: script(1) of util-linux makes one, and hands on what arrives there. Its own child is a
 * cat that waits for the end of our pipe, so that nothing of it is left should we be killed. Undefined where our own
 * stderr is no terminal, or script is not there.
 */
export async function standInTerminal(): Promise<StandIn | undefined> {
  if (process.platform !== 'linux' || !isatty(2)) return undefined;
  // In a session of its own: a Ctrl-C is for the command.
  const script = spawn('script', ['-qefc', 'tty && exec cat >/dev/null', '/dev/null'], {
    stdio: ['pipe', 'pipe', 'ignore'],
    detached: true,
  });
  const path = await new Promise<string | undefined>((resolve) => {
    script.once('error', () => resolve(undefined));
    script.once('exit', () => resolve(undefined));
    let said = '';
    const onData = (chunk: Buffer) => {
      said += chunk.toString('latin1');
      if (!said.includes('\n')) return;
      script.stdout.off('data', onData);
      resolve(/^\/dev\/pts\/\d+(?=\r?\n)/.exec(said)?.[0]);
    };
    script.stdout.on('data', onData);
    setTimeout(() => resolve(undefined), PATIENCE_MS).unref();
  });
  script.stdin.on('error', () => {});
  let isSetUp = path === undefined ? Promise.resolve(false) : setUp(path);
  // One after the other, from now on: what the last one sets stays.
  const onResize = () => {
    isSetUp = isSetUp.then((isThere) => isThere && path !== undefined && setUp(path));
  };
  process.stderr.on('resize', onResize);
  const close = (tracer?: number) => {
    process.stderr.off('resize', onResize);
    const ours = new Set([tracer, process.pid, ...(script.pid === undefined ? [] : processTree(script.pid))]);
    const holders = path === undefined ? [] : holdersOf(path).filter((pid) => !ours.has(pid));
    if (holders.length > 0) outlast(script, holders);
    // `end` would shut it down (shutdown(2): Node's pipes are sockets) for whoever else has it.
    script.stdin.destroy();
  };
  const fd = path === undefined || !(await isSetUp) ? undefined : openTerminal(path);
  if (fd === undefined) {
    close();
    return undefined;
  }
  return { fd, output: script.stdout, onStarted: () => closeSync(fd), close };
}

/** script stays as long as anybody has our end of its pipe: a tail for each process, which ends with it. */
function outlast(script: ChildProcessByStdio<Writable, Readable, null>, pids: readonly number[]): void {
  for (const pid of pids) {
    const stdio = ['ignore', 'ignore', 'ignore', script.stdin as Socket] as const;
    const tail = spawn('tail', [`--pid=${pid}`, '-f', '/dev/null'], { stdio: [...stdio], detached: true });
    tail.on('error', () => {});
    tail.unref();
  }
  script.unref();
}

function openTerminal(path: string): number | undefined {
  try {
    return openSync(path, constants.O_RDWR | constants.O_NOCTTY);
  } catch {
    // A container may have another /dev/pts than script found.
    return undefined;
  }
}

/** As large as ours; and it changes nothing of what is written: ours will. */
async function setUp(path: string): Promise<boolean> {
  const { rows = 24, columns = 80 } = process.stderr;
  const args = ['-F', path, '-opost', '-echo', 'rows', String(rows), 'cols', String(columns)];
  return (await ask('stty', args)).exitCode === 0;
}
