import { type CachePath, escapePath, rootOf } from './modcache.ts';

/** What a log tells of more is not remembered. */
const MOST_VERSIONS = 100_000;
/** Of more that are as long, no cut line tells which it is; and each of them is compared with each line. */
const MOST_AS_LONG = 1000;
/** One for each GOPROXY entry, and some for what else reads a go.mod. */
const MOST_LOOKS = 64;

/**
 * What stands between a host and what is asked of it: the path of a GOPROXY entry, which a module path would follow with a
 * dot in its first element, and the name of a checksum database that it speaks for.
 */
const OWN_PATH = /^(?:[^./]+\/)*(?:sumdb\/[^/]+\/)?$/;

/** A URL that go may have asked for, and when it last looked for that in its cache; undefined where it did not. */
export interface Candidate {
  readonly url: string;
  readonly lookedNs: number | undefined;
}

/** The module versions that paths of the module cache name. strace shows a path whole, whatever -s says. */
export class CachedVersions {
  readonly #seen = new Set<string>();
  /** What may be fetched of them (GOPROXY protocol, go.dev/ref/mod; the checksum database), by its length. */
  readonly #resources = new Map<number, string[]>();
  /** When go looked for a resource in vain, or took the lock of a zip. */
  readonly #looks = new Map<string, number[]>();

  on({ module, version, kind }: CachePath, timeNs: number, isThere: boolean): void {
    const path = escapePath(module);
    if (this.#isNew(path)) for (const resource of [`${path}/@v/list`, `${path}/@latest`]) this.#add(resource);
    const ofVersion = `${path}/@v/${escapePath(version)}`;
    if (this.#isNew(ofVersion)) {
      this.#add(`lookup/${path}@${escapePath(version)}`);
      for (const each of ['info', 'mod', 'zip']) this.#add(`${ofVersion}.${each}`);
    }
    if (!this.#seen.has(ofVersion)) return;
    // The lock is taken for a zip only (modfetch/fetch.go, downloadZip).
    if (kind === 'lock') this.#onLook(`${ofVersion}.zip`, timeNs);
    else if (!isThere) this.#onLook(`${ofVersion}.${kind}`, timeNs);
  }

  #onLook(resource: string, timeNs: number): void {
    const looks = this.#looks.get(resource);
    if (looks === undefined) this.#looks.set(resource, [timeNs]);
    else if (looks.length < MOST_LOOKS) looks.push(timeNs);
  }

  /**
   * The URLs of `length` characters that begin with `text`, which has to hold the name of their host: those of which go
   * looked into its cache. More than one where what was cut off is what they differ in.
   */
  urlsOf(text: string, length: number, timeNs: number): readonly Candidate[] {
    const root = rootOf(text)?.length;
    const urls: Candidate[] = [];
    for (let base = root ?? 0; base > 0; base = text.indexOf('/', base) + 1) {
      const asLong = this.#resources.get(length - base) ?? [];
      if (asLong.length > MOST_AS_LONG) return [];
      if (!OWN_PATH.test(text.slice(root, base))) continue;
      const beginning = text.slice(base);
      for (const resource of asLong)
        if (resource.startsWith(beginning))
          urls.push({
            url: text.slice(0, base) + resource,
            lookedNs: this.#looks.get(resource)?.findLast((lookNs) => lookNs <= timeNs),
          });
    }
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
