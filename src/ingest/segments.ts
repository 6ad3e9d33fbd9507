import { closeSync, openSync, readSync } from 'node:fs';
import { SegmentParser, type SegmentResult } from '../../parsers/strace/segment.ts';
import type { Clock } from '../../parsers/types.ts';
import { FramedLine, LineFramer } from './lines.ts';

/** The lines of a strace log that begin in bytes [start, end) of a file. */
export interface SegmentJob {
  readonly file: string;
  /** How the log is named in evidence. */
  readonly input: string;
  readonly start: number;
  readonly end: number;
  /** As the log's first line left it. */
  readonly clock: Readonly<Clock>;
  /** The process of lines that name none. */
  readonly pid: number;
}

/** Large enough that handing over costs nothing, small enough that a few of them fit into memory. */
export const SEGMENT_BYTES = 4 * 1024 * 1024;
const NEWLINE = 0x0a;
/** How far beyond a segment its last line may reach; longer ones are not read in parts. */
const MAX_OVERHANG = 1024 * 1024;
/** Fits into a core's second cache, with what is made of it. */
const CHUNK = 256 * 1024;

/** What a file is read through. A thread keeps one: memory outside the heap is given back late. */
export function chunkBuffer(): Buffer {
  return Buffer.allocUnsafe(CHUNK);
}

export interface ReadSegment extends SegmentResult {
  /** How many bytes its lines are. */
  readonly bytes: number;
}

/** Undefined where the segment can only be read by whoever has read what is before it. */
export function readSegment(job: SegmentJob, buffer = chunkBuffer()): ReadSegment | undefined {
  const parser = new SegmentParser(job.clock, job.pid);
  const line = new FramedLine(job.input);
  let bytes = 0;
  const framer = new LineFramer(
    (chunk, start, end, isCut) => {
      line.set(parser.lines + 1, chunk, start, end, undefined, isCut);
      parser.push(line);
    },
    (chunk, start) => parser.skim(chunk, start),
  );
  const isWhole = eachChunk(job, buffer, (chunk) => {
    bytes += chunk.length;
    framer.push(chunk);
  });
  framer.end();
  const result = isWhole ? parser.end() : undefined;
  return result === undefined ? undefined : { ...result, bytes };
}

/** The lines of a segment as they are; undefined where one is longer than can be read here. */
export function linesOf(job: SegmentJob): Uint8Array | undefined {
  const chunks: Uint8Array[] = [];
  const isWhole = eachChunk(job, chunkBuffer(), (chunk) => chunks.push(Uint8Array.from(chunk)));
  return isWhole ? Buffer.concat(chunks) : undefined;
}

/** Gives the bytes of the lines that begin in the segment; a chunk is valid during the call. False for a line without end. */
function eachChunk(
  { file, start, end }: SegmentJob,
  buffer: Buffer,
  onChunk: (chunk: Uint8Array) => void,
): boolean {
  const fd = openSync(file, 'r');
  try {
    // The byte before tells whether a line begins at `start`.
    let position = Math.max(0, start - 1);
    let isBefore = start > 0;
    while (position < end + MAX_OVERHANG) {
      const length = readSync(fd, buffer, 0, CHUNK, position);
      if (length === 0) return true;
      let first = 0;
      if (isBefore) {
        first = buffer.subarray(0, length).indexOf(NEWLINE) + 1;
        isBefore = first === 0;
        // No line begins in it: lines that begin at `end` are the next segment's.
        if (position + (isBefore ? length : first) >= end) return true;
      }
      const last =
        position + length < end
          ? -1
          : buffer.subarray(0, length).indexOf(NEWLINE, Math.max(0, end - 1 - position));
      if (!isBefore) onChunk(buffer.subarray(first, last < 0 ? length : last + 1));
      if (last >= 0) return true;
      position += length;
    }
    return false;
  } finally {
    closeSync(fd);
  }
}

/** Reads segments, some of them at the same time. */
export interface SegmentPool {
  read(job: SegmentJob): Promise<ReadSegment | undefined>;
  /** How many are worth having under way. */
  readonly width: number;
  /** The share of a segment's lines that may be records: handing over more costs more than reading does. */
  readonly mostEvents: number;
  close(): Promise<void>;
}

export interface Segment {
  readonly job: SegmentJob;
  readonly result: ReadSegment | undefined;
}

/** All segments from `start` on, in their order. */
export async function* segmentsOf(
  file: Omit<SegmentJob, 'end'> & { readonly size: number },
  pool: SegmentPool,
  segmentBytes = SEGMENT_BYTES,
): AsyncGenerator<Segment> {
  const underWay: Promise<Segment>[] = [];
  let next = file.start;
  while (next < file.size || underWay.length > 0) {
    while (next < file.size && underWay.length < pool.width) {
      const end = Math.min(file.size, next + segmentBytes);
      const { size: _, ...common } = file;
      const job: SegmentJob = { ...common, start: next, end };
      underWay.push(pool.read(job).then((result) => ({ job, result })));
      next = end;
    }
    const first = underWay.shift();
    if (first !== undefined) yield await first;
  }
}
