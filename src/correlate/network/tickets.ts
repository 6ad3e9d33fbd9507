import type { Span } from '../../model/span.ts';
import { mayBeGreeting, mayBeTickets } from '../../wire/tls.ts';
import { type Process, programOf } from '../processes/processes.ts';
import { type Connection, NEXT_RESPONSE_NS, type Payload } from './socket.ts';

/** A program that was ended so soon after the last bytes may have been at work on them. */
const LONG_SILENCE_NS = 1e9;

/** They do nothing else than to get what they were asked for: until they end, they wait for the rest. git asks people, too. */
const ENDS_WHEN_DONE: ReadonlySet<string> = new Set(['curl', 'wget']);

/** Silence behind what may have been session tickets, on a connection with one request. */
export function isAfterTickets(connection: Connection, data: Payload): boolean {
  return connection.isTls && data.endNs - connection.lastDataNs >= NEXT_RESPONSE_NS && areTickets(connection);
}

function areTickets({ requests, transfer, firstRecord, bytesUnasked, takesTickets }: Connection): boolean {
  const bytes = transfer?.attributes['gotrace.bytes'] ?? 0;
  return requests === 1 && mayBeTickets(bytes, firstRecord, bytesUnasked, takesTickets ? 1 : 2);
}

/** What came before were tickets: the request waited all the time, and this is its answer. */
export function answerLate({ response, transfer }: Connection, data: Payload): void {
  if (response === undefined || transfer === undefined) return;
  response.endNs = data.endNs;
  response.evidence = [...response.evidence.slice(0, 1), data.at];
  transfer.startNs = data.endNs;
  delete transfer.endNs;
  transfer.attributes['gotrace.bytes'] = data.length;
  transfer.evidence = [data.at];
}

/**
 * A program that was ended while nothing but session tickets and the greeting of HTTP/2 had come for what it asked, and that
 * did nothing else with the network since: it waited for its answer still. Not for go, whose requests are told by -x, and
 * which keeps connections that it is done with. The transfers that were none are dropped. Where more had come, a program
 * is known to have waited for the rest if it was reading, or if it ends when it has all of it.
 */
export function awaitStill(
  connections: readonly Connection[],
  processes: readonly Process[],
  endNs: number,
  dropped: Set<Span>,
): void {
  const byPid = new Map(processes.map((process) => [process.pid, process]));
  for (const connection of connections) {
    const { response, transfer, lastDataNs } = connection;
    const process = byPid.get(response?.attributes['process.pid'] ?? -1);
    if (response?.endNs === undefined || transfer === undefined || process === undefined) continue;
    const wasEnded = process.endNs === undefined || process.signal !== undefined;
    if (!wasEnded || programOf(process.command) === 'go') continue;
    if ((process.endNs ?? endNs) - lastDataNs < LONG_SILENCE_NS || connection.state === 'closed') continue;
    if (connections.some((each) => each !== connection && isLaterOf(each, process, lastDataNs))) continue;
    if (isUnheard(connection)) {
      delete response.endNs;
      response.evidence = response.evidence.slice(0, 1);
      dropped.add(transfer);
    } else if (connection.isReading || (connection.isTls && ENDS_WHEN_DONE.has(programOf(process.command))))
      delete transfer.endNs;
  }
}

function isUnheard(connection: Connection): boolean {
  const bytes = connection.transfer?.attributes['gotrace.bytes'] ?? 0;
  return connection.isTls && (areTickets(connection) || mayBeGreeting(bytes, connection.firstRecord));
}

function isLaterOf({ spans }: Connection, { pid }: Process, timeNs: number): boolean {
  return spans.some(
    ({ startNs, endNs, attributes }) =>
      attributes['process.pid'] === pid && (endNs === undefined || Math.max(startNs, endNs) > timeNs),
  );
}
