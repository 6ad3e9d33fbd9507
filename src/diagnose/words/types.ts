/**
 * The words of a cause. `{host}`, `{address}`, `{ip}`, `{url}`, `{module}`, `{path}`, `{process}`, `{setting}`,
 * `{base}` and `{seconds}` stand for what was seen; a remedy that needs something that was not seen is left out.
 */
export interface CauseWords {
  readonly cause: string;
  /** What is wrong, in one sentence that a newcomer understands; the finding's summary. */
  readonly summary: string;
  /** For `gotrace explain`: what it is. */
  readonly explanation: string;
  /** For `gotrace explain`: how it is recognised. */
  readonly telltale: string;
  readonly remedies: readonly { readonly text: string; readonly command?: string }[];
}
