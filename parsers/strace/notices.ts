import type { InputLine } from '../types.ts';
import { MINUS, PLUS, SPACE } from './ascii.ts';
import { latin1 } from './bytes.ts';
import type { ExitRecord, SignalRecord, SupersededRecord } from './records.ts';

/** Lines of strace that are no calls: `--- SIG… ---`, `+++ … +++`, and what strace says of itself. */
export function readNotice(
  line: InputLine,
  rest: number,
  pid: number,
  timeNs: number,
): SignalRecord | ExitRecord | SupersededRecord | 'ignored' | 'continued' | 'unparsed' {
  if (isTip(line)) return 'ignored';
  const text = latin1(line.bytes, rest, Math.min(line.end, rest + MAX_NOTICE));
  const first = line.bytes[rest];
  if (first === MINUS) {
    const signal = /^--- (?:(SIG[\w+]+|stopped by SIG\w+)(.*) |(\{.*\}) )?---\s*$/.exec(text);
    if (signal === null) return 'unparsed';
    const [, name = '', detail = ''] = signal;
    return { kind: 'signal', at: line.at(), pid, timeNs, signal: name, detail: detail.trim() };
  }
  if (first === PLUS) return readEnd(line, text, pid, timeNs);
  if (BELOW_A_CALL.test(text)) return 'continued';
  return NOTICES.test(text) ? 'ignored' : 'unparsed';
}

/** What --tips prints at the end: text in a box of a width of its own, and an animal (tips.c of strace). */
const TIP = /^ (?: _{40,}|[|/\\].{43,48}[|/\\_]| {40,}[^a-z0-9=]+$)/i;
const LONGEST_TIP = 100;

const MAX_NOTICE = 4096;
/** What strace says of itself, by the name that it was started with; and a frame of -k: ` > /lib/libc.so(read+0x10)`. */
const NOTICES =
  /^(?:\S*strace: |Process \d+ (?:attached|detached|resumed|suspended)|\[ ?Process PID=|\[pid +\d+\]\s*$|> )/;
/** What -e read=, -e write= and -e kvm=vcpu print below a call: strace(1), "-e read". */
const BELOW_A_CALL =
  /^(?:\| (?:[0-9a-f]{5,} {2}|<Cannot fetch )|\* \d+ bytes in buffer \d+|= \d+ buffers in vector \d+|VCPU:\d+[<>] )/;

function isTip({ bytes, start, end }: InputLine): boolean {
  return bytes[start] === SPACE && end - start < LONGEST_TIP && TIP.test(latin1(bytes, start, end));
}

function readEnd(
  line: InputLine,
  text: string,
  pid: number,
  timeNs: number,
): ExitRecord | SupersededRecord | 'unparsed' {
  const exited = /^\+\+\+ exited with (-?\d+) (?:\(.*\) )?\+\+\+/.exec(text);
  if (exited !== null) return { kind: 'exit', at: line.at(), pid, timeNs, code: Number(exited[1]) };
  const killed = /^\+\+\+ killed by (\w+)(?: \(core dumped\))? \+\+\+/.exec(text);
  if (killed?.[1] !== undefined) return { kind: 'exit', at: line.at(), pid, timeNs, signal: killed[1] };
  const superseded = /^\+\+\+ superseded by execve in pid (\d+) \+\+\+/.exec(text);
  if (superseded !== null)
    return { kind: 'superseded', at: line.at(), pid, timeNs, by: Number(superseded[1]) };
  return 'unparsed';
}
