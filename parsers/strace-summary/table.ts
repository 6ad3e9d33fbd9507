/**
 * The titles that `-c` can print, in any order (-U): count.c of strace, `cdesc`. `% time` is the only one of two words.
 */
const TITLE =
  '(?:% time|seconds|usecs/call|calls|errors|syscall|shortest|longest|wall-(?:total|min|max|avg))';
const HEAD = new RegExp(`^ *${TITLE}(?: +${TITLE})* *$`);
const TITLES = new RegExp(TITLE, 'g');
const RULE = /^-{4,}(?: -{4,})* *$/;

/** Reads a table by the columns that its head names and its rule measures: a column may be blank. */
export class TableReader {
  #titles: readonly string[] = [];
  #ends: readonly number[] = [];
  #rules = 0;

  /** What a line is to the table. Rows are given by column; `total` is the row below the second rule. */
  read(text: string): 'head' | 'rule' | 'total' | ReadonlyMap<string, string> | undefined {
    if (isTableHead(text)) {
      this.#titles = text.match(TITLES) ?? [];
      this.#rules = 0;
      return 'head';
    }
    if (this.#titles.length === 0) return undefined;
    if (RULE.test(text)) {
      this.#rules++;
      this.#ends = [...text.matchAll(/-+/g)].map((dashes) => dashes.index + dashes[0].length);
      return 'rule';
    }
    const row = this.#row(text);
    if (row !== undefined && this.#rules === 1) return row;
    this.#titles = [];
    return row === undefined ? undefined : 'total';
  }

  #row(text: string): ReadonlyMap<string, string> | undefined {
    if (this.#rules === 0 || this.#titles.length !== this.#ends.length) return undefined;
    const row = new Map<string, string>();
    let start = 0;
    for (const [index, title] of this.#titles.entries()) {
      let end = index === this.#titles.length - 1 ? text.length : (this.#ends[index] ?? 0);
      // A number that is wider than its column pushes the others on.
      while (end < text.length && text[end] !== ' ') end++;
      row.set(title, text.slice(start, end).trim());
      start = end;
    }
    return [...row].every(([title, value]) => (title === 'syscall' ? NAME : NUMBER).test(value))
      ? row
      : undefined;
  }
}

const NAME = /^\w+$/;
const NUMBER = /^(?:\d+(?:\.\d+)?)?$/;

/** A title alone could be a program's word. */
export function isTableHead(text: string): boolean {
  return HEAD.test(text) && (text.match(TITLES)?.length ?? 0) > 1;
}
