import { type CachePath, escapePath } from './modcache.ts';

/** What a log tells of more is not remembered. */
const MOST_VERSIONS = 100_000;

/**
 * What stands between a host and what is asked of it: the path of a GOPROXY entry, which a module path would follow with a
 * dot in its first element, and the name of a checksum database that it speaks for.
 */
const OWN_PATH = /^(?:[^./]+\/)*(?:sumdb\/[^/]+\/)?$/;

/** The module versions that paths of the module cache name. strace shows a path whole, whatever -s says. */
export class CachedVersions {
  readonly #seen = new Set<string>();
  /** What may be fetched of them (GOPROXY protocol, go.dev/ref/mod; the checksum database), by its length. */
  readonly #resources = new Map<number, string[]>();

  on({ module, version }: CachePath): void {
    const path = escapePath(module);
    if (this.#isNew(path)) for (const resource of [`${path}/@v/list`, `${path}/@latest`]) this.#add(resource);
    const name = `${path}@${escapePath(version)}`;
    if (!this.#isNew(name)) return;
    this.#add(`lookup/${name}`);
    for (const kind of ['info', 'mod', 'zip']) this.#add(`${name.replace('@', '/@v/')}.${kind}`);
  }

  /**
   * The URLs of `length` characters that begin with `text`, which has to hold the name of their host: those of which go
   * looked into its cache. More than one where what was cut off is what they differ in.
   */
  urlsOf(text: string, length: number): readonly string[] {
    const root = /^https?:\/\/[^/]+\//.exec(text)?.[0].length;
    const urls: string[] = [];
    for (let base = root ?? 0; base > 0; base = text.indexOf('/', base) + 1)
      for (const resource of this.#resources.get(length - base) ?? [])
        if (OWN_PATH.test(text.slice(root, base)) && resource.startsWith(text.slice(base)))
          urls.push(text.slice(0, base) + resource);
    return urls;
  }

  #isNew(name: string): boolean {
    if (this.#seen.size >= MOST_VERSIONS || this.#seen.has(name)) return false;
    this.#seen.add(name);
    return true;
  }

  #add(resource: string): void {
    const alike = this.#resources.get(resource.length);
    if (alike === undefined) this.#resources.set(resource.length, [resource]);
    else alike.push(resource);
  }
}
