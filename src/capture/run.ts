import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createWriteStream, existsSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Asked } from './own-lines.ts';
import { StderrTap } from './stderr-tap.ts';
import type { Tracer } from './strace.ts';

export interface RunOptions {
  readonly command: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
  /** Absent: the command runs without a tracer. */
  readonly tracer?: Tracer;
  readonly asked: Asked;
  /** Where the stamped stderr is kept. */
  readonly directory: string;
  readonly onLine: (text: string, seconds: number) => void;
  readonly passThrough: (bytes: Uint8Array) => void;
  /** Ends the command as a person would, after this many milliseconds. */
  readonly timeoutMs?: number;
}

export interface RunResult {
  readonly exitCode: number | undefined;
  readonly signal: NodeJS.Signals | undefined;
  /** The stamped stderr. */
  readonly stderrPath: string;
  /** Why the command could not be started. */
  readonly startError: string | undefined;
  readonly timedOut: boolean;
}

/** How long a command that was asked to end may take before it is asked less kindly. */
const PATIENCE_MS = 1000;

/**
 * Runs the command in our place: our stdin and stdout are its own, it stays in our process group, and signals that
 * reach us reach it. Its stderr goes through `StderrTap`.
 */
export async function runCommand(options: RunOptions): Promise<RunResult> {
  mkdirSync(options.directory, { recursive: true });
  const stderrPath = join(options.directory, 'stderr.log');
  const log = createWriteStream(stderrPath);
  const tap = new StderrTap({
    asked: options.asked,
    now: () => (performance.timeOrigin + performance.now()) / 1000,
    passThrough: options.passThrough,
    onLine: (text, seconds) => {
      log.write(`${seconds.toFixed(6)} ${text}\n`);
      options.onLine(text, seconds);
    },
  });
  const [program = '', ...args] = [
    ...(options.tracer === undefined ? [] : [options.tracer.command, ...options.tracer.args]),
    ...options.command,
  ];
  const child = spawn(program, args, {
    stdio: ['inherit', 'inherit', 'pipe'],
    env: { ...process.env, ...options.environment },
  });
  child.stderr.on('data', (chunk: Buffer) => tap.push(chunk));
  const signals = relaySignals(child, options.tracer !== undefined);
  const timer =
    options.timeoutMs === undefined
      ? undefined
      : setTimeout(() => {
          tap.holdBackDump();
          signals.end();
        }, options.timeoutMs);
  const ended = await ending(child);
  clearTimeout(timer);
  signals.stop();
  tap.end();
  log.end();
  await once(log, 'close');
  return { ...ended, stderrPath, timedOut: signals.timedOut() };
}

type Ended = Pick<RunResult, 'exitCode' | 'signal' | 'startError'>;

async function ending(child: ChildProcess): Promise<Ended> {
  return new Promise((resolve) => {
    child.on('error', (error) =>
      resolve({ exitCode: undefined, signal: undefined, startError: error.message }),
    );
    let ended: Ended | undefined;
    // A child that outlives the command may keep its stderr open: that is not waited for.
    child.on('exit', (code, signal) => {
      ended = { exitCode: code ?? undefined, signal: signal ?? undefined, startError: undefined };
      setTimeout(() => resolve(ended as Ended), DRAIN_MS).unref();
    });
    child.on('close', () => {
      if (ended !== undefined) resolve(ended);
    });
  });
}

const DRAIN_MS = 200;
const RELAYED: readonly NodeJS.Signals[] = ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGQUIT'];

/** Passes on what reaches us. A Ctrl-C at a terminal reaches the whole process group by itself. */
function relaySignals(
  child: ChildProcess,
  traced: boolean,
): { stop(): void; end(): void; timedOut(): boolean } {
  const atTerminal = process.stdin.isTTY || process.stdout.isTTY || process.stderr.isTTY;
  let timedOut = false;
  const send = (signal: NodeJS.Signals) => {
    const pid = traced ? (tracedChildOf(child.pid) ?? child.pid) : child.pid;
    if (pid === undefined) return;
    try {
      process.kill(pid, signal);
    } catch {
      // It ended between the look and the signal.
    }
  };
  const handlers = RELAYED.map((signal) => {
    const handler = () => {
      if (!(atTerminal && (signal === 'SIGINT' || signal === 'SIGQUIT'))) send(signal);
    };
    process.on(signal, handler);
    return { signal, handler };
  });
  const timers: NodeJS.Timeout[] = [];
  return {
    stop: () => {
      for (const { signal, handler } of handlers) process.off(signal, handler);
      for (const timer of timers) clearTimeout(timer);
    },
    // SIGQUIT makes a Go program print its goroutines and end.
    end: () => {
      timedOut = true;
      send('SIGQUIT');
      timers.push(
        setTimeout(() => send('SIGTERM'), PATIENCE_MS),
        setTimeout(() => send('SIGKILL'), 2 * PATIENCE_MS),
      );
    },
    timedOut: () => timedOut,
  };
}

/** strace's child: the command itself. */
function tracedChildOf(pid: number | undefined): number | undefined {
  const path = `/proc/${pid}/task/${pid}/children`;
  if (pid === undefined || !existsSync(path)) return undefined;
  const first = readFileSync(path, 'utf8').trim().split(' ')[0];
  return first ? Number(first) : undefined;
}
