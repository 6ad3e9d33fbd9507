import { failed, type Result } from '../model/result.ts';
import { endOfFile } from './chunks.ts';
import { isBinary, sampleOf } from './detect.ts';
import { reportVersion } from './settle.ts';

const SAMPLE = 256 * 1024;
const FIRST_SAMPLE = 24 * 1024;
/** What is looked through for a first line of a known format. */
const LONGEST_PREAMBLE = 16 * 1024 * 1024;

/** The beginning of an input: read in samples as far as it takes to tell what it is, and kept to be read as a log. */
export class Beginning {
  readonly #chunks: AsyncGenerator<Uint8Array>;
  #kept: Uint8Array[] = [];

  constructor(chunks: AsyncGenerator<Uint8Array>) {
    this.#chunks = chunks;
  }

  /** What was read and not taken yet. */
  get bytes(): Buffer {
    return Buffer.concat(this.#kept);
  }

  /** Leaves so much of it to be taken. */
  cut(length: number): void {
    this.#kept = [this.bytes.subarray(0, length)];
  }

  /** The next piece of what was read; undefined once all of it was taken. */
  take(): Uint8Array | undefined {
    return this.#kept.shift();
  }

  /**
   * What `settle` says of the first sample of which it knows the format, or of the end of `file`, where errors stand.
   * Fails where the input is binary, a report of ours, or of no known format; `empty` where there is nothing in it.
   */
  async tell(
    path: string,
    file: string | undefined,
    settle: (sample: string) => Result<string>,
  ): Promise<Result<string> | 'empty'> {
    const head = await this.#readSample();
    if (head.length === 0) return 'empty';
    if (isBinary(head))
      return failed(`${path}: is a binary file, not a log; give the text that strace, ltrace or go printed`);
    const version = reportVersion(head.toString('utf8', 0, FIRST_SAMPLE));
    if (version !== undefined)
      return failed(
        `${path}: is a gotrace report (schema ${version}), not a log; give the logs that it was made from`,
      );
    let settled: Result<string> | undefined;
    for await (const sample of this.#samples(head, file)) {
      settled = settle(sample);
      if (settled.ok) break;
    }
    return settled ?? 'empty';
  }

  /** What a format may be told by, soonest first: the beginning tells nearly always. */
  async *#samples(head: Buffer, file: string | undefined): AsyncGenerator<string> {
    yield sampleOf(head.toString('utf8', 0, FIRST_SAMPLE), head.length > FIRST_SAMPLE);
    if (head.length <= FIRST_SAMPLE) return;
    yield sampleOf(head.toString('utf8'), head.length >= SAMPLE);
    if (file !== undefined) yield sampleOf(endOfFile(file, SAMPLE).toString('utf8'), false);
    // A build may print megabytes before go says its first word.
    for (let length = head.length; length < LONGEST_PREAMBLE; ) {
      const sample = await this.#readSample();
      if (sample.length === 0) return;
      length += sample.length;
      yield sampleOf(sample.toString('utf8'), sample.length >= SAMPLE);
    }
  }

  /** About as many bytes as a sample has; none at the end. */
  async #readSample(): Promise<Buffer> {
    const read: Uint8Array[] = [];
    let length = 0;
    while (length < SAMPLE) {
      const next = await this.#chunks.next();
      if (next.done) break;
      // A copy: the chunk's memory is used again.
      read.push(Buffer.from(next.value));
      length += next.value.length;
    }
    this.#kept.push(...read);
    return Buffer.concat(read);
  }
}
