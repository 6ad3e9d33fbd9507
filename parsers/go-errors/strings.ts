/**
 * The lines of what go printed, where a tool's own log holds it as one string of JSON, or of Go's %q; none where there
 * is no such string. Only the first that holds an escaped newline or quote is looked at.
 */
export function linesInString(text: string): string[] {
  if (!text.includes('\\n') && !text.includes('\\"')) return [];
  for (let open = text.indexOf('"'); open >= 0; ) {
    const { close, isEscaped } = stringAt(text, open);
    if (isEscaped) return unescaped(text.slice(open + 1, close)).split('\n');
    open = text.indexOf('"', close + 1);
  }
  return [];
}

/** Of a string that begins at `open`: where it ends, or the text does, and whether it holds an escaped newline or quote. */
function stringAt(text: string, open: number): { readonly close: number; readonly isEscaped: boolean } {
  let isEscaped = false;
  let at = open + 1;
  for (; at < text.length && text[at] !== '"'; at++) {
    if (text[at] !== '\\') continue;
    at++;
    if (text[at] === 'n' || text[at] === '"') isEscaped = true;
  }
  return { close: at, isEscaped };
}

const ESCAPES: Readonly<Record<string, string>> = { n: '\n', t: '\t', r: '\r' };

function unescaped(text: string): string {
  return text.replace(/\\(.)/g, (_, escaped: string) => ESCAPES[escaped] ?? escaped);
}
