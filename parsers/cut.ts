/** What stands behind a text of which the log holds the beginning only. */
export const ELLIPSIS = '…';

export function isCut(text: string): boolean {
  return text.endsWith(ELLIPSIS);
}
