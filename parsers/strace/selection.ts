import { COMMA, GREATER, LESS, QUOTE, SLASH } from './ascii.ts';
import { indexOf, indexOfByte, latin1, readValue, startsWith } from './bytes.ts';
import type { CallTail } from './call.ts';
import { type Interest, isLongSleep, isTelling, isWaiting } from './interest.ts';

const DOT_TMP = Buffer.from('.tmp');
const TERMINAL = Buffer.from('/dev/tty');
const UPPER_F = 0x46;
const UNDERSCORE = 0x5f;
const FCNTL_COMMANDS = ['SETLK', 'OFD_SETLK', 'DUPFD'].map((command) => Buffer.from(command));
const COMMAND_NAME = Buffer.from('cmd=');
const TEMPORARY_NAME = Buffer.from('.tmp"');
const ETC = Buffer.from('/etc/');
const READ_ONLY = Buffer.from('O_RDONLY');
/** All the flags of most opens, and the end of the arguments. */
const CLOEXEC = Buffer.from('|O_CLOEXEC)');
const CREATES = Buffer.from('O_CREAT');
const CRT = Buffer.from('.crt');
const PEM = Buffer.from('.pem');
const CERTS = Buffer.from('/certs');
/** What go looks for in its module cache, `…/@v/v1.0.0.mod`, before it fetches it. */
const INFO = Buffer.from('.info');
const MOD = Buffer.from('.mod');
const VERSIONS = Buffer.from('/@v/');
/** Where go keeps what it knows of a checksum database: the path has its name. */
const SUMDB = Buffer.from('/sumdb/');
/** All the flags that open has, written out, are shorter. */
const MAX_FLAGS = 160;
/** PATH_MAX of Linux. */
const MAX_PATH = 4096;
/** Descriptor numbers above this are treated as interesting without being remembered. */
const MAX_REMEMBERED_FD = 4096;

/** Which calls become records, by what their bytes say; and which descriptors were opened for something of interest. */
export class Selection {
  readonly #fds = new Uint8Array(MAX_REMEMBERED_FD);
  readonly #marked = new Set<number>();
  /** In a segment: bare descriptors that were taken for uninteresting, as far as the segment shows. */
  readonly passedOver: Set<number> | undefined;

  /** A log of one thread among several: another thread may have opened what this one uses. */
  readonly #wantsAll: boolean;

  constructor({ isSegment = false, wantsAll = false } = {}) {
    this.#wantsAll = wantsAll;
    this.passedOver = isSegment ? new Set() : undefined;
    // stdout and stderr: what the program says of itself arrives there.
    this.#fds.fill(1, 1, 3);
  }

  /** Whether the way it ended makes a call of interest: trouble with the disk or with rights, or a wait. */
  wantsResult(interest: Interest, errno: string | undefined, durationNs: number): boolean {
    return isWaiting(interest) ? isLongSleep(interest, durationNs) : isTelling(errno, durationNs);
  }

  /** Whether what a call is called with makes it of interest; its arguments, or the first half of them, are at [start, end). */
  wantsCall(interest: Interest, bytes: Uint8Array, start: number, end: number): boolean {
    switch (interest) {
      case 'always':
        return true;
      case 'descriptor':
        return this.#wantsDescriptor(bytes, start, end);
      case 'open':
        return wantsOpen(bytes, start, end);
      case 'fcntl':
        return locksOrDuplicates(bytes, start, end);
      default:
        return false;
    }
  }

  /** `6<TCP:[…` is told by its annotation; a bare `6` by what was opened under that number before. */
  #wantsDescriptor(bytes: Uint8Array, start: number, end: number): boolean {
    let fd = 0;
    let at = start;
    for (let byte = bytes[at] ?? 0; at < end && byte >= 0x30 && byte <= 0x39; byte = bytes[++at] ?? 0) {
      fd = fd * 10 + byte - 0x30;
    }
    if (at === start) return true;
    if (bytes[at] !== LESS) {
      if (this.#wantsAll || fd >= MAX_REMEMBERED_FD || this.#fds[fd] === 1) return true;
      if (this.passedOver !== undefined && fd < MAX_REMEMBERED_FD) this.passedOver.add(fd);
      return false;
    }
    const kind = bytes[at + 1];
    // TCP:, UDP:, UNIX: (-yy) and socket:[…] (-y).
    if (kind === 0x54 || kind === 0x55 || (kind === 0x73 && bytes[at + 2] === 0x6f)) return true;
    if (fd === 1 || fd === 2) return true;
    if (kind !== SLASH) return false;
    // A person is asked there.
    return startsWith(bytes, at + 1, TERMINAL) || isTemporary(bytes, at, Math.min(end, at + MAX_PATH));
  }

