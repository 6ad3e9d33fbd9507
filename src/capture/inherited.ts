import { fstatSync } from 'node:fs';
import { descriptorTargets } from './proc.ts';

/** Node keeps what lies below this from the programs that it starts (libuv, uv_disable_stdio_inheritance). */
const KEPT_BELOW = 16;

/**
 * The descriptors above 2 that we were started with and that the command is to have as well: a file that the shell opened
 * (`3<file`), make's jobserver, a socket of systemd. To be asked before anything is opened. Elsewhere than on Linux only
 * those that make names are known.
 */
export function inheritedDescriptors(): number[] {
  const named = jobserverOf(process.env['MAKEFLAGS'] ?? '').filter(isOpen);
  const open = [...descriptorTargets(process.pid)];
  const targets = open.map(([, target]) => target);
  const found = open.filter(([, target]) => !isOfNode(target, targets)).map(([fd]) => Number(fd));
  return [...new Set([...named, ...found])].filter((fd) => fd > 2 && fd < KEPT_BELOW);
}

/**
 * Node's event loops have epoll descriptors, eventfds, an unused /dev/null, and pipes of which they hold both ends; the
 * descriptor with which the folder was read has no target any more.
 */
function isOfNode(target: string, all: readonly string[]): boolean {
  if (target.startsWith('pipe:')) return all.indexOf(target) !== all.lastIndexOf(target);
  return target.startsWith('anon_inode:') || target === '/dev/null' || target === '';
}

/** `--jobserver-auth=3,4`, with a MAKEFLAGS of make before 4.2 `--jobserver-fds=3,4`. */
function jobserverOf(flags: string): number[] {
  const found = /--jobserver-(?:auth|fds)=(\d+),(\d+)/.exec(flags);
  return found === null ? [] : [Number(found[1]), Number(found[2])];
}

function isOpen(fd: number): boolean {
  try {
    fstatSync(fd);
    return true;
  } catch {
    return false;
  }
}
