import { type Asked, OwnLines } from './own-lines.ts';

export interface StderrTapOptions {
  readonly asked: Asked;
  /** Each whole line, with the Unix seconds of its arrival. */
  readonly onLine: (text: string, seconds: number) => void;
  /** The program's own bytes, as they came. */
  readonly passThrough: (bytes: Uint8Array) => void;
  readonly now: () => number;
  /** A tracer that shares the command's stderr: what it says begins with this, and is neither kept nor shown. */
  readonly tracerPrefix?: string;
  readonly onTracerLine?: () => void;
}

/** A progress bar that is drawn over and over has no line end: from here on it is taken for a line. */
const LONGEST_LINE = 1024 * 1024;

/** Goes between the command's stderr and ours: stamps every line, and passes the program's own on, byte for byte. */
export class StderrTap {
  readonly #options: StderrTapOptions;
  readonly #own: OwnLines;
  #partial: Buffer = Buffer.alloc(0);
  /** How much of the partial line was passed on already. */
  #passed = 0;
  #dumpAsked = false;
  #inDump = false;

  constructor(options: StderrTapOptions) {
    this.#options = options;
    this.#own = new OwnLines(options.asked, options.tracerPrefix);
  }

  push(chunk: Uint8Array): void {
    const seconds = this.#options.now();
    let rest = this.#partial.length === 0 ? Buffer.from(chunk) : Buffer.concat([this.#partial, chunk]);
    for (let newline = rest.indexOf(0x0a); newline >= 0; newline = rest.indexOf(0x0a)) {
      this.#onLine(rest.subarray(0, newline + 1), seconds);
      rest = rest.subarray(newline + 1);
    }
    if (rest.length > LONGEST_LINE) {
      this.#onLine(rest, seconds);
      rest = rest.subarray(rest.length);
    }
    this.#partial = Buffer.from(rest);
    // A prompt has no line end: it is shown at once, unless it may be the beginning of a line that gotrace asked for.
    if (
      rest.length > this.#passed &&
      !this.#dumpAsked &&
      (this.#passed > 0 || !this.#own.mayBeAsked(rest.toString('utf8')))
    ) {
      this.#options.passThrough(rest.subarray(this.#passed));
      this.#passed = rest.length;
    }
  }

  /** From now on a goroutine dump is there because gotrace asked for it: it is kept, and not shown. */
  holdBackDump(): void {
    this.#dumpAsked = true;
  }

  end(): void {
    if (this.#partial.length > 0) this.#onLine(this.#partial, this.#options.now());
    this.#partial = Buffer.alloc(0);
  }

  #onLine(line: Uint8Array, seconds: number): void {
    const text = Buffer.from(line)
      .toString('utf8')
      .replace(/\r?\n$/, '');
    if (this.#passed === 0 && this.#own.isTracers(text)) {
      this.#options.onTracerLine?.();
      return;
    }
    this.#options.onLine(text, seconds);
    if (this.#dumpAsked && /^SIGQUIT: quit/.test(text)) this.#inDump = true;
    const asked = this.#inDump || this.#own.isAsked(text);
    if (this.#passed > 0 || !asked) this.#options.passThrough(line.subarray(this.#passed));
    this.#passed = 0;
  }
}
