import { write } from 'node:fs';
import { Writable } from 'node:stream';
import { isatty } from 'node:tty';

/** Our stderr while a command runs. */
export interface StderrOutput extends Writable {
  readonly isTTY: boolean;
  readonly columns: number | undefined;
}

const STDERR = 2;
const BUSY_MS = 5;

/**
 * Our stderr, without `process.stderr`: that one makes a pipe non-blocking (libuv, uv_pipe_open), for everybody who holds
 * it, the command among them, whose write then fails with EAGAIN where it would have waited. Here a thread waits for a
 * slow reader. Where nobody reads any more, what is written is lost, and the command goes on.
 */
export function openStderr(): StderrOutput {
  const stream = new Writable({
    decodeStrings: true,
    write: (chunk: Buffer, _encoding, done) => writeAll(chunk, done),
    writev: (chunks, done) => writeAll(Buffer.concat(chunks.map(({ chunk }) => chunk as Buffer)), done),
  });
  const isTTY = isatty(STDERR);
  return Object.defineProperties(stream, {
    isTTY: { value: isTTY },
    columns: { get: () => (isTTY ? process.stderr.columns : undefined) },
  }) as StderrOutput;
}

function writeAll(bytes: Buffer, done: () => void): void {
  write(STDERR, bytes, (error, written) => {
    // Somebody else made it non-blocking.
    if (error?.code === 'EAGAIN') setTimeout(() => writeAll(bytes, done), BUSY_MS);
    else if (error === null && written < bytes.length) writeAll(bytes.subarray(written), done);
    else done();
  });
}
