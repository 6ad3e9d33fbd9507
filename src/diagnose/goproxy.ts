import { entryOfUrl } from '../correlate/files/modcache.ts';
import type { Span } from '../model/span.ts';
import type { Trace } from '../model/trace.ts';

/** What stands behind an entry of GOPROXY, and decides when the next one is asked: go.dev/ref/mod#goproxy-protocol. */
export type Separator = ',' | '|';

export interface ProxyEntry {
  /** A URL without a final slash, `direct`, or `off`. */
  readonly url: string;
  /** Absent for the last entry, and where nothing in the log tells. */
  readonly separator?: Separator;
}

/** The entries of GOPROXY in their order, as they were set or as the fetches show them. */
export interface ProxyList {
  readonly entries: readonly ProxyEntry[];
  /** The setting itself was seen: the list is whole, and can be written anew. */
  readonly isSetting: boolean;
}

/** How an entry answered, as far as the next one depends on it. */
export type Answer = 'found' | 'not-found' | 'error';

/** `,` goes on after 404 and 410 only, `|` after any error: cmd/go/internal/modfetch/proxy.go, TryProxies. */
export function asksNext(separator: Separator, answer: Answer): boolean {
  return answer === 'not-found' || (separator === '|' && answer === 'error');
}

/** Reads the value of GOPROXY as `proxyList` of cmd/go/internal/modfetch/proxy.go does. */
export function readProxyList(value: string): ProxyList {
  const entries: { url: string; separator?: Separator }[] = [];
  for (const [, text = '', separator] of value.matchAll(/([^,|]*)([,|]|$)/g)) {
    const url = entryUrl(text.trim());
    if (url === '') continue;
    entries.push({ url, ...(separator === ',' || separator === '|' ? { separator } : {}) });
    // Nothing is asked after these.
    if (url === 'direct' || url === 'off') break;
  }
  const last = entries.at(-1);
  if (last !== undefined) delete last.separator;
  return { entries, isSetting: true };
}

function entryUrl(text: string): string {
  if (text === '' || text === 'direct' || text === 'off') return text;
  const url = text.includes('://') ? text : `https://${text}`;
  return url.replace(/(?<=[^:/])[\s/]+$/, '').trim();
}

/** GOPROXY as the log names it, or its entries in the order in which each module was asked of them. */
export function proxyListOf(trace: Trace): ProxyList {
  const value = trace.environment['GOPROXY'];
  return value === undefined || value === '' ? seenList(trace.spans) : readProxyList(value);
}

function seenList(spans: readonly Span[]): ProxyList {
  const entries = new Map<string, { url: string; separator?: Separator }>();
  const asked = new Map<string, { readonly url: string; readonly fetch: Span }>();
  for (const fetch of spans) {
    const { entry, resource } = askedOf(fetch) ?? {};
    if (entry === undefined || resource === undefined) continue;
    if (!entries.has(entry)) entries.set(entry, { url: entry });
    const before = asked.get(resource);
    asked.set(resource, { url: entry, fetch });
    if (before === undefined || before.url === entry || answerOf(before.fetch) !== 'error') continue;
    const failed = entries.get(before.url);
    // Only a bar lets go ask on after such an answer.
    if (failed !== undefined) failed.separator = '|';
  }
  return { entries: [...entries.values()], isSetting: false };
}

function askedOf(span: Span): { entry: string; resource: string } | undefined {
  const url = span.attributes['url.full'];
  const entry = span.kind !== 'fetch' || url === undefined ? undefined : entryOfUrl(url);
  return entry === undefined || url === undefined ? undefined : { entry, resource: url.slice(entry.length) };
}

export function answerOf(fetch: Span): Answer | undefined {
  const status = fetch.attributes['http.response.status_code'];
  if (status === 404 || status === 410) return 'not-found';
  if ((status !== undefined && status >= 400) || fetch.attributes['error.type'] !== undefined) return 'error';
  return status === undefined ? undefined : 'found';
}

