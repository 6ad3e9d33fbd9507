import { Command } from '@commander-js/extra-typings';
import { failed, ok, type Result } from '../model/result.ts';
import { fail } from './notices.ts';
import { redactOptions, withReport, writeReport } from './output.ts';

const EXAMPLES = `
Examples:
  gotrace analyze strace.log stderr.txt        both logs of one run, on one clock
  go mod download -x 2>&1 | gotrace analyze -  without any tracer
`;

export const analyzeCommand = withReport(
  new Command('analyze')
    .description('Read logs that somebody recorded, in any mix, and name the blocking point')
    .argument('<logs...>', 'logs, folders of logs, or - for standard input')
    .option('--fail-on <verdicts>', 'exit with 1 on these: slow,failed,blocked,unknown')
    .option('--threads <count>', 'how many threads may read a large strace log (default: one a core)')
    .addHelpText('after', EXAMPLES),
).action(async (logs, options) => {
  const verdicts = readVerdicts(options.failOn);
  if (!verdicts.ok) return fail(verdicts.error);
  const threads = readThreads(options.threads);
  if (!threads.ok) return fail(threads.error);
  // Loaded when it is needed: help and the other commands do not wait for it.
  const [{ analyze }, { openInputs }] = await Promise.all([
    import('../analyze.ts'),
    import('../ingest/open.ts'),
  ]);
  const inputs = await openInputs(logs);
  if (!inputs.ok) return fail(inputs.error);
  const report = await analyze(inputs.value, {
    redact: redactOptions(options),
    ...(threads.value === undefined ? {} : { threads: threads.value }),
  });
  if (!report.ok) return fail(report.error);
  const written = await writeReport(report.value, options);
  if (!written.ok) return fail(written.error);

  if (verdicts.value.includes(report.value.verdict.status)) process.exitCode = 1;
});

const FAILING = ['slow', 'failed', 'blocked', 'unknown'];

function readVerdicts(text: string | undefined): Result<readonly string[]> {
  const verdicts = text === undefined ? [] : text.split(',');
  const wrong = verdicts.find((verdict) => !FAILING.includes(verdict));
  return wrong === undefined
    ? ok(verdicts)
    : failed(`--fail-on ${wrong}: is no verdict to fail on; name some of ${FAILING.join(', ')}`);
}

function readThreads(text: string | undefined): Result<number | undefined> {
  if (text === undefined) return ok(undefined);
  return /^[1-9]\d*$/.test(text)
    ? ok(Number(text))
    : failed(`--threads ${text}: is no number of threads; write 1, or as many as there are cores`);
}
