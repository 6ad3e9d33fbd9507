import type { InputLine, SourceLine } from '../../parsers/types.ts';

const NEWLINE = 0x0a;
const RETURN = 0x0d;
/** Longer lines are cut: 10 MB lines are real (a build's command line under -v), a gigabyte without a newline is not. */
const MAX_LINE = 16 * 1024 * 1024;
/** How much of a line is kept as evidence. */
const MAX_EVIDENCE = 4096;
/** What stands for bytes that are no UTF-8. */
const REPLACEMENT = '\ufffd';

/** The one line object of an input: it is refilled for each line, so that a line costs no allocation. */
export class FramedLine implements InputLine {
  number = 0;
  timeNs: number | undefined;
  bytes: Uint8Array = new Uint8Array(0);
  start = 0;
  end = 0;
  isCut = false;
  readonly #input: string;
  #original: string | undefined;
  #beginning: string | undefined;
  #isAscii = false;
  /** Decoded once: several parsers look at a line. */
  #text: string | undefined;

  constructor(input: string) {
    this.#input = input;
  }

  set(number: number, bytes: Uint8Array, start: number, end: number, timeNs?: number, isCut = false): void {
    this.number = number;
    this.bytes = bytes;
    this.start = start;
    this.end = end;
    this.timeNs = timeNs;
    this.isCut = isCut;
    this.#original = undefined;
    this.#beginning = undefined;
    this.#text = undefined;
  }

  /** Replaces the content, for a line in a wrapping; `at()` goes on to give the line as it stands in the input. */
  unwrapped(content: string, timeNs: number | undefined): void {
    this.#original = this.#evidence();
    this.bytes = Buffer.from(content);
    this.start = 0;
    this.end = this.bytes.length;
    this.timeNs = timeNs;
    this.#text = content;
  }

  latin1(start: number, end: number): string {
    if (end <= start) return '';
    const from = start - this.start;
    const to = end - this.start;
    // A copy is made once, for the evidence; what is taken from it are views.
    if (to <= MAX_EVIDENCE && this.#original === undefined) {
      const text = this.#evidence();
      if (this.#isAscii) return text.slice(from, to);
    }
    return Buffer.from(this.bytes.buffer, this.bytes.byteOffset + start, end - start).toString('latin1');
  }

  text(): string {
    if (this.#original === undefined && this.end - this.start <= MAX_EVIDENCE) return this.#evidence();
    this.#text ??= decode(this.bytes, this.start, this.end);
    return this.#text;
  }

  at(): SourceLine {
    return { input: this.#input, line: this.number, text: this.#original ?? this.#evidence() };
  }

  /** The beginning of the line as it stands. */
  #evidence(): string {
    if (this.#beginning === undefined) {
      const length = Math.min(this.end - this.start, MAX_EVIDENCE);
      this.#beginning = decode(this.bytes, this.start, this.start + length);
      this.#isAscii = this.#beginning.length === length && !this.#beginning.includes(REPLACEMENT);
    }
    return this.#beginning;
  }
}

function decode(bytes: Uint8Array, start: number, end: number): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset + start, Math.max(0, end - start)).toString('utf8');
}

/** A line without its ending; `isCut` where the input ends before the line does. */
type OnLine = (bytes: Uint8Array, start: number, end: number, isCut: boolean) => void;

/** Deals with whole lines from `start` on by itself; gives where the first line begins that it leaves. */
export type Skim = (bytes: Uint8Array, start: number) => number;

/** Cuts chunks into lines; a line that spans chunks is joined. CR before LF is no part of the line. */
export class LineFramer {
  readonly #onLine: OnLine;
  readonly #skim: Skim | undefined;
  #rest: Uint8Array[] = [];
  #restLength = 0;

  constructor(onLine: OnLine, skim?: Skim) {
    this.#onLine = onLine;
    this.#skim = skim;
  }

  /** The chunk may be reused by the caller after this returns. */
  push(chunk: Uint8Array): void {
    let start = 0;
    let newline = chunk.indexOf(NEWLINE);
    if (this.#restLength > 0) {
      if (newline < 0) {
        this.#keep(chunk, 0);
        return;
      }
      this.#keep(chunk.subarray(0, newline), 0);
      this.#flush(false);
      start = newline + 1;
    }
    for (;;) {
      if (this.#skim !== undefined) start = this.#skim(chunk, start);
      newline = chunk.indexOf(NEWLINE, start);
      if (newline < 0) break;
      const end = chunk[newline - 1] === RETURN && newline > start ? newline - 1 : newline;
      this.#onLine(chunk, start, end, false);
      start = newline + 1;
    }
    this.#keep(chunk, start);
  }

  end(): void {
    if (this.#restLength > 0) this.#flush(true);
  }

  #keep(chunk: Uint8Array, start: number): void {
    const room = MAX_LINE - this.#restLength;
    // A copy: Buffer.slice would share memory with the chunk, which is reused.
    const piece = Buffer.from(chunk.subarray(start, Math.min(chunk.length, start + room)));
    if (piece.length === 0) {
      // An empty piece still counts where a newline ends a line that was kept before.
      return;
    }
    this.#rest.push(piece);
    this.#restLength += piece.length;
  }

  #flush(isCut: boolean): void {
    const line = this.#rest.length === 1 && this.#rest[0] ? this.#rest[0] : Buffer.concat(this.#rest);
    this.#rest = [];
    this.#restLength = 0;
    this.#onLine(line, 0, line[line.length - 1] === RETURN ? line.length - 1 : line.length, isCut);
  }
}
