/**
 * The words of a cause. `{host}`, `{address}`, `{ip}`, `{url}`, `{module}`, `{path}`, `{process}`, `{setting}`,
 * `{base}` (an entry of GOPROXY), `{next}` (the one behind it) and `{seconds}` (`{cost}`: only where it is
 * much), `{resource}` (the URL, else the module) stand for what was seen; a remedy that
 * needs something that was not seen is left out, and so is a part of a summary in square brackets. `{server}` is
 * `host (address)`, `{target}` is `address (host)`, as far as they are known. Of several addresses `{ip}` is all in a
 * text, the first in a command, and `{anyIp}` a pattern for any of them. `{asked}` is the URL, else one of the server;
 * `{request}` is the URL, else what an egress proxy was asked for. `{hostName}` is the host only where its name is known.
 * `{stub}` and `{embedded}` are the address of systemd-resolved and of Docker's nameserver, where it is one of those.
 * `{piped}`, `{without}` and `{swapped}` are whole commands that set GOPROXY anew: see `rewritesOf`.
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
