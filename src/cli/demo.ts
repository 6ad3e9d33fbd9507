import { homedir } from 'node:os';
import { Command } from '@commander-js/extra-typings';
import { FAULTS, faultOf } from '../demo/faults.ts';
import { analyzeRecording } from './demo-recording.ts';
import { fail, noticeOf, say } from './notices.ts';
import { redactOptions, withReport, writeReport } from './output.ts';

export const demoCommand = withReport(
  new Command('demo')
    .description('A real download from an embedded module proxy with a fault, and its verdict')
    .argument('[fault]', FAULTS.map((fault) => fault.name).join(', '), 'slow-first-byte')
    .option('--list', 'list the faults')
    .option('--strace', 'trace system calls (default: where strace is installed and allowed)')
    .option('--no-strace', 'do without a tracer'),
).action(async (name, options) => {
  if (options.list) {
    for (const fault of FAULTS) process.stdout.write(`${fault.name.padEnd(18)}${fault.describes}\n`);
    return;
  }
  const fault = faultOf(name);
  if (fault === undefined) return fail(`demo ${name}: no such fault; gotrace demo --list names them`);
  const { ask, readGoSettings, setUp, traceCommand, LiveView } = await parts();
  const go = await ask('go', ['version']);
  if (go.exitCode !== 0) {
    say('go is not installed here; this is the analysis of a recorded download instead');
    return analyzeRecording(options);
  }
  say(`${fault.describes}; go mod download runs against it now`);
  const ready = await setUp(fault);
  if (!ready.ok) return fail(ready.error);
  const setting = ready.value;
  const before = process.cwd();
  const view = new LiveView(process.stderr, 'auto');
  try {
    process.chdir(setting.directory);
    const outcome = await traceCommand({
      command: setting.command,
      settings: readGoSettings(process.cwd()),
      environment: setting.environment,
      strace: options.strace,
      ltrace: false,
      tracing: { all: false, seccomp: false },
      instrumentation: { x: true, netdns: true, http2debug: true },
      redact: redactOptions(options),
      home: homedir(),
      keep: undefined,
      timeoutMs: fault.endAfterMs,
      stallMs: undefined,
      openView: async () => view,
      stderr: process.stderr,
      notice: (text) => process.stderr.write(noticeOf(text)),
    });
    view.stop();
    if (!outcome.ok) return fail(outcome.error);
    if (outcome.value.report !== undefined) {
      const written = await writeReport(outcome.value.report, options);
      if (!written.ok) return fail(written.error);
    }
  } finally {
    process.chdir(before);
    await setting.close();
  }
});

/** Loaded when the demo is run: help does not wait for them. */
async function parts() {
  const [{ ask }, { readGoSettings }, { setUp }, { traceCommand }, { LiveView }] = await Promise.all([
    import('../capture/ask.ts'),
    import('../capture/settings.ts'),
    import('../demo/demo.ts'),
    import('../trace-command.ts'),
    import('./live-view.ts'),
  ]);
  return { ask, readGoSettings, setUp, traceCommand, LiveView };
}
