import type { FileRecord, LockRecord, ProcRecord, SocketRecord } from '../../../parsers/proc/format.ts';
import { groupBy } from '../../model/group-by.ts';
import { type ModuleVersion, readCachePath } from '../files/modcache.ts';

/** What is there as long as it is waited for, or used. */
type Lasting = SocketRecord | LockRecord;

/** A zip as the first look that found it saw it, and as the last one did. */
interface Zip {
  readonly first: FileRecord;
  readonly last: FileRecord;
}

/** go has some tens of connections; each zip is held against each of them. */
const MOST_COMPARED = 200;

/** What looks at /proc found, each at one moment: what was there in the end, and since when. */
export class Looks {
  /** Of the last look; of a process that has ended since, of the one before. */
  readonly last: readonly ProcRecord[];
  /** The processes that were there then. */
  readonly pids: ReadonlySet<number>;
  /** What was being received in the end. */
  readonly zips: readonly Zip[];
  readonly #first: ReadonlyMap<string, Lasting>;
  /** By process. */
  readonly #sockets: ReadonlyMap<number, readonly SocketRecord[]>;
  readonly #receiving: ReadonlyMap<number, SocketRecord | undefined>;
  readonly #askedLast: ReadonlySet<SocketRecord>;
  readonly #emptyZips: ReadonlyMap<number, readonly FileRecord[]>;

  constructor(records: readonly ProcRecord[]) {
    const lastNs = records.findLast((record) => record.kind === 'proc-process')?.timeNs;
    this.last = records.filter((record) => record.kind !== 'proc-host' && record.timeNs === lastNs);
    this.pids = new Set(this.last.flatMap((record) => (record.kind === 'proc-process' ? record.pid : [])));
    this.#first = firstByKey(records.filter(isLasting));
    const sockets = this.last.filter((record) => record.kind === 'proc-socket').filter(isEstablished);
    this.#sockets = groupBy(sockets, ({ pid }) => pid);
    this.#receiving = new Map([...this.#sockets].map(([pid, own]) => [pid, receiving(own)]));
    this.#askedLast = new Set([...this.#sockets.values()].flatMap(askedLast));
    const files = this.last.filter(isFile);
    const firstFiles = firstByKey(records.filter(isFile));
    this.zips = files.map((last) => ({ first: firstFiles.get(last.key) ?? last, last }));
    this.#emptyZips = groupBy(files, ({ pid, bytes }) => (bytes === 0 ? pid : undefined));
  }

  /** The record of the look that found it first. */
  firstOf(record: Lasting): Lasting {
    return this.#first.get(record.key) ?? record;
  }

  /** Whether the process asked for something over this connection last, as far as is known. */
  isAskedLast(record: SocketRecord): boolean {
    return this.#askedLast.has(record);
  }

  /** The only zip of a process of which nothing has come. */
  emptyZipOf(pid: number): ModuleVersion | undefined {
    const [only, ...others] = this.#emptyZips.get(pid) ?? [];
    return only === undefined || others.length > 0 ? undefined : readCachePath(only.path);
  }

  /**
   * Over which a process receives a file of so many bytes: the only connection over which as much has come, else the one
   * over which data came last.
   */
  receivingOf(pid: number, bytes: number): SocketRecord | undefined {
    const own = this.#sockets.get(pid) ?? [];
    const enough = own.length > MOST_COMPARED ? [] : own.filter(({ received = bytes }) => received >= bytes);
    return enough.length > 0 ? receiving(enough) : this.#receiving.get(pid);
  }
}

function isLasting(record: ProcRecord): record is Lasting {
  return record.kind === 'proc-socket' || record.kind === 'proc-lock';
}

function isFile(record: ProcRecord): record is FileRecord {
  return record.kind === 'proc-file';
}

function firstByKey<R extends { readonly key: string }>(records: readonly R[]): Map<string, R> {
  return new Map(records.toReversed().map((record) => [record.key, record]));
}

export function isEstablished({ transport, state }: SocketRecord): boolean {
  return transport === 'tcp' && state === 'ESTABLISHED';
}

function receiving(sockets: readonly SocketRecord[]): SocketRecord | undefined {
  const isOnly = new Set(sockets.map(({ peer }) => peer)).size === 1;
  const areTimed = sockets.every(({ heardMs }) => heardMs !== undefined);
  return isOnly || areTimed ? leastBy(sockets, ({ heardMs = 0 }) => heardMs) : undefined;
}

/**
 * Of a process's connections, those over which it asked last, and those of which that is not known. One over which
 * something came since is done, unless they all are: over HTTP/2, answers to other requests may have come.
 */
function askedLast(sockets: readonly SocketRecord[]): SocketRecord[] {
  const timed = sockets.filter(({ sentMs }) => sentMs !== undefined);
  const silent = timed.filter(({ sentMs = 0, heardMs = 0 }) => sentMs <= heardMs);
  const candidates = silent.length > 0 ? silent : timed;
  const lastMs = leastBy(candidates, ({ sentMs = 0 }) => sentMs)?.sentMs;
  return [
    ...sockets.filter(({ sentMs }) => sentMs === undefined),
    ...candidates.filter(({ sentMs }) => sentMs === lastMs),
  ];
}

function leastBy<T>(items: readonly T[], measure: (item: T) => number): T | undefined {
  return items.reduce<T | undefined>(
    (least, item) => (least === undefined || measure(item) < measure(least) ? item : least),
    undefined,
  );
}
