/**
 * Log text is hostile: here it loses what a terminal, a browser, a Markdown renderer or a spreadsheet would act on.
 */

/** C0 and C1 control characters, and the bidirectional and invisible format characters of Unicode (UAX 9). */
// biome-ignore lint/complexity/useRegexLiterals: the code points read better escaped.
const ACTIVE = new RegExp(
  '[\\u0000-\\u001f\\u007f-\\u009f\\u061c\\u200b-\\u200f\\u2028-\\u202e\\u2060-\\u2069\\ufeff\\ufff9-\\ufffb]',
  'g',
);

/** One line of plain text: control and bidi characters become visible escapes. */
export function inert(text: string): string {
  return text.replace(ACTIVE, (char) =>
    char === '\t' ? ' ' : `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

/** The same for text of several lines: line ends stay. */
export function escapeActive(text: string): string {
  return text.split('\n').map(inert).join('\n');
}

/** For Markdown outside code: what would be markup is escaped; a pipe cannot end a cell, a `<` begins no tag. */
export function inertMarkdown(text: string): string {
  return inert(text)
    .replace(/[\\`*_{}[\]()#+!|~>]/g, (char) => `\\${char}`)
    .replace(/</g, '&lt;')
    .replace(/@/g, '&#64;');
}

/** For a code span: the fence is made of one more backtick than the text holds in a row. */
export function inertCode(text: string): string {
  const plain = inert(text).replaceAll('|', '\\|');
  const longest = Math.max(0, ...[...plain.matchAll(/`+/g)].map((match) => match[0].length));
  const fence = '`'.repeat(longest + 1);
  const pad = plain.startsWith('`') || plain.endsWith('`') ? ' ' : '';
  return `${fence}${pad}${plain}${pad}${fence}`;
}

/** For Mermaid's gantt: its own separators, and everything that it would read as markup, become spaces. */
export function inertMermaid(text: string): string {
  return inert(text)
    .replace(/[^\w .\-/@]/g, ' ')
    .replace(/\s+/g, ' ')
    .trim();
}

/** For CSV (RFC 4180), and for spreadsheets that take `=`, `+`, `-`, `@` at the beginning for a formula. */
export function inertCell(text: string): string {
  const plain = inert(text);
  const safe = /^[=+\-@\t\r]/.test(plain) && !/^-?\d+(?:\.\d+)?$/.test(plain) ? `'${plain}` : plain;
  return /[",\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
