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
  readonly #counts: Float64Array;
  readonly #totals: Float64Array;
  readonly #maxima: Float64Array;
  /** Only calls with durations have one. */
  readonly #histograms: (Uint32Array | undefined)[] = [];
  readonly #errors: (Map<string, number> | undefined)[] = [];

  /** For so many names, whose ids count from 0. */
  constructor(names: number) {
    this.#counts = new Float64Array(names);
    this.#totals = new Float64Array(names);
    this.#maxima = new Float64Array(names);
  }

  /** `durationNs` is NaN where it is not known. */
  add(id: number, durationNs: number, errno: string | undefined): void {
    this.#counts[id] = (this.#counts[id] ?? 0) + 1;
    if (!Number.isNaN(durationNs)) this.#addDuration(id, durationNs);
    if (errno !== undefined) this.#countError(id, errno);
  }

  #addDuration(id: number, durationNs: number): void {
    countDuration(this.#histogramOf(id), durationNs);
    this.#totals[id] = (this.#totals[id] ?? 0) + durationNs;
    if (durationNs > (this.#maxima[id] ?? 0)) this.#maxima[id] = durationNs;
  }

  /** Adds what was counted elsewhere. */
  addRow(id: number, row: SyscallTotals): void {
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
}

/** The totals of several logs as those of one. */
export function sumTotals(rows: readonly SyscallTotals[]): SyscallTotals[] {
  const names = [...new Set(rows.map((row) => row.name))];
  const ids = new Map(names.map((name, id) => [name, id]));
  const sums = new SyscallStatistics(names.length);
  for (const row of rows) sums.addRow(ids.get(row.name) ?? 0, row);
  return sums.totals(names);
}
