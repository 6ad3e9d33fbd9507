import { constants, homedir } from 'node:os';
import type { CommandModule } from 'yargs';
import { inheritedDescriptors } from '../capture/inherited.ts';
import { readGoSettings } from '../capture/settings.ts';
import { writerOf } from '../report/registry.ts';
import type { RunOutcome } from '../trace-command.ts';
import { readDuration } from './duration.ts';
import type { LiveView, Progress } from './live-view.ts';
import { fail, noticeOf } from './notices.ts';
import { type OutputOptions, outputOptions, redactOptions, writeReport } from './output.ts';

interface RunArguments extends OutputOptions {
  readonly command?: readonly string[];
  readonly strace: boolean | undefined;
  readonly ltrace: boolean;
  readonly traceAll: boolean;
  readonly seccompBpf: boolean;
  readonly x: boolean;
  readonly netdns: boolean;
  readonly http2debug: boolean;
  readonly progress: Progress;
  readonly keep: string | undefined;
  readonly timeout: string | undefined;
  readonly stall: string | undefined;
  readonly '--'?: readonly string[];
}

export const runCommand: CommandModule<object, RunArguments> = {
  command: 'run [command..]',
  describe: 'Run a command, watch it live, and name what it waited for',
  builder: (yargs) =>
    outputOptions(
      yargs
        .usage('$0 run [options] -- COMMAND [ARGS..]')
        .option('strace', {
          type: 'boolean',
          describe: 'Trace system calls; default: where strace is installed and allowed',
        })
        .option('ltrace', {
          type: 'boolean',
          default: false,
          describe: 'Trace library calls instead: git helpers, programs built with cgo',
        })
        .option('trace-all', {
          type: 'boolean',
          default: false,
          describe: 'Trace every system call, at a higher cost',
        })
        .option('seccomp-bpf', {
          type: 'boolean',
          default: false,
          describe:
            'Stop the command at traced calls only: faster, but it does not survive the death of strace',
        })
        .option('x', {
          type: 'boolean',
          default: true,
          describe: 'Ask go for its fetches (GOFLAGS=-x); --no-x leaves it out',
        })
        .option('netdns', {
          type: 'boolean',
          default: true,
          describe: 'Ask go for its lookups (GODEBUG=netdns=2); --no-netdns leaves it out',
        })
        .option('http2debug', {
          type: 'boolean',
          default: true,
          describe: 'Ask go for its HTTP/2 frames; --no-http2debug leaves it out',
        })
        .option('progress', {
          type: 'string',
          choices: ['auto', 'plain', 'none'],
          default: 'auto',
          describe: 'The live view',
        })
        .option('keep', {
          alias: 'o',
          type: 'string',
          describe: 'Keep the logs and report.json in this folder',
        })
        .option('timeout', {
          type: 'string',
          describe: 'End the command after this time, as a person would: 90s, 5m',
        })
        .option('stall', {
          type: 'string',
          describe: 'Say what is in flight when nothing has moved for this long: 30s',
        })
        .example('gotrace run -- go mod download', 'the verdict comes at the end, or at Ctrl-C')
        .example('gotrace run -o trace -- make deps', 'keeps trace/report.json and the logs'),
    ) as never,
  handler: async (args) => {
    const inherited = inheritedDescriptors();
    const command = [...(args.command ?? []), ...(args['--'] ?? [])].map(String);
    if (command.length === 0) return fail('name the command to run: gotrace run -- go mod download');
    const timeout = readDuration('--timeout', args.timeout);
    if (!timeout.ok) return fail(timeout.error);
    const stall = readDuration('--stall', args.stall);
    if (!stall.ok) return fail(stall.error);
    // Asked before anything else is loaded: go answers meanwhile.
    const settings = readGoSettings(process.cwd());
    const { traceCommand } = await import('../trace-command.ts');
    let view: LiveView | undefined;
    const { stderr } = process;
    const outcome = await traceCommand({
      command,
      inherited,
      settings,
      strace: args.strace,
      ltrace: args.ltrace,
      tracing: { all: args.traceAll, seccomp: args.seccompBpf },
      instrumentation: { x: args.x, netdns: args.netdns, http2debug: args.http2debug },
      redact: redactOptions(args),
      home: homedir(),
      keep: args.keep,
      timeoutMs: timeout.value,
      stallMs: stall.value,
      openView: async () => {
        const { LiveView } = await import('./live-view.ts');
        view = new LiveView(stderr, args.progress);
        return view;
      },
      onStarted: () => void writerOf(args.format),
      stderr,
      notice: (text) => {
        view?.clear();
        stderr.write(noticeOf(text));
      },
    });
    view?.stop();
    // A slow reader gets all of it.
    const flushed = () => new Promise((resolve) => stderr.write('', resolve));
    if (!outcome.ok) {
      await flushed();
      fail(outcome.error);
      process.exit(outcome.error.includes('cannot be started') ? 127 : 2);
    }
    if (outcome.value.report !== undefined) {
      const written = await writeReport(outcome.value.report, args, stderr);
      if (!written.ok) stderr.write(noticeOf(written.error));
    }
    await flushed();
    endAs(outcome.value);
  },
};

/** Ends as the command did: the same exit code, or the same signal. */
export function endAs({ exitCode, signal }: RunOutcome): void {
  if (signal === undefined) process.exit(exitCode ?? 1);
  process.removeAllListeners(signal);
  process.kill(process.pid, signal);
  // A signal that does not end us (SIGQUIT may be blocked, SIGSTOP) still has the code that a shell would show.
  setTimeout(() => process.exit(128 + (constants.signals[signal] ?? 0)), 100);
}
