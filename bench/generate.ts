import { closeSync, openSync, writeSync } from 'node:fs';

/** A small seeded generator (mulberry32): the same log on each machine. */
function random(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/** What `strace -f -ttt -T -yy` shows of `go build`: mostly futex, files and memory. */
const CALLS = [
  'futex(0x1193f18, FUTEX_WAKE_PRIVATE, 1) = 1',
  'read(9</usr/local/go/src/runtime/proc.go>, "package runtime\\n\\nimport (\\n\\t\\"internal/abi\\"\\n"..., 32768) = 32768',
  'openat(AT_FDCWD</home/dev/src>, "/usr/local/go/src/runtime/mgc.go", O_RDONLY|O_CLOEXEC) = 9</usr/local/go/src/runtime/mgc.go>',
  'newfstatat(AT_FDCWD</home/dev/src>, "/usr/local/go/pkg", 0xc000123, 0) = -1 ENOENT (No such file or directory)',
  'mmap(NULL, 262144, PROT_READ|PROT_WRITE, MAP_PRIVATE|MAP_ANONYMOUS, -1, 0) = 0x7f1234567000',
  'close(9</usr/local/go/src/runtime/mgc.go>) = 0',
  'epoll_pwait(4<anon_inode:[eventpoll]>, [], 128, 0, NULL, 0) = 0',
  'fcntl(9</usr/local/go/src/runtime/mgc.go>, F_GETFL) = 0x8000 (flags O_RDONLY|O_LARGEFILE)',
];
const THREADS = 12;
const BLOCK = 1 << 20;

export function writeLog(path: string, bytes: number): void {
  const next = random(1);
  const fd = openSync(path, 'w');
  let micros = 0;
  let written = 0;
  let block = '';
  while (written < bytes) {
    micros += 1 + Math.floor(next() * 60);
    const time = (1_700_000_000 + micros / 1e6).toFixed(6);
    block += `${1000 + Math.floor(next() * THREADS)} ${time} ${CALLS[Math.floor(next() * CALLS.length)]} <0.0000${10 + Math.floor(next() * 89)}>\n`;
    if (block.length < BLOCK) continue;
    written += writeSync(fd, block);
    block = '';
  }
  closeSync(fd);
}
