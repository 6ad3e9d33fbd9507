import type { InputLine, SourceLine } from '../types.ts';
import { withoutNames } from './arguments.ts';
import { readValue } from './bytes.ts';
import type { CallTail } from './call.ts';
import type { PendingCall } from './pending.ts';
import type { SyscallRecord } from './records.ts';

type Writable<T> = { -readonly [K in keyof T]: T[K] };

export const NOWHERE: SourceLine = { input: '', line: 0, text: '' };

/** A call that has not returned. */
export function begunCall(
  state: 'entered' | 'open',
  pid: number,
  name: string,
  call: PendingCall,
): SyscallRecord {
  const args = withoutNames(call.args);
  return { kind: 'syscall', state, at: call.at, pid, startNs: call.startNs, name, args, ret: '' };
}

/** What is known of a call that returned, beside its line. */
export interface Returned {
  readonly pid: number;
  readonly name: string;
  /** When its return was printed, or all of it. */
  readonly timeNs: number;
  /** NaN where it is not known. */
  readonly durationNs: number;
  readonly errno: string | undefined;
  /** The first half, undefined for a call in one line, null where the log does not hold it. */
  readonly call: PendingCall | undefined | null;
}

/** The record of the call whose arguments begin at `argsStart`, or go on there, and whose end is `tail`. */
export function returnedCall(
  line: InputLine,
  argsStart: number,
  tail: CallTail,
  known: Returned,
): SyscallRecord {
  const { pid, name, timeNs, durationNs, errno, call } = known;
  const args = line.latin1(argsStart, tail.argsEnd);
  const ret = line.latin1(tail.retStart, tail.retEnd);
  const value = readValue(ret);
  // Filled in one by one: spreading what may be absent takes longer than all the rest.
  const record: Writable<SyscallRecord> = {
    kind: 'syscall',
    state: ret.startsWith('?') && !name.startsWith('exit') ? 'open' : 'complete',
    at: call?.args ? call.at : line.at(),
    pid,
    startNs: call ? call.startNs : call === null && durationNs > 0 ? timeNs - durationNs : timeNs,
    name,
    args: withoutNames(call?.args ? call.args + args : args),
    ret,
  };
  if (call?.args) record.resumedAt = line.at();
  if (!Number.isNaN(durationNs)) record.durationNs = durationNs;
  if (value !== undefined) record.value = value;
  if (errno !== undefined) record.errno = errno;
  return record;
}
