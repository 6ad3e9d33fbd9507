import { write } from 'node:fs';
import { Writable } from 'node:stream';
import { isatty } from 'node:tty';

const BUSY_MS = 5;

/**
 * Replaces `process.stdout` and `process.stderr` where they are no terminals, before anything touches them. Node's own make a
 * pipe non-blocking (libuv, uv_pipe_open) for everybody who holds it, the command that we run among them: its write then
 * fails with EAGAIN where it would have waited. Here a thread waits for a slow reader, and nothing is lost at the end.
 */
export function keepPipesBlocking(): void {
  for (const [name, descriptor] of [
    ['stdout', 1],
    ['stderr', 2],
  ] as const)
    if (!isatty(descriptor))
      Object.defineProperty(process, name, { configurable: true, value: descriptorStream(descriptor) });
}

/** Where nobody reads any more, what is written is lost, and whoever writes goes on. */
function descriptorStream(descriptor: number): Writable {
  return new Writable({
    write: (chunk: Buffer, _encoding, done) => writeAll(descriptor, chunk, done),
    writev: (chunks, done) =>
      writeAll(descriptor, Buffer.concat(chunks.map(({ chunk }) => chunk as Buffer)), done),
  });
}

function writeAll(descriptor: number, bytes: Buffer, done: (error?: Error) => void): void {
  write(descriptor, bytes, (error, written) => {
    // Somebody else made it non-blocking.
    if (error?.code === 'EAGAIN') setTimeout(() => writeAll(descriptor, bytes, done), BUSY_MS);
    else if (error !== null) done(error.code === 'EPIPE' ? undefined : error);
    else if (written < bytes.length) writeAll(descriptor, bytes.subarray(written), done);
    else done();
  });
}
