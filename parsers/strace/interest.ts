/**
 * Which calls become records. Everything else is only counted: a log of gigabytes is mostly futex, mmap and reads of
 * files, and making strings for those is what makes an analyser slow.
 */
export type Interest =
  /** Counted; a record only when it failed in a telling way or took long. */
  | 'counted'
  /** Always a record, and `entered` is reported before it returns. */
  | 'always'
  /** A record when its first argument is a descriptor of interest: a socket, stderr, a download in progress. */
  | 'descriptor'
  /** A record when it creates or writes, or reads the system's configuration. */
  | 'open'
  /** A record when it locks or duplicates. */
  | 'fcntl'
  /** Waiting without a reason of its own: never a record, however long it takes. */
  | 'idle'
  /** Waiting for a time: a record where that is long. */
  | 'sleeping'
  /** Waiting for what its arguments name: a record where the log ends in it. */
  | 'waiting'
  /** Waiting for what its arguments name, or for a time: a record where the log ends in it, and where it is long. */
  | 'polling';

const NAMES: Readonly<Record<Exclude<Interest, 'counted'>, readonly string[]>> = {
  always: [
    ...['socket', 'connect', 'socketpair', 'accept', 'accept4', 'getsockopt', 'flock'],
    ...['clone', 'clone2', 'clone3', 'fork', 'vfork', 'execve', 'execveat', 'exit_group', 'kill'],
    ...['dup', 'dup2', 'dup3', 'sendmmsg', 'rename', 'renameat', 'renameat2', 'fsync', 'fdatasync', 'sync'],
  ],
  descriptor: [
    ...[
      'read',
      'write',
      'readv',
      'writev',
      'sendto',
      'recvfrom',
      'sendmsg',
      'recvmsg',
      'recvmmsg',
      'send',
      'recv',
    ],
    ...['close', 'shutdown', 'sendfile', 'splice', 'getpeername'],
  ],
  open: ['open', 'openat', 'openat2', 'creat'],
  fcntl: ['fcntl', 'fcntl64'],
  idle: [
    ...['futex', 'futex_waitv', 'epoll_wait', 'epoll_pwait', 'epoll_pwait2'],
    ...['pause', 'rt_sigtimedwait', 'rt_sigsuspend', 'exit', 'io_uring_enter'],
  ],
  sleeping: ['nanosleep', 'clock_nanosleep'],
  waiting: ['restart_syscall', 'wait4', 'waitid', 'waitpid'],
  polling: ['poll', 'ppoll', 'select', 'pselect6', '_newselect'],
};

const BY_NAME = new Map<string, Interest>(
  Object.entries(NAMES).flatMap(([interest, names]) => names.map((name) => [name, interest as Interest])),
);

export function interestOf(name: string): Interest {
  return BY_NAME.get(name) ?? 'counted';
}

/** It waits, and how long says nothing about the disk or the machine. */
export function isWaiting(interest: Interest): boolean {
  return interest === 'idle' || interest === 'waiting' || hasTimeout(interest);
}

/** Where the log ends in such a call, it is no record. */
export function isNeverOpen(interest: Interest): boolean {
  return interest === 'idle' || interest === 'sleeping';
}

/** Whether how long it takes may be its own choice. */
function hasTimeout(interest: Interest): boolean {
  return interest === 'sleeping' || interest === 'polling';
}

/** What has to be known of a call to count it only. Numbers, for a table that is asked for each line. */
export const Demand = {
  /** It is read as a line of its own. */
  Read: 0,
  /** Nothing: however it ends, it is no record. */
  Count: 1,
  /** How long it took. */
  Time: 2,
  /** How it ended. */
  End: 3,
  /** How it ended, and what it was called with. */
  Ask: 4,
} as const;

export function demandOf(interest: Interest): number {
  if (interest === 'always') return Demand.Read;
  if (hasTimeout(interest)) return Demand.Time;
  if (isWaiting(interest)) return Demand.Count;
  return interest === 'counted' ? Demand.End : Demand.Ask;
}

/** Errors that mean trouble with disk, rights or limits; they are records whatever the call. */
const TELLING_ERRORS: ReadonlySet<string> = new Set([
  ...['ENOSPC', 'EDQUOT', 'EROFS', 'EACCES', 'EIO', 'EMFILE', 'ENFILE', 'ENOMEM', 'ESTALE', 'ENOLCK'],
]);

/** A call that is not idle and takes this long was a wait: the disk, a lock, a pipe. Scheduling alone takes less. */
const SLOW_CALL_NS = 1_000_000;

/** A sleep of less is the pace of a loop. */
export const LONG_SLEEP_NS = 0.5e9;

/** Whether a call that waits took so long that it is a record. */
export function isLongSleep(interest: Interest, durationNs: number): boolean {
  return hasTimeout(interest) && durationNs >= LONG_SLEEP_NS;
}

/** Whether the way in which a call that is not idle ended makes it a record; `durationNs` is NaN where it is not known. */
export function isTelling(errno: string | undefined, durationNs: number): boolean {
  return durationNs >= SLOW_CALL_NS || (errno !== undefined && TELLING_ERRORS.has(errno));
}
