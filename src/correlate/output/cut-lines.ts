import type { SourceLine } from '../../../parsers/types.ts';
import type { CutLine } from './stderr.ts';

/** `-s N` cuts at one length; pieces of a line that were joined add some. */
const MAX_SIZES = 32;
/** How many words of a CI runner's or a journal's stamp may stand before what was printed. */
const MAX_STAMP_WORDS = 6;

/** Threads write at once: the tracer shows what a pipe took in another order, a little. */
const SLACK_NS = 0.5e9;

/**
 * Lines of which the tracer shows the beginning and how long they were. A line of a separate stderr completes the first one
 * that began like it and was as long (URLs of one proxy begin alike), and that was not written before what stands above it.
 */
export class CutLines {
  /** Waiting lines, the last one first, by their length and beginning. */
  readonly #waiting = new Map<string, CutLine[]>();
  readonly #sizes = new Set<number>();
  readonly #passedOver: CutLine[] = [];
  #input: string | undefined;
  #latestNs = Number.NEGATIVE_INFINITY;

  constructor(lines: readonly CutLine[]) {
    for (const line of lines) {
      if (this.#sizes.size < MAX_SIZES) this.#sizes.add(line.text.length);
      const key = keyOf(line.length, line.text);
      const alike = this.#waiting.get(key);
      if (alike === undefined) this.#waiting.set(key, [line]);
      else alike.push(line);
    }
    for (const alike of this.#waiting.values()) alike.reverse();
  }

  /** The line that this one of a separate stderr completes. */
  take({ input, text }: SourceLine): CutLine | undefined {
    if (this.#sizes.size === 0) return undefined;
    if (input !== this.#input) this.#latestNs = Number.NEGATIVE_INFINITY;
    this.#input = input;
    for (const start of beginnings(text)) {
      const printed = text.slice(start);
      const length = Buffer.byteLength(printed) + '\n'.length;
      for (const size of this.#sizes) {
        const found = this.#next(keyOf(length, printed.slice(0, size)));
        if (found === undefined) continue;
        this.#latestNs = Math.max(this.#latestNs, found.timeNs);
        return found;
      }
    }
    return undefined;
  }

  #next(key: string): CutLine | undefined {
    const alike = this.#waiting.get(key);
    for (let line = alike?.pop(); line !== undefined; line = alike?.pop()) {
      if (line.timeNs >= this.#latestNs - SLACK_NS) return line;
      this.#passedOver.push(line);
    }
    return undefined;
  }

  /** What nothing completed, in the order of the log. */
  rest(): CutLine[] {
    const left = [...this.#passedOver, ...[...this.#waiting.values()].flat()];
    return left.sort((a, b) => a.timeNs - b.timeNs);
  }
}

function keyOf(length: number, beginning: string): string {
  return `${length} ${beginning}`;
}

/** Where what was printed may begin in a line: behind a stamp, or behind a piece of a line of netdns. */
function* beginnings(line: string): Generator<number> {
  yield 0;
  let at = -1;
  for (let words = 0; words < MAX_STAMP_WORDS; words++) {
    at = line.indexOf(' ', at + 1);
    if (at < 0) break;
    yield at + 1;
  }
  const glued = line.lastIndexOf('# get http');
  if (glued > 0) yield glued;
}
