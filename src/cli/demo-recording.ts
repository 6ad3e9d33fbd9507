import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { openInputs } from '../ingest/open.ts';
import { fail } from './notices.ts';
import { type OutputOptions, redactOptions, writeReport } from './output.ts';

/** A recorded download, for machines without go. The build puts it beside the bundle, whose chunks are a folder below. */
const RECORDING = ['./recording.strace.log.gz', '../recording.strace.log.gz']
  .map((name) => fileURLToPath(new URL(name, import.meta.url)))
  .find((path) => existsSync(path));

export async function analyzeRecording(options: OutputOptions): Promise<void> {
  if (RECORDING === undefined)
    return fail('demo: the recording that comes with gotrace is missing; install it again');
  const inputs = await openInputs([RECORDING]);
  if (!inputs.ok) return fail(inputs.error);
  // Loaded when it is needed: help and a command that is run do not wait for it.
  const { analyze } = await import('../analyze.ts');
  const report = await analyze(
    inputs.value.map((input) => ({ ...input, path: 'recording.strace.log.gz' })),
    { redact: redactOptions(options) },
  );
  if (!report.ok) return fail(report.error);
  const written = await writeReport(report.value, options);
  if (!written.ok) fail(written.error);
}