  /** Marks what a call opened as a descriptor of interest: sockets, the terminal, and files that a download is written to. */
  remember(name: string, bytes: Uint8Array, argsStart: number, tail: CallTail, firstHalf: string): void {
    if (name === 'connect') {
      // The log may not hold the call that made the socket.
      const fd = readValue(firstHalf || latin1(bytes, argsStart, Math.min(tail.argsEnd, argsStart + 12)));
      if (fd !== undefined && fd < MAX_REMEMBERED_FD) this.rememberAll([fd]);
      return;
    }
    const isSocket =
      name === 'socket' || name.startsWith('accept') || name.startsWith('dup') || name === 'fcntl';
    const isOpen = name.startsWith('open') || name === 'creat';
    if (!isSocket && !isOpen) return;
    const isFollowed =
      firstHalf.includes('.tmp"') ||
      firstHalf.includes('"/dev/tty"') ||
      indexOf(bytes, TEMPORARY_NAME, argsStart, tail.argsEnd) >= 0 ||
      indexOf(bytes, TERMINAL, argsStart, tail.argsEnd) >= 0;
    if (isOpen && !isFollowed) return;
    const fd = readValue(latin1(bytes, tail.retStart, Math.min(tail.retEnd, tail.retStart + 12)));
    if (fd !== undefined && fd >= 0 && fd < MAX_REMEMBERED_FD) this.rememberAll([fd]);
  }

  /** A closed number is free for something else. To be told only where all lines are of one process. */
  forget(fd: number): void {
    if (fd <= 2 || fd >= MAX_REMEMBERED_FD) return;
    this.#fds[fd] = 0;
    this.#marked.delete(fd);
  }

  /** Descriptors that are of interest. */
  remembered(): readonly number[] {
    return [...this.#marked];
  }

  /** Whether one of these was opened for something of interest before. */
  knowsAny(descriptors: readonly number[]): boolean {
    return descriptors.some((fd) => this.#fds[fd] === 1);
  }

  rememberAll(descriptors: readonly number[]): void {
    for (const fd of descriptors) {
      this.#fds[fd] = 1;
      this.#marked.add(fd);
    }
  }
}

/** `9</path>, F_SETLK, …`, `F_OFD_SETLKW`, `F_DUPFD_CLOEXEC`: the command follows the descriptor; with -N it is `cmd=F_…`. */
function locksOrDuplicates(bytes: Uint8Array, start: number, end: number): boolean {
  for (let at = start; at < end; at++) {
    if (bytes[at] !== COMMA) continue;
    const value = startsWith(bytes, at + 2, COMMAND_NAME) ? at + 2 + COMMAND_NAME.length : at + 2;
    if (bytes[value] === UPPER_F && bytes[value + 1] === UNDERSCORE)
      return isLockOrDuplicate(bytes, value + 2);
  }
  return false;
}

/** No closure: one for each line is a good part of the time. */
function isLockOrDuplicate(bytes: Uint8Array, at: number): boolean {
  for (const command of FCNTL_COMMANDS) if (startsWith(bytes, at, command)) return true;
  return false;
}

/** `9</go/pkg/mod/cache/download/…/v1.0.0.zip123.tmp>`: a download in progress. */
function isTemporary(bytes: Uint8Array, start: number, end: number): boolean {
  const close = indexOfByte(bytes, GREATER, start, end);
  return close > 0 && startsWith(bytes, close - DOT_TMP.length, DOT_TMP);
}

/** Files that are created or written, reads of /etc (resolv.conf), CA bundles, module versions and the checksum database's state wherever they are. */
function wantsOpen(bytes: Uint8Array, start: number, end: number): boolean {
  const quote = indexOfByte(bytes, QUOTE, start, end);
  if (quote < 0) return false;
  if (startsWith(bytes, quote + 1, ETC)) return true;
  const close = indexOfByte(bytes, QUOTE, quote + 1, end);
  if (close < 0) return false;
  // `", O_RDONLY…`: most opens only read, and their paths tell whether that is of interest.
  if (!startsWith(bytes, close + 3, READ_ONLY)) return true;
  const flags = close + 3 + READ_ONLY.length;
  if (
    !startsWith(bytes, flags, CLOEXEC) &&
    indexOf(bytes, CREATES, flags, Math.min(end, flags + MAX_FLAGS)) >= 0
  )
    return true;
  if (startsWith(bytes, close - 4, CRT) || startsWith(bytes, close - 4, PEM)) return true;
  if (startsWith(bytes, close - 4, MOD) || startsWith(bytes, close - 5, INFO))
    return indexOf(bytes, VERSIONS, quote, close) >= 0;
  return indexOf(bytes, CERTS, quote, close) >= 0 || indexOf(bytes, SUMDB, quote, close) >= 0;
}
