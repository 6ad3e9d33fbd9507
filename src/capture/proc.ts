import { existsSync, readdirSync, readFileSync, readlinkSync } from 'node:fs';

/** Clock ticks in /proc/PID/stat (sysconf(_SC_CLK_TCK); 100 on every architecture that Node runs on). */
export const USER_HZ = 100;

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
export function statFields(pid: number): string[] {
  const stat = read(`/proc/${pid}/stat`);
  return stat.slice(stat.lastIndexOf(')') + 2).split(' ');
}

/** What each descriptor stands for: `socket:[4711]`, `/path`. */
export type Targets = ReadonlyMap<string, string>;

export function descriptorTargets(pid: number): Targets {
  return new Map(list(`/proc/${pid}/fd`).map((fd) => [fd, link(`/proc/${pid}/fd/${fd}`)]));
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

/** Processes come and go while they are looked at: what is gone is empty. */
export function read(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}

export function list(path: string): string[] {
  try {
    return readdirSync(path);
  } catch {
    return [];
  }
}

export function link(path: string): string {
  try {
    return readlinkSync(path);
  } catch {
    return '';
  }
}
