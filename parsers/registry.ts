import { type BuildStepRecord, goBuild } from './go-build/format.ts';
import { goEnv, type SettingRecord } from './go-env/format.ts';
import { goErrors } from './go-errors/format.ts';
import type { GoErrorRecord } from './go-errors/records.ts';
import { goJson, type ModuleRecord } from './go-json/format.ts';
import { goX } from './go-x/format.ts';
import type { GoXRecord } from './go-x/records.ts';
import { type GoroutineRecord, goroutines } from './goroutines/format.ts';
import { type Http2Record, http2debug } from './http2debug/format.ts';
import { jobEnd } from './job-end/format.ts';
import type { JobEndRecord, JobStepRecord } from './job-end/records.ts';
import { type LtraceRecord, ltrace } from './ltrace/format.ts';
import { type NetdnsRecord, netdns } from './netdns/format.ts';
import { type ProcRecord, proc } from './proc/format.ts';
import { type SaidRecord, said } from './said/format.ts';
import { strace } from './strace/format.ts';
import type { StraceRecord } from './strace/records.ts';
import { type SyscallTotalRecord, straceSummary } from './strace-summary/format.ts';
import type { Format } from './types.ts';

/** What go and its children print on stderr. */
export type TextRecord =
  | GoXRecord
  | BuildStepRecord
  | NetdnsRecord
  | Http2Record
  | GoErrorRecord
  | GoroutineRecord
  | SettingRecord
  | ModuleRecord
  | JobEndRecord
  | JobStepRecord
  | SaidRecord;
export type TraceRecord = StraceRecord | SyscallTotalRecord | LtraceRecord | ProcRecord | TextRecord;

/**
 * The formats of go's stderr, in the order in which a line is offered to them: they share one stream, and a line
 * belongs to the first that knows it. Adding one is a folder and a line here.
 */
export const TEXT_FORMATS: readonly Format<TextRecord>[] = [
  goX,
  netdns,
  http2debug,
  goEnv,
  goJson,
  goroutines,
  goErrors,
  goBuild,
  jobEnd,
  said,
];

/** The tracers' formats: an input is of one of them as a whole. */
export const TRACER_FORMATS: readonly Format<TraceRecord>[] = [strace, straceSummary, ltrace, proc];
