import { readText, splitArguments } from '../../../parsers/strace/arguments.ts';
import type { SyscallRecord } from '../../../parsers/strace/records.ts';
import type { Span, SpanStore } from '../../model/span.ts';
import type { TraceError, UnseenCall } from '../../model/trace.ts';
import { descriptorOf, type Process } from '../processes/processes.ts';
import type { Arrivals } from './arrivals.ts';
import { CachedVersions } from './cached-versions.ts';
import { LockHolders } from './lock-holders.ts';
import { type ModuleVersion, nameInCache, openZipBody, readCachePath } from './modcache.ts';
import { Unpacking } from './unpacking.ts';

/** Shorter waits for a lock are other goroutines of the same go command passing it on. */
const LOCK_WAIT_NS = 10e6;
/** A file call that took this long waited for a disk or a server; page cache answers in microseconds. */
const SLOW_FILE_NS = 3e6;
const MAX_FILE_SPANS = 20_000;
const MAX_ERRORS = 10_000;
/** Calls that a slow or full disk makes slow or fail. */
const FILE_CALLS =
  /^(?:p?(?:read|write)(?:64|v2?)?|f(?:data)?sync|sync_file_range|close|f?truncate(?:64)?|rename(?:at2?)?|unlink(?:at)?|open(?:at2?)?|creat|mkdir(?:at)?|rmdir|link(?:at)?|symlink(?:at)?|fchmod(?:at2?)?|chmod|fchown(?:at)?|chown|new?fstatat|l?stat(?:64)?|fstat(?:64)?|statx|f?access(?:at2?)?|faccessat2?|getdents(?:64)?|fallocate|copy_file_range|utimensat|mmap|flock)$/;
/** cmd/go/internal/modfetch/sumdb.go, dbClient.ReadConfig and ReadCache. */
const SUMDB_STATE = /\/(?:pkg|cache\/download)\/sumdb\/([^/]+)\//;
const CERTIFICATES = /ca-(?:certificates|bundle)|\/ssl\/|\/pki\/|cert\.pem|certs|\.(?:crt|pem)$/;
const DISK_ERRORS: Readonly<Record<string, string>> = {
  ENOSPC: 'disk-full',
  EDQUOT: 'disk-full',
  EROFS: 'disk-read-only',
  EACCES: 'disk-permission',
  EPERM: 'disk-permission',
  EIO: 'disk-io',
  ESTALE: 'disk-io',
  EFBIG: 'disk-io',
  EMFILE: 'too-many-files',
  ENFILE: 'too-many-files',
};

/** A zip that arrives under its temporary name. */
interface Download {
  readonly span: Span;
  readonly zip: ModuleVersion;
  lastWriteNs: number;
}

/** The module cache on disk: locks, zips as they arrive, what is unpacked, and calls that fail or take long. */
export class Files {
  readonly #store: SpanStore;
  readonly #arrivals: Arrivals;
  readonly errors: TraceError[] = [];
  readonly #downloads = new Map<string, Download>();
  readonly #unpacking: Unpacking;
  readonly #lockHolders = new LockHolders();
  /** When go first began to write `MODULE@VERSION.KIND` into its cache: the body of a .mod or .info was complete by then. */
  readonly stored = new Map<string, number>();
  /** What go has or looked for. */
  readonly versions = new CachedVersions();
  /** Every temporary zip by its path. */
  readonly #whole = new Map<string, Span>();
  #fileSpans = 0;
  /** Checksum databases whose state go keeps: `GOPATH/pkg/sumdb/NAME/latest`, `GOMODCACHE/cache/download/sumdb/NAME/`. */
  readonly sumdbs = new Set<string>();
  /** CA bundles that were looked for: `true` for one that was there. */
  readonly certificates = new Map<string, boolean>();

  constructor(store: SpanStore, arrivals: Arrivals) {
    this.#store = store;
    this.#arrivals = arrivals;
    this.#unpacking = new Unpacking(store);
  }

