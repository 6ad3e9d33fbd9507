import { statSync } from 'node:fs';
import {
  commandLineOf,
  descriptorTargets,
  link,
  list,
  read,
  statFields,
  type Targets,
  USER_HZ,
} from './proc.ts';

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
const SETTINGS =
  /^(?:GO(?:PROXY|SUMDB|PRIVATE|NOPROXY|NOSUMDB|FLAGS|DEBUG|TOOLCHAIN|MODCACHE|AUTH|INSECURE)|GIT_ASKPASS|SSH_ASKPASS|GIT_TERMINAL_PROMPT|(?:HTTPS?|NO|ALL)_PROXY|https?_proxy|no_proxy)=/;

/** The lines with the time at which they were seen, as parsers/proc reads them. */
export function stamped(lines: readonly string[]): string {
  const seconds = ((performance.timeOrigin + performance.now()) / 1000).toFixed(6);
  return lines.map((line) => `${seconds} ${line}\n`).join('');
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

function sizeOf(path: string): number | undefined {
  try {
    return statSync(path).size;
  } catch {
    return undefined;
  }
}
