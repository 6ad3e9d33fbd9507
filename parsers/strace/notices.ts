import type { InputLine } from '../types.ts';
import { GREATER, LOWER_S, MINUS, OPEN_BRACKET, PLUS } from './ascii.ts';
import type { ExitRecord, SignalRecord, SupersededRecord } from './records.ts';

/** Lines of strace that are no calls: `--- SIG… ---`, `+++ … +++`, and what strace says of itself. */
export function readNotice(
  line: InputLine,
  rest: number,
  pid: number,
  timeNs: number,
): SignalRecord | ExitRecord | SupersededRecord | 'ignored' | 'unparsed' {
  const { bytes, end } = line;
  const first = bytes[rest];
  if (isSummary(bytes, line.start, end)) return 'ignored';
  // `strace: …`, and ` > /lib/libc.so(read+0x10)`: a frame that -k prints under a call.
  if (first !== MINUS && first !== PLUS && first !== OPEN_BRACKET && first !== LOWER_S && first !== GREATER)
    return 'unparsed';
  const text = Buffer.from(bytes.buffer, bytes.byteOffset + rest, Math.min(end - rest, MAX_NOTICE)).toString(
    'latin1',
  );
  if (first === MINUS) {
    const signal = /^--- (?:(SIG[\w+]+|stopped by SIG\w+)(.*) |(\{.*\}) )?---\s*$/.exec(text);
    if (signal === null) return 'unparsed';
    return {
      kind: 'signal',
      at: line.at(),
      pid,
      timeNs,
      signal: signal[1] ?? '',
      detail: (signal[2] ?? '').trim(),
    };
  }
  if (first === PLUS) return readEnd(line, text, pid, timeNs);
  return NOTICES.test(text) ? 'ignored' : 'unparsed';
}

const MAX_NOTICE = 4096;
const NOTICES = /^(?:strace: |\[ ?Process PID=|\[pid +\d+\]\s*$|> )/;

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

/** The table that -C prints behind the calls: it repeats what they say. */
function isSummary(bytes: Uint8Array, start: number, end: number): boolean {
  const first = bytes[start];
  const mayBe =
    first === 0x25 ||
    first === MINUS ||
    first === 0x20 ||
    (first !== undefined && first >= 0x30 && first <= 0x39);
  if (!mayBe || end - start > 200) return false;
  const text = Buffer.from(bytes.buffer, bytes.byteOffset + start, end - start).toString('latin1');
  return SUMMARY.test(text);
}

const SUMMARY =
  /^(?:% time +seconds +usecs\/call +calls +errors syscall|-{6} -{11} -{11} -{9} -{9} -+| *\d+\.\d\d +\d+\.\d+ +\d* +\d+ +(?:\d+ +)?\w+)$/;
