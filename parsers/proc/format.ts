import { type Format, type InputLine, lineByLine, type SourceLine, shareOfLines } from '../types.ts';

interface At {
  readonly at: SourceLine;
  readonly timeNs: number | undefined;
}

/**
 * What gotrace found in /proc (proc(5)), written as lines so that evidence can point at them. `attach` looks once; `run`
 * without a tracer looks again and again, begins with `sampling`, and writes what is new and what is gone:
 *
 *     proc PID PPID STATE AGE-SECONDS WCHAN COMMAND…
 *     socket PID FD tcp|udp STATE LOCAL PEER rx=BYTES tx=BYTES [received=BYTES [sent=AGO heard=AGO]]
 *     lock PID waits HOLDER-PID PATH
 *     file PID FD BYTES PATH
 *     env PID NAME=VALUE
 *     host NAME ADDRESS
 *     work SECONDS-SINCE
 *     stopped SECONDS-SINCE
 *     sampling every 250 ms
 *     gone proc PID COMMAND… | gone socket PID FD … | gone lock PID … | gone file PID FD PATH | gone work | gone stopped
 */
export type ProcRecord =
  | (At & {
      readonly kind: 'proc-process';
      readonly pid: number;
      readonly parent: number;
      /** R, S, D, T, Z. */
      readonly state: string;
      readonly ageSeconds: number;
      readonly wchan: string;
      readonly command: readonly string[];
    })
  | (At & {
      readonly kind: 'proc-socket';
      readonly pid: number;
      readonly transport: 'tcp' | 'udp';
      /** `SYN-SENT`, `ESTABLISHED`, … */
      readonly state: string;
      readonly peer: string;
      readonly port: number;
      readonly key: string;
      readonly receiveQueue: number;
      readonly sendQueue: number;
      /** In all, where ss(8) could tell. */
      readonly received?: number;
      /** How long ago data were sent, and came, last. */
      readonly sentMs?: number;
      readonly heardMs?: number;
    })
  | (At & {
      readonly kind: 'proc-lock';
      readonly pid: number;
      readonly key: string;
      readonly holder: number;
      readonly path: string;
    })
  /** A zip that is being received, and how much of it there is. */
  | (At & {
      readonly kind: 'proc-file';
      readonly pid: number;
      readonly key: string;
      readonly bytes: number;
      readonly path: string;
    })
  | (At & { readonly kind: 'proc-env'; readonly pid: number; readonly name: string; readonly value: string })
  /** A host that the settings name, and an address that it has. */
  | (At & { readonly kind: 'proc-host'; readonly host: string; readonly address: string })
  | (At & { readonly kind: 'proc-sampling' })
  /** The processes compute rather than wait, for so long by now. */
  | (At & { readonly kind: 'proc-work'; readonly key: string; readonly ageSeconds: number })
  /** The processes stand still, for so long by now. */
  | (At & { readonly kind: 'proc-stopped'; readonly key: string; readonly ageSeconds: number })
  /** `what` is the key of a process, a socket or a lock that was there: see `keyOfProcLine`. */
  | (At & { readonly kind: 'proc-gone'; readonly what: string });

export type SocketRecord = ProcRecord & { readonly kind: 'proc-socket' };
export type LockRecord = ProcRecord & { readonly kind: 'proc-lock' };
export type FileRecord = ProcRecord & { readonly kind: 'proc-file' };

const PROCESS = /^proc (\d+) (\d+) ([A-Z]) ([\d.]+) (\S+) (.*)$/;

/** What stays the same of a line while what it tells of is there: a process ages, a queue fills; another program is another key. */
export function keyOfProcLine(line: string): string {
  const process = PROCESS.exec(line);
  if (process !== null) return `proc ${process[1]} ${process[6]}`;
  return line
    .replace(/^(file \d+ \d+) \d+ /, '$1 ')
    .replace(/ rx=\d+ tx=\d+.*$/, '')
    .replace(/^(work|stopped) .*$/, '$1');
}

export function isProcRecord<R extends { readonly kind: string }>(
  record: R | ProcRecord,
): record is ProcRecord {
  return record.kind.startsWith('proc-');
}

