import type { Process } from '../processes/processes.ts';

/** A lock on a file, from the call that got it to the one that let go of it; while it is held, without an end. */
interface Hold {
  readonly process: Process;
  readonly startNs: number;
  endNs?: number;
}

/** Of one file, the latest are kept; and of no more files than this. */
const MOST_HOLDS = 16;
const MOST_FILES = 20_000;

/** Who holds which lock, of the processes that the log shows. */
export class LockHolders {
  readonly #holds = new Map<string, Hold[]>();

  onLocked(path: string, process: Process, startNs: number): void {
    const holds = this.#holds.get(path);
    const hold = { process, startNs };
    if (holds !== undefined) {
      holds.push(hold);
      if (holds.length > MOST_HOLDS) holds.shift();
    } else if (this.#holds.size < MOST_FILES) this.#holds.set(path, [hold]);
  }

  onUnlocked(path: string, { pid }: Process, endNs: number): void {
    const hold = this.#holds.get(path)?.findLast((each) => each.process.pid === pid);
    if (hold !== undefined) hold.endNs ??= endNs;
  }

  /** The process id of who held the lock for most of a wait for it; undefined where the log shows none. */
  holderOf(path: string, waiting: Process, startNs: number, endNs: number): number | undefined {
    const holds = this.#holds.get(path)?.filter(({ process }) => process.pid !== waiting.pid) ?? [];
    const times = holds.map(({ process, startNs: fromNs, endNs: untilNs = process.endNs ?? endNs }) => ({
      pid: process.pid,
      heldNs: Math.min(untilNs, endNs) - Math.max(fromNs, startNs),
    }));
    const longest = times.reduce<{ pid: number | undefined; heldNs: number }>(
      (a, b) => (b.heldNs > a.heldNs ? b : a),
      { pid: undefined, heldNs: 0 },
    );
    return longest.pid;
  }
}
