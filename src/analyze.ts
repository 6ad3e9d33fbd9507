import { Correlator } from './correlate/correlator.ts';
import { diagnose } from './diagnose/diagnose.ts';
import { ingest } from './ingest/ingest.ts';
import type { Input } from './ingest/input.ts';
import type { Report } from './model/report.ts';
import { ok, type Result } from './model/result.ts';
import { type RedactOptions, redactReport } from './redact/redact.ts';
import { buildReport } from './report/build.ts';
import { buildTimeline } from './timeline/timeline.ts';
import { VERSION } from './version.ts';

export interface AnalyzeOptions {
  /** `false` leaves secrets and home directories as they are. */
  readonly redact?: false | RedactOptions;
  /** What is known of the run beside its logs. */
  readonly command?: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
  readonly exitCode?: number;
  /** The signal that ended it: `SIGINT`. */
  readonly signal?: string;
  /** When it ended, in seconds since the epoch: what was still waited for had stood until then. */
  readonly endedAtSeconds?: number;
  /** How many threads may read a large strace log; default: one a core. */
  readonly threads?: number;
}

/** Logs in, report out: the whole pipeline, without any output of its own. */
export async function analyze(
  inputs: readonly Input[],
  options: AnalyzeOptions = {},
): Promise<Result<Report>> {
  const correlator = new Correlator();
  const ingested = await ingest(inputs, (record) => correlator.on(record), {
    ...(options.threads === undefined ? {} : { threads: options.threads }),
  });
  if (!ingested.ok) return ingested;
  const { syscalls, clock, extent, stopsAtWork, inputs: summaries } = ingested.value;
  const trace = correlator.finish({
    syscalls,
    originSeconds: clock.originSeconds,
    extent,
    stopsAtWork,
    ended: {
      exitCode: options.exitCode,
      signal: options.signal,
      atSeconds: options.endedAtSeconds,
    },
    environment: options.environment,
    command: options.command,
  });
  const timeline = buildTimeline(trace);
  const diagnosis = diagnose(trace, timeline);
  const report = buildReport({
    version: VERSION,
    trace,
    timeline,
    diagnosis,
    inputs: summaries,
    command: options.command,
    exitCode: options.exitCode,
  });
  return ok(options.redact === false ? report : redactReport(report, options.redact ?? {}));
}
