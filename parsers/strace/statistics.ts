/** Totals of one syscall. Seconds are absent where the log has no durations (-T). */
export interface SyscallTotals {
  readonly name: string;
  readonly count: number;
  readonly errors: Readonly<Record<string, number>>;
  readonly totalNs?: number;
  readonly maxNs?: number;
}

/** Counts every call without keeping any: memory does not grow with the log. */
export class SyscallStatistics {
  #counts = new Float64Array(INITIAL);
  #totals = new Float64Array(INITIAL);
  #maxima = new Float64Array(INITIAL);
  #timed = new Uint8Array(INITIAL);
  readonly #errors: (Map<string, number> | undefined)[] = [];

  add(id: number, durationNs: number, errno: string | undefined): void {
    if (id >= this.#counts.length) this.#grow(id);
    this.#counts[id] = (this.#counts[id] ?? 0) + 1;
    if (!Number.isNaN(durationNs)) {
      this.#timed[id] = 1;
      this.#totals[id] = (this.#totals[id] ?? 0) + durationNs;
      if (durationNs > (this.#maxima[id] ?? 0)) this.#maxima[id] = durationNs;
    }
    if (errno !== undefined) this.#countError(id, errno);
  }

  /** Adds what was counted elsewhere. */
  addRow(id: number, row: SyscallTotals): void {
    if (id >= this.#counts.length) this.#grow(id);
    this.#counts[id] = (this.#counts[id] ?? 0) + row.count;
    if (row.totalNs !== undefined) {
      this.#timed[id] = 1;
      this.#totals[id] = (this.#totals[id] ?? 0) + row.totalNs;
      this.#maxima[id] = Math.max(this.#maxima[id] ?? 0, row.maxNs ?? 0);
    }
    for (const [errno, count] of Object.entries(row.errors)) this.#countError(id, errno, count);
  }

  totals(names: readonly string[]): SyscallTotals[] {
    const rows: SyscallTotals[] = [];
    names.forEach((name, id) => {
      const count = this.#counts[id] ?? 0;
      if (count === 0) return;
      const errors = Object.fromEntries(this.#errors[id] ?? []);
      if (this.#timed[id] === 1) {
        rows.push({ name, count, errors, totalNs: this.#totals[id] ?? 0, maxNs: this.#maxima[id] ?? 0 });
      } else rows.push({ name, count, errors });
    });
    return rows;
  }

  #countError(id: number, errno: string, count = 1): void {
    let errors = this.#errors[id];
    if (errors === undefined) {
      errors = new Map();
      this.#errors[id] = errors;
    }
    errors.set(errno, (errors.get(errno) ?? 0) + count);
  }

  #grow(id: number): void {
    const size = Math.max(id + 1, this.#counts.length * 2);
    this.#counts = copyInto(new Float64Array(size), this.#counts);
    this.#totals = copyInto(new Float64Array(size), this.#totals);
    this.#maxima = copyInto(new Float64Array(size), this.#maxima);
    const timed = new Uint8Array(size);
    timed.set(this.#timed);
    this.#timed = timed;
  }
}

const INITIAL = 512;

function copyInto(target: Float64Array, source: Float64Array): Float64Array<ArrayBuffer> {
  target.set(source);
  return target as Float64Array<ArrayBuffer>;
}
