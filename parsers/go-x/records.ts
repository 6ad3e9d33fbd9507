import type { SourceLine } from '../types.ts';

interface At {
  readonly at: SourceLine;
  /** Nanoseconds since the clock's origin, where the line was stamped. */
  readonly timeNs: number | undefined;
}

/** `# get URL`: cmd/go/internal/web/http.go, get, before the request. */
export interface FetchStartRecord extends At {
  readonly kind: 'fetch-start';
  readonly url: string;
}

/** `# get URL: 200 OK (0.167s)`, printed when the headers are there, or `# get URL: ERROR`. */
export interface FetchEndRecord extends At {
  readonly kind: 'fetch-end';
  readonly url: string;
  readonly status?: number;
  readonly statusText?: string;
  readonly durationNs?: number;
  readonly error?: string;
}

/** `cd DIR; git …`, printed before a version-control command is run (modfetch/codehost/codehost.go, run). */
export interface CommandStartRecord extends At {
  readonly kind: 'command-start';
  readonly dir: string;
  readonly command: string;
}

/** `0.155s # cd DIR; git …`, printed when it ended. */
export interface CommandEndRecord extends At {
  readonly kind: 'command-end';
  readonly dir: string;
  readonly command: string;
  readonly durationNs: number;
}

/** `git ls-remote URL`: cmd/go/internal/vcs/vcs.go, Ping. Its end is not printed. */
export interface PingRecord extends At {
  readonly kind: 'vcs-ping';
  readonly command: string;
  readonly url: string;
}

/** `mkdir -p DIR # git3 URL`: the cache directory of a repository. */
export interface RepositoryRecord extends At {
  readonly kind: 'repository';
  readonly dir: string;
  readonly vcs: string;
  readonly url: string;
}

/** `# lock FILE`, printed before the lock is taken. */
export interface LockRecord extends At {
  readonly kind: 'vcs-lock';
  readonly path: string;
}

/** `go: downloading MODULE VERSION`, printed without -x as well; `go: downloading go1.99.0 (linux/amd64)` for a toolchain. */
export interface DownloadingRecord extends At {
  readonly kind: 'downloading';
  readonly module: string;
  readonly version: string;
}

export type GoXRecord =
  | FetchStartRecord
  | FetchEndRecord
  | PingRecord
  | CommandStartRecord
  | CommandEndRecord
  | RepositoryRecord
  | LockRecord
  | DownloadingRecord;
