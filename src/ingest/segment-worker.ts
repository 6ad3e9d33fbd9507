import { parentPort } from 'node:worker_threads';
import { chunkBuffer, readSegment, type SegmentJob } from './segments.ts';

/** A thread that reads segments: a job in, its result out. */
const buffer = chunkBuffer();
parentPort?.on('message', (job: SegmentJob) => parentPort?.postMessage(readSegment(job, buffer)));
