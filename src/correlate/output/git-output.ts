import type {
  CommandEndRecord,
  CommandStartRecord,
  LockRecord,
  PingRecord,
  RepositoryRecord,
} from '../../../parsers/go-x/records.ts';
import type { SourceLine } from '../../../parsers/types.ts';
import type { Span, SpanStore } from '../../model/span.ts';
import { hostOf } from '../files/modcache.ts';

type GitRecord = CommandStartRecord | CommandEndRecord | LockRecord | RepositoryRecord | PingRecord;

/** What -x tells of version-control commands: which repository, from when to when. */
export class GitOutput {
  readonly #store: SpanStore;
  readonly #open = new Map<string, Span>();
  readonly #repositories = new Map<string, string>();
  /** Its end is not printed: it is over when go goes on with what it asked for. */
  #ping: Span | undefined;

  readonly #openLocks = new Map<string, Span>();
  /** Waits for the lock of a repository, as -x tells of them. */
  readonly locks: Span[] = [];

  constructor(store: SpanStore) {
    this.#store = store;
  }

  on(record: GitRecord, timeNs: number, pid: number | undefined): void {
    switch (record.kind) {
      case 'repository':
        this.#endPing(timeNs, record.at);
        this.#endLock(record.dir, timeNs, record.at);
        this.#repositories.set(record.dir, record.url);
        return;
      case 'vcs-lock':
        this.#startLock(record, timeNs, pid);
        return;
      case 'vcs-ping':
        this.#endPing(timeNs, record.at);
        this.#ping = this.#start(record.command, record.url, timeNs, record.at, pid);
        return;
      case 'command-start': {
        this.#endPing(timeNs, record.at);
        this.#endLock(record.dir, timeNs, record.at);
        const url =
          /\b(?:https?|ssh|git):\/\/\S+|\b[\w.-]+@[\w.-]+:\S+/.exec(record.command)?.[0] ??
          this.#repositories.get(record.dir);
        const span = this.#start(record.command, url, timeNs, record.at, pid);
        span.attributes['gotrace.path'] = record.dir;
        this.#open.set(keyOf(record), span);
        return;
      }
      case 'command-end':
        this.#end(record, timeNs);
    }
  }

  /** An error that go prints ends what it asked for. */
  onError(timeNs: number): void {
    this.#endPing(timeNs, undefined);
  }

  startOf(record: CommandEndRecord): number | undefined {
    return this.#startedAs(record)?.[1].startNs;
  }

  /** The start of an end. Where -s cut both lines, the end, which begins with its duration, holds less of the command. */
  #startedAs(record: CommandEndRecord): readonly [key: string, span: Span] | undefined {
    const key = keyOf(record);
    const span = this.#open.get(key);
    return span === undefined ? [...this.#open].find(([each]) => each.startsWith(key)) : [key, span];
  }

  #start(
    command: string,
    url: string | undefined,
    timeNs: number,
    at: SourceLine,
    pid: number | undefined,
  ): Span {
    const span = this.#store.open('git-command', 'git', command, timeNs, [at]);
    const host = url === undefined ? undefined : hostOf(url);
    span.attributes = {
      'process.command': command,
      'gotrace.purpose': 'git',
      ...(url === undefined ? {} : { 'url.full': url }),
      ...(host === undefined ? {} : { 'server.address': host }),
      ...(pid === undefined ? {} : { 'process.pid': pid }),
    };
    return span;
  }

  #end(record: CommandEndRecord, timeNs: number): void {
    const [key, span] = this.#startedAs(record) ?? [];
    if (key === undefined || span === undefined) return;
    this.#open.delete(key);
    span.endNs = timeNs;
    span.evidence.push(record.at);
  }

  /** `# lock DIR.lock` is printed before the lock is taken, and what is done in DIR after. */
  #startLock({ path, at }: LockRecord, timeNs: number, pid: number | undefined): void {
    const span = this.#store.open('lock', 'lock', `lock ${path}`, timeNs, [at]);
    span.attributes = { 'gotrace.path': path, ...(pid === undefined ? {} : { 'process.pid': pid }) };
    this.#openLocks.set(path, span);
    this.locks.push(span);
  }

  #endLock(dir: string, timeNs: number, at: SourceLine): void {
    const lock = this.#openLocks.get(`${dir}.lock`);
    if (lock === undefined) return;
    lock.endNs = timeNs;
    lock.evidence.push(at);
    this.#openLocks.delete(`${dir}.lock`);
  }

  #endPing(timeNs: number, at: SourceLine | undefined): void {
    if (this.#ping === undefined) return;
    this.#ping.endNs = timeNs;
    if (at !== undefined) this.#ping.evidence.push(at);
    this.#ping = undefined;
  }
}

function keyOf({ dir, command }: { readonly dir: string; readonly command: string }): string {
  return `${dir};${command}`;
}
