import { constants, homedir } from 'node:os';
import { Command, Option } from '@commander-js/extra-typings';
import { inheritedDescriptors } from '../capture/inherited.ts';
import { restoreOpenFilesLimit } from '../capture/open-files.ts';
import { readGoSettings } from '../capture/settings.ts';
import { writerOf } from '../report/registry.ts';
import type { RunOutcome } from '../trace-command.ts';
import { readDuration } from './duration.ts';
import type { LiveView } from './live-view.ts';
import { fail, noticeOf } from './notices.ts';
import { redactOptions, withReport, writeReport } from './output.ts';
import { PROGRESS } from './progress.ts';

const EXAMPLES = `
Examples:
  gotrace run -- go mod download     the verdict comes at the end, or at Ctrl-C
  gotrace run -o trace -- make deps  keeps trace/report.json and the logs
`;

export const runCommand = withReport(
  new Command('run')
    .description('Run a command, watch it live, and name what it waited for')
    .usage('[options] -- COMMAND [ARGS...]')
    .argument('[command...]', 'the command and its arguments')
    // What follows the first word that is no option is the command's, as with time(1) and strace(1).
    .passThroughOptions()
    .option('--strace', 'trace system calls (default: where strace is installed and allowed)')
    .option('--no-strace', 'do without a tracer')
    .option('--ltrace', 'trace library calls instead: git helpers, programs built with cgo')
    .option('--trace-all', 'trace every system call, at a higher cost')
    .option(
      '--seccomp-bpf',
      'stop the command at traced calls only: faster, but it does not survive the death of strace',
    )
    .option('--no-x', 'do not ask go for its fetches (GOFLAGS=-x)')
    .option('--no-netdns', 'do not ask go for its lookups (GODEBUG=netdns=2)')
    .option('--no-http2debug', 'do not ask go for its HTTP/2 frames (GODEBUG=http2debug=1)')
    .addOption(new Option('--progress <view>', 'the live view').choices(PROGRESS).default('auto' as const))
    .option('-o, --keep <folder>', 'keep the logs and report.json in this folder')
    .option('--timeout <time>', 'end the command after this time, as a person would: 90s, 5m')
    .option('--stall <time>', 'say what is in flight when nothing has moved for this long: 30s')
    .addHelpText('after', EXAMPLES),
).action(async (command, options) => {
  const inherited = inheritedDescriptors();
  restoreOpenFilesLimit();
  if (command.length === 0) return fail('name the command to run: gotrace run -- go mod download');
  const timeout = readDuration('--timeout', options.timeout);
  if (!timeout.ok) return fail(timeout.error);
  const stall = readDuration('--stall', options.stall);
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
    strace: options.strace,
    ltrace: options.ltrace === true,
    tracing: { all: options.traceAll === true, seccomp: options.seccompBpf === true },
    instrumentation: { x: options.x, netdns: options.netdns, http2debug: options.http2debug },
    redact: redactOptions(options),
    home: homedir(),
    keep: options.keep,
    timeoutMs: timeout.value,
    stallMs: stall.value,
    openView: async () => {
      const { LiveView } = await import('./live-view.ts');
      view = new LiveView(stderr, options.progress);
      return view;
    },
    onStarted: () => void writerOf(options.format),
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
    process.exit(2);
  }
  if (outcome.value.report !== undefined) {
    const written = await writeReport(outcome.value.report, options, stderr);
    if (!written.ok) stderr.write(noticeOf(written.error));
  }
  if (outcome.value.note !== undefined) stderr.write(noticeOf(outcome.value.note));
  await flushed();
  endAs(outcome.value);
});

/** Ends as the command did: the same exit code, or the same signal. */
export function endAs({ exitCode, signal }: RunOutcome): void {
  if (signal === undefined) process.exit(exitCode ?? 1);
  process.removeAllListeners(signal);
  process.kill(process.pid, signal);
  // A signal that does not end us (SIGQUIT may be blocked, SIGSTOP) still has the code that a shell would show.
  setTimeout(() => process.exit(128 + (constants.signals[signal] ?? 0)), 100);
}
