import { existsSync, readdirSync, readFileSync, readlinkSync, statSync } from 'node:fs';

/** TCP states of /proc/net/tcp: include/net/tcp_states.h. */
const STATES: Readonly<Record<string, string>> = {
  '01': 'ESTABLISHED',
  '02': 'SYN-SENT',
  '03': 'SYN-RECV',
  '04': 'FIN-WAIT-1',
  '05': 'FIN-WAIT-2',
  '06': 'TIME-WAIT',
  '07': 'CLOSE',
  '08': 'CLOSE-WAIT',
  '09': 'LAST-ACK',
  '0A': 'LISTEN',
};
const USER_HZ = 100;
const SETTINGS =
  /^(?:GO(?:PROXY|SUMDB|PRIVATE|NOPROXY|NOSUMDB|FLAGS|DEBUG|TOOLCHAIN|MODCACHE|AUTH|INSECURE)|GIT_ASKPASS|SSH_ASKPASS|GIT_TERMINAL_PROMPT|(?:HTTPS?|NO|ALL)_PROXY|https?_proxy|no_proxy)=/;

/** The process and everything below it but ourselves, parents first. */
export function processTree(pid: number): number[] {
  const tree = [pid];
  for (let at = 0; at < tree.length; at++) {
    const parent = tree[at] ?? 0;
    for (const task of list(`/proc/${parent}/task`)) {
      const children = read(`/proc/${parent}/task/${task}/children`).trim();
      if (children !== '')
        tree.push(
          ...children
            .split(' ')
            .map(Number)
            .filter((child) => child !== process.pid && !tree.includes(child)),
        );
    }
  }
  return tree;
}

/** The lines with the time at which they were seen, as parsers/proc reads them. */
export function stamped(lines: readonly string[]): string {
  const seconds = ((performance.timeOrigin + performance.now()) / 1000).toFixed(6);
  return lines.map((line) => `${seconds} ${line}\n`).join('');
}

/**
 * Seconds of computing that a `processTree` has used so far, with children that have ended: the fields utime, stime, cutime
 * and cstime of proc(5).
 */
export function computedSeconds(tree: readonly number[]): number {
  let ticks = 0;
  for (const each of tree) {
    const fields = statFields(each);
    for (const field of [11, 12, 13, 14]) ticks += Number(fields[field] ?? 0);
  }
  return ticks / USER_HZ;
}

/** The fields of /proc/PID/stat from the state on; the comm before them may hold blanks and parentheses. */
function statFields(pid: number): string[] {
  const stat = read(`/proc/${pid}/stat`);
  return stat.slice(stat.lastIndexOf(')') + 2).split(' ');
}

/**
 * What /proc tells of a `processTree` at this moment, in the lines that parsers/proc reads. `isGentle` is for looking again
 * and again: what disturbs the whole machine is then read only where it is known to tell something.
 */
export function snapshot(tree: readonly number[], { isGentle = false } = {}): string[] {
  const tables = new SharedTables();
  return tree
    .flatMap((each, index) => {
      const targets = descriptorTargets(each);
      return [
        processLine(each),
        ...settingLines(each),
        ...(index === 0 ? nameserverLines(each) : []),
        ...socketLines(each, targets, tables),
        ...(isGentle && !waitsForLock(each) ? [] : lockLines(each, tables)),
        ...arrivingLines(each, targets),
      ];
    })
    .filter((line) => line !== '');
}

/** Tables that processes share: read once in a look, and only if something in them is asked for. */
class SharedTables {
  readonly #rows = new Map<string, readonly string[]>();

  /**
   * The kernel stops all locking for as long as this is read, which takes 10 to 30 ms (fs/locks.c, locks_start: it waits
   * for every core).
   */
  locks(): readonly string[] {
    return this.#read('/proc/locks', '/proc/locks');
  }

  /** One of the namespace's tables of sockets. */
  sockets(pid: number, table: string): readonly string[] {
    return this.#read(`${link(`/proc/${pid}/ns/net`)} ${table}`, `/proc/${pid}/net/${table}`).slice(1);
  }

  #read(key: string, path: string): readonly string[] {
    const rows = this.#rows.get(key) ?? read(path).split('\n');
    this.#rows.set(key, rows);
    return rows;
  }
}

