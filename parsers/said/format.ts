import type { Format, InputLine, LineOutcome, LineParser, SourceLine } from '../types.ts';

/** Of what a command printed and no other format knows, the line that may be the reason for its failure. */
export interface SaidRecord {
  readonly kind: 'said';
  readonly at: SourceLine;
  readonly timeNs: number | undefined;
  readonly text: string;
}

/** Behind all others: its lines stay `unparsed`, for what they mean is not known. */
export const said: Format<SaidRecord> = {
  name: 'said',
  detect: () => 0,
  create: (emit) => new LastWords(emit),
};

/** What stands further from the end was gone on from. */
const MOST_LINES = 100;
const LONGEST_LINE = 2000;
/** What is indented belongs to something else: code in a traceback, the list of flags below a usage. */
const TELLING =
  /^(?=\S).*?\b(?:errors?|ERR!|fatal|fail(?:ed|ure)?|cannot|can't|could not|couldn't|denied|refused|invalid|unknown|unable|undefined|missing|is not|not (?:found|defined|allowed|supported|permitted)|no (?:such|rule)|timed out|exception)\b/i;
/** Harmless, or what follows from the reason: `make: *** [deps] Error 1`, the frames of a stack, where a log was written. */
const NO_REASON =
  /^\s*(?:(?:npm )?warn(?:ing)?\b|npm (?:error|ERR!)\s*$|make(?:\[\d+\])?: (?:\*\*\* \[|Leaving|Entering)|exit status \d|at |File "|Traceback )|complete log of this run|^\W*$/i;

/** A command that fails says why, if it does, in its last lines: the first of those that tells. */
class LastWords implements LineParser {
  readonly #emit: (record: SaidRecord) => void;
  /** A ring: the line after the newest is the oldest. */
  readonly #ring: SaidRecord[] = [];
  #next = 0;

  constructor(emit: (record: SaidRecord) => void) {
    this.#emit = emit;
  }

  push(line: InputLine): LineOutcome {
    if (line.end - line.start > LONGEST_LINE) return 'unparsed';
    this.#ring[this.#next] = { kind: 'said', at: line.at(), timeNs: line.timeNs, text: line.text() };
    this.#next = (this.#next + 1) % MOST_LINES;
    return 'unparsed';
  }

  end(): void {
    const last = [...this.#ring.slice(this.#next), ...this.#ring.slice(0, this.#next)];
    const record = last.find(({ text }) => TELLING.test(text) && !NO_REASON.test(text));
    if (record !== undefined) this.#emit(record);
  }
}
