import { existsSync, statSync } from 'node:fs';
import { Command } from '@commander-js/extra-typings';
import { readDuration } from './duration.ts';
import { fail, say } from './notices.ts';
import { type OutputOptions, redactOptions, withReport, writeReport } from './output.ts';

export const attachCommand = withReport(
  new Command('attach')
    .description('Look at a command that already hangs, and at everything below it')
    .argument('<pid>', 'the process id of go, make, a shell, …')
    .option('--for <time>', 'how long to look; Ctrl-C ends the look, not the process', '2s')
    .option('--dump', 'send SIGQUIT for a goroutine dump: this ENDS the process')
    .option('--no-strace', 'look at /proc only'),
).action(async (process, options) => {
  const pid = Number(process);
  if (!Number.isInteger(pid) || pid <= 0)
    return fail('attach: the process id must be a number, as ps shows it');
  const duration = readDuration('--for', options.for);
  if (!duration.ok) return fail(duration.error);
  const { attach, whyNoAccess, whyNoStrace } = await parts();
  const denied = whyNoAccess(pid);
  if (denied !== undefined) return fail(denied);
  const noStrace = options.strace ? await whyNoStrace() : undefined;
  if (noStrace !== undefined) say(`looking at /proc only: ${noStrace}`);
  if (options.dump)
    say(`--dump sends SIGQUIT: the go commands of process ${pid} print their goroutines and end`);
  const { makeScratch, removeScratch } = await import('../capture/scratch.ts');
  const scratch = makeScratch();
  if (!scratch.ok) return fail(scratch.error);
  const directory = scratch.value;
  try {
    const attached = await attach({
      pid,
      forMs: duration.value ?? 0,
      dump: options.dump === true,
      directory,
      strace: options.strace && noStrace === undefined,
    });
    if (attached.straceError !== undefined) {
      say(
        `strace could not attach (${attached.straceError}); /proc/sys/kernel/yama/ptrace_scope may forbid it: run as root`,
      );
    }
    await report(attached.logs, options);
  } finally {
    removeScratch(directory);
  }
});

async function report(logs: readonly string[], options: OutputOptions): Promise<void> {
  const { openInputs } = await import('../ingest/open.ts');
  const inputs = await openInputs(logs.filter((log) => existsSync(log) && statSync(log).size > 1));
  if (!inputs.ok) return fail(inputs.error);
  const named = inputs.value.map((input) => ({ ...input, path: input.path.split('/').pop() ?? input.path }));
  // Loaded when it is needed: help and a command that is run do not wait for it.
  const { analyze } = await import('../analyze.ts');
  const result = await analyze(named, { redact: redactOptions(options) });
  if (!result.ok) return fail(result.error);
  const written = await writeReport(result.value, options);
  if (!written.ok) fail(written.error);
}

/** Loaded when a process is looked at: help does not wait for them. */
async function parts() {
  const [{ attach }, { whyNoAccess }, { whyNoStrace }] = await Promise.all([
    import('../capture/attach.ts'),
    import('../capture/proc.ts'),
    import('../capture/strace.ts'),
  ]);
  return { attach, whyNoAccess, whyNoStrace };
}
