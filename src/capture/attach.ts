import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { appendFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { hostLines } from './hosts.ts';
import { processTree, programOfPid, signal } from './proc.ts';
import { findProgram } from './program.ts';
import { snapshot, stamped } from './snapshot.ts';
import { withTcpInfo } from './tcp-info.ts';

export interface AttachOptions {
  readonly pid: number;
  /** How long to look, in milliseconds. */
  readonly forMs: number;
  /** Send SIGQUIT, which makes a Go program print its goroutines and end. */
  readonly dump: boolean;
  readonly directory: string;
  readonly strace: boolean;
}

export interface Attached {
  readonly logs: readonly string[];
  /** What strace said when it could not attach. */
  readonly straceError: string | undefined;
}

/** strace needs a moment to stop every thread before a signal may be sent. */
const SETTLE_MS = 300;
const DUMP_MS = 1500;
const SPARE_MS = 5000;

/** First what /proc shows at this moment, then what moves while strace looks. Ctrl-C ends the look, not the process. */
export async function attach(options: AttachOptions): Promise<Attached> {
  const snapshotPath = join(options.directory, 'snapshot.log');
  const seen = await withTcpInfo(options.pid, snapshot(processTree(options.pid)));
  writeFileSync(snapshotPath, stamped(seen));
  const hosts = hostLines(seen).then((lines) => appendFileSync(snapshotPath, stamped(lines)));
  if (!options.strace) {
    await untilInterrupted(options.forMs);
    await hosts;
    await lookAgain(options.pid, snapshotPath);
    return { logs: [snapshotPath], straceError: undefined };
  }
  const tracePath = join(options.directory, 'strace.log');
  const lookMs = options.forMs + (options.dump ? DUMP_MS : 0);
  const pids = processTree(options.pid).flatMap((pid) => ['-p', String(pid)]);
  const strace = ['strace', '-f', '-ttt', '-T', '-yy', '-s', '512', '-o', tracePath, ...pids];
  const [program = '', ...args] = [...endingAfter(lookMs + SPARE_MS), ...strace];
  const tracer = spawn(program, args, { stdio: ['ignore', 'ignore', 'pipe'] });
  let said = '';
  tracer.stderr.on('data', (chunk: Buffer) => {
    said += chunk.toString('utf8');
  });
  const ended = Promise.race([once(tracer, 'exit'), once(tracer, 'error')]).catch(() => undefined);
  const stop = () => tracer.kill('SIGINT');
  process.once('SIGINT', stop);
  const timers = [setTimeout(stop, lookMs)];
  if (options.dump) timers.push(setTimeout(() => askForDump(options.pid), SETTLE_MS));
  await ended;
  await hosts;
  await lookAgain(options.pid, snapshotPath);
  for (const timer of timers) clearTimeout(timer);
  process.off('SIGINT', stop);
  const refused =
    /Operation not permitted|ptrace\(|Could not attach|command not found/.test(said) ||
    tracer.pid === undefined;
  return {
    logs: [snapshotPath, tracePath],
    straceError: refused ? (said.trim().split('\n')[0] ?? 'strace is not installed') : undefined,
  };
}

/** Once more: what is there still went on until then, and what grew meanwhile does not stand still. */
async function lookAgain(pid: number, path: string): Promise<void> {
  const last = snapshot(processTree(pid)).filter((line) => !line.startsWith('env '));
  appendFileSync(path, stamped(await withTcpInfo(pid, last)));
}

/** Ctrl-C ends the look. */
async function untilInterrupted(ms: number): Promise<void> {
  await new Promise<void>((resolve) => {
    const end = () => {
      clearTimeout(timer);
      process.off('SIGINT', end);
      resolve();
    };
    const timer = setTimeout(end, ms);
    process.once('SIGINT', end);
  });
}

/** Should gotrace be killed, strace is not to slow the process down, and to fill the disk, for ever: timeout(1). */
function endingAfter(ms: number): string[] {
  return findProgram('timeout') === undefined ? [] : ['timeout', '-s', 'INT', String(Math.ceil(ms / 1000))];
}

/** SIGQUIT for the go commands of the tree; for the process itself where there is none. */
function askForDump(pid: number): void {
  const goes = processTree(pid).filter((each) => programOfPid(each) === 'go');
  for (const each of goes.length > 0 ? goes : [pid]) signal(each, 'SIGQUIT');
}
