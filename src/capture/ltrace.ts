import { readFileSync } from 'node:fs';
import { ask } from './ask.ts';
import type { Tracer } from './strace.ts';

/** Library calls that wait: of libc's resolver and sockets, TLS libraries and libcurl. */
const TRACED = [
  'getaddrinfo',
  'connect',
  'SSL_connect',
  'SSL_read',
  'gnutls_handshake',
  'gnutls_record_recv',
  'curl_easy_perform',
  'curl_multi_perform',
  'curl_multi_poll',
  'flock',
];
const PROBE_TIMEOUT_MS = 5000;

/** ltrace's arguments, without the command: `-e` sees calls from any library to any other (`*` of ltrace's filter). */
export function ltraceFor(output: string): Tracer {
  return { output, command: 'ltrace', args: ['-f', '-ttt', '-T', '-e', TRACED.join('+'), '-o', output] };
}

/** Undefined where ltrace can trace here; else why it cannot, in one line. */
export async function whyNoLtrace(): Promise<string | undefined> {
  if (process.platform !== 'linux') return `ltrace is for Linux; this is ${process.platform}`;
  const { command, args } = ltraceFor('/dev/null');
  const probe = await ask(command, [...args, 'true'], { timeoutMs: PROBE_TIMEOUT_MS });
  if (probe.exitCode === 0) return undefined;
  return probe.isMissing
    ? 'ltrace is not installed (apt-get install ltrace)'
    : 'ltrace cannot trace here (ptrace is not allowed)';
}

/** ltrace itself always exits with 0: how the command ended is the end of the log's first process. */
export function endInLtrace(path: string): {
  readonly exitCode: number | undefined;
  readonly signal: NodeJS.Signals | undefined;
} {
  let text: string;
  try {
    text = readFileSync(path, 'latin1');
  } catch {
    return { exitCode: undefined, signal: undefined };
  }
  const pid = /^\d+/.exec(text)?.[0];
  const end = new RegExp(
    `^${pid} \\S+ \\+\\+\\+ (?:exited \\(status (\\d+)\\)|killed by (SIG\\w+)) \\+\\+\\+`,
    'm',
  ).exec(text);
  return {
    exitCode: end?.[1] === undefined ? undefined : Number(end[1]),
    signal: end?.[2] as NodeJS.Signals | undefined,
  };
}
