import type { SyscallTotals } from '../../parsers/strace/statistics.ts';
import { groupBy } from '../model/group-by.ts';
import { isUnanswered, type Span, type SpanKind } from '../model/span.ts';
import type { UnseenCall } from '../model/trace.ts';
import type { Connection } from './network/socket.ts';
import type { Sockets } from './network/sockets.ts';
import { type Processes, programOf } from './processes/processes.ts';

/** Calls that each program makes again and again: a log that has one of them was asked for all. */
const EVERYWHERE =
  /^(?:mmap2?|brk|munmap|mprotect|rt_sig(?:action|procmask|return)|futex(?:_time64)?|epoll_p?wait2?)$/;
const UNSEEN: readonly UnseenCall[] = ['read', 'write', 'close'];
/** What is put together from calls that any thread of a go may make. */
const OF_MANY_THREADS: ReadonlySet<SpanKind> = new Set([
  ...(['lookup', 'dns-query', 'connect', 'tls', 'response', 'transfer', 'unzip'] as const),
]);
const PRINTED: ReadonlySet<SpanKind> = new Set(['fetch', 'git-command']);

/** What of a run a tracer was told to show. */
export interface Shown {
  readonly unseen: readonly UnseenCall[];
  readonly unfollowed: boolean;
  /** One thread of a go was traced: a goroutine goes on in another, and neither its waits nor what it prints is whole. */
  readonly goInPart: boolean;
}

/** Told when all records are in: by the names of all calls, and by what the sockets and processes came to. */
export function shownOf(syscalls: readonly SyscallTotals[], sockets: Sockets, processes: Processes): Shown {
  const { isUnfollowed, hasThreads, all, ending } = processes;
  const startsOrEnds = ending.kind !== 'unknown' || all.some(({ hasExecuted }) => hasExecuted);
  return {
    unseen: unseenCallsOf(syscalls, sockets, startsOrEnds),
    unfollowed: isUnfollowed,
    goInPart: isUnfollowed && hasThreads && all.some(({ command }) => programOf(command) === 'go'),
  };
}

/**
 * Calls that were made, and that the log was not asked to show (strace -e trace=network, file, process): a program that
 * starts or ends in the log reads, writes and closes, and so does one that connects, or asks a nameserver.
 */
function unseenCallsOf(
  syscalls: readonly SyscallTotals[],
  { connections, lookups }: Sockets,
  startsOrEnds: boolean,
): readonly UnseenCall[] {
  if (syscalls.some(({ name }) => EVERYWHERE.test(name))) return [];
  const names = new Set(syscalls.map(({ name }) => name));
  const isMute = connections.all.some(
    ({ connect, state, bytesIn }) => connect !== undefined && state === 'open' && bytesIn === 0,
  );
  const missing = UNSEEN.filter((name) => !names.has(name));
  if (isMute || lookups.isUnanswered) return missing;
  // A program like test(1) has nothing to write.
  const isTelling = connections.all.length > 0 || missing.some((name) => name !== 'write');
  return startsOrEnds && isTelling ? missing : [];
}

/** What one thread of a go shows of what they do together. */
export function partsOf(spans: readonly Span[], isPrintedApart: boolean): ReadonlySet<Span> {
  return new Set(
    spans.filter(({ kind }) => OF_MANY_THREADS.has(kind) || (PRINTED.has(kind) && !isPrintedApart)),
  );
}

/**
 * Where no close is in the log, an attempt to connect that is given up seems to go on: it ends, at the latest, when its
 * process is connected to that port by another one.
 */
export function giveUpAttempts(connections: readonly Connection[]): void {
  const connects = connections.flatMap(({ connect }) => connect ?? []);
  for (const attempts of groupBy(connects, keyOf).values()) {
    const done = attempts.filter((each) => each.endNs !== undefined && !isFailed(each));
    const endsNs = done.flatMap(({ endNs }) => endNs ?? []).sort((a, b) => a - b);
    let next = 0;
    for (const attempt of attempts.filter(isUnanswered).sort((a, b) => a.startNs - b.startNs)) {
      while ((endsNs[next] ?? Number.POSITIVE_INFINITY) <= attempt.startNs) next++;
      const endNs = endsNs[next];
      if (endNs === undefined) break;
      attempt.endNs = endNs;
      attempt.attributes['error.type'] = 'aborted';
    }
  }
}

function isFailed({ attributes }: Span): boolean {
  return attributes['error.type'] !== undefined;
}

function keyOf({ attributes }: Span): string {
  return `${attributes['process.pid']} ${attributes['network.peer.port']}`;
}
