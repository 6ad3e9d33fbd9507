/** A string of JSON, or of Go's %q, that holds an escaped newline or quote. */
const STRING = /"(?:[^"\\]|\\.)*\\[n"](?:[^"\\]|\\.)*"/;

/** The lines of what go printed, where a tool's own log holds it as one string; none where there is no such string. */
export function linesInString(text: string): string[] {
  if (!text.includes('\\n') && !text.includes('\\"')) return [];
  const string = STRING.exec(text)?.[0];
  if (string === undefined) return [];
  return string
    .slice(1, -1)
    .replace(/\\(.)/g, (_, escaped: string) => ESCAPES[escaped] ?? escaped)
    .split('\n');
}

const ESCAPES: Readonly<Record<string, string>> = { n: '\n', t: '\t', r: '\r' };
