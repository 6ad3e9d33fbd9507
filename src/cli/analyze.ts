import type { CommandModule } from 'yargs';
import { failed, ok, type Result } from '../model/result.ts';
import { fail } from './notices.ts';
import { type OutputOptions, outputOptions, redactOptions, writeReport } from './output.ts';

interface AnalyzeArguments extends OutputOptions {
  readonly files: readonly string[];
  readonly failOn: string | undefined;
  readonly threads: number | undefined;
}

export const analyzeCommand: CommandModule<object, AnalyzeArguments> = {
  command: 'analyze <files..>',
  describe: 'Read logs that somebody recorded, in any mix, and name the blocking point',
  builder: (yargs) =>
    outputOptions(
      yargs
        .positional('files', {
          type: 'string',
          array: true,
          demandOption: true,
          describe: 'Logs, folders of logs, or - for standard input',
        })
        .option('fail-on', {
          type: 'string',
          describe: 'Exit with 1 on these verdicts: slow,failed,blocked,unknown',
        })
        .option('threads', {
          type: 'number',
          describe: 'How many threads may read a large strace log; default: one a core',
        })
        .example('gotrace analyze strace.log stderr.txt', 'both logs of one run, on one clock')
        .example('go mod download -x 2>&1 | gotrace analyze -', 'without any tracer'),
    ) as never,
  handler: async (args) => {
    const verdicts = readVerdicts(args.failOn);
    if (!verdicts.ok) return fail(verdicts.error);
    // Loaded when it is needed: help and the other commands do not wait for it.
    const [{ analyze }, { openInputs }] = await Promise.all([
      import('../analyze.ts'),
      import('../ingest/open.ts'),
    ]);
    const inputs = await openInputs(args.files);
    if (!inputs.ok) return fail(inputs.error);
    const report = await analyze(inputs.value, {
      redact: redactOptions(args),
      ...(args.threads === undefined ? {} : { threads: args.threads }),
    });
    if (!report.ok) return fail(report.error);
    const written = await writeReport(report.value, args);
    if (!written.ok) return fail(written.error);

    if (verdicts.value.includes(report.value.verdict.status)) process.exitCode = 1;
  },
};

const FAILING = ['slow', 'failed', 'blocked', 'unknown'];

function readVerdicts(text: string | undefined): Result<readonly string[]> {
  const verdicts = text === undefined ? [] : text.split(',');
  const wrong = verdicts.find((verdict) => !FAILING.includes(verdict));
  return wrong === undefined
    ? ok(verdicts)
    : failed(`--fail-on ${wrong}: is no verdict to fail on; name some of ${FAILING.join(', ')}`);
}
