import { appendFileSync } from 'node:fs';
import { keyOfProcLine } from '../../parsers/proc/format.ts';
import { computedSeconds, isRunning, processTree } from './proc.ts';
import { snapshot, stamped } from './snapshot.ts';
import { withBytesReceived } from './tcp-info.ts';

const SAMPLE_MS = 250;
/** How long after a signal that may end the command nothing is looked at. */
const PAUSE_MS = 1000;
/** Who keeps half a core busy is not waiting. */
const BUSY_SHARE = 0.5;
/** Every so many looks, ss(8) is asked what came over connections over which nothing was known to have come. */
const LOOKS_TO_ASK = 4;
/** What a process is doing, as a letter: proc(5), /proc/PID/stat. */
const STATE = /^proc \d+ \d+ ([A-Z]) /;
const ESTABLISHED = / tcp ESTABLISHED /;
const RECEIVED_NOTHING = / received=0$/;

/**
 * Without a tracer, /proc is looked at again and again: sockets that connect, questions to nameservers, locks that are
 * waited for, children, zips as they arrive. Written down is what is new and what is gone since the last look.
 */
export class Sampler {
  readonly #pid: number;
  readonly #path: string;
  readonly #timer: NodeJS.Timeout;
  /** Lines by what stays the same of them. */
  #known = new Map<string, string>();
  #isStopped = false;
  #pausedUntilMs = 0;
  /** At the last look. */
  #seconds = performance.now() / 1000;
  #computedSeconds = 0;
  #looks = 0;
  /** Ctrl-Z stops us with the command; we were let go on since the last look. */
  #isContinued = false;
  /** Connections by what ss said of them last. */
  readonly #asked = new Map<string, string>();

  constructor(pid: number, path: string) {
    this.#pid = pid;
    this.#path = path;
    this.#write([`sampling every ${SAMPLE_MS} ms`]);
    // After the signals that came meanwhile: a SIGCONT tells that we stood still.
    this.#timer = setInterval(() => setImmediate(() => this.#look()), SAMPLE_MS);
    this.#timer.unref();
    process.on('SIGCONT', this.#onContinued);
  }

  readonly #onContinued = () => {
    this.#isContinued = true;
  };

  #look(): void {
    // What a process that has just been ended no longer waits for was in flight when it was ended.
    if (this.#isStopped || performance.now() < this.#pausedUntilMs || !isRunning(this.#pid)) return;
    const tree = processTree(this.#pid);
    const elapsedSeconds = this.#sinceLastLook();
    const found = snapshot(tree, { isGentle: true });
    const seen = [...this.#work(tree, elapsedSeconds), ...this.#stopped(found, elapsedSeconds), ...found];
    const lines = new Map(seen.map((line) => [keyOfProcLine(line), line]));
    const news = [...lines].flatMap(([key, line]) => (this.#isNews(key, line) ? [line] : []));
    const settings = [...this.#known].filter(([key]) => key.startsWith('env '));
    const gone = [...this.#known.keys()].filter((key) => !lines.has(key) && !key.startsWith('env '));
    this.#write([...gone.map((key) => `gone ${key}`), ...news]);
    for (const key of this.#asked.keys()) if (!lines.has(key)) this.#asked.delete(key);
    const waiting = [...lines].filter(([key, line]) => ESTABLISHED.test(line) && this.#known.has(key));
    this.#known = new Map([...settings, ...lines]);
    if (++this.#looks % LOOKS_TO_ASK === 0) void this.#askWhatCame(waiting);
  }

  /** An idle connection over which something came is not asked about again. */
  async #askWhatCame(sockets: readonly (readonly [string, string])[]): Promise<void> {
    const unclear = sockets.filter(([key]) => RECEIVED_NOTHING.test(this.#asked.get(key) ?? ' received=0'));
    if (unclear.length === 0) return;
    const told = await withBytesReceived(
      this.#pid,
      unclear.map(([, line]) => line),
    );
    if (this.#isStopped) return;
    const news = told.filter((line) => {
      const key = keyOfProcLine(line);
      const isNew = line.includes(' received=') && line !== this.#asked.get(key);
      if (isNew) this.#asked.set(key, line);
      return isNew;
    });
    this.#write(news);
  }

  #sinceLastLook(): number {
    const seconds = performance.now() / 1000;
    const elapsed = seconds - this.#seconds;
    this.#seconds = seconds;
    return elapsed;
  }

  /** Whether it computed most of the time since the last look. */
  #work(tree: readonly number[], elapsedSeconds: number): string[] {
    const computed = computedSeconds(tree);
    const isBusy = computed - this.#computedSeconds >= BUSY_SHARE * elapsedSeconds;
    this.#computedSeconds = computed;
    return isBusy ? [`work ${elapsedSeconds.toFixed(2)}`] : [];
  }

  /** Whether it stands still: stopped, or stopped with us since the last look and let go on. */
  #stopped(found: readonly string[], elapsedSeconds: number): string[] {
    const line = `stopped ${elapsedSeconds.toFixed(2)}`;
    if (this.#isContinued) {
      this.#isContinued = false;
      this.#write([line, 'gone stopped']);
      return [];
    }
    const states = found.flatMap((each) => STATE.exec(each)?.[1] ?? []);
    return states.includes('T') && !states.includes('R') ? [line] : [];
  }

  /** A zip is written down again whenever there is more of it. */
  #isNews(key: string, line: string): boolean {
    const known = this.#known.get(key);
    return known === undefined || (line.startsWith('file ') && line !== known);
  }

  /** Looks at nothing for a while: what a process that is being ended lets go of was in flight when it was asked to end. */
  pause(): void {
    this.#pausedUntilMs = performance.now() + PAUSE_MS;
  }

  /** Ends the looking. What was there when the command was killed was in flight still: it is not written as gone. */
  stop(wasKilled: boolean): void {
    if (this.#isStopped) return;
    this.#isStopped = true;
    clearInterval(this.#timer);
    process.off('SIGCONT', this.#onContinued);
    if (!wasKilled)
      this.#write(
        [...this.#known.keys()].filter((key) => !key.startsWith('env ')).map((key) => `gone ${key}`),
      );
  }

  #write(lines: readonly string[]): void {
    if (lines.length === 0) return;
    try {
      appendFileSync(this.#path, stamped(lines));
    } catch {
      // The disk is full: what there is has to do.
      this.#isStopped = true;
      clearInterval(this.#timer);
    }
  }
}
