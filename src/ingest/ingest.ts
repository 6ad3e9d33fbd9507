import { statSync } from 'node:fs';
import type { TraceRecord } from '../../parsers/registry.ts';
import { type SyscallTotals, sumTotals } from '../../parsers/strace/statistics.ts';
import type { Clock } from '../../parsers/types.ts';
import { failed, ok, type Result, reasonOf } from '../model/result.ts';
import type { Input } from './input.ts';
import { InputReader } from './reader.ts';
import type { SegmentPool } from './segments.ts';
import type { InputSummary } from './summary.ts';
import { threadPool } from './threads.ts';

export interface Ingested {
  readonly inputs: readonly InputSummary[];
  readonly syscalls: readonly SyscallTotals[];
  readonly clock: Clock;
  /** The time that the tracers' logs cover; undefined without any. */
  readonly extent: Extent | undefined;
  /** A tracer's log stops while a thread is at work. */
  readonly stopsAtWork: boolean;
}

export interface Extent {
  readonly firstNs: number;
  readonly lastNs: number;
}

/** What comes of these may be seen before they return: a number that is free for another descriptor, a thread that runs. */
const SEEN_AT_ONCE: ReadonlySet<string> = new Set(['close', 'clone', 'clone2', 'clone3', 'fork', 'vfork']);

/** When a record became known: the end of a call, the time of a line. Undefined where nothing tells. */
export function timeOf(record: TraceRecord): number | undefined {
  if (record.kind === 'syscall') {
    return record.state === 'complete' && !SEEN_AT_ONCE.has(record.name)
      ? (record.boundNs ?? record.startNs + (record.durationNs ?? 0))
      : record.startNs;
  }
  if (record.kind === 'library-call') return record.startNs + (record.durationNs ?? 0);
  return record.timeNs;
}

/** Below this, starting threads costs more than they save. */
const WORTH_THREADS_BYTES = 192 * 1024 * 1024;

export interface IngestOptions {
  /** How many threads may read; default: one a core. */
  readonly threads?: number;
  /** For tests: what reads segments in place of threads, whatever the size of the log. */
  readonly segments?: { readonly pool: SegmentPool; readonly bytes: number };
}

/** Reads all inputs onto one clock and gives their records to `sink`, in the order of their times. */
export async function ingest(
  inputs: readonly Input[],
  sink: (record: TraceRecord) => void,
  options: IngestOptions = {},
): Promise<Result<Ingested>> {
  const isLarge = inputs.some(({ file }) => file !== undefined && statSync(file).size >= WORTH_THREADS_BYTES);
  const pool = options.segments?.pool ?? (isLarge ? threadPool(options.threads) : undefined);
  try {
    return await ingestWith(inputs, sink, pool, options.segments?.bytes);
  } finally {
    await pool?.close();
  }
}

async function ingestWith(
  inputs: readonly Input[],
  sink: (record: TraceRecord) => void,
  pool: SegmentPool | undefined,
  segmentBytes: number | undefined,
): Promise<Result<Ingested>> {
  const clock: Clock = { originSeconds: undefined };
  const sources = inputs.map((input) => new Source(input, clock, inputs.length > 1 ? undefined : sink));
  try {
    const found = await detectAll(sources);
    if (!found.ok) return found;
    if (pool !== undefined)
      for (const source of found.value) source.reader.readBySegments(pool, segmentBytes);
    const [only] = found.value;
    if (sources.length === 1) while (await only?.reader.pull());
    else await merge(found.value, sink);
  } catch (error) {
    return failed(`${inputs.map((input) => input.path).join(', ')}: ${reasonOf(error)}`);
  }
  return ok({
    inputs: sources.map((source) => source.reader.summary),
    syscalls: sumTotals(sources.flatMap((source) => source.reader.strace?.totals() ?? [])),
    clock,
    stopsAtWork: sources.some((source) => source.reader.stopsAtWork),
    extent: unionOf(sources.flatMap((source) => source.reader.strace?.extent() ?? [])),
  });
}

/**
 * Those that are logs. Of a folder or an archive the rest is passed over, unless nothing is left; so is an empty file: a go
 * that has nothing to say leaves one.
 */
async function detectAll(sources: readonly Source[]): Promise<Result<readonly Source[]>> {
  const logs: Source[] = [];
  let first: Result<string> | undefined;
  for (const source of sources) {
    const format = await source.reader.detect();
    if (format.ok) {
      logs.push(source);
      continue;
    }
    if (!source.isMember && !source.reader.isEmpty) return format;
    first ??= format;
  }
  return logs.length > 0 || first === undefined || first.ok ? ok(logs) : first;
}

/** One input of several: its records wait in a queue until their time comes. */
class Source {
  readonly reader: InputReader;
  readonly queue: TraceRecord[] = [];
  readonly isMember: boolean;
  #at = 0;
  #done = false;

  constructor(input: Input, clock: Clock, sink: ((record: TraceRecord) => void) | undefined) {
    this.isMember = input.isMember === true;
    // Without a sink of its own it is one of several.
    this.reader = new InputReader(
      input,
      clock,
      sink ?? ((record) => this.queue.push(record)),
      sink === undefined,
    );
  }

  /** The next record, reading on where the queue has run dry. */
  async peek(): Promise<TraceRecord | undefined> {
    while (this.#at >= this.queue.length && !this.#done) {
      this.queue.length = 0;
      this.#at = 0;
      this.#done = !(await this.reader.pull());
    }
    return this.queue[this.#at];
  }

  take(): void {
    this.#at++;
  }
}

/** K-way merge. Records without a time go with the one before them; inputs without any go first. */
async function merge(sources: readonly Source[], sink: (record: TraceRecord) => void): Promise<void> {
  const heads: { source: Source; record: TraceRecord; timeNs: number }[] = [];
  for (const source of sources) {
    const record = await source.peek();
    if (record !== undefined)
      heads.push({ source, record, timeNs: timeOf(record) ?? Number.NEGATIVE_INFINITY });
  }
  while (heads.length > 0) {
    let first = 0;
    for (let at = 1; at < heads.length; at++)
      if ((heads[at]?.timeNs ?? 0) < (heads[first]?.timeNs ?? 0)) first = at;
    const head = heads[first];
    if (head === undefined) return;
    sink(head.record);
    head.source.take();
    const next = await head.source.peek();
    if (next === undefined) heads.splice(first, 1);
    else {
      head.record = next;
      head.timeNs = Math.max(timeOf(next) ?? head.timeNs, head.timeNs);
    }
  }
}

function unionOf(extents: readonly Extent[]): Extent | undefined {
  if (extents.length === 0) return undefined;
  return {
    firstNs: Math.min(...extents.map((each) => each.firstNs)),
    lastNs: Math.max(...extents.map((each) => each.lastNs)),
  };
}
