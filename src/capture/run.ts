import { type ChildProcess, spawn } from 'node:child_process';
import { createWriteStream, existsSync, type WriteStream } from 'node:fs';
import { join } from 'node:path';
import type { Readable, Writable } from 'node:stream';
import type { Asked } from './own-lines.ts';
import { handOver, restIsRead } from './rest.ts';
import { Sampler } from './sampler.ts';
import { relaySignals } from './signals.ts';
import { StderrTap } from './stderr-tap.ts';
import type { Tracer } from './strace.ts';
import { StraceWatch } from './strace-end.ts';
import { standInTerminal } from './terminal.ts';

export interface RunOptions {
  readonly command: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
  /** Descriptors above 2 that the command gets as they are (see `inheritedDescriptors`). */
  readonly inherited: readonly number[];
  /** Absent: the command runs without a tracer. */
  readonly tracer?: Tracer;
  readonly asked: Asked;
  /** A folder that is there: the stamped stderr is kept in it. */
  readonly directory: string;
  readonly onLine: (text: string, seconds: number) => void;
  readonly passThrough: (bytes: Uint8Array) => void;
  /** Where `passThrough` writes to: while it is full, no more is read from the command, which waits as it would have. */
  readonly stderr: Writable;
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
  readonly startError: NodeJS.ErrnoException | undefined;
  readonly timedOut: boolean;
  /** When the command ended, or was asked to: seconds since the epoch. */
  readonly endedAtSeconds: number;
  /** The tracer ended before the command did. */
  readonly tracerDied: boolean;
  /** How long the tracer itself computed, of how long the command ran. */
  readonly tracerSeconds: number;
  readonly seconds: number;
}

/**
 * Runs the command in our place: our stdin and stdout are its own, it stays in our process group, and signals that
 * reach us reach it. Its stderr goes through `StderrTap`: a terminal where ours is one, else a pipe.
 */
export async function runCommand(options: RunOptions): Promise<RunResult> {
  const stderrPath = join(options.directory, 'stderr.log');
  const procPath = join(options.directory, 'proc.log');
  const log = createWriteStream(stderrPath);
  const logClosed = new Promise<void>((resolve) => log.once('close', () => resolve()));
  log.once('error', (error) => options.onLost(error.message));
  let strace: StraceWatch | undefined;
  // strace says so for each line that it cannot write any more.
  const tap = tapInto(log, options, () => strace?.letGo());
  const terminal = await standInTerminal();
  const isLtrace = options.tracer?.command === 'ltrace';
  let sampler: Sampler | undefined;
  const signals = relaySignals(
    (): number | undefined => child.pid,
    isLtrace,
    () => sampler?.pause(),
  );
  const startedAtSeconds = nowSeconds();
  const child = startChild(options, terminal?.fd);
  terminal?.onStarted();
  options.onStarted();
  const output = terminal?.output ?? child.stderr;
  strace = straceOf(child, options.tracer);
  if (output !== null) passOn(output, tap, options.stderr);
  sampler = samplerOf(child, options.tracer, procPath);
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
  const ended = await ending(child, strace, output, (tracer) => terminal?.close(tracer));
  clearTimeout(timer);
  signals.stop();
  tap.end();
  log.end();
  await logClosed;
  endedAtSeconds ??= nowSeconds();
  return {
    ...ended,
    stderrPath,
    procPath,
    timedOut: signals.timedOut(),
    endedAtSeconds,
    tracerSeconds: strace?.computedSeconds ?? 0,
    seconds: endedAtSeconds - startedAtSeconds,
  };
}

function tapInto(log: WriteStream, options: RunOptions, onTracerLine: () => void): StderrTap {
  const { asked, passThrough, onLine, tracer } = options;
  return new StderrTap({
    ...(tracer === undefined ? {} : { tracerPrefix: `${tracer.command}: ${tracer.output}: `, onTracerLine }),
    asked,
    now: nowSeconds,
    passThrough,
    onLine: (text, seconds) => {
      if (log.writable) log.write(`${seconds.toFixed(6)} ${text}\n`);
      onLine(text, seconds);
    },
  });
}

function passOn(output: Readable, tap: StderrTap, stderr: Writable): void {
  output.on('data', (chunk: Buffer) => {
    tap.push(chunk);
    if (!stderr.writableNeedDrain) return;
    output.pause();
    stderr.once('drain', () => output.resume());
  });
}

/** The command, or its tracer, which starts it. */
function startChild(options: RunOptions, stderr: number | undefined): ChildProcess {
  const { tracer, command, environment, inherited } = options;
  const [program = '', ...args] = [
    ...(tracer === undefined ? [] : [tracer.command, ...tracer.args]),
    ...command,
  ];
  const stdio: (number | 'pipe' | 'ignore')[] = [0, 1, stderr ?? 'pipe'];
  for (const fd of inherited) stdio[fd] = fd;
  return spawn(program, args, {
    // A gap is a descriptor that is not open.
    stdio: Array.from(stdio, (each) => each ?? 'ignore'),
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
  closeTerminal: (tracer?: number) => void,
): Promise<Ended> {
  return new Promise((resolve) => {
    child.on('error', (error) =>
      resolve({ exitCode: undefined, signal: undefined, startError: error, tracerDied: false }),
    );
    child.on('exit', async (code, signal) => {
      const traced = await strace?.end();
      closeTerminal(traced?.stays);
      if (output !== null) {
        await restIsRead(output);
        handOver(output, traced?.stays);
      }
      resolve({
        exitCode: code ?? undefined,
        signal: signal ?? undefined,
        startError: undefined,
        tracerDied: traced?.diedFirst ?? false,
      });
    });
  });
}
