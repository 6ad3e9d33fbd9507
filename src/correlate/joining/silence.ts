import type { SyscallTotals } from '../../../parsers/strace/statistics.ts';
import type { Span, SpanKind, SpanStore } from '../../model/span.ts';
import type { Connection } from '../network/socket.ts';
import { type Process, programOf } from '../processes/processes.ts';

/** Silence of less is no more than a large module being unpacked. */
const LONG_SILENCE_NS = 2e9;
/** A log without this one, which go calls for each module, was not asked to show what is waited for in files. */
const LOCK = 'flock';
const OF_PROCESSES: ReadonlySet<SpanKind> = new Set(['command', 'process']);

export interface Silence {
  readonly spans: readonly Span[];
  readonly connections: readonly Connection[];
  readonly processes: readonly Process[];
  readonly syscalls: readonly SyscallTotals[];
  /** The last call that was seen, of any process. */
  readonly lastCallNs: number;
  /** When the trace ends. */
  readonly endNs: number;
}

/**
 * By elimination: over one HTTP/2 connection many requests go, and the answers to some end the wait of all. A go that did
 * nothing more until it was ended, alone, with no other wait open and with one connection over which it had asked for
 * something, waited for an answer there. None where anything else may be what it waited for.
 */
export function awaitInSilence(
  store: SpanStore,
  { spans, connections, processes, syscalls, lastCallNs, endNs }: Silence,
): Span[] {
  if (endNs - lastCallNs < LONG_SILENCE_NS || !syscalls.some(({ name }) => name === LOCK)) return [];
  if (spans.some((span) => span.endNs === undefined && !OF_PROCESSES.has(span.kind))) return [];
  const go = onlyOneLeft(processes.filter((process) => (process.endNs ?? endNs) > lastCallNs));
  if (go === undefined) return [];
  const asked = connections.filter(
    ({ state, isTls, requests, response }) =>
      state === 'open' && isTls && requests > 0 && response?.attributes['process.pid'] === go.pid,
  );
  const [connection, ...others] = asked;
  const last = connection?.response;
  if (connection === undefined || last === undefined || others.length > 0) return [];
  const { lastDataNs, lastWriteNs, lastReadAt } = connection;
  const span = store.open('response', 'ttfb', 'wait for the response', Math.max(lastDataNs, lastWriteNs), [
    ...last.evidence.slice(0, 1),
    ...(lastReadAt === undefined ? [] : [lastReadAt]),
  ]);
  const { 'http.response.status_code': _, 'error.type': __, ...attributes } = last.attributes;
  span.attributes = { ...attributes, 'gotrace.eliminated': true };
  if (last.parentId !== undefined) span.parentId = last.parentId;
  return [span];
}

/** The hosts, else the addresses, of connections that were not closed, and over which something had been asked. */
export function openHosts(connections: readonly Connection[]): string[] {
  const hosts = connections.flatMap(({ state, requests, response }) => {
    if (state !== 'open' || requests === 0) return [];
    const { 'server.address': host, 'network.peer.address': address } = response?.attributes ?? {};
    return host ?? address ?? [];
  });
  return [...new Set(hosts)];
}

/** The go that all the others that are left wait for: its parents. */
function onlyOneLeft(left: readonly Process[]): Process | undefined {
  const go = left.findLast((process) => programOf(process.command) === 'go');
  const waiting = new Set<Process>();
  for (let process = go; process !== undefined; process = process.parent) waiting.add(process);
  return left.every((process) => waiting.has(process)) ? go : undefined;
}