export const proc: Format<ProcRecord> = {
  name: 'proc',
  detect: (sample) => shareOfLines(sample, (line) => LINE.test(line)),
  create: (emit) => lineByLine(emit, readProc),
};

const LINE =
  /^(?:host \S+ \S+$|sampling every |gone (?:proc|socket|lock|file|work|stopped)\b|(?:work|stopped) [\d.]+$|proc \d+ \d+ [A-Z] |socket \d+ \d+ (?:tcp|udp) |lock \d+ waits \d+ |file \d+ \d+ \d+ \/|env \d+ \w+=)/;
/** What each kind of line says; the fields are the groups of its pattern. */
const READERS: readonly {
  readonly pattern: RegExp;
  readonly read: (fields: readonly string[], base: At, key: string) => ProcRecord;
}[] = [
  {
    pattern: /^sampling every /,
    read: (_, base) => ({ kind: 'proc-sampling', ...base }),
  },
  {
    pattern: /^gone (.*)$/,
    read: ([what = ''], base) => ({ kind: 'proc-gone', ...base, what }),
  },
  {
    pattern: PROCESS,
    read: ([pid, parent, state = '', age, wchan = '', command = ''], base) => ({
      kind: 'proc-process',
      ...base,
      pid: Number(pid),
      parent: Number(parent),
      state,
      ageSeconds: Number(age),
      wchan,
      command: command.split('\t'),
    }),
  },
  {
    pattern:
      /^socket (\d+) \d+ (tcp|udp) (\S+) \S+ \[?([^\]\s]*?)\]?:(\d+) rx=(\d+) tx=(\d+)(?: received=(\d+)(?: sent=(\d+)ms heard=(\d+)ms)?)?/,
    read: ([pid, transport, state = '', peer = '', port, rx, tx, received, sent, heard], base, key) => ({
      kind: 'proc-socket',
      ...base,
      key,
      pid: Number(pid),
      transport: transport === 'udp' ? 'udp' : 'tcp',
      state,
      peer,
      port: Number(port),
      receiveQueue: Number(rx),
      sendQueue: Number(tx),
      ...(received === undefined ? {} : { received: Number(received) }),
      ...(sent === undefined ? {} : { sentMs: Number(sent), heardMs: Number(heard) }),
    }),
  },
  {
    pattern: /^lock (\d+) waits (\d+) (.+)$/,
    read: ([pid, holder, path = ''], base, key) => ({
      kind: 'proc-lock',
      ...base,
      key,
      pid: Number(pid),
      holder: Number(holder),
      path,
    }),
  },
  {
    pattern: /^file (\d+) \d+ (\d+) (\/.+)$/,
    read: ([pid, bytes, path = ''], base, key) => ({
      kind: 'proc-file',
      ...base,
      key,
      pid: Number(pid),
      bytes: Number(bytes),
      path,
    }),
  },
  {
    pattern: /^work ([\d.]+)$/,
    read: ([age], base, key) => ({ kind: 'proc-work', ...base, key, ageSeconds: Number(age) }),
  },
  {
    pattern: /^stopped ([\d.]+)$/,
    read: ([age], base, key) => ({ kind: 'proc-stopped', ...base, key, ageSeconds: Number(age) }),
  },
  {
    pattern: /^host (\S+) (\S+)$/,
    read: ([host = '', address = ''], base) => ({ kind: 'proc-host', ...base, host, address }),
  },
  {
    pattern: /^env (\d+) (\w+)=(.*)$/,
    read: ([pid, name = '', value = ''], base) => ({
      kind: 'proc-env',
      ...base,
      pid: Number(pid),
      name,
      value,
    }),
  },
];

function readProc(line: InputLine): ProcRecord | undefined {
  const text = line.text();
  for (const { pattern, read } of READERS) {
    const match = pattern.exec(text);
    if (match === null) continue;
    const [, ...fields] = match;
    return read(fields, { at: line.at(), timeNs: line.timeNs }, keyOfProcLine(text));
  }
  return undefined;
}
