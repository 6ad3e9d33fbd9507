import { parentPort } from 'node:worker_threads';
import { readSegment, type SegmentJob } from './segments.ts';

/** A thread that reads segments: a job in, its result out. */
parentPort?.on('message', (job: SegmentJob) => parentPort?.postMessage(readSegment(job)));
