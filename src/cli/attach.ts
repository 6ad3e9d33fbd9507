import { existsSync, statSync } from 'node:fs';
import type { CommandModule } from 'yargs';
import { readDuration } from './duration.ts';
import { fail, say } from './notices.ts';
import { type OutputOptions, outputOptions, redactOptions, writeReport } from './output.ts';

interface AttachArguments extends OutputOptions {
  readonly pid: number;
  readonly for: string;
  readonly dump: boolean;
  readonly strace: boolean;
}

export const attachCommand: CommandModule<object, AttachArguments> = {
  command: 'attach <pid>',
  describe: 'Look at a command that already hangs, and at everything below it',
  builder: (yargs) =>
    outputOptions(
      yargs
        .positional('pid', {
          type: 'number',
          demandOption: true,
          describe: 'The process id of go, make, a shell, …',
        })
        .option('for', {
          type: 'string',
          default: '2s',
          describe: 'How long to look; Ctrl-C ends the look, not the process',
        })
        .option('dump', {
          type: 'boolean',
          default: false,
          describe: 'Send SIGQUIT for a goroutine dump: this ENDS the process',
        })
        .option('strace', { type: 'boolean', default: true, describe: '--no-strace looks at /proc only' }),
    ) as never,
  handler: async (args) => {
    if (!Number.isInteger(args.pid) || args.pid <= 0)
      return fail('attach: the process id must be a number, as ps shows it');
    const duration = readDuration('--for', args.for);
    if (!duration.ok) return fail(duration.error);
    const { attach, whyNoAccess, whyNoStrace } = await parts();
    const denied = whyNoAccess(args.pid);
    if (denied !== undefined) return fail(denied);
    const noStrace = args.strace ? await whyNoStrace() : undefined;
    if (noStrace !== undefined) say(`looking at /proc only: ${noStrace}`);
    if (args.dump)
      say(`--dump sends SIGQUIT: the go commands of process ${args.pid} print their goroutines and end`);
    const { makeScratch, removeScratch } = await import('../capture/scratch.ts');
    const scratch = makeScratch();
    if (!scratch.ok) return fail(scratch.error);
    const directory = scratch.value;
    try {
      const attached = await attach({
        pid: args.pid,
        forMs: duration.value ?? 0,
        dump: args.dump,
        directory,
        strace: args.strace && noStrace === undefined,
      });
      if (attached.straceError !== undefined) {
        say(
          `strace could not attach (${attached.straceError}); /proc/sys/kernel/yama/ptrace_scope may forbid it: run as root`,
        );
      }
      await report(attached.logs, args);
    } finally {
      removeScratch(directory);
    }
  },
};

async function report(logs: readonly string[], args: AttachArguments): Promise<void> {
  const { openInputs } = await import('../ingest/open.ts');
  const inputs = await openInputs(logs.filter((log) => existsSync(log) && statSync(log).size > 1));
  if (!inputs.ok) return fail(inputs.error);
  const named = inputs.value.map((input) => ({ ...input, path: input.path.split('/').pop() ?? input.path }));
  // Loaded when it is needed: help and a command that is run do not wait for it.
  const { analyze } = await import('../analyze.ts');
  const result = await analyze(named, { redact: redactOptions(args) });
  if (!result.ok) return fail(result.error);
  const written = await writeReport(result.value, args);
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
