import type { Span, SpanStore } from '../../model/span.ts';
import { unescapePath } from '../files/modcache.ts';
import type { Fetches } from '../output/fetches.ts';

/**
 * A command that was ended in the middle of a .mod, an .info or a zip: its headers were there, and go never came to write it
 * into the cache, which it does as soon as the body is whole and its checksum is known to be right. `stored` is what the
 * cache got, `MODULE@VERSION.mod`.
 */
export function openUnstored(store: SpanStore, fetches: Fetches, stored: ReadonlyMap<string, number>): void {
  if (stored.size === 0) return;
  const checks = checksOf(fetches.all);
  const uncheckedZips = uncheckedZipsOf(store.spans);
  for (const fetch of [...fetches.all]) {
    const { 'gotrace.module': module, 'gotrace.version': version, 'url.full': url = '' } = fetch.attributes;
    const kind = /\.(mod|info|zip)$/.exec(url)?.[1];
    const key = `${module}@${version}`;
    const isDone = kind === 'zip' ? !uncheckedZips.has(key) : stored.has(`${key}.${kind}`);
    if (kind === undefined || isDone || !isAnswered(fetch)) continue;
    const check = checks.get(key);
    const isAsked = check !== undefined && check.startNs >= (fetch.endNs ?? 0);
    if (!isAsked && kind !== 'zip') openBody(store, fetch);
    // It was whole by then: it is its checksum that is awaited, unless another line tells what is.
    if (isAsked && isAnswered(check) && !fetches.underWay().some(({ phase }) => phase === 'sumdb'))
      openBody(store, check);
  }
}

/**
 * What the checksum database was asked, by `MODULE@VERSION`: of a go.mod or a zip, which go does when it has it (modfetch,
 * checkModSum).
 */
function checksOf(fetches: readonly Span[]): ReadonlyMap<string, Span> {
  return new Map(
    fetches.flatMap((fetch) => {
      const asked = /\/lookup\/(.+@[^/]+)$/.exec(fetch.attributes['url.full'] ?? '')?.[1];
      return asked === undefined ? [] : [[unescapePath(asked), fetch] as const];
    }),
  );
}

/** Zips that are there under a temporary name: go gives them their own when their checksums are known to be right. */
function uncheckedZipsOf(spans: readonly Span[]): ReadonlySet<string> {
  return new Set(
    spans.flatMap(({ kind, endNs, attributes }) => {
      const isZip = kind === 'transfer' && attributes['gotrace.path'] !== undefined && endNs !== undefined;
      return isZip && attributes['gotrace.verified'] !== true
        ? `${attributes['gotrace.module']}@${attributes['gotrace.version']}`
        : [];
    }),
  );
}

function openBody(store: SpanStore, fetch: Span): void {
  const phase = fetch.phase === 'ttfb' ? 'transfer' : fetch.phase;
  const name = `body of ${fetch.attributes['url.full']}`;
  const span = store.open('transfer', phase, name, fetch.endNs ?? fetch.startNs, fetch.evidence.slice(-1));
  span.attributes = { ...fetch.attributes };
  delete span.attributes['http.response.status_code'];
}

function isAnswered({ endNs, attributes }: Span): boolean {
  return endNs !== undefined && attributes['http.response.status_code'] === 200;
}
