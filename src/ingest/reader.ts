import { splitGlued } from '../../parsers/netdns/glued.ts';
import { TEXT_FORMATS, type TextRecord, TRACER_FORMATS, type TraceRecord } from '../../parsers/registry.ts';
import { stopsAtWork } from '../../parsers/strace/at-end.ts';
import { StraceParser } from '../../parsers/strace/parser.ts';
import {
  type Clock,
  type InputLine,
  type LineOutcome,
  type LineParser,
  sinceOrigin,
} from '../../parsers/types.ts';
import { failed, ok, type Result } from '../model/result.ts';
import { Beginning } from './beginning.ts';
import { endOfFile, linesFrom } from './chunks.ts';
import { type Input, pidOfName } from './input.ts';
import { LastLine } from './last-line.ts';
import { FramedLine, LineFramer } from './lines.ts';
import { SegmentReading } from './segment-reading.ts';
import type { SegmentPool } from './segments.ts';
import { settle } from './settle.ts';
import { COUNTERS, EMPTY, emptySummary, type InputSummary } from './summary.ts';
import { Tail } from './tail.ts';
import type { Wrapping } from './wrappings/types.ts';
import { unwrap } from './wrappings/unwrap.ts';

const END = { done: true, value: undefined } as const;
const KEPT_UNPARSED = 20;
/** What stands around a log that was pasted or recorded: Markdown's fences, script(1)'s first and last line. */
const NOISE = /^(?:```|~~~)\s*\w*\s*$|^Script (?:started|done)\b/;
const LONGEST_NOISE = 1000;
const LONGEST_TEXT_LINE = 64 * 1024;
const LONGEST_FIRST_LINE = 2000;
/** `PID EPOCH name(…` (-f -ttt), and `name(…` alone (-ff without times). */
const SEGMENTED = /^(?:\d+ +\d{9,}\.\d+ +)?[a-z_]\w*\(/;
/** -y: `read(3</path>`. */
const ANNOTATED = /^[^"]*\w\(\d+</m;

/** Reads one input: detects its format and wrapping from a sample, then drives the parsers line by line. */
export class InputReader {
  readonly summary: InputSummary;
  readonly #known: { readonly name: string } | undefined;
  readonly #input: Input;
  #chunks: AsyncGenerator<Uint8Array>;
  #segments: SegmentReading | undefined;
  readonly #hasSiblings: boolean;
  /** Records so far. */
  #given = 0;
  readonly #emit: (record: TraceRecord) => void;
  readonly #clock: Clock;
  readonly #framer: LineFramer;
  readonly #line: FramedLine;
  readonly #lastLine = new LastLine();
  readonly #tail = new Tail();
  /** A thread was at work as the log stopped; known when all is read, of a tracer's log without a wrapping. */
  stopsAtWork = false;
  #parsers: LineParser[] = [];
  #wrappings: readonly Wrapping[] = [];
  #plain = true;
  readonly #beginning: Beginning;
  strace: StraceParser | undefined;

  constructor(input: Input, clock: Clock, emit: (record: TraceRecord) => void, hasSiblings = false) {
    this.#hasSiblings = hasSiblings;
    this.summary = emptySummary(input.path);
    this.#input = input;
    this.#chunks = input.chunks();
    this.#beginning = new Beginning(this.#chunks);
    this.#known = input.format === undefined ? undefined : { name: input.format };
    this.#clock = clock;
    this.#emit = (record) => {
      this.#given++;
      emit(record);
    };
    this.#line = new FramedLine(input.path);
    this.#framer = new LineFramer(
      (bytes, start, end, isCut) => this.#onLine(bytes, start, end, isCut),
      (bytes, start) => this.#skim(bytes, start),
    );
  }

  /** Nothing was in it; known once `detect` has looked. */
  get isEmpty(): boolean {
    return this.summary.format === EMPTY;
  }

  /** Reads the beginning and settles the format. Fails where the input is empty, binary, or of no known format. */
  async detect(): Promise<Result<string>> {
    const { path } = this.summary;
    const settled = await this.#beginning.tell(path, this.#input.file, (sample) => this.#settle(sample));
    if (settled !== 'empty') return settled;
    this.summary.format = EMPTY;
    return failed(`${path}: the file is empty; nothing was recorded`);
  }

  /**
   * From here on the rest of a large strace log is read in segments, by the threads of `pool`. Only a log whose lines
   * have a date, or no time at all, can be: deltas and times of day depend on the line before.
   */
  readBySegments(pool: SegmentPool, segmentBytes?: number): void {
    const { file } = this.#input;
    const { strace, summary } = this;
    const head = this.#beginning.bytes;
    const start = head.lastIndexOf(0x0a) + 1;
    if (file === undefined || strace === undefined || !this.#plain || start === 0) return;
    if (!SEGMENTED.test(head.toString('latin1', 0, LONGEST_FIRST_LINE))) return;
    this.#beginning.cut(start);
    const log = { file, input: summary.path, start, pid: pidOfName(summary.path) };
    const reader = {
      strace,
      summary,
      clock: this.#clock,
      given: () => this.#given,
      emit: this.#emit,
      feed: (lines: Uint8Array) => this.#feed(lines),
      offer: (number: number, bytes: Uint8Array) => {
        this.#line.set(number, bytes, 0, bytes.length);
        this.#count(this.#offer(this.#line));
      },
    };
    this.#segments = new SegmentReading(log, reader, pool, segmentBytes);
  }

  #streamFrom(start: number): void {
    this.#chunks = linesFrom(this.#input.file ?? '', start);
    // Threads that have nothing to do take memory all the same; other inputs may need them.
    if (!this.#hasSiblings) this.#segments?.release();
    this.#segments = undefined;
  }

  /** Reads on; false at the end. */
  async pull(): Promise<boolean> {
    const waiting = this.#beginning.take();
    if (waiting !== undefined) {
      this.#feed(waiting);
      return true;
    }
    const segment = await this.#segments?.pull();
    if (segment === 'read') return true;
    // Other threads read it.
    if (segment === 'ended') this.#tail.push(endOfFile(this.#input.file ?? '', Tail.LENGTH));
    else if (segment !== undefined) this.#streamFrom(segment.streamFrom);
    const next = segment === 'ended' ? END : await this.#chunks.next();
    if (next.done) {
      this.#framer.end();
      this.#readLastAgain();
      this.strace?.end();
      for (const parser of this.#parsers) parser.end();
      this.stopsAtWork = this.strace !== undefined && this.#plain && stopsAtWork(this.#tail.take());
      return false;
    }
    this.#feed(next.value);
    return true;
  }

  #feed(chunk: Uint8Array): void {
    this.summary.bytes += chunk.length;
    this.#tail.push(chunk);
    this.#framer.push(chunk);
  }

  #settle(sample: string): Result<string> {
    const settled = settle(sample, this.summary.path, this.#known?.name);
    if (!settled.ok) return settled;
    const { format, wrappings, bare, isPlain } = settled.value;
    this.#wrappings = wrappings;
    this.#plain = isPlain;
    this.summary.format = format;
    this.#parsers = this.#createParsers(format, bare);
    return ok(format);
  }

  #createParsers(format: string, sample: string): LineParser[] {
    const text = TEXT_FORMATS.map((each) =>
      each.create((record: TextRecord) => this.#emit(record), this.#clock),
    );
    if (format === 'strace') {
      const pid = pidOfName(this.summary.path);
      const wantsAll = pid !== 0 && this.#hasSiblings && !ANNOTATED.test(sample);
      this.strace = new StraceParser(this.#emit, this.#clock, { pid, wantsAll });
      return text;
    }
    const tracer = TRACER_FORMATS.find((each) => each.name === format);
    return tracer === undefined ? text : [tracer.create(this.#emit, this.#clock), ...text];
  }

  /** Most lines of a strace log are counted only: runs of them are not cut into lines at all. */
  #skim(bytes: Uint8Array, start: number): number {
    const { strace, summary } = this;
    if (strace === undefined || !this.#plain) return start;
    const stop = strace.skim(bytes, start);
    summary.lines += strace.skimmed;
    summary.records += strace.skimmed;
    return stop;
  }

  #onLine(bytes: Uint8Array, start: number, end: number, isCut: boolean): void {
    const { summary } = this;
    const number = ++summary.lines;
    // strace reads bytes; what go prints has no lines this long, and its patterns need not look at them whole.
    const stop = this.strace === undefined ? Math.min(end, start + LONGEST_TEXT_LINE) : end;
    this.#line.set(number, bytes, start, stop, undefined, isCut);
    this.#count(this.#plain ? this.#offerPlain(this.#line) : this.#offerUnwrapped(this.#line));
  }

  #readLastAgain(): void {
    const { summary } = this;
    const again = this.strace === undefined ? undefined : this.#lastLine.readAgain(this.strace, this.#line);
    if (again === undefined) return;
    summary.unparsed--;
    summary[COUNTERS[again.outcome]]++;
    if (summary.firstUnparsed.at(-1)?.line === again.number) summary.firstUnparsed.pop();
  }

  #count(outcome: LineOutcome): void {
    const { summary } = this;
    summary[COUNTERS[outcome]]++;
    if (this.strace !== undefined) this.#lastLine.note(outcome, this.#line);
    if (outcome === 'unparsed' && summary.firstUnparsed.length < KEPT_UNPARSED)
      summary.firstUnparsed.push(this.#line.at());
  }

  #offerUnwrapped(line: FramedLine): LineOutcome {
    const { text, seconds } = unwrap(line.text(), this.#wrappings);
    const whole = Math.floor(seconds ?? 0);
    const timeNs =
      seconds === undefined
        ? undefined
        : sinceOrigin(this.#clock, whole, Math.round((seconds - whole) * 1e9));
    return this.#offerPieces(line, text.split('\n').flatMap(splitGlued), timeNs);
  }

  #offerPieces(line: FramedLine, pieces: readonly string[], timeNs: number | undefined): LineOutcome {
    let outcome: LineOutcome = 'unparsed';
    for (const piece of pieces) {
      line.unwrapped(piece, timeNs);
      const one = this.#offer(line);
      if (outcome === 'unparsed' || one === 'record') outcome = one;
    }
    return outcome;
  }

  /** A line without any wrapping. Only what go prints without a lock can be glued to another line. */
  #offerPlain(line: FramedLine): LineOutcome {
    if (this.strace === undefined && line.end - line.start < LONGEST_NOISE) {
      const pieces = splitGlued(line.text());
      if (pieces.length > 1) return this.#offerPieces(line, pieces, undefined);
    }
    return this.#offer(line);
  }

  #offer(line: InputLine): LineOutcome {
    if (this.strace !== undefined) {
      // The hot path: nearly every line of such an input is strace's.
      const outcome = this.strace.push(line);
      if (outcome !== 'unparsed') return outcome;
    }
    if (line.end - line.start > LONGEST_TEXT_LINE) return 'unparsed';
    let blank = true;
    for (let at = line.start; at < line.end && blank; at++) blank = (line.bytes[at] ?? 0) <= 0x20;
    if (blank && this.summary.format !== 'goroutines') return 'ignored';
    if (line.end - line.start < LONGEST_NOISE && NOISE.test(line.text())) return 'ignored';
    for (const parser of this.#parsers) {
      const outcome = parser.push(line);
      if (outcome !== 'unparsed') return outcome;
    }
    return blank ? 'ignored' : 'unparsed';
  }
}
