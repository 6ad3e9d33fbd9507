import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { allProcesses, commandLineOf, computedSeconds, isRunning, signal, tracerOf } from './proc.ts';
import type { Tracer } from './strace.ts';

/** strace needs a moment to attach to the command that it starts. */
const LOOK_MS = 20;
/** How much it computes is asked as often: what it uses after the last time is not known. */
const COST_MS = 250;
/** The last lines are written within a few milliseconds of the command's end. */
const LAST_LINES_MS = 300;
const LET_GO_MS = 500;
const TAIL_BYTES = 64 * 1024;

/** How strace ended, beside the command that it traced. */
export interface StraceEnd {
  /** It was gone before the command was: what came after is not in its log. */
  readonly diedFirst: boolean;
  /** It is there still: a process that it traced needs it. */
  readonly stays?: number;
}

/** Follows the strace of one command, which is no child of ours (see `straceFor`). */
export class StraceWatch {
  readonly #command: number;
  readonly #log: string;
  readonly #isNeeded: boolean;
  #timer: NodeJS.Timeout;
  #strace: number | undefined;
  /** How long it has computed, in seconds: a thread of the command stood still meanwhile. */
  computedSeconds = 0;

  constructor(command: number, { output, isNeeded = false }: Tracer) {
    this.#command = command;
    this.#log = output;
    this.#isNeeded = isNeeded;
    this.#timer = setInterval(() => this.#look(), LOOK_MS);
    this.#timer.unref();
  }

  #look(): void {
    this.#strace ??= tracerOf(this.#command);
    if (this.#strace === undefined) return;
    clearInterval(this.#timer);
    this.#timer = setInterval(() => this.#seeCost(), COST_MS);
    this.#timer.unref();
  }

  #seeCost(): void {
    if (this.#strace !== undefined)
      this.computedSeconds = Math.max(this.computedSeconds, computedSeconds([this.#strace]));
  }

  /** Its log cannot be written any more: it only costs time. */
  letGo(): void {
    this.#look();
    if (this.#strace !== undefined && !this.#isNeeded) signal(this.#strace, 'SIGTERM');
  }

  /** To be called when the command has ended: waits for strace's last lines, and makes it let go of what is left. */
  async end(): Promise<StraceEnd> {
    clearInterval(this.#timer);
    this.#seeCost();
    const diedFirst = this.#strace !== undefined && !isRunning(this.#strace) && !this.#hasEnd();
    if (diedFirst) return { diedFirst };
    await until(() => this.#hasEnd(), LAST_LINES_MS);
    // A command that ended at once was gone before it could be looked at.
    this.#strace ??= writerOf(this.#log);
    if (this.#strace === undefined || !isRunning(this.#strace)) return { diedFirst: false };
    if (this.#isNeeded) return { diedFirst: false, stays: this.#strace };
    // Children that outlive the command are traced still.
    const strace = this.#strace;
    await until(() => !isRunning(strace), LOOK_MS);
    if (isRunning(strace)) signal(strace, 'SIGTERM');
    await until(() => !isRunning(strace), LET_GO_MS);
    return { diedFirst: false };
  }

  /** Whether the log has the command's last line, `PID TIME +++ exited with 0 +++`. */
  #hasEnd(): boolean {
    return new RegExp(`^${this.#command} .*\\+\\+\\+ (?:exited|killed)`, 'm').test(tailOf(this.#log));
  }
}

/** The tracer that was told to write to this log, and to no other. */
function writerOf(log: string): number | undefined {
  return allProcesses().find((pid) => commandLineOf(pid).includes(`\0-o\0${log}\0`));
}

function tailOf(path: string): string {
  try {
    const file = openSync(path, 'r');
    const { size } = fstatSync(file);
    const bytes = Buffer.alloc(Math.min(size, TAIL_BYTES));
    readSync(file, bytes, 0, bytes.length, size - bytes.length);
    closeSync(file);
    return bytes.toString('latin1');
  } catch {
    return '';
  }
}

async function until(done: () => boolean, mostMs: number): Promise<void> {
  const end = performance.now() + mostMs;
  while (!done() && performance.now() < end) await new Promise((resolve) => setTimeout(resolve, 5));
}
