import type { CauseWords } from './types.ts';

const HOLDER = {
  text: 'See which process holds the lock',
  command: 'fuser -v {path} || lslocks | grep {path}',
};
const OWN_CACHE = {
  text: 'Give each parallel job a module cache of its own',
  command: 'export GOMODCACHE=$(mktemp -d)',
};

export const MACHINE_WORDS: readonly CauseWords[] = [
  {
    cause: 'lock/module',
    summary: 'another process holds the lock of {module} in the module cache[; {cost} of waiting]',
    explanation:
      'Go locks each module version while it downloads it. Another go command, perhaps one that hangs, holds the lock.',
    telltale: 'flock on …/@v/VERSION.lock that does not return.',
    remedies: [
      HOLDER,
      {
        text: 'Wait for the other process that holds the lock, or end it: another process works in the same module cache',
      },
      OWN_CACHE,
    ],
  },
  {
    cause: 'lock/vcs',
    summary: 'another process holds the lock of a git repository in the module cache[; {cost} of waiting]',
    explanation: 'Go locks a repository’s cache while git works in it.',
    telltale: 'flock on cache/vcs/HASH.lock that does not return.',
    remedies: [
      HOLDER,
      {
        text: 'Wait for the other process that holds the lock, or end it: another process works in the same module cache',
      },
      OWN_CACHE,
    ],
  },
  {
    cause: 'lock/cache',
    summary: 'another process holds the module cache’s lock {path}[; {cost} of waiting]',
    explanation:
      'Go takes cache/lock to write go.sum and the checksum database’s state. Another process holds it.',
    telltale: 'flock on cache/lock that does not return.',
    remedies: [
      HOLDER,
      {
        text: 'Wait for the other process that holds the lock, or end it: another process works in the same module cache',
      },
      OWN_CACHE,
    ],
  },
  {
    cause: 'lock/other',
    summary: 'another process holds the lock {path}[; {cost} of waiting]',
    explanation: 'A file lock is held by another process.',
    telltale: 'flock or fcntl that does not return.',
    remedies: [
      HOLDER,
      {
        text: 'Wait for the other process that holds the lock, or end it: another process works in the same module cache',
      },
      OWN_CACHE,
    ],
  },
  {
    cause: 'disk/full',
    summary: 'no space left on the device that holds {path}',
    explanation: 'The file system, or the quota, of the module cache is full.',
    telltale: 'ENOSPC or EDQUOT on a write.',
    remedies: [
      {
        text: 'See how full the disk of the module cache is (no space left)',
        command: 'df -h {path} "$(go env GOMODCACHE)"',
      },
      { text: 'Make room, or move GOMODCACHE to a disk with space', command: 'go clean -modcache -cache' },
    ],
  },
  {
    cause: 'disk/read-only',
    summary: '{path} is on a read-only file system',
    explanation: 'The module cache cannot be written.',
    telltale: 'EROFS.',
    remedies: [
      {
        text: 'Mount it writable, or put GOMODCACHE elsewhere (read-only file system)',
        command: 'export GOMODCACHE=$(mktemp -d)',
      },
      { text: 'See how it is mounted', command: 'findmnt -T {path}' },
    ],
  },
  {
    cause: 'disk/permission',
    summary: 'permission denied for {path} in the module cache',
    explanation: 'The cache, or a part of it, belongs to another user: often root, after a run with sudo.',
    telltale: 'EACCES under GOMODCACHE.',
    remedies: [
      {
        text: 'Take ownership of the module cache (permission denied)',
        command: 'sudo chown -R "$(id -u):$(id -g)" "$(go env GOMODCACHE)"',
      },
      { text: 'See who owns it', command: 'ls -ld {path} "$(go env GOMODCACHE)"' },
    ],
  },
  {
    cause: 'disk/slow',
    summary: 'writing to disk took {seconds}: {path}',
    explanation:
      'File calls under the module cache take long: a network mount, an overlay, a full or failing disk, a virus scanner.',
    telltale: 'Long write, fsync, rename or unlink calls.',
    remedies: [
      {
        text: 'Put GOMODCACHE on a local disk instead of a slow or network mount',
        command: 'findmnt -T {path}; export GOMODCACHE=/tmp/gomodcache',
      },
      {
        text: 'Measure the disk',
        command: 'dd if=/dev/zero of={path}.gotrace bs=1M count=64 oflag=dsync; rm {path}.gotrace',
      },
    ],
  },
  {
    cause: 'disk/other',
    summary: 'a file could not be used: {path}',
    explanation: 'A file call failed: an i/o error, or a limit on open files.',
    telltale: 'EIO, ESTALE, EMFILE.',
    remedies: [{ text: 'See the kernel’s messages and the limits', command: 'dmesg | tail; ulimit -n' }],
  },
  {
    cause: 'cpu/unzip',
    summary: 'unpacking and hashing the large module {module} took {seconds}; no wait was involved',
    explanation:
      'A module’s zip is hashed, inflated and written. For a large module that is CPU and disk work, and expected.',
    telltale: 'No network wait; files of one module are written for long.',
    remedies: [
      {
        text: 'Keep GOMODCACHE between CI jobs, so that a large module is unpacked (unzip) once',
        command: 'go env GOMODCACHE',
      },
      { text: 'See the size of {module} in the cache', command: 'du -sh "$(go env GOMODCACHE)"/*' },
    ],
  },
  {
    cause: 'cpu/other',
    summary: 'the time went into computing ({seconds}), not into waiting',
    explanation: 'No wait explains the time: the programs ran.',
    telltale: 'Gaps without any call that waits.',
    remedies: [{ text: 'Profile it, or give it more CPU', command: 'nproc; uptime' }],
  },
  {
    cause: 'unknown/not-recorded',
    summary: 'the log does not show what the command waited for',
    explanation: 'What would tell was not recorded: see the remedy for what to capture.',
    telltale: 'Only futex and epoll waits, or nothing at all, until the end.',
    remedies: [{ text: 'Record it from the start', command: 'gotrace run --strace -- go mod download' }],
  },
];
