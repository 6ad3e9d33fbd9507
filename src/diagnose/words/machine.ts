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
    cause: 'cpu/stopped',
    summary: 'the command stood still[ for {cost}]: {setting}',
    explanation:
      'A process that is stopped waits for nobody: Ctrl-Z, kill -STOP, a job in the background that reads from its terminal or writes to it (SIGTTIN, SIGTTOU). What was in flight only seems to have taken long; a server may have closed its connections meanwhile.',
    telltale: '`--- stopped by SIGTSTP ---` and no line until `--- SIGCONT ---`; state T in /proc.',
    remedies: [
      { text: 'Let a stopped job go on, at its terminal', command: 'fg' },
      { text: 'Let it go on, from elsewhere', command: 'kill -CONT {process}' },
      {
        text: 'A job in the background is stopped (SIGTTIN) when it asks for a password: run it in the foreground, or let it fail',
        command: 'GIT_TERMINAL_PROMPT=0 go mod download </dev/null &',
      },
    ],
  },
  {
    cause: 'cpu/asleep',
    summary: 'the machine slept[ for {cost}], or its clock was set: {setting}',
    explanation:
      'The clock that lines are stamped by went forward, while the clock that calls are timed by stood still: the machine was suspended (a lid that was closed, a virtual machine that was paused), or its clock was set. Nothing was waited for meanwhile. A connection may be dead after a long sleep, since the server has given it up.',
    telltale:
      'More time between the two lines of a call than it took: `<... epoll_pwait resumed>… <0.6>` ten minutes after `epoll_pwait(… <unfinished ...>`.',
    remedies: [
      {
        text: 'Keep the machine awake while it downloads (Linux with systemd)',
        command: 'systemd-inhibit go mod download',
      },
      {
        text: 'See when it slept, and when its clock was set',
        command: "journalctl -b | grep -iE 'suspend|resume|time (has been )?(set|changed)|clock'",
      },
      {
        text: 'What hangs after a sleep waits for a dead connection: start it again',
        command: 'go mod download',
      },
    ],
  },
  {
    cause: 'cpu/held-up',
    summary:
      'the machine slept[ for {cost}], or what go printed was held up on its way to what stamped it: {setting}',
    explanation:
      'go times its fetches itself, and said that this one was quick, long after it had begun by the stamps. Either the machine was suspended meanwhile, or the line lay in a buffer: sed, awk and grep pass on what they read in blocks of 4096 bytes where they write into a pipe, and so do many CI runners. The times of such a log are not those of the download.',
    telltale: '`200 OK (0.3s)` ten minutes after `# get`, and nothing printed between the two.',
    remedies: [
      {
        text: 'Let the lines be stamped as they are printed',
        command: 'gotrace run -o trace -- go mod download',
      },
      {
        text: 'Or keep what stands between from buffering',
        command: "go mod download -x 2>&1 | stdbuf -oL sed 's/^/go: /' | ts '%.s' > stderr.txt",
      },
    ],
  },
  {
    cause: 'cpu/starved',
    summary: 'the command got no processor[ for {cost}]: {setting}',
    explanation:
      'A system call that never waits took long: the thread was ready, and did not run. Other programs kept the processors busy, the container had used up its share of them (its CPU limit), memory was being swapped, or the tracer could not keep up (a slow disk or pipe under its log). What was in flight meanwhile may have come in time.',
    telltale: 'sched_yield, getpid, epoll_ctl and the like that take tenths of a second.',
    remedies: [
      {
        text: 'See what else runs, and how often the container was throttled',
        command: 'uptime; cat /sys/fs/cgroup/cpu.stat /proc/pressure/cpu',
      },
      { text: 'Give it more processors, or fewer things at a time', command: 'GOMAXPROCS=1 go mod download' },
    ],
  },
  {
    cause: 'cpu/no-memory',
    summary: 'this machine, or its container, is out of memory or processes: {setting}',
    explanation:
      'The kernel refused memory, or another process: the limit of the container (cgroup), of the user (ulimit), or of the machine is reached.',
    telltale:
      '`cannot allocate memory`, `fork/exec …: resource temporarily unavailable`, `runtime: out of memory`.',
    remedies: [
      {
        text: 'See what is left, and which limits are set',
        command: 'free -m; ulimit -u -v; cat /sys/fs/cgroup/memory.max /sys/fs/cgroup/pids.max',
      },
      { text: 'Fewer modules at a time need less memory', command: 'GOMAXPROCS=1 go mod download' },
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
    cause: 'unknown/other',
    summary: 'it printed an error that none of the known causes describes: {setting}',
    explanation:
      'The text names neither a server nor a file that would tell what part of the download is in trouble.',
    telltale: 'A line that begins with `go:`, `fatal:` or `error:`.',
    remedies: [
      {
        text: 'Run again with more output, and attach the report',
        command: 'gotrace run --strace --format markdown -- go mod download',
      },
    ],
  },
  {
    cause: 'unknown/not-recorded',
    summary: 'the log does not show what the command waited for',
    explanation: 'What would tell was not recorded: see the remedy for what to capture.',
    telltale: 'Only futex and epoll waits, or nothing at all, until the end.',
    remedies: [{ text: 'Record it from the start', command: 'gotrace run --strace -- go mod download' }],
  },
];