  onLock(record: SyscallRecord, process: Process): void {
    const isFcntl = record.name.startsWith('fcntl');
    const path = pathOf(record, process);
    if (path === undefined || record.state === 'entered') return;
    if (/LOCK_UN|F_UNLCK/.test(record.args)) {
      this.#unpacking.onUnlocked(path, record.startNs, record.at);
      this.#lockHolders.onUnlocked(path, process, record.startNs);
      return;
    }
    const endNs = record.startNs + (record.durationNs ?? (record.boundNs ?? record.startNs) - record.startNs);
    const open = record.state === 'open';
    if (!open && record.errno === undefined) this.#lockHolders.onLocked(path, process, endNs);
    if (/LOCK_NB|F_SETLK,|F_OFD_SETLK,/.test(record.args) || (isFcntl && !/SETLKW/.test(record.args))) return;
    if (open || endNs - record.startNs >= LOCK_WAIT_NS) {
      const span = this.#store.open('lock', 'lock', `lock ${path}`, record.startNs, evidenceOf(record));
      if (!open) span.endNs = endNs;
      const untilNs = open ? Number.POSITIVE_INFINITY : endNs;
      const holder = this.#lockHolders.holderOf(path, process, record.startNs, untilNs);
      span.attributes = {
        'gotrace.path': path,
        'process.pid': process.pid,
        ...(holder === undefined ? {} : { 'gotrace.lock.holder': holder }),
      };
    }
    const module = open || record.errno !== undefined ? undefined : readCachePath(path);
    if (module?.kind === 'lock') this.#unpacking.onLocked(path, module, process.pid, endNs, record.at);
  }

  onOpen(record: SyscallRecord, process: Process): void {
    const path = openedPath(record);
    if (path === undefined) return;
    if (CERTIFICATES.test(path) && DISK_ERRORS[record.errno ?? ''] !== 'too-many-files')
      this.certificates.set(path, record.errno === undefined);
    const sumdb = SUMDB_STATE.exec(path)?.[1];
    if (sumdb !== undefined) this.sumdbs.add(sumdb);
    const cached = readCachePath(path);
    if (cached !== undefined) this.versions.on(cached, record.startNs, record.errno === undefined);
    if (record.errno !== undefined || record.value === undefined || record.value < 0) return;
    process.descriptors.set(record.value, {
      kind: 'file',
      path,
      closeOnExec: record.args.includes('O_CLOEXEC'),
    });
    if (cached?.temporary) {
      const name = nameInCache(cached);
      this.stored.set(name, this.stored.get(name) ?? record.startNs);
    }
    // It is opened once more, to be hashed.
    if (!record.args.includes('O_CREAT')) return;
    this.#startDownload(path, process, record);
    this.#unpacking.onCreated(path, record.at);
  }

