import { TEXT_FORMATS } from '../../parsers/registry.ts';
import type { LineParser } from '../../parsers/types.ts';
import { GoOutput } from '../correlate/output/go-output.ts';
import { FramedLine } from '../ingest/lines.ts';
import { type Span, SpanStore } from '../model/span.ts';
import { redactor } from '../redact/redact.ts';
import { inert } from '../report/inert.ts';
import { printSeconds } from '../report/seconds.ts';
import type { TextOutput } from './output.ts';
import type { Progress } from './progress.ts';

const REFRESH_MS = 250;
const PLAIN_MS = 10_000;
const MOST_LINES = 6;
const MOST_WAITING = 20_000;
const UP_AND_CLEAR = '\u001b[1A\u001b[2K';
/** What a span that is open waits for, in words for a person who watches. */
const DOING: Readonly<Record<string, string>> = {
  fetch: 'waiting',
  connect: 'reaching',
  tls: 'handshake',
  transfer: 'receiving',
  lock: 'locked',
  'git-command': 'git',
};

/**
 * What is in flight, since when: refreshed in place on a terminal, a plain line every 10 s elsewhere. It is read from
 * the command's stderr by the parsers and the correlation that the analysis uses.
 */
export class LiveView {
  readonly #stream: TextOutput;
  readonly #inPlace: boolean;
  readonly #line = new FramedLine('stderr');
  readonly #store = new SpanStore();
  readonly #output = new GoOutput(this.#store);
  readonly #parsers: readonly LineParser[];
  readonly #timer: NodeJS.Timeout | undefined;
  readonly #startSeconds = now();
  readonly #clean = redactor();
  #drawn = 0;
  #ownLineOpen = false;
  #lastChange = now();
  #waiting: { readonly text: string; readonly seconds: number }[] = [];

  constructor(stream: TextOutput, progress: Progress) {
    this.#stream = stream;
    this.#inPlace = progress === 'auto' && stream.isTTY === true;
    const clock = { originSeconds: this.#startSeconds };
    this.#parsers = TEXT_FORMATS.map((format) =>
      format.create((record) => this.#output.on(record, undefined), clock),
    );
    const quiet = progress === 'none';
    this.#timer = quiet ? undefined : setInterval(() => this.#tick(), this.#inPlace ? REFRESH_MS : PLAIN_MS);
    this.#timer?.unref();
  }

  /** It is read when somebody looks: a command that is over by then is not slowed down. */
  onLine(text: string, seconds: number): void {
    this.#waiting.push({ text, seconds });
    if (this.#waiting.length >= MOST_WAITING) this.#readWaiting();
  }

  #readWaiting(): void {
    for (const { text, seconds } of this.#waiting) {
      const bytes = Buffer.from(text);
      this.#line.set(1, bytes, 0, bytes.length, (seconds - this.#startSeconds) * 1e9);
      if (this.#parsers.some((parser) => parser.push(this.#line) !== 'unparsed')) this.#lastChange = seconds;
    }
    this.#waiting = [];
  }

  /** When something was printed that says how it goes on, in seconds since the epoch. */
  get lastChange(): number {
    this.#readWaiting();
    return this.#lastChange;
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

  /** What is in flight, oldest first: age, what it waits for, what it is, and how much of it came. */
  inFlight(): string[] {
    this.#readWaiting();
    const at = (now() - this.#startSeconds) * 1e9;
    return this.#store.spans
      .filter((span) => span.endNs === undefined && DOING[span.kind] !== undefined)
      .sort((a, b) => a.startNs - b.startNs)
      .map((span) => {
        const age = printSeconds((at - span.startNs) / 1e9).padStart(8);
        const bytes = span.attributes['gotrace.bytes'];
        const came = bytes === undefined || bytes === 0 ? '' : ` (${Math.round(bytes / 1000)} kB)`;
        return `${age}  ${(DOING[span.kind] ?? '').padEnd(9)}  ${inert(this.#clean(subjectOf(span)))}${came}`;
      });
  }

  #summary(): string {
    const modules = new Map<string, boolean>();
    for (const { attributes, endNs } of this.#output.fetches) {
      const { 'gotrace.module': module, 'gotrace.version': version, 'url.full': url } = attributes;
      if (module === undefined || version === undefined) continue;
      const key = `${module}@${version}`;
      modules.set(key, modules.get(key) === true || (endNs !== undefined && url?.endsWith('.zip') === true));
    }
    const done = [...modules.values()].filter(Boolean).length;
    return `gotrace: ${done} of ${modules.size} modules`;
  }

  #tick(): void {
    const lines = this.inFlight();
    if (!this.#inPlace) {
      const first = lines[0];
      if (first !== undefined)
        this.#stream.write(
          `${this.#summary()}, ${lines.length} in flight; oldest: ${first.trim().replace(/ +/g, ' ')}\n`,
        );
      return;
    }
    // A prompt of the program stands on the line: drawing would hide it.
    if (this.#ownLineOpen) return;
    const columns = this.#stream.columns ?? 80;
    this.clear();
    if (lines.length === 0) return;
    const head = `${this.#summary()}, ${lines.length} in flight`;
    const all = [head, ...lines.slice(0, MOST_LINES)].map((line) => line.slice(0, columns - 1));
    this.#stream.write(`${all.join('\n')}\n`);
    this.#drawn = all.length;
  }
}

function subjectOf({ attributes, name }: Span): string {
  return attributes['url.full'] ?? attributes['process.command'] ?? name;
}

function now(): number {
  return (performance.timeOrigin + performance.now()) / 1000;
}