/** What a thread sleeps in that waits for flock or fcntl, by the names of functions in fs/locks.c and fs/lockd. */
const LOCK_WAIT = /flock|setlk|lock_inode|lock_file|nlmclnt/;

function waitsForLock(pid: number): boolean {
  return list(`/proc/${pid}/task`).some((task) => LOCK_WAIT.test(read(`/proc/${pid}/task/${task}/wchan`)));
}

/** What each descriptor stands for: `socket:[4711]`, `/path`. */
type Targets = ReadonlyMap<string, string>;

export function descriptorTargets(pid: number): Targets {
  return new Map(list(`/proc/${pid}/fd`).map((fd) => [fd, link(`/proc/${pid}/fd/${fd}`)]));
}

/** `GOMODCACHE/cache/download/MODULE/@v/VERSION.zipRANDOM.tmp`: modfetch/fetch.go, downloadZip. */
const ARRIVING = /\/cache\/download\/.+\/@v\/[^/]+\.zip\d+\.tmp$/;

/** The zips that a process is receiving, and how much of each has been written to its file. */
function arrivingLines(pid: number, targets: Targets): string[] {
  return [...targets].flatMap(([fd, path]) => {
    const size = ARRIVING.test(path) ? sizeOf(`/proc/${pid}/fd/${fd}`) : undefined;
    return size === undefined ? [] : [`file ${pid} ${fd} ${size} ${path}`];
  });
}

function processLine(pid: number): string {
  const fields = statFields(pid);
  if (fields.length < 20) return '';
  const uptime = Number(read('/proc/uptime').split(' ')[0]);
  const age = Math.max(0, uptime - Number(fields[19]) / USER_HZ);
  const command = commandLineOf(pid)
    .replace(/\0$/, '')
    .replaceAll('\0', '\t')
    .replace(/[\n\r]/g, ' ');
  return `proc ${pid} ${fields[1]} ${fields[0]} ${age.toFixed(2)} ${read(`/proc/${pid}/wchan`).trim() || '0'} ${command}`;
}

function settingLines(pid: number): string[] {
  return read(`/proc/${pid}/environ`)
    .split('\0')
    .filter((entry) => SETTINGS.test(entry))
    .map((entry) => `env ${pid} ${entry.replace(/[\n\r]/g, ' ')}`);
}

/** resolv.conf(5), as the process finds it. */
function nameserverLines(pid: number): string[] {
  const servers = [...read(`/proc/${pid}/root/etc/resolv.conf`).matchAll(/^nameserver\s+([\w.:%]+)/gm)];
  return servers.length === 0 ? [] : [`env ${pid} nameservers=${servers.map((each) => each[1]).join(' ')}`];
}

function socketLines(pid: number, targets: Targets, tables: SharedTables): string[] {
  const byInode = new Map<string, string>();
  for (const [fd, target] of targets) {
    const inode = /^socket:\[(\d+)\]$/.exec(target)?.[1];
    if (inode !== undefined) byInode.set(inode, fd);
  }
  if (byInode.size === 0) return [];
  return ['tcp', 'tcp6', 'udp', 'udp6'].flatMap((table) =>
    tables.sockets(pid, table).flatMap((row) => {
      const fields = row.trim().split(/\s+/);
      const fd = byInode.get(fields[9] ?? '');
      const [tx = '0', rx = '0'] = (fields[4] ?? '').split(':');
      const state = STATES[fields[3] ?? ''] ?? fields[3];
      if (fd === undefined || state === 'LISTEN') return [];
      return [
        `socket ${pid} ${fd} ${table.slice(0, 3)} ${state} ${address(fields[1])} ${address(fields[2])} rx=${Number.parseInt(rx, 16)} tx=${Number.parseInt(tx, 16)}`,
      ];
    }),
  );
}

