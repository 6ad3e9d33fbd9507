import { readText, splitArguments } from '../../parsers/strace/arguments.ts';
import type { SyscallRecord } from '../../parsers/strace/records.ts';
import type { Span, SpanStore } from '../model/span.ts';
import type { TraceError } from '../model/trace.ts';
import { escapePath, openZipBody, readCachePath } from './modcache.ts';
import { descriptorOf, type Process } from './processes.ts';

/** Shorter waits for a lock are other goroutines of the same go command passing it on. */
const LOCK_WAIT_NS = 10e6;
/** A file call that took this long waited for a disk or a server; page cache answers in microseconds. */
const SLOW_FILE_NS = 3e6;
const MAX_FILE_SPANS = 20_000;
/** Calls that a slow or full disk makes slow or fail. */
const FILE_CALLS =
  /^(?:p?(?:read|write)(?:64|v2?)?|f(?:data)?sync|sync_file_range|close|f?truncate(?:64)?|rename(?:at2?)?|unlink(?:at)?|open(?:at2?)?|creat|mkdir(?:at)?|rmdir|link(?:at)?|symlink(?:at)?|fchmod(?:at2?)?|chmod|fchown(?:at)?|chown|new?fstatat|l?stat(?:64)?|fstat(?:64)?|statx|f?access(?:at2?)?|faccessat2?|getdents(?:64)?|fallocate|copy_file_range|utimensat|mmap|flock)$/;
const DISK_ERRORS: Readonly<Record<string, string>> = {
  ENOSPC: 'disk-full',
  EDQUOT: 'disk-full',
  EROFS: 'disk-read-only',
  EACCES: 'disk-permission',
  EPERM: 'disk-permission',
  EIO: 'disk-io',
  ESTALE: 'disk-io',
  EMFILE: 'too-many-files',
  ENFILE: 'too-many-files',
};

/** The module cache on disk: locks, zips as they arrive, what is unpacked, and calls that fail or take long. */
export class Files {
  readonly #store: SpanStore;
  readonly errors: TraceError[] = [];
  readonly #downloads = new Map<string, { readonly span: Span; lastWriteNs: number }>();
  /** Module versions whose lock is held, by its path: they are downloaded, hashed, and unpacked to that folder. */
  readonly #work = new Map<string, { readonly span: Span; readonly folder: string }>();
  /** `MODULE@VERSION.KIND` of what go began to write into its cache: the body of a .mod or .info was complete by then. */
  readonly stored = new Set<string>();
  /** Every temporary zip by its path. */
  readonly #whole = new Map<string, Span>();
  #fileSpans = 0;
  /** CA bundles that were looked for: `true` for one that was there. */
  readonly certificates = new Map<string, boolean>();

  constructor(store: SpanStore) {
    this.#store = store;
  }

  onLock(record: SyscallRecord, process: Process): void {
    const isFcntl = record.name.startsWith('fcntl');
    const path = pathOf(record, process);
    if (path === undefined || record.state === 'entered') return;
    if (/LOCK_UN|F_UNLCK/.test(record.args)) {
      this.#onUnlock(path, record);
      return;
    }
    if (/LOCK_NB|F_SETLK,|F_OFD_SETLK,/.test(record.args) || (isFcntl && !/SETLKW/.test(record.args))) return;
    const endNs = record.startNs + (record.durationNs ?? (record.boundNs ?? record.startNs) - record.startNs);
    const open = record.state === 'open';
    if (open || endNs - record.startNs >= LOCK_WAIT_NS) {
      const span = this.#store.open('lock', 'lock', `lock ${path}`, record.startNs, evidenceOf(record));
      if (!open) span.endNs = endNs;
      span.attributes = { 'gotrace.path': path, 'process.pid': process.pid };
    }
    if (!open && record.errno === undefined) this.#onLocked(path, endNs, record, process);
  }

