import type { Format, InputLine, LineOutcome, LineParser, SourceLine } from '../types.ts';

/** One goroutine of a dump (runtime/traceback.go): what it waits for, and its frames, deepest first. */
export interface GoroutineRecord {
  readonly kind: 'goroutine';
  readonly at: SourceLine;
  readonly timeNs: number | undefined;
  readonly id: number;
  /** `IO wait`, `select`, `chan receive`, `syscall`, … */
  readonly state: string;
  /** Since when, in whole minutes; the runtime prints it from one minute on. */
  readonly minutes?: number;
  readonly frames: readonly Frame[];
  /** The program ended by itself (a panic, a deadlock); nobody asked for its goroutines. */
  readonly isPanic: boolean;
}

export interface Frame {
  /** `net.(*sysDialer).dialTCP`, without its arguments. */
  readonly function: string;
  readonly at: SourceLine;
}

export const goroutines: Format<GoroutineRecord> = {
  name: 'goroutines',
  detect: (sample) => (/^(?:SIGQUIT: quit|goroutine \d+ .*\[)/m.test(sample) ? 0.95 : 0),
  create: (emit) => new GoroutineParser(emit),
};

const HEADER =
  /^goroutine (\d+)(?: gp=\S+)?(?: m=\S+)?(?: mp=\S+)? \[([^,\]]+)(?:, (\d+) minutes)?[^\]]*\]:\s*$/;
const FRAME = /^(?:created by )?([\w./%~·*()[\],{}…-]+?)(?:\([^()]*\))?(?: in goroutine \d+)?\s*$/;
const LOCATION = /^\t\S.*(?::\d+|\?\?\?)/;
const NOTICE =
  /^(?:SIG\w+: |PC=|\.\.\.(?:additional|\d+ frames)|r[a-z0-9]{1,2}\s+0x|rip\s|rflags\s|cs\s|fs\s|gs\s|goroutine running on other thread|exit status \d|\[signal |panic: |fatal error: )/;
const PANIC = /^(?:panic: |fatal error: )/;
const MAX_FRAMES = 200;

class GoroutineParser implements LineParser {
  readonly #emit: (record: GoroutineRecord) => void;
  #open: { header: RegExpExecArray; at: SourceLine; timeNs: number | undefined; frames: Frame[] } | undefined;

  #isPanic = false;

  constructor(emit: (record: GoroutineRecord) => void) {
    this.#emit = emit;
  }

  push(line: InputLine): LineOutcome {
    const text = line.text();
    const header = HEADER.exec(text);
    if (header !== null) {
      this.end();
      this.#open = { header, at: line.at(), timeNs: line.timeNs, frames: [] };
      return 'record';
    }
    if (NOTICE.test(text)) {
      if (PANIC.test(text)) this.#isPanic = true;
      else if (text.startsWith('SIGQUIT: ')) this.#isPanic = false;
      return 'ignored';
    }
    if (this.#open === undefined) return 'unparsed';
    if (text.trim() === '') {
      this.end();
      return 'ignored';
    }
    if (LOCATION.test(text)) return 'continued';
    const frame = FRAME.exec(text)?.[1];
    if (frame === undefined) return 'unparsed';
    const { frames } = this.#open;
    if (!text.startsWith('created by') && frames.length < MAX_FRAMES)
      frames.push({ function: frame, at: line.at() });
    return 'continued';
  }

  end(): void {
    const open = this.#open;
    this.#open = undefined;
    if (open === undefined) return;
    const { header, at, timeNs, frames } = open;
    const [, id, state = '', minutes] = header;
    this.#emit({
      kind: 'goroutine',
      at,
      timeNs,
      id: Number(id),
      state,
      ...(minutes === undefined ? {} : { minutes: Number(minutes) }),
      frames,
      isPanic: this.#isPanic,
    });
  }
}
