import type { CauseWords } from './types.ts';

/** What this machine does itself, and what no log shows. */
export const MACHINE_WORDS: readonly CauseWords[] = [
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
    cause: 'cpu/compile-error',
    summary: 'the code does not compile: {setting}',
    explanation: 'The compiler or `go vet` refuses the code. What was to be downloaded for it had come.',
    telltale: '`./main.go:3:15: undefined: foo`.',
    remedies: [{ text: 'See all that is wrong with it', command: 'go build -gcflags=-e ./...' }],
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
    cause: 'unknown/said',
    summary: 'it ended with {step}, and said: {setting}',
    explanation:
      'The command failed, no wait and no error that gotrace knows explains it, and this is what it printed near its end that may be the reason.',
    telltale: 'A line on stderr, among the last 100, that no format knows.',
    remedies: [{ text: 'Read what it printed around that line; its own documentation knows the words' }],
  },
  {
    cause: 'unknown/not-recorded',
    summary: 'the log does not show what the command waited for',
    explanation: 'What would tell was not recorded: see the remedy for what to capture.',
    telltale: 'Only futex and epoll waits, or nothing at all, until the end.',
    remedies: [{ text: 'Record it from the start', command: 'gotrace run --strace -- go mod download' }],
  },
];
