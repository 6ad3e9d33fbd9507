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
 *     socket PID FD tcp|udp STATE LOCAL PEER rx=BYTES tx=BYTES [received=BYTES]
 *     lock PID waits HOLDER-PID PATH
 *     file PID FD BYTES PATH
 *     env PID NAME=VALUE
 *     host NAME ADDRESS
 *     sampling every 250 ms
 *     gone proc PID COMMAND… | gone socket PID FD … | gone lock PID … | gone file PID FD PATH
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
  /** `what` is the key of a process, a socket or a lock that was there: see `keyOfProcLine`. */
  | (At & { readonly kind: 'proc-gone'; readonly what: string });

/** What stays the same of a line while what it tells of is there: a process ages, a queue fills; another program is another key. */
export function keyOfProcLine(line: string): string {
  const process = PROCESS.exec(line);
  if (process !== null) return `proc ${process[1]} ${process[6]}`;
  return line.replace(/^(file \d+ \d+) \d+ /, '$1 ').replace(/ rx=\d+ tx=\d+.*$/, '');
}

export const proc: Format<ProcRecord> = {
  name: 'proc',
  detect: (sample) => shareOfLines(sample, (line) => LINE.test(line)),
  create: (emit) => lineByLine(emit, readProc),
};

const LINE =
  /^(?:host \S+ \S+$|sampling every |gone (?:proc|socket|lock|file) |proc \d+ \d+ [A-Z] |socket \d+ \d+ (?:tcp|udp) |lock \d+ waits \d+ |file \d+ \d+ \d+ \/|env \d+ \w+=)/;
const PROCESS = /^proc (\d+) (\d+) ([A-Z]) ([\d.]+) (\S+) (.*)$/;
const SOCKET =
  /^socket (\d+) \d+ (tcp|udp) (\S+) \S+ \[?([^\]\s]*?)\]?:(\d+) rx=(\d+) tx=(\d+)(?: received=(\d+))?/;
const LOCK = /^lock (\d+) waits (\d+) (.+)$/;
const FILE = /^file (\d+) \d+ (\d+) (\/.+)$/;
const HOST = /^host (\S+) (\S+)$/;
const ENVIRONMENT = /^env (\d+) (\w+)=(.*)$/;

function readProc(line: InputLine): ProcRecord | undefined {
  const text = line.text();
  const base = { at: line.at(), timeNs: line.timeNs };
  if (text.startsWith('sampling every ')) return { kind: 'proc-sampling', ...base };
  if (text.startsWith('gone ')) return { kind: 'proc-gone', ...base, what: text.slice('gone '.length) };
  const process = PROCESS.exec(text);
  if (process !== null) {
    const [, pid, parent, state = '', age, wchan = '', command = ''] = process;
    return {
      kind: 'proc-process',
      ...base,
      pid: Number(pid),
      parent: Number(parent),
      state,
      ageSeconds: Number(age),
      wchan,
      command: command.split('\t'),
    };
  }
  const socket = SOCKET.exec(text);
  if (socket !== null) {
    const [, pid, transport, state = '', peer = '', port, rx, tx, received] = socket;
    return {
      kind: 'proc-socket',
      ...base,
      key: keyOfProcLine(text),
      pid: Number(pid),
      transport: transport === 'udp' ? 'udp' : 'tcp',
      state,
      peer,
      port: Number(port),
      receiveQueue: Number(rx),
      sendQueue: Number(tx),
      ...(received === undefined ? {} : { received: Number(received) }),
    };
  }
  const lock = LOCK.exec(text);
  if (lock !== null) {
    const [, pid, holder, path = ''] = lock;
    const key = keyOfProcLine(text);
    return { kind: 'proc-lock', ...base, key, pid: Number(pid), holder: Number(holder), path };
  }
  const file = FILE.exec(text);
  if (file !== null) {
    const [, pid, bytes, path = ''] = file;
    return {
      kind: 'proc-file',
      ...base,
      key: keyOfProcLine(text),
      pid: Number(pid),
      bytes: Number(bytes),
      path,
    };
  }
  const named = HOST.exec(text);
  if (named !== null) {
    const [, host = '', address = ''] = named;
    return { kind: 'proc-host', ...base, host, address };
  }
  const environment = ENVIRONMENT.exec(text);
  if (environment === null) return undefined;
  const [, pid, name = '', value = ''] = environment;
  return { kind: 'proc-env', ...base, pid: Number(pid), name, value };
}
