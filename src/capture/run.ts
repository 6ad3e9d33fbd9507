import { type ChildProcess, spawn } from 'node:child_process';
import { createWriteStream, existsSync, mkdirSync, type WriteStream } from 'node:fs';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import type { Asked } from './own-lines.ts';
import { Sampler } from './sampler.ts';
import { relaySignals } from './signals.ts';
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
  /** What was recorded of its stderr is all that there will be: the disk is full. */
  readonly onLost: (reason: string) => void;
  /** The command has been started: what is not needed before can be loaded now. */
  readonly onStarted: () => void;
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

/**
 * Runs the command in our place: our stdin and stdout are its own, it stays in our process group, and signals that
 * reach us reach it. Its stderr goes through `StderrTap`: a terminal where ours is one, else a pipe.
 */
export async function runCommand(options: RunOptions): Promise<RunResult> {
  mkdirSync(options.directory, { recursive: true });
  const stderrPath = join(options.directory, 'stderr.log');
  const procPath = join(options.directory, 'proc.log');
  const log = createWriteStream(stderrPath);
  const logClosed = new Promise<void>((resolve) => log.once('close', () => resolve()));
  log.once('error', (error) => options.onLost(error.message));
  const tap = tapInto(log, options);
  const terminal = await standInTerminal();
  const child = startChild(options, terminal?.fd);
  terminal?.onStarted();
  options.onStarted();
  const output = terminal?.output ?? child.stderr;
  output?.on('data', (chunk: Buffer) => tap.push(chunk));
  const strace = straceOf(child, options.tracer);
  const sampler = samplerOf(child, options.tracer, procPath);
  const signals = relaySignals(child, options.tracer !== undefined && strace === undefined);
  let endedAtSeconds: number | undefined;
  const end = () => {
    endedAtSeconds = nowSeconds();
    tap.holdBackDump();
    sampler?.stop(true);
    signals.end();
  };
  const timer = options.timeoutMs === undefined ? undefined : setTimeout(end, options.timeoutMs);
  child.once('exit', (_code, signal) => {
    endedAtSeconds ??= nowSeconds();
    sampler?.stop(signal !== null || signals.timedOut());
  });
  const ended = await ending(child, strace, output, () => terminal?.close());
  clearTimeout(timer);
  signals.stop();
  tap.end();
  log.end();
  await logClosed;
  return {
    ...ended,
    stderrPath,
    procPath,
    timedOut: signals.timedOut(),
    endedAtSeconds: endedAtSeconds ?? nowSeconds(),
  };
}

function tapInto(log: WriteStream, { asked, passThrough, onLine }: RunOptions): StderrTap {
  return new StderrTap({
    asked,
    now: nowSeconds,
    passThrough,
    onLine: (text, seconds) => {
      if (log.writable) log.write(`${seconds.toFixed(6)} ${text}\n`);
      onLine(text, seconds);
    },
  });
}

/** The command, or its tracer, which starts it. */
function startChild({ tracer, command, environment }: RunOptions, stderr: number | undefined): ChildProcess {
  const [program = '', ...args] = [
    ...(tracer === undefined ? [] : [tracer.command, ...tracer.args]),
    ...command,
  ];
  return spawn(program, args, {
    stdio: ['inherit', 'inherit', stderr ?? 'pipe'],
    env: { ...process.env, ...environment },
  });
}

function straceOf({ pid }: ChildProcess, tracer: Tracer | undefined): StraceWatch | undefined {
  return pid === undefined || tracer?.command !== 'strace' ? undefined : new StraceWatch(pid, tracer);
}

/** What /proc shows stands in for a tracer. */
function samplerOf({ pid }: ChildProcess, tracer: Tracer | undefined, path: string): Sampler | undefined {
  return tracer === undefined && pid !== undefined && existsSync('/proc/self/stat')
    ? new Sampler(pid, path)
    : undefined;
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
      await Promise.race([closed, silence(output), new Promise((done) => setTimeout(done, MOST_DRAIN_MS))]);
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
const MOST_DRAIN_MS = 2000;

/** Nothing came for a while: what the command had written by its end is read. */
function silence(output: Readable | null): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, DRAIN_MS);
    output?.on('data', () => timer.refresh());
  });
}
