import { BuildOutput } from '../../parsers/go-build/build-output.ts';
import { readGoX } from '../../parsers/go-x/format.ts';
import { readHttp2 } from '../../parsers/http2debug/format.ts';
import { readNetdns } from '../../parsers/netdns/format.ts';
import { splitGlued } from '../../parsers/netdns/glued.ts';
import { FramedLine } from '../ingest/lines.ts';

/** Which lines a person asked for themselves, and so gets to see. */
export interface Asked {
  readonly x: boolean;
  readonly netdns: boolean;
  readonly http2debug: boolean;
}

/** How the lines begin that gotrace asks go for: a piece of a line that can still become one of them is held back. */
const BEGINNINGS = ['# get ', '# lock ', 'go package net: ', 'http2: ', '20', '0.', '1.'];

/** One that is whole, or begins so (net/conf.go). */
const NETDNS_LINE = /^go package net: |; using Go's DNS resolver$/;

/** Tells the lines that gotrace asked for from the program's own. One that cannot be told is the program's. */
export class OwnLines {
  readonly #asked: Asked;
  readonly #tracerPrefix: string | undefined;
  readonly #beginnings: readonly string[];
  readonly #build = new BuildOutput();
  readonly #line = new FramedLine('stderr');
  /** Lines of netdns that another one fell into: what is left of each is still to come, on a line of its own. */
  #interrupted = 0;

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
    if (!this.#asked.netdns && this.#isNetdns(text)) return true;
    if (!this.#asked.http2debug && readHttp2(this.#line) !== undefined) return true;
    if (this.#asked.x) return false;
    const x = readGoX(this.#line);
    // `go: downloading` is printed without -x as well.
    if (x !== undefined) return x.kind !== 'downloading';
    return this.#build.isBuildLine(text);
  }

  /** A line that reads `true` or `files` is the program's, unless it is what is left of one of netdns. */
  #isNetdns(text: string): boolean {
    if (readNetdns(this.#line) === undefined && text !== '') return false;
    if (!NETDNS_LINE.test(text)) {
      if (this.#interrupted === 0) return false;
      this.#interrupted--;
    } else if (splitGlued(text).length > 1) this.#interrupted++;
    return true;
  }

  /** Whether a line that is not complete may yet turn out to be one that gotrace asked for. */
  mayBeAsked(partial: string): boolean {
    return (
      this.#interrupted > 0 ||
      this.#beginnings.some((each) => each.startsWith(partial) || partial.startsWith(each)) ||
      (!this.#asked.x && this.#build.mayBeBuildLine(partial))
    );
  }
}