/** The entry behind `url`; undefined where there is none or the log does not show it. */
export function entryAfter(list: ProxyList, url: string): ProxyEntry | undefined {
  const at = list.entries.findIndex((entry) => entry.url === url);
  return at < 0 ? undefined : list.entries[at + 1];
}

/** Shell commands that set GOPROXY anew; each absent where it would change nothing. */
export interface ProxyRewrites {
  /** Every separator a bar. */
  readonly piped?: string;
  /** Without the entry in question. */
  readonly without?: string;
  /** The entry in question behind the one that follows it. */
  readonly swapped?: string;
}

/**
 * The person's own value, rewritten. Where the log does not hold it, or where it holds credentials, the command takes
 * it from `go env` when it is run.
 */
export function rewritesOf(list: ProxyList, url: string | undefined): ProxyRewrites {
  const { entries } = list;
  const at = entries.findIndex((entry) => entry.url === url);
  const isPrintable = list.isSetting && entries.every((entry) => !entry.url.includes('@'));
  const proxies = entries.filter((entry) => entry.url !== 'direct' && entry.url !== 'off');
  // One entry has nothing behind it; and a value without the entry in question is not the one that was in use.
  if (list.isSetting && (entries.length < 2 || (url !== undefined && at < 0))) return {};
  return {
    ...(mayStopAtComma(list, at) ? { piped: isPrintable ? exportOf(piped(entries)) : GENERIC_PIPED } : {}),
    ...(url === undefined
      ? {}
      : {
          without: isPrintable
            ? exportOf(entries.filter((_, index) => index !== at))
            : genericEdit(`s#${pattern(url)}[,|]##`),
        }),
    ...(url === undefined || at < 0 || at >= proxies.length - 1
      ? {}
      : {
          swapped: isPrintable
            ? exportOf(swapped(entries, at))
            : genericEdit(`s#(${pattern(url)})([,|])([^,|]*)#\\3\\2\\1#`),
        }),
  };
}

/** A list that was only seen asking on after an error has its bar already. */
function mayStopAtComma({ entries, isSetting }: ProxyList, at: number): boolean {
  return isSetting ? entries.some((entry) => entry.separator === ',') : entries[at]?.separator !== '|';
}

const GENERIC_PIPED = `export GOPROXY="$(go env GOPROXY | tr , '|')"`;

/** For `gotrace explain`, which has no run to look at. */
export const EXAMPLE_REWRITES: Required<ProxyRewrites> = {
  piped: GENERIC_PIPED,
  without: "export GOPROXY='https://proxy.example,direct'",
  swapped: "export GOPROXY='https://proxy.example,{base}'",
};

function genericEdit(script: string): string {
  return `export GOPROXY="$(go env GOPROXY | sed -E '${script}')"`;
}

/** An entry as an extended regular expression; characters that a shell or sed would act on match any one character. */
function pattern(url: string): string {
  return `${url.replace(/[^\w:/-]/g, '.')}/?`;
}

function piped(entries: readonly ProxyEntry[]): ProxyEntry[] {
  return entries.map((entry) => ({ ...entry, separator: '|' }));
}

function swapped(entries: readonly ProxyEntry[], at: number): ProxyEntry[] {
  const copy = [...entries];
  const first = entries[at];
  const second = entries[at + 1];
  if (first === undefined || second === undefined) return copy;
  copy[at] = { ...second, separator: first.separator ?? ',' };
  const { separator: _, ...last } = first;
  copy[at + 1] = second.separator === undefined ? last : { ...first, separator: second.separator };
  return copy;
}

/** `export`, since `go env -w` does nothing where the environment sets GOPROXY too. */
function exportOf(entries: readonly ProxyEntry[]): string {
  const value = entries
    .map(({ url, separator }, index) => (index === entries.length - 1 ? url : `${url}${separator ?? ','}`))
    .join('');
  return `export GOPROXY='${value.replaceAll("'", "'\\''")}'`;
}
