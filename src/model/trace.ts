import type { ErrorDetail } from '../../parsers/go-errors/records.ts';
import type { GoroutineRecord } from '../../parsers/goroutines/format.ts';
import type { End } from '../../parsers/job-end/records.ts';
import type { SaidRecord } from '../../parsers/said/format.ts';
import type { SyscallTotals } from '../../parsers/strace/statistics.ts';
import type { SourceLine } from '../../parsers/types.ts';
import type { Span } from './span.ts';

/** How the command ended, as far as the log shows it. */
export type Ending =
  | (End & { readonly at?: SourceLine })
  /** The log stops before the command did, or has no line that would tell. */
  | { readonly kind: 'unknown' };

/** Calls without which it cannot be told what went through a socket, and when it was closed. */
export type UnseenCall = 'read' | 'write' | 'close';

/** Which sources the trace was built from: what was not recorded cannot be ruled out. */
export interface Coverage {
  readonly syscalls: boolean;
  /** The first record is not the start of the command: a tracer that was attached. */
  readonly attached: boolean;
  readonly goX: boolean;
  readonly netdns: boolean;
  readonly http2: boolean;
  readonly goroutines: boolean;
  readonly libraryCalls: boolean;
  /** /proc was looked at once: what was waited for at that moment is known. */
  readonly snapshot: boolean;
  /** /proc was looked at again and again: whether the command computed is known. */
  readonly sampled: boolean;
  /** False where no line carries a time. */
  readonly timed: boolean;
  /** How far a time may be from the true one: a second with strace -t. */
  readonly tickNs: number;
  /** The tracer saw what threads sleep in: without, a time that nothing explains need not be computing. */
  readonly sleeps: boolean;
  /** The log stops while a thread is at work: it was cut, and not by a hang. */
  readonly stopsAtWork: boolean;
  /** Calls that were made, and that the tracer was told to leave out (strace -e trace=…). */
  readonly unseen: readonly UnseenCall[];
  /** Threads or processes were made that the tracer did not follow: strace without -f. */
  readonly unfollowed: boolean;
}

export interface TraceError {
  /** A name of `ERROR_CLASSES`. */
  readonly class: string;
  readonly text: string;
  readonly at: SourceLine;
  readonly timeNs: number | undefined;
  readonly detail: ErrorDetail;
  /** The log holds the beginning of its line only. */
  readonly isCut: boolean;
  /** True for `go: …` and `fatal: …` lines; false for the error of one fetch, from which go may have recovered. */
  readonly final: boolean;
  /** A server's own words, which go quotes below the error before it. */
  readonly quoted?: true;
}

export interface ProcessInfo {
  readonly pid: number;
  readonly parent: number | undefined;
  readonly command: readonly string[];
  readonly startNs: number;
  readonly endNs: number | undefined;
  /** Absent while it runs, where a signal ended it, and where no tracer saw its end. */
  readonly exitCode: number | undefined;
}

/** Everything that correlate/ rebuilt from the records, on one clock. */
export interface Trace {
  readonly spans: readonly Span[];
  /** Short spans beyond the limit, which were counted and not kept. */
  readonly droppedSpans: number;
  readonly errors: readonly TraceError[];
  readonly goroutines: readonly GoroutineRecord[];
  readonly processes: readonly ProcessInfo[];
  readonly syscalls: readonly SyscallTotals[];
  readonly startNs: number;
  readonly endNs: number;
  /** Unix seconds of time 0, where the log has dates. */
  readonly originSeconds: number | undefined;
  readonly ending: Ending;
  readonly coverage: Coverage;
  readonly command: readonly string[] | undefined;
  readonly environment: Readonly<Record<string, string>>;
  /** CA bundles that were looked for, and whether they were there; absent where no tracer saw it. */
  readonly certificates?: readonly { readonly path: string; readonly found: boolean }[];
  /** Hosts whose lookup GODEBUG=netdns announced. */
  readonly lookupHosts: readonly { readonly host: string; readonly at: SourceLine }[];
  /** Of connections that were open at the end, and over which something had been asked. */
  readonly openHosts: readonly string[];
  /** What it printed that may be its reason for failing, and that no format knows. */
  readonly said: SaidRecord | undefined;
  /** System calls that had not returned when the log ended. */
  readonly openCalls: readonly OpenCall[];
}

export interface OpenCall {
  readonly pid: number;
  readonly name: string;
  readonly args: string;
  readonly at: SourceLine;
}

/** It ended well, or under a tracer that shows how its waits ended; what a go that failed without one had asked for is open. */
export function wasDone({ ending, coverage }: Trace): boolean {
  return ending.kind === 'exited' && (ending.code === 0 || coverage.syscalls);
}
