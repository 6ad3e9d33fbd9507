import { existsSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';
import type { ReadSegment, SegmentJob, SegmentPool } from './segments.ts';

/** More threads than this wait for the one that correlates, and each takes some 35 MB. */
const MOST_THREADS = 3;

/** What a thread makes of a segment is handed over at once: room for more young objects gains no time, and takes 10 MB more. */
const YOUNG_MB = 8;

/** With more records than this, the thread that correlates is the slowest anyway. */
const MOST_EVENTS = 0.1;

/** Where the bundler puts the thread's code; absent where the sources are run as they are. */
const CODE = ['./segment-worker.js', './chunks/segment-worker.js']
  .map((name) => fileURLToPath(new URL(name, import.meta.url)))
  .find((path) => existsSync(path));

/** As many threads as asked for, else as the machine has cores; undefined where one thread is to do it all. */
export function threadPool(
  threads = Math.min(MOST_THREADS, availableParallelism()),
): SegmentPool | undefined {
  if (CODE === undefined || threads < 2) return undefined;
  const code = CODE;
  const workers: Worker[] = [];
  const idle: Worker[] = [];
  const waiting: ((worker: Worker) => void)[] = [];
  // Started when they are needed: many a log turns out to be read faster by one thread.
  const start = () => {
    if (workers.length === threads) return undefined;
    const worker = new Worker(code, { resourceLimits: { maxYoungGenerationSizeMb: YOUNG_MB } });
    workers.push(worker);
    return worker;
  };
  const take = () =>
    new Promise<Worker>((resolve) => {
      const worker = idle.pop() ?? start();
      if (worker === undefined) waiting.push(resolve);
      else resolve(worker);
    });
  const giveBack = (worker: Worker) => {
    const next = waiting.shift();
    if (next === undefined) idle.push(worker);
    else next(worker);
  };
  return {
    width: threads + 1,
    mostEvents: MOST_EVENTS,
    async read(job: SegmentJob) {
      const worker = await take();
      try {
        return await answer(worker, job);
      } finally {
        giveBack(worker);
      }
    },
    async close() {
      await Promise.all(workers.map((worker) => worker.terminate()));
    },
  };
}

function answer(worker: Worker, job: SegmentJob): Promise<ReadSegment | undefined> {
  return new Promise((resolve, reject) => {
    const done = (settle: () => void) => {
      worker.off('message', onMessage);
      worker.off('error', onError);
      settle();
    };
    const onMessage = (result: ReadSegment | undefined) => done(() => resolve(result));
    const onError = (error: Error) => done(() => reject(error));
    worker.on('message', onMessage);
    worker.on('error', onError);
    worker.postMessage(job);
  });
}
