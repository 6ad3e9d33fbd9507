import type { SocketRecord } from '../../../parsers/proc/format.ts';
import type { Span, SpanStore } from '../../model/span.ts';
import { printAddress, readAddress } from '../network/socket.ts';
import type { GoOutput } from '../output/go-output.ts';
import type { Established } from './sampled-dials.ts';

/** A lookup or a connect that a look at /proc found under way. */
export interface Step {
  readonly span: Span;
  readonly record: SocketRecord;
  /** The look that did not find it any more did not find its process either. */
  withProcess: boolean;
}

/** Two looks: what takes the place of something is seen with the end of it, or with the next look. */
const NEXT_NS = 0.6e9;

/**
 * How the steps that were gone had ended, which /proc does not say: a connect was given up where another address took its
 * place; what went with its process came about where what follows from it was seen. Gives the connects that took a place.
 */
export function settleSteps(
  store: SpanStore,
  steps: readonly Step[],
  established: ReadonlyMap<string, Established>,
  output: GoOutput,
): Span[] {
  const sockets = [...established.values()];
  return steps.flatMap((step) => {
    const { span, record } = step;
    if (span.endNs === undefined) return [];
    const isConnect = span.kind === 'connect';
    if (isConnect && established.has(record.key.replace('SYN-SENT', 'ESTABLISHED'))) return [];
    const other = isConnect ? (inPlaceOf(step, sockets) ?? toldInPlaceOf(step, output)) : undefined;
    const doneNs = step.withProcess ? followedAt(span, sockets, output) : span.endNs;
    if (other !== undefined || doneNs === undefined) span.attributes['error.type'] = 'aborted';
    else span.endNs = Math.min(span.endNs, doneNs);
    return other === undefined ? [] : [connectOf(store, other, span.endNs)];
  });
}

/** The connection to another address that was there once this one had been given up. */
function inPlaceOf({ span, record }: Step, sockets: readonly Established[]): Established | undefined {
  const { endNs = 0 } = span;
  return sockets.find(
    ({ record: { pid, port, peer }, startNs }) =>
      pid === record.pid &&
      port === record.port &&
      peer !== record.peer &&
      Math.abs(startNs - endNs) <= NEXT_NS,
  );
}

/** The same, where go told of it, and no look found it: it was done with in a quarter of a second. */
function toldInPlaceOf({ span, record }: Step, { dials }: GoOutput): Established | undefined {
  const { startNs, endNs = 0 } = span;
  const told = dials.connections.find(
    ({ peer, timeNs }) =>
      timeNs > startNs &&
      Math.abs(timeNs - endNs) <= NEXT_NS &&
      peer !== printAddress(record.peer, record.port),
  );
  if (told === undefined) return undefined;
  const { address, port } = readAddress(told.peer);
  return port === record.port
    ? { record: { ...record, peer: address, at: told.at }, startNs: told.timeNs, received: undefined }
    : undefined;
}

/** When something was seen that only comes after a step, while its process was there. */
function followedAt(
  { startNs, endNs: goneNs = Number.POSITIVE_INFINITY }: Span,
  sockets: readonly Established[],
  { fetches, dials }: GoOutput,
): number | undefined {
  const answered = fetches.filter(({ attributes }) => attributes['http.response.status_code'] !== undefined);
  const times = [
    ...answered.flatMap(({ endNs }) => endNs ?? []),
    ...dials.connections.map(({ timeNs }) => timeNs),
    ...sockets.map((socket) => socket.startNs),
  ];
  const after = times.filter((timeNs) => timeNs > startNs && timeNs <= goneNs);
  return after.length === 0 ? undefined : Math.min(...after);
}

function connectOf(store: SpanStore, { record, startNs }: Established, fromNs: number): Span {
  const { peer, port, pid, at } = record;
  const span = store.open('connect', 'connect', `connect ${printAddress(peer, port)}`, fromNs, [at]);
  span.endNs = Math.max(fromNs, startNs);
  span.attributes = { 'network.peer.address': peer, 'network.peer.port': port, 'process.pid': pid };
  return span;
}
