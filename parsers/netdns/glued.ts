/**
 * netdns writes its lines in pieces, without a lock: another goroutine's `# get …` can start in the middle of one
 * (net/conf.go prints with println).
 */
export function splitGlued(text: string): string[] {
  // Nearly every line: looked for without the pattern, which looks at each place.
  if (!text.includes('# get http', 1) && !text.includes('go: ', 1)) return [text];
  const glued = /^(.*(?:netCgo = |netGo = |true|false|\) = |\())(# get https?:\/\/.*|go: .*)$/.exec(text);
  return glued?.[1] === undefined || glued[2] === undefined ? [text] : [glued[1], glued[2]];
}
