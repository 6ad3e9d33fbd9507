import type { Clock, Format, LineOutcome } from '../../parsers/types.ts';
import { FramedLine, LineFramer } from '../../src/ingest/lines.ts';

export interface Parsed<R> {
  readonly records: R[];
  readonly outcomes: Record<LineOutcome, number>;
  readonly lines: number;
}

/** Frames and parses bytes that come in pieces. */
export function parse<R>(format: Pick<Format<R>, 'create'>, chunks: readonly Uint8Array[]): Parsed<R> {
  const records: R[] = [];
  const outcomes: Record<LineOutcome, number> = { record: 0, continued: 0, ignored: 0, unparsed: 0 };
  const clock: Clock = { originSeconds: undefined };
  const parser = format.create((record) => records.push(record), clock);
  const line = new FramedLine('input');
  let lines = 0;
  const framer = new LineFramer((bytes, start, end, isCut) => {
    line.set(++lines, bytes, start, end, undefined, isCut);
    outcomes[parser.push(line)]++;
  });
  for (const chunk of chunks) framer.push(chunk);
  framer.end();
  parser.end();
  return { records, outcomes, lines };
}

export function parseText<R>(format: Pick<Format<R>, 'create'>, text: string): Parsed<R> {
  return parse(format, [Buffer.from(text, 'latin1')]);
}

/** The same bytes, cut at these places. */
export function cutAt(bytes: Uint8Array, places: readonly number[]): Uint8Array[] {
  const sorted = [...new Set(places.map((place) => place % (bytes.length + 1)))].sort((a, b) => a - b);
  const chunks: Uint8Array[] = [];
  let from = 0;
  for (const place of [...sorted, bytes.length]) {
    chunks.push(bytes.subarray(from, place));
    from = place;
  }
  return chunks;
}
