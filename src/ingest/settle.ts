import { failed, ok, type Result } from '../model/result.ts';
import { detectFormat, isKnown } from './detect.ts';
import type { Wrapping } from './wrappings/types.ts';
import { detectWrappings, unwrap, withoutAnsi } from './wrappings/unwrap.ts';

export interface Settled {
  readonly format: string;
  /** What a CI system or a terminal put around each line. */
  readonly wrappings: readonly Wrapping[];
  /** The sample without it. */
  readonly bare: string;
  /** There is none, and no colour. */
  readonly isPlain: boolean;
}

/** What a log is, by its beginning; `known` is what it is where the beginning does not tell. */
export function settle(sample: string, path: string, known: string | undefined): Result<Settled> {
  const wrappings = detectWrappings(sample, isKnown);
  const isPlain = wrappings.length === 0 && !sample.includes('\u001b');
  const bare = isPlain
    ? sample
    : sample
        .split('\n')
        .map((line) => unwrap(line, wrappings).text)
        .join('\n');
  const format = detectFormat(bare)?.name ?? detectFormat(withoutAnsi(sample))?.name ?? known;
  if (format === undefined)
    return failed(
      `${path}: unknown format; gotrace reads strace, ltrace, go -x, GODEBUG=netdns/http2debug output and goroutine dumps`,
    );
  return ok({ format, wrappings, bare, isPlain });
}

/** Of a report of ours: it quotes lines of logs, and is none. */
export function reportVersion(beginning: string): string | undefined {
  return /^\s*\{\s*"schemaVersion":\s*(\d+)/.exec(beginning)?.[1];
}
