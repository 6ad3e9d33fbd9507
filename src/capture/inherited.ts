import { fstatSync, readdirSync, readlinkSync } from 'node:fs';

/** Node keeps what lies below this from the programs that it starts (libuv, uv_disable_stdio_inheritance). */
const KEPT_BELOW = 16;

/**
 * The descriptors above 2 that we were started with and that the command is to have as well: a file that the shell opened
 * (`3<file`), make's jobserver, a socket of systemd. To be asked before anything is opened. Elsewhere than on Linux only
 * those that make names are known.
 */
export function inheritedDescriptors(): number[] {
  const named = jobserverOf(process.env['MAKEFLAGS'] ?? '').filter(isOpen);
  const pipes = new Map<string, number>();
  const open = descriptors();
  for (const { target } of open) pipes.set(target, (pipes.get(target) ?? 0) + 1);
  const found = open.filter(({ target }) => !isOfNode(target, pipes.get(target) ?? 0)).map(({ fd }) => fd);
  return [...new Set([...named, ...found])].filter((fd) => fd > 2 && fd < KEPT_BELOW);
}

/** Node's event loops have epoll descriptors, eventfds, an unused /dev/null, and pipes of which they hold both ends. */
function isOfNode(target: string, holders: number): boolean {
  return (
    target.startsWith('anon_inode:') || target === '/dev/null' || (target.startsWith('pipe:') && holders > 1)
  );
}

/** `--jobserver-auth=3,4`, with a MAKEFLAGS of make before 4.2 `--jobserver-fds=3,4`. */
function jobserverOf(flags: string): number[] {
  const found = /--jobserver-(?:auth|fds)=(\d+),(\d+)/.exec(flags);
  return found === null ? [] : [Number(found[1]), Number(found[2])];
}

function descriptors(): { readonly fd: number; readonly target: string }[] {
  try {
    return readdirSync('/proc/self/fd').flatMap((name) => {
      const target = linkOf(`/proc/self/fd/${name}`);
      return target === undefined ? [] : [{ fd: Number(name), target }];
    });
  } catch {
    return [];
  }
}

/** Undefined for the descriptor with which the folder itself was read. */
function linkOf(path: string): string | undefined {
  try {
    return readlinkSync(path);
  } catch {
    return undefined;
  }
}

function isOpen(fd: number): boolean {
  try {
    fstatSync(fd);
    return true;
  } catch {
    return false;
  }
}
