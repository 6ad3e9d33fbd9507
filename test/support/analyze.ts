import { type AnalyzeOptions, analyze } from '../../src/analyze.ts';
import { openInputs } from '../../src/ingest/open.ts';
import type { Report } from '../../src/model/report.ts';

/** The report of files, with their names shortened to the last part. */
export async function reportOf(paths: readonly string[]): Promise<Report> {
  const inputs = await openInputs(paths);
  if (!inputs.ok) throw new Error(inputs.error);
  const report = await analyze(
    inputs.value.map((input) => ({ ...input, path: input.path.split('/').pop() ?? '' })),
  );
  if (!report.ok) throw new Error(report.error);
  return report.value;
}

/** The report of a log that stands in the test itself. */
export async function reportOfText(...logs: readonly string[]): Promise<Report> {
  return reportOfRun(logs, {});
}

/** The same, with what `gotrace run` knows of the run beside its logs. */
export async function reportOfRun(logs: readonly string[], options: AnalyzeOptions): Promise<Report> {
  const inputs = logs.map((text, index) => ({
    path: `log${index + 1}`,
    chunks: async function* () {
      yield Buffer.from(text);
    },
  }));
  const report = await analyze(inputs, options);
  if (!report.ok) throw new Error(report.error);
  return report.value;
}
