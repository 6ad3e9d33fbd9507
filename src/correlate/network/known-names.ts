import { ELLIPSIS, isCut } from '../../../parsers/cut.ts';

/** A beginning that so many names have tells nothing. */
const MOST_CANDIDATES = 20;

/** Names that a log holds, whole or cut: what is cut in one place may stand whole in another. */
export class KnownNames {
  readonly #sorted: readonly string[];

  constructor(names: Iterable<string>) {
    this.#sorted = [...new Set(names)].sort();
  }

  /** A cut name as the one whole name that it can be the beginning of; else as long as any has it. */
  complete(name: string): string {
    if (!isCut(name)) return name;
    const longer = this.#beginningWith(name.slice(0, -ELLIPSIS.length)).filter((each) => each !== name);
    const whole = longer.filter((each) => !isCut(each));
    if (whole.length > 0) return whole.length === 1 ? (whole[0] ?? name) : name;
    const longest = longer.reduce((a, b) => (b.length > a.length ? b : a), name);
    return longer.every((each) => longest.startsWith(each.slice(0, -ELLIPSIS.length))) ? longest : name;
  }

  /** None, where there are too many. */
  #beginningWith(part: string): readonly string[] {
    let from = 0;
    for (let until = this.#sorted.length; from < until; ) {
      const middle = (from + until) >> 1;
      if ((this.#sorted[middle] ?? '') < part) from = middle + 1;
      else until = middle;
    }
    const some = this.#sorted.slice(from, from + MOST_CANDIDATES + 1).filter((each) => each.startsWith(part));
    return some.length > MOST_CANDIDATES ? [] : some;
  }
}
