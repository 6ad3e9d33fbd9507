import { existsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { Writable } from 'node:stream';
import type { AnalyzeOptions } from './analyze.ts';
import { harmless, type Instrumentation, instrumentedEnvironment } from './capture/instrumentation.ts';
import { endInLtrace, ltraceFor, whyNoLtrace } from './capture/ltrace.ts';
import { findProgram } from './capture/program.ts';
import { type RunOptions, runCommand } from './capture/run.ts';
import { makeScratch, removeScratch } from './capture/scratch.ts';
import { type GoSettings, reportedEnvironment } from './capture/settings.ts';
import { type StraceChoice, straceFor, type Tracer, whyNoStrace } from './capture/strace.ts';
import { costOfTracer } from './capture/tracer-cost.ts';
import { openInputs } from './ingest/open.ts';
import { keepLogs, makeFolder } from './keep-logs.ts';
import type { Report } from './model/report.ts';
import { ok, type Result } from './model/result.ts';
import type { RedactOptions } from './redact/redact.ts';

export interface TraceCommandOptions {
  readonly command: readonly string[];
  /** What go said of its settings where the command is to run. */
  readonly settings: Promise<GoSettings>;
  /** Undefined: where it is possible. */
  readonly strace: boolean | undefined;
  /** ltrace in place of strace: a process has one tracer. */
  readonly ltrace: boolean;
  readonly tracing: StraceChoice;
  readonly instrumentation: Instrumentation;
  readonly redact: false | RedactOptions;
  readonly home: string;
  /** A folder for the logs and report.json. */
  readonly keep: string | undefined;
  readonly timeoutMs: number | undefined;
  readonly stallMs: number | undefined;
  readonly environment?: Readonly<Record<string, string>>;
  /** Descriptors above 2 that the command gets as they are. */
  readonly inherited?: readonly number[];
  /** Opened while go tells its settings. */
  readonly openView: () => Promise<View>;
  readonly onStarted?: () => void;
  /** What the command writes to its stderr goes there, and so should notices. */
  readonly stderr: Writable;
  readonly notice: (text: string) => void;
}

/** What is shown of the command while it runs. */
export interface View {
  onLine(text: string, seconds: number): void;
  clear(endsLine?: boolean): void;
  inFlight(): string[];
  readonly lastChange: number;
}

export interface RunOutcome {
  readonly exitCode: number | undefined;
  readonly signal: NodeJS.Signals | undefined;
  /** Undefined where nothing was recorded; a notice said why. */
  readonly report: Report | undefined;
  /** What is to be said behind the report. */
  readonly note?: string;
}

/** Runs a command under the tracers that are to be had, and analyses what they recorded. */
export async function traceCommand(options: TraceCommandOptions): Promise<Result<RunOutcome>> {
  const kept = options.keep === undefined ? ok(undefined) : makeFolder(options.keep);
  if (!kept.ok) return kept;
  const scratch = makeScratch();
  if (!scratch.ok) return scratch;
  try {
    return await traceInto(scratch.value, options);
  } finally {
    removeScratch(scratch.value);
  }
}

async function traceInto(scratch: string, options: TraceCommandOptions): Promise<Result<RunOutcome>> {
  const traceLog = join(scratch, options.ltrace ? 'ltrace.log' : 'strace.log');
  // A tracer would fail in the command's place, and say so in its own words.
  const isFound = findProgram(options.command[0] ?? '') !== undefined;
  const [settings, tracer, view] = await Promise.all([
    options.settings,
    isFound ? tracerFor(traceLog, options) : undefined,
    options.openView(),
  ]);
  const stallTimer = watchStalls(view, options);
  const ran = await runCommand({
    ...runOptions(options, settings, view),
    directory: scratch,
    ...(tracer === undefined ? {} : { tracer }),
  });
  clearInterval(stallTimer);
  const result = tracer?.command === 'ltrace' ? { ...ran, ...endInLtrace(traceLog) } : ran;
  if (result.startError !== undefined) return ok(notStarted(result.startError, options));
  if (result.tracerDied)
    options.notice('strace ended before the command did: what came after is told by what go printed only');
  if (result.timedOut)
    options.notice(`the command was ended after --timeout ${(options.timeoutMs ?? 0) / 1000} s`);
  const logs = [traceLog, result.procPath, result.stderrPath].filter(
    (path) => existsSync(path) && statSync(path).size > 0,
  );
  const report = await reportOf(logs, options, settings, {
    endedAtSeconds: result.endedAtSeconds,
    ...(result.signal === undefined ? {} : { signal: result.signal }),
    ...(result.exitCode === undefined || result.timedOut ? {} : { exitCode: result.exitCode }),
  });
  if (options.keep !== undefined) {
    const kept = await keepLogs(options.keep, logs, report, options.redact);
    if (!kept.ok) options.notice(kept.error);
  }
  const note = costOfTracer(result, options.tracing);
  return ok({
    exitCode: result.exitCode,
    signal: result.signal,
    report,
    ...(note === undefined ? {} : { note }),
  });
}

/** As a shell ends for a command that is not there, and for one that cannot be executed (POSIX, Shell Command Language, 2.8.2). */
const NOT_FOUND = 127;
const NOT_EXECUTABLE = 126;

function notStarted({ code, message }: NodeJS.ErrnoException, options: TraceCommandOptions): RunOutcome {
  const [program = ''] = options.command;
  // Of a name that stands in no folder of PATH, execvp(3) says EACCES where one of those may not be searched.
  const isMissing = code === 'ENOENT' || (code === 'EACCES' && !program.includes('/'));
  const refusal = code === 'EACCES' ? 'it is no file that may be executed' : message;
  options.notice(`${program}: cannot be started: ${isMissing ? 'there is no such command' : refusal}`);
  return { exitCode: isMissing ? NOT_FOUND : NOT_EXECUTABLE, signal: undefined, report: undefined };
}

/** All that does not depend on what records it. */
function runOptions(
  options: TraceCommandOptions,
  settings: GoSettings,
  view: View,
): Omit<RunOptions, 'directory' | 'tracer'> {
  const { command, environment, notice, stderr, timeoutMs } = options;
  const asked = harmless(command, options.instrumentation);
  return {
    command,
    environment: {
      ...environment,
      ...instrumentedEnvironment({ ...process.env, ...environment }, settings, asked),
    },
    inherited: options.inherited ?? [],
    asked: askedFor(command, settings),
    onLost: (reason) => notice(`what the command prints is no longer recorded: ${reason}`),
    onLine: (text, seconds) => view.onLine(text, seconds),
    passThrough: (bytes) => {
      view.clear(bytes.at(-1) === 0x0a);
      stderr.write(bytes);
    },
    stderr,
    onStarted: () => {
      // Neither the command nor the verdict waits for it.
      void import('./analyze.ts');
      options.onStarted?.();
    },
    ...(timeoutMs === undefined ? {} : { timeoutMs }),
  };
}

async function reportOf(
  logs: readonly string[],
  options: TraceCommandOptions,
  settings: GoSettings,
  ended: Pick<AnalyzeOptions, 'exitCode' | 'signal' | 'endedAtSeconds'>,
): Promise<Report | undefined> {
  const inputs = await openInputs(logs);
  if (!inputs.ok || logs.length === 0) {
    options.notice('nothing was recorded: the command printed nothing that go prints, and no tracer ran');
    return undefined;
  }
  // What the command printed is its stderr, whether or not go has a part in it.
  const named = inputs.value.map((input) => ({
    ...input,
    path: input.path.split('/').pop() ?? input.path,
    ...(input.path.endsWith('stderr.log') ? { format: 'go-x' } : {}),
  }));
  const { analyze } = await import('./analyze.ts');
  const report = await analyze(named, {
    redact: options.redact,
    command: options.command,
    environment: reportedEnvironment({ ...settings, ...options.environment }),
    ...ended,
  });
  if (report.ok) return report.value;
  options.notice(`no verdict: ${report.error}`);
  return undefined;
}

async function tracerFor(output: string, options: TraceCommandOptions): Promise<Tracer | undefined> {
  if (options.ltrace) {
    const denied = await whyNoLtrace();
    if (denied === undefined) return ltraceFor(output);
    options.notice(`running without ltrace: ${denied}`);
    return undefined;
  }
  if (options.strace === false) return undefined;
  const reason = await whyNoStrace(options.tracing);
  if (reason === undefined) return straceFor(output, options.tracing);
  const lost =
    process.platform === 'linux'
      ? 'waits are told by what go prints and by what /proc shows every quarter of a second'
      : 'waits are told by what go prints: DNS, connect and TLS are not always told apart, locks and helpers not at all';
  if (options.strace === true || process.platform === 'linux')
    options.notice(`running without strace: ${reason}; ${lost}`);
  return undefined;
}

/** What the person asked go for themselves stays theirs. */
function askedFor(command: readonly string[], settings: GoSettings) {
  const flags = process.env['GOFLAGS'] ?? settings['GOFLAGS'] ?? '';
  const debug = process.env['GODEBUG'] ?? settings['GODEBUG'] ?? '';
  return {
    x: command.includes('-x') || /(?:^|\s)-x(?:=|\s|$)/.test(flags),
    netdns: /(?:^|,)netdns=/.test(debug),
    http2debug: /(?:^|,)http2debug=/.test(debug),
  };
}

function watchStalls(view: View, { stallMs, notice }: TraceCommandOptions): NodeJS.Timeout | undefined {
  if (stallMs === undefined) return undefined;
  let told = 0;
  return setInterval(
    () => {
      const silentMs = performance.timeOrigin + performance.now() - view.lastChange * 1000;
      if (silentMs < stallMs || view.lastChange === told) return;
      told = view.lastChange;
      const lines = view.inFlight();
      notice(
        `nothing has moved for ${Math.round(silentMs / 1000)} s; in flight: ${lines.length === 0 ? 'nothing that go told of' : lines.map((line) => line.trim()).join('; ')}`,
      );
    },
    Math.min(1000, stallMs / 4),
  );
}