/** `0A0200C0:01BB` is 192.0.2.10:443: each word of the address is in the machine's (little-endian) byte order. */
function address(text: string | undefined): string {
  const [hex = '', port = '0'] = (text ?? '').split(':');
  const bytes = (hex.match(/.{8}/g) ?? []).flatMap((word) =>
    (word.match(/../g) ?? []).reverse().map((byte) => Number.parseInt(byte, 16)),
  );
  if (bytes.length === 4) return `${bytes.join('.')}:${Number.parseInt(port, 16)}`;
  const mapped = bytes.slice(0, 10).every((byte) => byte === 0) && bytes[10] === 255 && bytes[11] === 255;
  if (mapped) return `${bytes.slice(12).join('.')}:${Number.parseInt(port, 16)}`;
  const groups = Array.from({ length: 8 }, (_, at) =>
    (((bytes[2 * at] ?? 0) << 8) | (bytes[2 * at + 1] ?? 0)).toString(16),
  );
  return `[${groups.join(':').replace(/(?:^|:)0(?::0)+(?::|$)/, '::')}]:${Number.parseInt(port, 16)}`;
}

/** /proc/locks: `7: -> FLOCK ADVISORY WRITE PID MAJ:MIN:INODE …` waits for lock 7, whose own line names its holder. */
function lockLines(pid: number, tables: SharedTables): string[] {
  const rows = tables.locks();
  return rows.flatMap((row) => {
    const waiting = /^(\d+): -> \w+ +\w+ +\w+ +(\d+) \w+:\w+:(\d+)/.exec(row);
    if (waiting === null || Number(waiting[2]) !== pid) return [];
    const held = rows.find((each) => each.startsWith(`${waiting[1]}: `) && !each.includes('->'));
    const holder = /^\d+: \w+ +\w+ +\w+ +(\d+) /.exec(held ?? '')?.[1] ?? '0';
    return [`lock ${pid} waits ${holder} ${pathOfInode(pid, Number(waiting[3])) ?? `inode ${waiting[3]}`}`];
  });
}

function pathOfInode(pid: number, inode: number): string | undefined {
  for (const fd of list(`/proc/${pid}/fd`)) {
    const path = link(`/proc/${pid}/fd/${fd}`);
    if (!path.startsWith('/')) continue;
    try {
      if (statSync(`/proc/${pid}/fd/${fd}`).ino === inode) return path;
    } catch {
      // Closed meanwhile.
    }
  }
  return undefined;
}

/** The file name of the program that a process runs; empty where it is gone. */
export function programOfPid(pid: number): string {
  return (commandLineOf(pid).split('\0')[0] ?? '').split('/').pop() ?? '';
}

/** Every process that can be seen. */
export function allProcesses(): number[] {
  return list('/proc').map(Number).filter(Number.isInteger);
}

/** The program and its arguments, each ended by a NUL. */
export function commandLineOf(pid: number): string {
  return read(`/proc/${pid}/cmdline`);
}

/** Who traces a process: a process has one tracer, and what it starts has the same one. */
export function tracerOf(pid: number): number | undefined {
  const tracer = Number(/^TracerPid:\s+(\d+)/m.exec(read(`/proc/${pid}/status`))?.[1] ?? 0);
  return tracer === 0 ? undefined : tracer;
}

/** Sends a signal; a process may have ended between the look and the signal. */
export function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch {
    // It is gone.
  }
}

/** False for a process that is gone, and for one that only waits for its parent to read its exit code. */
export function isRunning(pid: number): boolean {
  const stat = read(`/proc/${pid}/stat`);
  return stat !== '' && !/\) [ZX] /.test(stat);
}

/** Why this process cannot be looked at; undefined where it can. */
export function whyNoAccess(pid: number): string | undefined {
  if (process.platform !== 'linux') return 'attach reads /proc, which only Linux has';
  if (!existsSync(`/proc/${pid}`)) return `no process ${pid} is running`;
  try {
    readdirSync(`/proc/${pid}/fd`);
    return undefined;
  } catch {
    return `process ${pid} belongs to another user: run gotrace as that user or as root (sudo); in a container it needs --cap-add=SYS_PTRACE`;
  }
}

function sizeOf(path: string): number | undefined {
  try {
    return statSync(path).size;
  } catch {
    return undefined;
  }
}

/** Processes come and go while they are looked at: what is gone is empty. */
function read(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}

function list(path: string): string[] {
  try {
    return readdirSync(path);
  } catch {
    return [];
  }
}

function link(path: string): string {
  try {
    return readlinkSync(path);
  } catch {
    return '';
  }
}
