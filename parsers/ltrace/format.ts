import { type Head, readHead } from '../strace/head.ts';
import {
  type Clock,
  type Format,
  type InputLine,
  type LineOutcome,
  type LineParser,
  type SourceLine,
  shareOfLines,
} from '../types.ts';

/** A library call as ltrace(1) prints it; `SYS_…` for system calls (-S). */
export interface LibraryCallRecord {
  readonly kind: 'library-call';
  readonly at: SourceLine;
  readonly pid: number;
  readonly startNs: number;
  /** Absent while the call is open and without -T. */
  readonly durationNs?: number;
  /** The caller's file: `git-remote-https` of `git-remote-https->curl_multi_poll`. */
  readonly caller?: string;
  readonly name: string;
  readonly args: string;
  readonly ret: string;
  readonly open: boolean;
}

export type LtraceRecord =
  | LibraryCallRecord
  | {
      readonly kind: 'library-exit';
      readonly at: SourceLine;
      readonly pid: number;
      readonly timeNs: number;
      readonly code?: number;
    };

const PREFIX = /^\s*(?:\[pid\s+\d+\]\s+|\d+\s+)?(?:\d+(?::\d\d:\d\d)?(?:\.\d+)?\s+)?(?:\[0x[0-9a-f]+\]\s+)?/;
const CALL = /^((?:[\w.+-]+->)?[~\w:<>,*& .$@-]+)\((.*?)(?:\)\s+= (.*?))?(?: <(\d+\.\d+)>)?\s*$/s;
const RESUMED = /^<\.\.\. (.+?) resumed>\s*(.*?)\)\s+= (.*?)(?: <(\d+\.\d+)>)?\s*$/s;

