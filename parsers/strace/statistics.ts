import { addHistogram, countDuration, emptyHistogram } from './histogram.ts';

/** Totals of one syscall. Seconds are absent where the log has no durations (-T). */
export interface SyscallTotals {
  readonly name: string;
  readonly count: number;
  readonly errors: Readonly<Record<string, number>>;
  readonly totalNs?: number;
  readonly maxNs?: number;
  /** How its durations are spread: see histogram.ts. */
  readonly histogram?: Uint32Array;
}

/** Counts every call without keeping any: memory does not grow with the log. */
export class SyscallStatistics {
  #counts = new Float64Array(INITIAL);
  #totals = new Float64Array(INITIAL);
  #maxima = new Float64Array(INITIAL);
  /** Only calls with durations have one. */
  readonly #histograms: (Uint32Array | undefined)[] = [];
  readonly #errors: (Map<string, number> | undefined)[] = [];

  add(id: number, durationNs: number, errno: string | undefined): void {
    if (id >= this.#counts.length) this.#grow(id);
    this.#counts[id] = (this.#counts[id] ?? 0) + 1;
    if (!Number.isNaN(durationNs)) {
      countDuration(this.#histogramOf(id), durationNs);
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
      const histogram = this.#histogramOf(id);
      if (row.histogram !== undefined) addHistogram(histogram, row.histogram);
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
      const histogram = this.#histograms[id];
      const timed =
        histogram === undefined
          ? {}
          : { totalNs: this.#totals[id] ?? 0, maxNs: this.#maxima[id] ?? 0, histogram };
      rows.push({ name, count, errors, ...timed });
    });
    return rows;
  }

  #histogramOf(id: number): Uint32Array {
    const known = this.#histograms[id];
    if (known !== undefined) return known;
    const histogram = emptyHistogram();
    this.#histograms[id] = histogram;
    return histogram;
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
  }
}

/** The totals of several logs as those of one. */
export function sumTotals(rows: readonly SyscallTotals[]): SyscallTotals[] {
  const names = [...new Set(rows.map((row) => row.name))];
  const ids = new Map(names.map((name, id) => [name, id]));
  const sums = new SyscallStatistics();
  for (const row of rows) sums.addRow(ids.get(row.name) ?? 0, row);
  return sums.totals(names);
}

const INITIAL = 512;

function copyInto(target: Float64Array, source: Float64Array): Float64Array<ArrayBuffer> {
  target.set(source);
  return target as Float64Array<ArrayBuffer>;
}