  #onLocked(path: string, timeNs: number, record: SyscallRecord, process: Process): void {
    const module = readCachePath(path);
    if (module?.kind !== 'lock') return;
    const span = this.#store.open(
      'unzip',
      'cpu',
      `hash and unpack ${module.module}@${module.version}`,
      timeNs,
      [record.at],
    );
    span.attributes = {
      'gotrace.module': module.module,
      'gotrace.version': module.version,
      'process.pid': process.pid,
    };
    const folder = `/${escapePath(module.module)}@${escapePath(module.version)}/`;
    this.#work.set(path, { span, folder });
  }

  #onUnlock(path: string, record: SyscallRecord): void {
    const span = this.#work.get(path)?.span;
    if (span === undefined) return;
    this.#work.delete(path);
    span.endNs = record.startNs;
    span.evidence.push(record.at);
  }

  onOpen(record: SyscallRecord, process: Process): void {
    const path = openedPath(record);
    if (path === undefined) return;
    if (/ca-(?:certificates|bundle)|\/ssl\/|\/pki\/|cert\.pem|certs|\.(?:crt|pem)$/.test(path))
      this.certificates.set(path, record.errno === undefined);
    if (record.errno !== undefined || record.value === undefined || record.value < 0) return;
    process.descriptors.set(record.value, {
      kind: 'file',
      path,
      closeOnExec: record.args.includes('O_CLOEXEC'),
    });
    const cached = readCachePath(path);
    if (cached?.temporary) this.stored.add(`${cached.module}@${cached.version}.${cached.kind}`);
    // It is opened once more, to be hashed.
    const span = record.args.includes('O_CREAT')
      ? openZipBody(this.#store, path, process.pid, record.startNs, evidenceOf(record))
      : undefined;
    if (span !== undefined) {
      if (this.#whole.size < MAX_FILE_SPANS) this.#whole.set(path, span);
      this.#downloads.set(path, { span, lastWriteNs: record.startNs });
    }
    if (record.args.includes('O_CREAT')) this.#onExtract(path, record);
  }

  /** A file below `GOMODCACHE/MODULE@VERSION/`, wherever the cache is. */
  #onExtract(path: string, record: SyscallRecord): void {
    for (const { span, folder } of this.#work.values()) {
      if (!path.includes(folder)) continue;
      span.attributes['gotrace.calls'] = (span.attributes['gotrace.calls'] ?? 0) + 1;
      if (span.evidence.length < 2) span.evidence.push(record.at);
    }
  }

  onWrite(record: SyscallRecord, path: string): void {
    const download = this.#downloads.get(path);
    if (download === undefined || record.value === undefined || record.value < 0) return;
    const { span } = download;
    download.lastWriteNs = record.startNs + (record.durationNs ?? 0);
    // The file is opened before the request is sent; the body begins with the first write, or with the headers (join.ts).
    if (span.attributes['gotrace.bytes'] === 0) span.startNs = record.startNs;
    span.attributes['gotrace.bytes'] = (span.attributes['gotrace.bytes'] ?? 0) + record.value;
    span.evidence[1] = record.at;
  }

  /** A zip that is whole is renamed from its temporary name; one that is damaged is not. */
  onRename(record: SyscallRecord): void {
    if (record.errno !== undefined || record.state !== 'complete') return;
    const path = openedPath(record);
    const download = path === undefined ? undefined : this.#whole.get(path);
    if (download !== undefined) download.attributes['gotrace.verified'] = true;
  }

  onClose(path: string, process: Process): void {
    const download = this.#downloads.get(path);
    // A child closes its copy of the descriptor when it starts another program.
    if (download === undefined || download.span.attributes['process.pid'] !== process.pid) return;
    this.#downloads.delete(path);
    // It is hashed before it is closed: the body ended with the last write.
    download.span.endNs = download.lastWriteNs;
  }

  /** Any call that took long or failed in a telling way. */
  onOther(record: SyscallRecord, process: Process): void {
    const error = record.errno === undefined ? undefined : DISK_ERRORS[record.errno];
    const open = record.state === 'open';
    const isSlow = open || (record.durationNs ?? 0) >= SLOW_FILE_NS;
    if ((error === undefined && !isSlow) || !FILE_CALLS.test(record.name)) return;
    const path = pathOf(record, process);
    if (path === undefined || !path.startsWith('/') || /^\/(?:dev|proc|sys)\//.test(path)) return;
    if (
      error !== undefined &&
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
