import { isAtPlace } from '../../../parsers/go-errors/place.ts';
import { entryOfUrl, purposeOf } from '../../correlate/files/modcache.ts';
import type { TraceError } from '../../model/trace.ts';
import type { Case } from '../rule.ts';

/** That something failed, and not why. */
export const SAYS_NOTHING: ReadonlySet<string> = new Set(['other', 'vcs-failed', 'body-failed']);

/** The error that made the command fail: the last that go printed and that says why; else a fetch's, else the kernel's. */
export function decisiveErrors(trace: Case['trace']): TraceError[] {
  const known = trace.errors.filter(
    (error, at) =>
      !SAYS_NOTHING.has(error.class) && !isSaidBetter(error, trace.errors.slice(at + 1, at + MOST_LINES)),
  );
  const final = known.filter((error) => error.final);
  if (final.length > 0) return final;
  const others = known.filter((error) => !error.final && !isRecovered(error, trace));
  if (others.length > 0) return others;
  return trace.errors.filter((error) => mayBeLast(error, trace) && !mayGoOn(error, trace)).slice(-1);
}

/** git fails, and go tries something else, as the rest of the log would show; what go itself says is its last word. */
function mayGoOn({ text }: TraceError, { coverage, ending }: Case['trace']): boolean {
  return coverage.syscalls && ending.kind === 'unknown' && !text.startsWith('go: ');
}

/** What is said of a place of the code may be a linter's word: it counts where the command is known to have failed. */
function mayBeLast({ final, text }: TraceError, { ending }: Case['trace']): boolean {
  return final || (ending.kind === 'exited' && isAtPlace(text));
}

/** What says why a server does not have a module, in its answer below the 404. */
const REASONS: ReadonlySet<string> = new Set(['origin-failed', 'no-credentials', 'bad-module']);
/** A checksum database is asked for no private module: a login that it lacks is no reason of its own. */
const SUMDB_REASONS: ReadonlySet<string> = new Set(['origin-failed', 'bad-module']);

/** More than go quotes of an answer: eight lines (cmd/go/internal/web/api.go, maxErrorDetailLines). */
const MOST_LINES = 20;

/** A 404 whose answer says why; `errors parsing go.mod:`, and on the next line what is wrong. */
function isSaidBetter(error: TraceError, below: readonly TraceError[]): boolean {
  if (error.class === 'not-found') {
    const reasons = isOfSumdb(error, error.detail.url) ? SUMDB_REASONS : REASONS;
    const end = below.findIndex(({ quoted }) => quoted !== true);
    const answer = end < 0 ? below : below.slice(0, end);
    return answer.some(({ class: name }) => reasons.has(name));
  }
  if (error.class !== 'go-mod' || !error.text.trimEnd().endsWith(':')) return false;
  const [next] = below;
  return next !== undefined && next.class !== 'go-mod' && next.class !== 'other';
}

function isRecovered({ detail: { url } }: TraceError, trace: Case['trace']): boolean {
  return url !== undefined && isGivenElsewhere(url, trace);
}

/** The next GOPROXY entry gave what this one failed to give. */
export function isGivenElsewhere(url: string, { spans }: Case['trace']): boolean {
  const entry = entryOfUrl(url);
  if (entry === undefined) return false;
  const resource = url.slice(entry.length);
  return spans.some(
    ({ kind, attributes }) =>
      kind === 'fetch' &&
      attributes['http.response.status_code'] === 200 &&
      attributes['url.full'] !== url &&
      attributes['url.full']?.endsWith(resource),
  );
}

export function isOfSumdb({ text }: TraceError, url: string | undefined): boolean {
  return (
    (url !== undefined && purposeOf(url) === 'sumdb') || /: verifying (?:go\.mod|module|\S+@)/.test(text)
  );
}
