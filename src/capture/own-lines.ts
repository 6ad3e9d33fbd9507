import { BuildOutput } from '../../parsers/go-build/build-output.ts';
import { readGoX } from '../../parsers/go-x/format.ts';
import { readHttp2 } from '../../parsers/http2debug/format.ts';
import { readNetdns } from '../../parsers/netdns/format.ts';
import { FramedLine } from '../ingest/lines.ts';

/** Which lines a person asked for themselves, and so gets to see. */
export interface Asked {
  readonly x: boolean;
  readonly netdns: boolean;
  readonly http2debug: boolean;
}

/** How the lines begin that gotrace asks go for: a piece of a line that can still become one of them is held back. */
const BEGINNINGS = [
  '# get ',
  '# lock ',
  'go package net: ',
  'http2: ',
  '20',
  '0.',
  '1.',
  'false',
  'true',
  '  netGo = ',
];

/** Tells the lines that gotrace asked for from the program's own. One that cannot be told is the program's. */
export class OwnLines {
  readonly #asked: Asked;
  readonly #tracerPrefix: string | undefined;
  readonly #beginnings: readonly string[];
  readonly #build = new BuildOutput();
  readonly #line = new FramedLine('stderr');

  /** Where a tracer shares the command's stderr, what it says of its log begins with `tracerPrefix`. */
  constructor(asked: Asked, tracerPrefix?: string) {
    this.#asked = asked;
    this.#tracerPrefix = tracerPrefix;
    this.#beginnings = tracerPrefix === undefined ? BEGINNINGS : [...BEGINNINGS, tracerPrefix];
  }

  isTracers(text: string): boolean {
    return this.#tracerPrefix !== undefined && text.startsWith(this.#tracerPrefix);
  }

  /** True where the line is there only because gotrace asked for it. */
  isAsked(text: string): boolean {
    const bytes = Buffer.from(text);
    this.#line.set(1, bytes, 0, bytes.length);
    if (!this.#asked.netdns && readNetdns(this.#line) !== undefined && text.trim() !== '') return true;
    if (!this.#asked.http2debug && readHttp2(this.#line) !== undefined) return true;
    if (this.#asked.x) return false;
    const x = readGoX(this.#line);
    // `go: downloading` is printed without -x as well.
    if (x !== undefined) return x.kind !== 'downloading';
    return this.#build.isBuildLine(text);
  }

  /** Whether a line that is not complete may yet turn out to be one that gotrace asked for. */
  mayBeAsked(partial: string): boolean {
    return (
      this.#beginnings.some((each) => each.startsWith(partial) || partial.startsWith(each)) ||
      (!this.#asked.x && this.#build.mayBeBuildLine(partial))
    );
  }
}
