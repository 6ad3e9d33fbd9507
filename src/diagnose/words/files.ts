import type { CauseWords } from './types.ts';

const HOLDER = {
  text: 'See which process holds the lock',
  command: 'fuser -v {path} || lslocks | grep {path}',
};
const OWN_CACHE = {
  text: 'Give each parallel job a module cache of its own',
  command: 'export GOMODCACHE=$(mktemp -d)',
};

/** Locks and files of this machine. */
export const FILE_WORDS: readonly CauseWords[] = [
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
    summary: 'another process holds the module cache’s lock[ {path}][; {cost} of waiting]',
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
    cause: 'lock/unsupported',
    summary: 'the file system of the module cache has no file locks ({path})',
    explanation:
      'Go locks files of its module cache, so that several go commands can share it. Some network file systems, and NFS without its lock service, cannot lock.',
    telltale: '`Lock …: no locks available`, `function not implemented`, `operation not supported`.',
    remedies: [
      { text: 'See which file system holds the cache', command: 'df -T "$(go env GOMODCACHE)"' },
      {
        text: 'Put GOMODCACHE on a local disk, where the lock works',
        command: 'go env -w GOMODCACHE="$HOME/go/pkg/mod"',
      },
    ],
  },
  {
    cause: 'lock/in-use',
    summary: 'another process has {path} open, so that go cannot replace it',
    explanation:
      'Windows does not let a file be renamed or removed that another process has open: a virus scanner, an editor, another go command.',
    telltale: '`The process cannot access the file because it is being used by another process`.',
    remedies: [
      { text: 'See which process has the file open (Sysinternals handle)', command: 'handle.exe {path}' },
      { text: 'Except the module cache from the virus scanner; its folder is', command: 'go env GOMODCACHE' },
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
    cause: 'disk/build-cache',
    summary: 'go cannot make its build cache at {path}[: {setting}]',
    explanation:
      'The build cache is below the home directory unless GOCACHE says otherwise. In a container that runs under a user who is not in /etc/passwd, HOME is /, and / belongs to root.',
    telltale: '`failed to initialize build cache at /.cache/go-build: mkdir /.cache: permission denied`.',
    remedies: [
      {
        text: 'Give it a folder that its user may write',
        command: 'export GOCACHE=/tmp/go-build GOPATH=/tmp/go',
      },
      { text: 'See who it runs as, and where its home is', command: 'id; echo "$HOME"; go env GOCACHE' },
    ],
  },
  {
    cause: 'disk/modified-cache',
    summary: 'what the module cache holds of {module} is not what was downloaded: {path}',
    explanation:
      '`go mod verify` compares the module cache with the hashes that were taken when it was filled. Somebody edited the files, or the disk lost some.',
    telltale: '`dir has been modified`, `zip has been modified`, `missing ziphash`.',
    remedies: [
      { text: 'Empty the module cache, and download anew', command: 'go clean -modcache && go mod download' },
      {
        text: 'To change a dependency, replace it by a copy of your own',
        command: 'go mod edit -replace={module}=../copy',
      },
    ],
  },
  {
    cause: 'disk/slow',
    summary: 'files took {seconds} to be opened, read and written: {path}',
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
    cause: 'disk/too-many-files',
    summary: 'go ran out of file descriptors (too many open files)',
    explanation:
      'The limit on open files is reached. Sockets count as well, so that it can surface as a failed lookup, a failed connect, or missing CA roots.',
    telltale: '`too many open files`; EMFILE or ENFILE.',
    remedies: [
      { text: 'See the limit, and raise it for this shell', command: 'ulimit -n; ulimit -n 4096' },
      { text: 'Fewer modules at a time open fewer files', command: 'GOMAXPROCS=1 go mod download' },
    ],
  },
  {
    cause: 'disk/other',
    summary: 'a file could not be used: {setting}',
    explanation: 'A file call failed: an i/o error, or a file system that cannot do what go asks of it.',
    telltale: 'EIO, ESTALE, EXDEV, ELOOP, and errors of mkdir and open that have no cause of their own.',
    remedies: [
      {
        text: 'See what the kernel says of it, and which file system holds the module cache',
        command: 'dmesg | tail; go env GOMODCACHE; df -T "$(go env GOMODCACHE)"',
      },
    ],
  },
];
