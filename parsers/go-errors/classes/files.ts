import type { ErrorClass } from './types.ts';

/** Files and locks of this machine, in the words of Linux, macOS and Windows. */
export const FILE_CLASSES: readonly ErrorClass[] = [
  {
    name: 'disk-full',
    pattern:
      /(?:(?:open|write|mkdir|rename|copy|close) (?<path>(?:\/|[A-Z]:\\)[^:]+): )?(?:[Nn]o space left on device|[Dd]isk quota exceeded|There is not enough space on the disk)/,
  },
  {
    name: 'disk-read-only',
    pattern:
      /(?:(?:open|write|mkdir|rename|unlinkat|chmod|remove|lock|flock) (?<path>\/[^:]+): )?[Rr]ead-only file system/,
  },
  {
    name: 'disk-permission',
    pattern:
      /(?:open|write|mkdir|rename(?: \S+)?|unlinkat|chmod|remove|lock|flock|stat|fork\/exec) (?<path>(?:\/|[A-Z]:\\)[^:]+): (?:permission denied|operation not permitted|Access is denied)|(?:^\s*|cannot mkdir |could not (?:create|lock) [^'/]*'?|unable to (?:create|write) [^'/]*'?)(?<path2>\/[^:']+)'?: Permission denied/,
  },
  // cmd/go/internal/lockedfile/internal/filelock: flock and fcntl on a file system that has no locks.
  {
    name: 'lock-unsupported',
    pattern:
      /\bR?Lock (?<path>\S+): (?:no locks available|[Ff]unction not implemented|operation not supported|not supported)/,
  },
  {
    name: 'file-in-use',
    pattern:
      /(?:(?<path>[A-Z]:\\[^:]+): )?The process cannot access the file because (?:it is being used by another|another) process/,
  },
  { name: 'disk-io', pattern: /input\/output error|stale NFS file handle/ },
  { name: 'too-many-files', pattern: /too many open files/ },
  {
    name: 'no-memory',
    pattern:
      /cannot allocate memory|out of memory|failed to create new OS thread|fatal error: newosproc|fork\/exec \S+: resource temporarily unavailable|\/pkg\/tool\/\S+: signal: killed/,
  },
];

/** A file call that failed in a way of its own; a file that is not there is mostly about something else. */
export const FILE_FAILED: ErrorClass = {
  name: 'disk-io',
  pattern:
    /could not create module cache: mkdir (?<path2>[^:]+): |\b(?:open|write|read|mkdir|rename|remove|unlinkat|chmod|stat|lstat|copy|close|link|symlink|sync|truncate|R?Lock) (?<path>(?:\/|[A-Z]:\\)[^:]*): (?!.*(?:no such file|cannot find the))/,
};
