import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

/** RLIMIT_NOFILE, as proc_pid_limits(5) prints it: a number, or `unlimited`. */
interface Limit {
  readonly soft: string;
  readonly hard: string;
}

const INIT = 1;

/**
 * Node raises our soft limit of open files to the hard one as it starts (node.cc, PlatformInit), and the command would
 * inherit that: programs that close all descriptors they may have then close a million. Whoever started us has the limit
 * that the command would have had; ours is set back to it. Nothing is done where that cannot be told, or prlimit(1) is missing.
 */
export function restoreOpenFilesLimit(): void {
  if (process.ppid === INIT) return;
  const own = openFilesLimit(process.pid);
  const given = openFilesLimit(process.ppid);
  // A parent with another hard limit was not the one that we have ours from.
  if (own === undefined || given === undefined || own.hard !== given.hard || own.soft === given.soft) return;
  spawnSync('prlimit', ['--pid', String(process.pid), `--nofile=${given.soft}:${own.hard}`], {
    stdio: 'ignore',
  });
}

function openFilesLimit(pid: number): Limit | undefined {
  try {
    const [, soft, hard] =
      /^Max open files +(\w+) +(\w+)/m.exec(readFileSync(`/proc/${pid}/limits`, 'latin1')) ?? [];
    return soft === undefined || hard === undefined ? undefined : { soft, hard };
  } catch {
    return undefined;
  }
}
