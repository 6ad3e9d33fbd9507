import { splitGlued } from '../../../parsers/netdns/glued.ts';
import { TEXT_FORMATS, type TextRecord } from '../../../parsers/registry.ts';
import { readBuffers, readString, splitArguments } from '../../../parsers/strace/arguments.ts';
import type { SyscallRecord } from '../../../parsers/strace/records.ts';
import type { Clock, LineParser, SourceLine } from '../../../parsers/types.ts';
import { FramedLine } from '../../ingest/lines.ts';
import type { Process } from '../processes/processes.ts';

/** A line that `-s N` cut short: it is completed from a separate stderr, where there is one. */
export interface CutLine {
  readonly text: string;
  /** Bytes of the whole line, as far as this write held it. */
  readonly length: number;
  readonly timeNs: number;
  readonly pid: number;
  readonly at: SourceLine;
}

const MAX_PARTIAL = 1024 * 1024;
const MAX_CUT_LINES = 100_000;

/**
 * go's stderr, put together again from `write(2, "…")`. println writes a line in pieces, and threads write between
 * one another's pieces, so the pieces are joined by thread.
 */
export class StderrReader {
  readonly cut: CutLine[] = [];
  readonly #emit: (record: TextRecord, process: Process, isCut: boolean) => void;
  /** Of what is being read, the log holds the beginning only. */
  #isCut = false;
  readonly #partial = new Map<number, { text: string; at: SourceLine; timeNs: number }>();
  readonly #parsers = new Map<number, readonly LineParser[]>();
  lines = 0;

  constructor(emit: (record: TextRecord, process: Process, isCut: boolean) => void) {
    this.#emit = emit;
  }

  onWrite(record: SyscallRecord, process: Process): void {
    const data = writtenBy(record);
    if (data === undefined) return;
    const { text } = data;
    const open = this.#partial.get(record.pid);
    const whole = (open?.text ?? '') + text;
    const at = open?.at ?? record.at;
    const timeNs = open?.timeNs ?? record.startNs;
    const lines = whole.split('\n');
    const rest = lines.pop() ?? '';
    // One write is one message: what was cut off may be the reason for its first line.
    this.#isCut = data.isCut;
    for (const line of lines) this.#onLine(line, at, timeNs, process);
    this.#isCut = false;
    this.#partial.delete(record.pid);
    if (rest === '') return;
    if (data.isCut)
      this.#onCut({
        text: rest,
        length: (open?.text.length ?? 0) + data.length,
        timeNs,
        pid: process.pid,
        at,
      });
    else if (rest.length < MAX_PARTIAL)
      this.#partial.set(record.pid, { text: rest, at, timeNs: lines.length > 0 ? record.startNs : timeNs });
  }

  /** Lines that never ended are read as they are. */
  finish(): void {
    for (const parsers of this.#parsers.values()) for (const parser of parsers) parser.end();
  }

  /** Reads a cut line for what it still tells. */
  readCut(line: CutLine, process: Process): void {
    this.#isCut = true;
    this.#onLine(line.text, line.at, line.timeNs, process);
    this.#isCut = false;
  }

  #onCut(line: CutLine): void {
    this.lines++;
    if (this.cut.length < MAX_CUT_LINES) this.cut.push(line);
  }

  #onLine(text: string, at: SourceLine, timeNs: number, process: Process): void {
    this.lines++;
    for (const piece of splitGlued(text)) {
      const line = new ReassembledLine(at, Buffer.from(piece), timeNs);
      for (const parser of this.#parsersOf(process)) if (parser.push(line) !== 'unparsed') break;
    }
  }

  #parsersOf(process: Process): readonly LineParser[] {
    const known = this.#parsers.get(process.pid);
    if (known !== undefined) return known;
    const clock: Clock = { originSeconds: 0 };
    const parsers = TEXT_FORMATS.map((format) =>
      format.create((record) => this.#emit(record, process, this.#isCut), clock),
    );
    this.#parsers.set(process.pid, parsers);
    return parsers;
  }
}

/** What a write or a writev wrote, as far as the log holds it; `length` is that of all of it. */
interface Written {
  readonly text: string;
  readonly length: number;
  readonly isCut: boolean;
}

/** `write(2, "…", 5)`, and musl's stdio: `writev(2, [{iov_base="…", iov_len=5}, …], 2)`. */
function writtenBy({ name, args, value }: SyscallRecord): Written | undefined {
  const [, first = '', length = '0'] = splitArguments(args);
  const whole = readString(first);
  const data = name === 'writev' ? [...readBuffers(first)] : whole === undefined ? [] : [whole];
  if (data.every(({ bytes }) => bytes.length === 0)) return undefined;
  return {
    text: Buffer.concat(data.map(({ bytes }) => bytes)).toString('utf8'),
    length: name === 'writev' ? (value ?? 0) : Number(length),
    isCut: data.some(({ cut }) => cut),
  };
}

/** A line whose evidence is the line of the tracer that shows it being written. */
class ReassembledLine extends FramedLine {
  readonly #at: SourceLine;

  constructor(at: SourceLine, bytes: Uint8Array, timeNs: number) {
    super(at.input);
    this.set(at.line, bytes, 0, bytes.length, timeNs);
    this.#at = at;
  }

  override at(): SourceLine {
    return this.#at;
  }
}