  #startDownload(path: string, process: Process, record: SyscallRecord): Download | undefined {
    const span = openZipBody(this.#store, path, process.pid, record.startNs, evidenceOf(record));
    const zip = span === undefined ? undefined : readCachePath(path);
    if (span === undefined || zip === undefined) return undefined;
    if (this.#whole.size < MAX_FILE_SPANS) this.#whole.set(path, span);
    const download = { span, zip, lastWriteNs: record.startNs };
    this.#downloads.set(path, download);
    this.#unpacking.onDownload(zip);
    return download;
  }

  /** -y names the file of a zip that was opened before the log began. */
  onWrite(record: SyscallRecord, process: Process): void {
    const path = pathOf(record, process) ?? '';
    if (record.value === undefined || record.value < 0) return;
    const download = this.#downloads.get(path) ?? this.#startDownload(path, process, record);
    if (download === undefined) return;
    const { span } = download;
    download.lastWriteNs = record.startNs + (record.durationNs ?? 0);
    // The file is opened before the request is sent; the body begins with the first write, or with the headers (join.ts).
    if (span.attributes['gotrace.bytes'] === 0) span.startNs = record.startNs;
    span.attributes['gotrace.bytes'] = (span.attributes['gotrace.bytes'] ?? 0) + record.value;
    span.evidence[1] = record.at;
    this.#arrivals.onPiece(span, download.lastWriteNs);
  }

  /** A zip that is whole is renamed from its temporary name; one that is damaged is not. */
  onRename(record: SyscallRecord): void {
    if (record.errno !== undefined || record.state !== 'complete') return;
    const path = openedPath(record);
    const download = path === undefined ? undefined : this.#whole.get(path);
    if (download !== undefined) download.attributes['gotrace.verified'] = true;
  }

  onClose(path: string, process: Process, timeNs: number): void {
    const download = this.#downloads.get(path);
    // A child closes its copy of the descriptor when it starts another program.
    if (download === undefined || download.span.attributes['process.pid'] !== process.pid) return;
    this.#downloads.delete(path);
    // It is hashed before it is closed: the body ended with the last write.
    const { span, zip, lastWriteNs } = download;
    span.endNs = lastWriteNs;
    this.#arrivals.onEnd(span);
    const bytes = span.attributes['gotrace.bytes'] ?? 0;
    this.#unpacking.onDownloaded(zip, bytes, bytes === 0 ? timeNs : lastWriteNs);
  }

  /** At the end of the log; where no close is in it, what had come by then may have been all. */
  finish(unseen: readonly UnseenCall[]): void {
    if (unseen.includes('close'))
      for (const { span, lastWriteNs } of this.#downloads.values()) span.endNs = lastWriteNs;
    this.#unpacking.finish();
  }

  /** Any call that took long or failed in a telling way. */
  onOther(record: SyscallRecord, process: Process): void {
    const error = record.errno === undefined ? undefined : DISK_ERRORS[record.errno];
    // A call that a signal interrupted has ended; it is made anew, or not.
    const open = record.state === 'open' && !record.ret.startsWith('? ERESTART');
    const isSlow = open || (record.durationNs ?? 0) >= SLOW_FILE_NS;
    if ((error === undefined && !isSlow) || !FILE_CALLS.test(record.name)) return;
    const path = pathOf(record, process);
    if (path === undefined || !path.startsWith('/') || /^\/(?:dev|proc|sys)\//.test(path)) return;
    if (
      error !== undefined &&
      this.errors.length < MAX_ERRORS &&
      (error !== 'disk-permission' || /\/pkg\/mod(?:\/|$)|\/cache\/(?:download|vcs|lock)/.test(path))
    ) {
      const detail = { path };
      this.errors.push({
        class: error,
        text: `${record.name} ${path}: ${record.errno}`,
        at: record.resumedAt ?? record.at,
        timeNs: record.startNs,
        detail,
        final: false,
        isCut: false,
      });
    }
    if (!isSlow || this.#fileSpans >= MAX_FILE_SPANS) return;
    this.#fileSpans++;
    const span = this.#store.open(
      'file',
      'disk',
      `${record.name} ${path}`,
      record.startNs,
      evidenceOf(record),
    );
    if (!open) span.endNs = record.startNs + (record.durationNs ?? 0);
    span.attributes = { 'gotrace.path': path, 'gotrace.syscall': record.name, 'process.pid': process.pid };
  }
}

function evidenceOf(record: SyscallRecord) {
  return record.resumedAt === undefined ? [record.at] : [record.at, record.resumedAt];
}

function openedPath(record: SyscallRecord): string | undefined {
  const args = splitArguments(record.args);
  const path = readText(record.name === 'open' || record.name === 'creat' ? args[0] : args[1]);
  if (path === undefined || path.startsWith('/')) return path;
  const folder = /^(?:AT_FDCWD|\d+)<(.*)>$/.exec(args[0] ?? '')?.[1];
  return folder === undefined ? path : `${folder}/${path}`;
}

/** The file that a call works on: of its descriptor, or its first path argument. */
export function pathOf(record: SyscallRecord, process: Process): string | undefined {
  const descriptor = descriptorOf(record);
  if (descriptor !== undefined) {
    if (descriptor.annotation !== undefined)
      return descriptor.annotation.replace(/<(?:char|block) [\d:]+>$/, '');
    const known = process.descriptors.get(descriptor.fd);
    return known?.kind === 'file' ? known.path : undefined;
  }
  return record.args.includes('"')
    ? openedPath(
        record.name.endsWith('at') || record.name.endsWith('at2') ? record : { ...record, name: 'open' },
      )
    : undefined;
}
