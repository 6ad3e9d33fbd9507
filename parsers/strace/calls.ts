import { MINUS, QUESTION, SPACE } from './ascii.ts';
import { isDigit } from './bytes.ts';
import type { CallTail } from './call.ts';
import { Demand, demandOf, type Interest } from './interest.ts';
import { MOST_NAMES, NameTable } from './names.ts';
import { SyscallStatistics, type SyscallTotals } from './statistics.ts';

const UPPER_E = 0x45;

/** The system calls of a log: their names as numbers, what is of interest of each, and what each came to. */
export class Calls {
  readonly #interestOf: (name: string) => Interest;
  readonly #names = new NameTable();
  readonly #errnos = new NameTable();
  readonly #interests: Interest[] = [];
  readonly #demands = new Uint8Array(MOST_NAMES);
  readonly #statistics = new SyscallStatistics(MOST_NAMES);

  constructor(interestOf: (name: string) => Interest) {
    this.#interestOf = interestOf;
  }

  idOf(bytes: Uint8Array, start: number, end: number): number {
    return this.#names.idOf(bytes, start, end);
  }

  idOfText(name: string): number {
    return this.#names.idOfText(name);
  }

  nameOf(id: number): string {
    return this.#names.names[id] ?? '';
  }

  /** From here on names share an id. */
  get isFull(): boolean {
    return this.#names.isFull;
  }

  interestOf(id: number): Interest {
    const known = this.#interests[id];
    if (known !== undefined) return known;
    const interest = this.#interestOf(this.nameOf(id));
    this.#interests[id] = interest;
    this.#demands[id] = demandOf(interest);
    return interest;
  }

  /** One of `Demand`; of a name whose interest was not asked for, `Read`. */
  demandOf(id: number): number {
    return this.#demands[id] ?? Demand.Read;
  }

  /** The E… name of `-1 ENOENT (No such file or directory)` and of `? ERESTARTSYS (…)`. */
  errnoOf(bytes: Uint8Array, { retStart, retEnd }: CallTail): string | undefined {
    let at = retStart;
    if (bytes[at] === MINUS || bytes[at] === QUESTION) at++;
    // modify_ldt gives its errno as an unsigned number.
    while (isDigit(bytes[at])) at++;
    if (bytes[at] !== SPACE || bytes[++at] !== UPPER_E) return undefined;
    let stop = at;
    while (stop < retEnd && bytes[stop] !== SPACE) stop++;
    return this.#errnos.names[this.#errnos.idOf(bytes, at, stop)];
  }

  /** Counts a call that returned; `durationNs` is NaN where it is not known. */
  count(id: number, durationNs: number, errno: string | undefined): void {
    this.#statistics.add(id, durationNs, errno);
  }

  totals(): SyscallTotals[] {
    return this.#statistics.totals(this.#names.names);
  }

  /** Adds what was counted elsewhere. */
  addTotals(rows: readonly SyscallTotals[]): void {
    for (const row of rows) this.#statistics.addRow(this.idOfText(row.name), row);
  }
}
