import { COMMA, DOT, GREATER, LOWER_D, SPACE } from './ascii.ts';
import { latin1, startsWith } from './bytes.ts';

const UNFINISHED = Buffer.from('<unfinished ...>');
/** strace was told to let go of the process in the middle of a call. */
const DETACHED = Buffer.from('<detached ...>');
/** A thread's execve returns under its leader's pid (ptrace(2), "execve(2) under ptrace"). */
const PID_CHANGED = /<pid changed to (\d+) \.\.\.>$/;
const LONGEST_MARK = 64;
/** On stderr strace's own message (without its name before 4.22) may come between the two: `vfork(strace: Process 12 attached`, ` <unfinished ...>`. */
const ATTACHED = /(?:(?:[\w.+-]*\/)*strace: )?Process \d+ (?:at|de)tached$/;

/**
 * Where the arguments of a call end whose second half is on another line; -1 for a call that is complete. A kill leaves
 * `<... x resumed> <unfinished ...>) = ?`, which ends in `= ?` and is no first half.
 */
export function endOfFirstHalf(bytes: Uint8Array, start: number, end: number): number {
  let stop = end;
  while (stop > start && bytes[stop - 1] === SPACE) stop--;
  const mark = markLength(bytes, start, stop);
  if (mark === 0) return -1;
  let at = stop - mark;
  while (at > start && bytes[at - 1] === SPACE) at--;
  // The comma's blank belongs to the arguments: `close(3 <unfinished ...>` and `read(3,  <unfinished ...>`.
  return bytes[at - 1] === COMMA && bytes[at] === SPACE ? at + 1 : at;
}

function markLength(bytes: Uint8Array, start: number, stop: number): number {
  const last = bytes[stop - 1];
  // Most lines end with `<0.000012>`: no digit stands before this `>`.
  if (last === GREATER && bytes[stop - 2] === DOT) {
    for (const mark of [UNFINISHED, DETACHED])
      if (stop - mark.length >= start && startsWith(bytes, stop - mark.length, mark)) return mark.length;
    return PID_CHANGED.exec(latin1(bytes, Math.max(start, stop - LONGEST_MARK), stop))?.[0].length ?? 0;
  }
  if (last !== LOWER_D) return 0;
  const from = Math.max(start, stop - LONGEST_MARK);
  return ATTACHED.exec(latin1(bytes, from, stop))?.[0].length ?? 0;
}

/** `2, "first\nsecond\n", 13`: stdout or stderr, what is written, and its length. */
const WRITTEN = /^[12](?:<[^>]*>)?, "(?:[^"\\]|\\.)*"(?:\.\.\.)?, \d+/;
const LONGEST_WRITTEN = 64 * 1024;

/**
 * Where strace and the program share a terminal, what a call writes stands between the call's arguments and its return:
 * `write(1, "a\nb\n", 4a`, `b`, `) = 4`. Gives where that begins; -1 for another kind of line.
 */
export function startOfEcho(bytes: Uint8Array, argsStart: number, end: number): number {
  const written = WRITTEN.exec(latin1(bytes, argsStart, Math.min(end, argsStart + LONGEST_WRITTEN)));
  return written === null ? -1 : argsStart + written[0].length;
}

/** Whether strace's own message, and no mark of its own, ends the first half. */
export function isInterrupted(bytes: Uint8Array, end: number): boolean {
  return bytes[end - 1] === LOWER_D;
}

/** ` <unfinished ...>` or ` <detached ...>` alone: the rest of a first half that strace's own message interrupted. */
export function isLooseMark(bytes: Uint8Array, start: number, end: number): boolean {
  return [UNFINISHED, DETACHED].some((mark) => startsWith(bytes, start, mark) && start + mark.length >= end);
}

/** Under which pid a first half goes on that is marked with another one. */
export function changedPid(bytes: Uint8Array, end: number): number | undefined {
  const pid = PID_CHANGED.exec(latin1(bytes, Math.max(0, end - LONGEST_MARK), end))?.[1];
  return pid === undefined ? undefined : Number(pid);
}
