import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createWriteStream, existsSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import type { Asked } from './own-lines.ts';
import { Sampler } from './sampler.ts';
import { StderrTap } from './stderr-tap.ts';
import type { Tracer } from './strace.ts';
import { StraceWatch } from './strace-end.ts';
import { standInTerminal } from './terminal.ts';

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
  /** What /proc showed, where no tracer ran; not there on other systems than Linux. */
  readonly procPath: string;
  /** Why the command could not be started. */
  readonly startError: string | undefined;
  readonly timedOut: boolean;
  /** When the command ended, or was asked to: seconds since the epoch. */
  readonly endedAtSeconds: number;
  /** The tracer ended before the command did. */
  readonly tracerDied: boolean;
}

/** How long a command that was asked to end may take before it is asked less kindly. */
const PATIENCE_MS = 1000;

/**
 * Runs the command in our place: our stdin and stdout are its own, it stays in our process group, and signals that
 * reach us reach it. Its stderr goes through `StderrTap`: a terminal where ours is one, else a pipe.
 */
export async function runCommand(options: RunOptions): Promise<RunResult> {
  mkdirSync(options.directory, { recursive: true });
  const stderrPath = join(options.directory, 'stderr.log');
  const log = createWriteStream(stderrPath);
  const tap = new StderrTap({
    asked: options.asked,
    now: nowSeconds,
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
  const terminal = await standInTerminal();
  const child = spawn(program, args, {
    stdio: ['inherit', 'inherit', terminal?.fd ?? 'pipe'],
    env: { ...process.env, ...options.environment },
  });
  terminal?.onStarted();
  const output = terminal?.output ?? child.stderr;
  output?.on('data', (chunk: Buffer) => tap.push(chunk));
  const isStrace = options.tracer?.command === 'strace';
  const strace =
    isStrace && child.pid !== undefined && options.tracer !== undefined
      ? new StraceWatch(child.pid, options.tracer)
      : undefined;
  const procPath = join(options.directory, 'proc.log');
  const sampler =
    options.tracer === undefined && child.pid !== undefined && existsSync('/proc/self/stat')
      ? new Sampler(child.pid, procPath)
      : undefined;
  const signals = relaySignals(child, options.tracer !== undefined && !isStrace);
  let endedAtSeconds: number | undefined;
  const timer =
    options.timeoutMs === undefined
      ? undefined
      : setTimeout(() => {
          endedAtSeconds = nowSeconds();
          tap.holdBackDump();
          sampler?.stop(true);
          signals.end();
        }, options.timeoutMs);
  child.once('exit', (_code, signal) => {
    endedAtSeconds ??= nowSeconds();
    sampler?.stop(signal !== null || signals.timedOut());
  });
  const ended = await ending(child, strace, output, () => terminal?.close());
  clearTimeout(timer);
  signals.stop();
  tap.end();
  log.end();
  await once(log, 'close');
  return {
    ...ended,
    stderrPath,
    procPath,
    timedOut: signals.timedOut(),
    endedAtSeconds: endedAtSeconds ?? nowSeconds(),
  };
}

/** Since the epoch; never set back. */
function nowSeconds(): number {
  return (performance.timeOrigin + performance.now()) / 1000;
}

type Ended = Pick<RunResult, 'exitCode' | 'signal' | 'startError' | 'tracerDied'>;

async function ending(
  child: ChildProcess,
  strace: StraceWatch | undefined,
  output: Readable | null,
  closeTerminal: () => void,
): Promise<Ended> {
  return new Promise((resolve) => {
    child.on('error', (error) =>
      resolve({ exitCode: undefined, signal: undefined, startError: error.message, tracerDied: false }),
    );
    const closed = new Promise((done) => output?.on('close', done));
    child.on('exit', async (code, signal) => {
      const traced = await strace?.end();
      closeTerminal();
      // A child that outlives the command may keep its stderr open: that is not waited for.
      await Promise.race([closed, new Promise((done) => setTimeout(done, DRAIN_MS))]);
      resolve({
        exitCode: code ?? undefined,
        signal: signal ?? undefined,
        startError: undefined,
        tracerDied: traced?.diedFirst ?? false,
      });
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

/** ltrace's child: the command itself. */
function tracedChildOf(pid: number | undefined): number | undefined {
  const path = `/proc/${pid}/task/${pid}/children`;
  if (pid === undefined || !existsSync(path)) return undefined;
  const first = readFileSync(path, 'utf8').trim().split(' ')[0];
  return first ? Number(first) : undefined;
}
