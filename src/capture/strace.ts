import { ask } from './ask.ts';
import { tracerOf } from './proc.ts';

/**
 * The shortest list that shows every phase: sockets and what goes through them, processes, locks, and the files of
 * the module cache. What Go's scheduler does all the time (futex, epoll, mmap, signals) is left out: each traced call
 * stops its thread twice. docs/decisions/0002-strace-flags.md has the numbers.
 */
const TRACED = [
  ...['socket', 'connect', 'accept4', 'getsockopt', 'read', 'write', 'readv', 'writev', 'close'],
  ...['sendto', 'recvfrom', 'sendmsg', 'recvmsg', 'sendmmsg', 'recvmmsg', 'dup', 'dup2', 'dup3'],
  ...['clone', 'clone3', 'fork', 'vfork', 'execve', 'exit_group', 'flock'],
  // What `sleep 15` in a script does (glibc); Go's scheduler sleeps by nanosleep, all the time.
  'clock_nanosleep',
  ...[
    'open',
    'openat',
    'creat',
    'pwrite64',
    'fsync',
    'fdatasync',
    'rename',
    'renameat',
    'renameat2',
    'unlink',
    'unlinkat',
    'ftruncate',
    'mkdir',
    'mkdirat',
  ],
];

/** Enough of a payload for a ClientHello's server name, a DNS answer, and most lines of go. */
const STRING_LENGTH = '512';

export interface Tracer {
  /** The log that it writes. */
  readonly output: string;
  readonly command: string;
  readonly args: readonly string[];
  /** Processes that it has traced cannot do without it: it is to stay as long as they do. */
  readonly isNeeded?: boolean;
}

export interface StraceChoice {
  /** Every system call, and not only those that show a phase. */
  readonly all: boolean;
  /** Stop at the traced calls only: faster, and a strace that is killed takes the command with it (decision 0002). */
  readonly seccomp: boolean;
}

/** The calls that show a phase, without a risk for the command. */
export const TRACED_CALLS: StraceChoice = { all: false, seccomp: false };

const PROBE_TIMEOUT_MS = 5000;

/**
 * strace's arguments, without the command; they write to `output`. A leading `?` lets strace skip calls that the machine
 * lacks. With -DD the command is our child and strace a grandchild in a process group of its own: the exit code and the
 * signals are the command's, and a strace that dies takes nothing with it. -I 2 lets a signal end strace, which then
 * lets go of what it still traces: children that outlive the command.
 */
export function straceFor(output: string, { all, seccomp }: StraceChoice): Tracer {
  const set = all ? [] : ['-e', `trace=${TRACED.map((name) => `?${name}`).join(',')}`];
  return {
    output,
    command: 'strace',
    args: [
      ...['-DD', '-I', '2', '-f', '-ttt', '-T', '-yy', '-s', STRING_LENGTH, ...set],
      ...(seccomp && !all ? ['--seccomp-bpf'] : []),
      ...['-o', output],
    ],
    ...(seccomp && !all ? { isNeeded: true } : {}),
  };
}

/** Undefined where strace can trace here; else why it cannot, in one line. */
export async function whyNoStrace(choice = TRACED_CALLS): Promise<string | undefined> {
  if (process.platform !== 'linux') return `strace is for Linux; this is ${process.platform}`;
  const { command, args } = straceFor('/dev/null', choice);
  const probe = await ask(command, [...args, 'true'], { timeoutMs: PROBE_TIMEOUT_MS });
  if (probe.isMissing) return 'strace is not installed (apt-get install strace)';
  // With -DD the exit code is that of `true`, which runs untraced where strace is refused.
  if (/Operation not permitted|PTRACE_|ptrace\(/i.test(probe.stderr))
    return tracerOf(process.pid) !== undefined
      ? 'this is being traced already, by another strace or a debugger'
      : 'ptrace is not allowed here; a container needs --cap-add=SYS_PTRACE';
  if (probe.exitCode === 0) return undefined;
  return `strace cannot be used: ${probe.stderr.trim().split('\n').at(-1) || 'it said nothing'}`;
}
