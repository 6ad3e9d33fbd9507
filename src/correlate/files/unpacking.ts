import type { SourceLine } from '../../../parsers/types.ts';
import type { SpanStore } from '../../model/span.ts';
import { escapePath, type ModuleVersion } from './modcache.ts';

/** A module version whose lock is held. */
interface Work extends ModuleVersion {
  readonly pid: number;
  /** Of its zip, once that is there; undefined while it is being downloaded. */
  startNs: number | undefined;
  /** Of the zip, where it was downloaded under this lock. */
  bytes: number | undefined;
  /** Below `GOMODCACHE`. */
  readonly folder: string;
  /** Files that were unpacked. */
  files: number;
  readonly evidence: SourceLine[];
}

/** SHA-256 and inflating take 5 ns a byte on a slow machine; a tracer stops at every 32 kB that are read. */
const HASH_NS_PER_BYTE = 20;
const LEAST_HASH_NS = 0.2e9;

/** go works on as many modules at a time as there are cores; more locks that are held are hostile input. */
const MOST_AT_ONCE = 1000;

/**
 * What go does with a module's zip between taking the version's lock and letting go of it, other than downloading it:
 * hashing and unpacking (cmd/go/internal/modfetch/fetch.go, download and unzip).
 */
export class Unpacking {
  readonly #store: SpanStore;
  /** By the path of the lock. */
  readonly #work = new Map<string, Work>();

  constructor(store: SpanStore) {
    this.#store = store;
  }

  onLocked(
    path: string,
    { module, version }: ModuleVersion,
    pid: number,
    timeNs: number,
    at: SourceLine,
  ): void {
    if (this.#work.size >= MOST_AT_ONCE) return;
    const folder = `/${escapePath(module)}@${escapePath(version)}/`;
    this.#work.set(path, {
      module,
      version,
      pid,
      startNs: timeNs,
      bytes: undefined,
      folder,
      files: 0,
      evidence: [at],
    });
  }

  /** The zip is not there yet: its download is no unpacking. */
  onDownload(zip: ModuleVersion): void {
    const work = this.#of(zip);
    if (work !== undefined) work.startNs = undefined;
  }

  onDownloaded(zip: ModuleVersion, bytes: number, timeNs: number): void {
    const work = this.#of(zip);
    if (work !== undefined) Object.assign(work, { startNs: timeNs, bytes });
  }

  /** A file that is made, wherever the cache is. */
  onCreated(path: string, at: SourceLine): void {
    for (const work of this.#work.values()) {
      if (!path.includes(work.folder)) continue;
      work.files++;
      if (work.evidence.length < 2) work.evidence.push(at);
    }
  }

  onUnlocked(path: string, timeNs: number, at: SourceLine): void {
    const work = this.#work.get(path);
    if (work === undefined) return;
    this.#work.delete(path);
    this.#addSpan(work, timeNs, at);
  }

  /** The log ends: what is locked is being worked on, or waits for its zip. */
  finish(): void {
    for (const work of this.#work.values()) this.#addSpan(work, undefined, undefined);
  }

  #addSpan(work: Work, endNs: number | undefined, at: SourceLine | undefined): void {
    const { module, version, pid, startNs, files, evidence } = work;
    if (startNs === undefined) return;
    // The lock is taken twice: the zip is hashed as it arrives, and unpacked later.
    const doing = files === 0 ? 'hash' : 'unpack';
    const span = this.#store.open('unzip', 'cpu', `${doing} ${module}@${version}`, startNs, evidence);
    // Behind its hash, a zip is checked against the checksum database under the same lock.
    const doneNs = Math.min(endNs ?? Number.POSITIVE_INFINITY, startNs + longestOf(work));
    if (Number.isFinite(doneNs)) span.endNs = doneNs;
    if (at !== undefined) span.evidence.push(at);
    span.attributes = {
      'gotrace.module': module,
      'gotrace.version': version,
      'process.pid': pid,
      ...(files === 0 ? {} : { 'gotrace.calls': files }),
    };
  }

  #of({ module, version }: ModuleVersion): Work | undefined {
    for (const work of this.#work.values())
      if (work.module === module && work.version === version) return work;
    return undefined;
  }
}

/** How long the work itself can have taken, in nanoseconds; infinite where that is not known. */
function longestOf({ bytes, files }: Work): number {
  return bytes === undefined || files > 0
    ? Number.POSITIVE_INFINITY
    : LEAST_HASH_NS + bytes * HASH_NS_PER_BYTE;
}
