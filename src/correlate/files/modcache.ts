import type { SourceLine } from '../../../parsers/types.ts';
import type { Attributes, Span, SpanStore } from '../../model/span.ts';

/** A module version as the cache's paths name it. */
export interface ModuleVersion {
  readonly module: string;
  readonly version: string;
}

const DOWNLOAD = /\/cache\/download\/(.+)\/@v\/([^/]+?)\.(zip|mod|info|lock|ziphash|partial)(\d+\.tmp)?$/;

/** What a path under `GOMODCACHE/cache/download` is for. */
export interface CachePath extends ModuleVersion {
  /** Its ending: `mod`, `zip`, `lock`, … */
  readonly kind: string;
  readonly temporary: boolean;
}

/** Undefined for a path elsewhere, and for what is there beside the files of a version. */
export function readCachePath(path: string): CachePath | undefined {
  const match = DOWNLOAD.exec(path);
  if (match?.[1] === undefined || match[2] === undefined || match[3] === undefined) return undefined;
  return {
    module: unescapePath(match[1]),
    version: unescapePath(match[2]),
    kind: match[3],
    temporary: match[4] !== undefined,
  };
}

/** `MODULE@VERSION.KIND`: what the cache holds of a version. */
export function nameInCache({ module, version, kind }: ModuleVersion & { kind: string }): string {
  return `${module}@${version}.${kind}`;
}

/** The same of what is fetched; undefined for what the cache does not hold under a version. */
export function nameOfFetched(attributes: Attributes): string | undefined {
  const { 'gotrace.module': module, 'gotrace.version': version, 'url.full': url = '' } = attributes;
  const kind = /\.(mod|info|zip)$/.exec(url)?.[1];
  if (module === undefined || version === undefined || kind === undefined) return undefined;
  return nameInCache({ module, version, kind });
}

/** Opens the span of a zip that arrives in the cache, under its temporary name; undefined for another file. */
export function openZipBody(
  store: SpanStore,
  path: string,
  pid: number,
  startNs: number,
  evidence: SourceLine[],
): Span | undefined {
  const cached = readCachePath(path);
  if (cached?.kind !== 'zip' || !cached.temporary) return undefined;
  const { module, version } = cached;
  const span = store.open('transfer', 'transfer', `body of ${module}@${version}`, startNs, evidence);
  span.attributes = {
    'gotrace.module': module,
    'gotrace.version': version,
    'gotrace.path': path,
    'gotrace.bytes': 0,
    'process.pid': pid,
  };
  return span;
}

/** `github.com/!burnt!sushi/toml` is github.com/BurntSushi/toml: golang.org/x/mod/module, EscapePath. */
export function unescapePath(path: string): string {
  return path.replace(/!([a-z])/g, (_, letter: string) => letter.toUpperCase());
}

/** The other way round. */
export function escapePath(path: string): string {
  return path.replace(/[A-Z]/g, (letter) => `!${letter.toLowerCase()}`);
}

const MODULE_URL = /^(https?:\/\/[^/]+)((?:\/[^/@]+)+)\/@(?:v\/(?:list|([^/]+?)\.(?:info|mod|zip))|latest)$/;

/**
 * `https://PROXY/github.com/pkg/errors/@v/v0.9.1.zip`: GOPROXY protocol, go.dev/ref/mod. A GOPROXY entry may have a
 * path of its own; a module path begins with a host name, which has a dot.
 */
export function readModuleUrl(
  url: string,
): { base: string; module: string; version: string | undefined } | undefined {
  const match = MODULE_URL.exec(url);
  if (match?.[1] === undefined || match[2] === undefined) return undefined;
  const elements = match[2].slice(1).split('/');
  const first = Math.max(
    0,
    elements.findIndex((element) => element.includes('.')),
  );
  return {
    base: [match[1], ...elements.slice(0, first)].join('/'),
    module: unescapePath(elements.slice(first).join('/')),
    version: match[3] === undefined ? undefined : unescapePath(match[3]),
  };
}

/** The GOPROXY entry that a URL was asked of; undefined for a URL of another kind. */
export function entryOfUrl(url: string): string | undefined {
  return readModuleUrl(url)?.base ?? /^(https?:\/\/[^/]+(?:\/.*)?)\/sumdb\/[^/]+\//.exec(url)?.[1];
}

/** What a request exists for: the checksum database, a toolchain, or finding a repository. */
export function purposeOf(url: string): 'sumdb' | 'toolchain' | 'go-get' | undefined {
  if (/\/golang\.org\/toolchain\/@v\//.test(url)) return 'toolchain';
  if (/[?&]go-get=1/.test(url)) return 'go-get';
  if (/^https?:\/\/[^/]+(?:\/.*)?\/sumdb\/[^/]+\//.test(url)) return 'sumdb';
  if (/^https?:\/\/[^/]+\/(?:lookup\/.+@v|tile\/\d+\/|latest$)/.test(url)) return 'sumdb';
  return undefined;
}

/** Whether the body that is asked for is the zip of a module version. */
export function isForZip({ 'url.full': url }: Attributes): boolean {
  return url?.endsWith('.zip') === true;
}

/** `https://HOST/`, where the beginning of a URL holds the whole name of its host. */
export function rootOf(beginning: string): string | undefined {
  return /^https?:\/\/[^/]+\//.exec(beginning)?.[0];
}

export function hostOf(url: string): string | undefined {
  return /^[a-z+]+:\/\/(?:[^/@]*@)?(\[[^\]]+\]|[^/:]+)/.exec(url)?.[1];
}
