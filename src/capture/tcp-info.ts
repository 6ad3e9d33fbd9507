import { readlinkSync } from 'node:fs';
import { ask } from './ask.ts';

const TIMEOUT_MS = 2000;

/** What the kernel knows of a connection. */
interface TcpInfo {
  readonly received: number;
  /** Milliseconds since data were sent, and since data came, last. */
  readonly sentMs: number;
  readonly heardMs: number;
}

/**
 * The socket lines of a snapshot, with how many bytes each connection has received: /proc/net/tcp has queues only, ss(8)
 * asks the kernel for tcp_info. Without ss, or without the right to enter the process's network namespace, as they were.
 */
export async function withBytesReceived(pid: number, lines: readonly string[]): Promise<string[]> {
  return completed(pid, lines, ({ received }) => ` received=${received}`);
}

/** With how long ago data went either way, too. */
export async function withTcpInfo(pid: number, lines: readonly string[]): Promise<string[]> {
  return completed(
    pid,
    lines,
    ({ received, sentMs, heardMs }) => ` received=${received} sent=${sentMs}ms heard=${heardMs}ms`,
  );
}

async function completed(
  pid: number,
  lines: readonly string[],
  print: (info: TcpInfo) => string,
): Promise<string[]> {
  if (!lines.some((line) => / tcp ESTABLISHED /.test(line))) return [...lines];
  const connections = await tcpInfo(pid);
  return lines.map((line) => {
    const ends = /^socket \d+ \d+ tcp ESTABLISHED (\S+) (\S+) rx=/.exec(line);
    const info = connections.get(`${ends?.[1]} ${ends?.[2]}`);
    return info === undefined ? line : line + print(info);
  });
}

/** By `LOCAL PEER`. ss leaves out what is 0: `bytes_received` where nothing came. */
async function tcpInfo(pid: number): Promise<Map<string, TcpInfo>> {
  const command = ['ss', '-tinOH', 'state', 'established'];
  const own = namespaceOf('self') === namespaceOf(pid);
  const [program = '', ...args] = own ? command : ['nsenter', `--net=/proc/${pid}/ns/net`, ...command];
  const { stdout, exitCode } = await ask(program, args, { timeoutMs: TIMEOUT_MS });
  if (exitCode !== 0) return new Map();
  return new Map(
    stdout.split('\n').flatMap((row) => {
      const ends = /^\s*\d+\s+\d+\s+(\S+)\s+(\S+)\s/.exec(row);
      if (ends === null || !row.includes('bytes_sent:')) return [];
      const field = (name: string) => Number(new RegExp(`\\b${name}:(\\d+)`).exec(row)?.[1] ?? 0);
      const info = { received: field('bytes_received'), sentMs: field('lastsnd'), heardMs: field('lastrcv') };
      return [[`${unscoped(ends[1])} ${unscoped(ends[2])}`, info] as const];
    }),
  );
}

/** `[fe80::1%eth0]:443`, `[::ffff:192.0.2.1]:443`: as the snapshot writes them. */
function unscoped(end = ''): string {
  return end.replace(/%\w+/, '').replace(/^\[::ffff:([\d.]+)\]/, '$1');
}

function namespaceOf(pid: number | 'self'): string | undefined {
  try {
    return readlinkSync(`/proc/${pid}/ns/net`);
  } catch {
    return undefined;
  }
}
