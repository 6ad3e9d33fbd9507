import { mayBeTickets } from '../wire/tls.ts';
import { type Connection, NEXT_RESPONSE_NS, type Payload } from './socket.ts';

/** Silence behind what may have been session tickets, on a connection with one request. */
export function isAfterTickets(
  { isTls, requests, transfer, firstRecord, lastDataNs }: Connection,
  data: Payload,
): boolean {
  return (
    isTls &&
    requests === 1 &&
    data.endNs - lastDataNs >= NEXT_RESPONSE_NS &&
    mayBeTickets(transfer?.attributes['gotrace.bytes'] ?? 0, firstRecord)
  );
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
