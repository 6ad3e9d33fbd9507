import { readGoX } from '../../parsers/go-x/format.ts';
import { FramedLine } from '../ingest/lines.ts';
import { inert } from '../report/inert.ts';
import { printSeconds } from '../report/seconds.ts';

export type Progress = 'auto' | 'plain' | 'none';

const REFRESH_MS = 250;
const PLAIN_MS = 10_000;
const MOST_LINES = 6;
const UP_AND_CLEAR = '\u001b[1A\u001b[2K';

interface InFlight {
  readonly what: string;
  readonly since: number;
}

/** What is in flight, since when: refreshed in place on a terminal, a plain line every 10 s elsewhere. */
export class LiveView {
  readonly #stream: NodeJS.WriteStream;
  readonly #inPlace: boolean;
  readonly #line = new FramedLine('stderr');
  readonly #open = new Map<string, InFlight>();
  readonly #modules = new Set<string>();
  readonly #timer: NodeJS.Timeout | undefined;
  #done = 0;
  #drawn = 0;
  #ownLineOpen = false;
  lastChange = now();

  constructor(stream: NodeJS.WriteStream, progress: Progress) {
    this.#stream = stream;
    this.#inPlace = progress === 'auto' && stream.isTTY === true;
    const quiet = progress === 'none';
    this.#timer = quiet ? undefined : setInterval(() => this.#tick(), this.#inPlace ? REFRESH_MS : PLAIN_MS);
    this.#timer?.unref();
  }

  onLine(text: string, seconds: number): void {
    const bytes = Buffer.from(text);
    this.#line.set(1, bytes, 0, bytes.length);
    const record = readGoX(this.#line);
    if (record === undefined) return;
    this.lastChange = seconds;
    if (record.kind === 'fetch-start')
      this.#open.set(record.url, { what: `get ${record.url}`, since: seconds });
    else if (record.kind === 'command-start')
      this.#open.set(record.command, { what: record.command, since: seconds });
    else if (record.kind === 'downloading') this.#modules.add(`${record.module}@${record.version}`);
    else if (record.kind === 'fetch-end' || record.kind === 'command-end') {
      this.#open.delete(record.kind === 'fetch-end' ? record.url : record.command);
      this.#done++;
    }
  }

  /** Before anything else is written to the terminal. `endsLine` says whether that leaves the cursor at a line's start. */
  clear(endsLine = true): void {
    if (this.#drawn > 0) this.#stream.write(UP_AND_CLEAR.repeat(this.#drawn));
    this.#drawn = 0;
    this.#ownLineOpen = !endsLine;
  }

  stop(): void {
    clearInterval(this.#timer);
    this.clear();
  }

  /** What is in flight, oldest first. */
  inFlight(): string[] {
    const at = now();
    return [...this.#open.values()]
      .sort((a, b) => a.since - b.since)
      .map(({ what, since }) => `${printSeconds(at - since).padStart(8)}  ${inert(what)}`);
  }

  #tick(): void {
    if (!this.#inPlace) {
      const first = this.inFlight()[0];
      if (first !== undefined)
        this.#stream.write(
          `gotrace: ${this.#done} done, ${this.#open.size} in flight; oldest ${first.trim()}\n`,
        );
      return;
    }
    // A prompt of the program stands on the line: drawing would hide it.
    if (this.#ownLineOpen) return;
    const lines = this.inFlight().slice(0, MOST_LINES);
    const columns = this.#stream.columns ?? 80;
    this.clear();
    if (lines.length === 0) return;
    const head = `gotrace: ${this.#done} done, ${this.#open.size} in flight`;
    const all = [head, ...lines].map((line) => line.slice(0, columns - 1));
    this.#stream.write(`${all.join('\n')}\n`);
    this.#drawn = all.length;
  }
}

function now(): number {
  return (performance.timeOrigin + performance.now()) / 1000;
}
