import { spawn } from 'node:child_process';
import type { Socket } from 'node:net';
import type { Readable } from 'node:stream';
import { allProcesses, descriptorTargets } from './proc.ts';

/** Nothing came for so long: all that the command had written by its end is read. */
const QUIET_MS = 200;
/** A child that outlives the command may go on writing for ever: that is not waited for. */
const MOST_READING_MS = 2000;
const STEP_MS = 20;
const STDERR = 2;

/**
 * Resolves when what a command had written by its end has been read from `output`. The time in which it is not read,
 * since what was read before cannot be passed on yet, does not count.
 */
export async function restIsRead(output: Readable): Promise<void> {
  let quietMs = 0;
  let readingMs = 0;
  output.on('data', () => {
    quietMs = 0;
  });
  const closed = new Promise<void>((resolve) => output.once('close', resolve));
  while (!output.closed && quietMs < QUIET_MS && readingMs < MOST_READING_MS) {
    await Promise.race([closed, new Promise((resolve) => setTimeout(resolve, STEP_MS))]);
    if (output.isPaused()) continue;
    quietMs += STEP_MS;
    readingMs += STEP_MS;
  }
}

/**
 * A child that outlives the command has its stderr still, and would die of SIGPIPE when it writes to a pipe that nobody
 * reads: cat reads it in our place, for as long as the child lives. A tracer that stays has it as well, and is no reason.
 */
export function handOver(pipe: Readable, tracer: number | undefined): void {
  if (!pipe.closed && (tracer === undefined || isHeldBeside(tracer))) {
    pipe.pause();
    const cat = spawn('cat', [], { stdio: [pipe as Socket, STDERR, 'ignore'], detached: true });
    cat.on('error', () => {});
    cat.unref();
  }
  pipe.destroy();
}

/** Whether another process has what a tracer has as its stderr. */
function isHeldBeside(tracer: number): boolean {
  const target = descriptorTargets(tracer).get(String(STDERR));
  return target !== undefined && holdersOf(target).some((pid) => pid !== tracer);
}

/** The processes that have a file, a pipe or a terminal open, by what /proc/PID/fd shows of it. */
export function holdersOf(target: string): number[] {
  return allProcesses().filter((pid) => [...descriptorTargets(pid).values()].includes(target));
}
