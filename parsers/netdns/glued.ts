/** What other goroutines print, each line in one write: -x, go itself, and the log of http2debug. */
const WHOLE_LINE = String.raw`# (?:get https?:\/\/|lock ).*|go: .*|\d{4}\/\d\d\/\d\d \d\d:\d\d:\d\d http2: .*`;
const GLUED = new RegExp(
  String.raw`^(go package net: .*?|.*(?:netCgo = |netGo = |true|false|\) = |\())(${WHOLE_LINE})$`,
);
/** Each is a part of one of them, and quickly looked for: where it may stand in a line that has something before it. */
const MARKS = [
  { mark: '# get http', from: 1 },
  { mark: 'go: ', from: 1 },
  { mark: '# lock ', from: 1 },
  { mark: ' http2: ', from: '2006/01/02 15:04:05'.length + 1 },
];

/**
 * netdns writes its lines in pieces, without a lock: another goroutine's `# get …` can start in the middle of one
 * (net/conf.go prints with println).
 */
export function splitGlued(text: string): string[] {
  // Nearly every line: looked for without the pattern, which looks at each place.
  if (!MARKS.some(({ mark, from }) => text.includes(mark, from))) return [text];
  const [, piece, line] = GLUED.exec(text) ?? [];
  return piece === undefined || line === undefined ? [text] : [piece, line];
}
