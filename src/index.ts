/** The public library: the pipeline of the command, without its command line. */
export { type AnalyzeOptions, analyze } from './analyze.ts';
export type { Input } from './ingest/input.ts';
export { openInputs } from './ingest/open.ts';
export { type Report, reportSchema } from './model/report.ts';
export type { Result } from './model/result.ts';
export { SCHEMA_VERSION } from './model/schema-version.ts';
