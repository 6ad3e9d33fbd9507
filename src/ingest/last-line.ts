import type { LineOutcome, LineParser } from '../../parsers/types.ts';
import type { FramedLine } from './lines.ts';

/** What strace shows of a call in one line is shorter, whatever -s says. */
const LONGEST = 64 * 1024;

/**
 * A log that was copied while strace was in a call ends in the middle of a line. Whoever pasted it may have put a line
 * ending behind that, so the last line with something in it is read once more, as one that is cut.
 */
export class LastLine {
  #unparsed: { readonly number: number; readonly bytes: Uint8Array } | undefined;

  note(outcome: LineOutcome, { number, bytes, start, end }: FramedLine): void {
    if (outcome === 'unparsed' && end - start <= LONGEST)
      this.#unparsed = { number, bytes: bytes.slice(start, end) };
    else if (outcome !== 'ignored') this.#unparsed = undefined;
  }

  /** What becomes of it now, and its number; undefined where it was understood, or still is not. */
  readAgain(
    parser: LineParser,
    line: FramedLine,
  ): { readonly outcome: LineOutcome; readonly number: number } | undefined {
    const last = this.#unparsed;
    if (last === undefined) return undefined;
    line.set(last.number, last.bytes, 0, last.bytes.length, undefined, true);
    const outcome = parser.push(line);
    return outcome === 'unparsed' ? undefined : { outcome, number: last.number };
  }
}