/** Functions of libc, libssl and libcurl that nearly every program calls, and that are no system calls. */
const LIBRARY_CALL =
  /^(?:\[pid \d+\] |\d+ +)?(?:[\d.:]+ +)?(?:(?:get|free)addrinfo|gethostbyname\w*|malloc|calloc|realloc|free|str\w+|mem\w+|f(?:open|close|write|puts|printf)|v?s?n?printf|puts|getenv|setlocale|__\w+|SSL_\w+|curl_\w+|pthread_\w+)\(/;

/** A call, with its caller or as a system call, one that goes on, or one whose result stands in a column of its own. */
const BEGINNING = new RegExp(
  String.raw`${PREFIX.source}(?:[\w.+-]+->[\w:~]+\(|SYS_\w+\(|<\.\.\. .+ resumed> \) = |[a-zA-Z_]\w*\(.*(?:\)\s{2,}= |<no return))`,
);

export const ltrace: Format<LtraceRecord> = {
  name: 'ltrace',
  detect(sample) {
    const calls = shareOfLines(sample, (line) => BEGINNING.test(line));
    const arrows = shareOfLines(sample, (line) =>
      /^\S*\s*[\d.:]*\s*[\w.+-]+->[\w:~]+\(|\bSYS_\w+\(/.test(line),
    );
    // Called from the program itself, they have no arrow: they are no system calls all the same.
    if (shareOfLines(sample, (line) => LIBRARY_CALL.test(line)) > 0.2) return 1.1;
    return arrows > 0.2
      ? Math.min(1, calls + 0.3)
      : /\+\+\+ exited \(status \d+\) \+\+\+/.test(sample)
        ? 0.9
        : calls * 0.5;
  },
  create: (emit, clock) => new LtraceParser(emit, clock),
};

interface Open {
  readonly at: SourceLine;
  readonly startNs: number;
  readonly name: string;
  readonly args: string;
}

class LtraceParser implements LineParser {
  readonly #emit: (record: LtraceRecord) => void;
  readonly #clock: Clock;
  readonly #head: Head = { pid: 0, timeNs: 0, rest: 0, relative: false, timeOfDay: false };
  /** Nested calls per pid, innermost last: ltrace interrupts a call's line when the callee calls something itself. */
  readonly #open = new Map<number, Open[]>();
  #lastNs = 0;

  constructor(emit: (record: LtraceRecord) => void, clock: Clock) {
    this.#emit = emit;
    this.#clock = clock;
  }

  push(line: InputLine): LineOutcome {
    readHead(this.#head, line.bytes, line.start, line.end, this.#clock);
    const { pid } = this.#head;
    const stamp = this.#head.timeNs;
    const timeNs = Number.isNaN(stamp)
      ? (line.timeNs ?? this.#lastNs)
      : this.#head.relative
        ? this.#lastNs + stamp
        : stamp;
    const text = line.text().replace(PREFIX, '');
    if (text === '' || /^(?:---|\+\+\+ killed|ltrace: |unexpected )/.test(text)) return 'ignored';
    const exited = /^\+\+\+ exited \(status (\d+)\) \+\+\+/.exec(text);
    if (exited !== null) {
      this.#emit({ kind: 'library-exit', at: line.at(), pid, timeNs, code: Number(exited[1]) });
      return 'record';
    }
    const outcome = text.startsWith('<...')
      ? this.#resume(line, text, pid, timeNs)
      : this.#call(line, text, pid, timeNs);
    if (outcome !== 'unparsed') this.#lastNs = timeNs;
    return outcome;
  }

  end(): void {
    for (const [pid, calls] of this.#open) {
      for (const call of calls)
        this.#emit({
          ...record(call.name),
          at: call.at,
          pid,
          startNs: call.startNs,
          args: call.args,
          ret: '',
          open: true,
        });
    }
    this.#open.clear();
  }

  #call(line: InputLine, text: string, pid: number, timeNs: number): LineOutcome {
    const unfinished = /^(.+?)\((.*?)\s*<(?:unfinished \.\.\.|no return \.\.\.)>\s*$/s.exec(text);
    if (unfinished !== null) {
      const [, name = '', args = ''] = unfinished;
      this.#enter(pid, { at: line.at(), startNs: timeNs, name: name.trim(), args });
      return 'record';
    }
    const match = CALL.exec(text);
    if (match?.[3] === undefined) return 'unparsed';
    const [, name = '', args = '', ret, seconds] = match;
    this.#emit({
      ...record(name.trim()),
      at: line.at(),
      pid,
      startNs: timeNs,
      args,
      ret,
      open: false,
      ...(seconds === undefined ? {} : { durationNs: Number(seconds) * 1e9 }),
    });
    return 'record';
  }

  #resume(line: InputLine, text: string, pid: number, timeNs: number): LineOutcome {
    const match = RESUMED.exec(text);
    if (match === null) return 'unparsed';
    const [, name = '', rest = '', ret = '', seconds] = match;
    const call = this.#leave(pid, name);
    const durationNs = seconds === undefined ? undefined : Number(seconds) * 1e9;
    if (call === undefined) {
      const startNs = timeNs - (durationNs ?? 0);
      const known = durationNs === undefined ? {} : { durationNs };
      this.#emit({ ...record(name), at: line.at(), pid, startNs, args: rest, ret, open: false, ...known });
      return 'record';
    }
    this.#emit({
      ...record(call.name),
      at: call.at,
      pid,
      startNs: call.startNs,
      args: call.args + rest,
      ret,
      open: false,
      durationNs: durationNs ?? timeNs - call.startNs,
    });
    return 'continued';
  }

  #enter(pid: number, call: Open): void {
    const calls = this.#open.get(pid);
    if (calls === undefined) this.#open.set(pid, [call]);
    else if (calls.length < MAX_NESTING) calls.push(call);
  }

  /** The innermost open call of that name; what it called and left open ends with it. */
  #leave(pid: number, name: string): Open | undefined {
    const calls = this.#open.get(pid) ?? [];
    const index = calls.findLastIndex((call) => call.name === name || call.name.endsWith(`->${name}`));
    return index < 0 ? undefined : calls.splice(index)[0];
  }
}

const MAX_NESTING = 10_000;

function record(name: string): { kind: 'library-call'; name: string; caller?: string } {
  const arrow = name.lastIndexOf('->');
  if (arrow < 0) return { kind: 'library-call', name };
  return { kind: 'library-call', name: name.slice(arrow + 2), caller: name.slice(0, arrow) };
}
