/** A headline is to be read at a glance. */
const LONGEST_QUOTE = 200;

/** A text as it stands in a headline. */
export function quote(text: string): string {
  return text.trim().slice(0, LONGEST_QUOTE);
}
