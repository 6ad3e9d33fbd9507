import { TEXT_FORMATS, TRACER_FORMATS } from '../../parsers/registry.ts';

const LONGEST_SAMPLE_LINE = 2000;
const BINARY_SAMPLE = 8192;

const FORMATS = [...TRACER_FORMATS, ...TEXT_FORMATS];

/** Whether any format knows a line. */
export function isKnown(line: string): boolean {
  return FORMATS.some((format) => format.detect(line) > 0);
}

/** The format that most of a sample's lines are of; undefined where none knows any. */
export function detectFormat(sample: string): { readonly name: string } | undefined {
  const scored = FORMATS.map((format) => ({ name: format.name, score: format.detect(sample) }));
  const best = scored.reduce((a, b) => (b.score > a.score ? b : a));
  return best.score > 0 ? best : undefined;
}

/** The lines that formats are told by: not the one that a sample cut, and of long ones their beginning. */
export function sampleOf(text: string, isCut: boolean): string {
  const lines = text.split('\n');
  if (isCut && lines.length > 1) lines.pop();
  return `${lines.map((line) => line.slice(0, LONGEST_SAMPLE_LINE)).join('\n')}\n`;
}

/** Text may hold some NUL bytes; a binary file holds many. */
export function isBinary(head: Uint8Array): boolean {
  let zeros = 0;
  const length = Math.min(head.length, BINARY_SAMPLE);
  for (let at = 0; at < length; at++) if (head[at] === 0) zeros++;
  return zeros > length / 100;
}
