import type { SocketRecord } from '../../../parsers/proc/format.ts';
import type { Span, SpanStore } from '../../model/span.ts';
import type { Egress } from '../network/egress.ts';
import { printAddress } from '../network/socket.ts';
import type { Dials } from '../output/dials.ts';

/** A connection that a look at /proc found established. */
export interface Established {
  readonly record: SocketRecord;
  readonly startNs: number;
  /** Bytes that came over it, when that was last told; undefined where it was not. */
  received: number | undefined;
}

/**
 * http2debug's dial is lookup, connect and handshake in one. Sockets tell them apart: once one of them is established, what
 * is left is the handshake, and before it whatever an egress proxy is asked for.
 */
export function splitDials(
  dials: Dials,
  store: SpanStore,
  steps: readonly Span[],
  sockets: readonly Established[],
  egress: Egress | undefined,
): void {
  const timedOutHosts = new Set(
    dials.all
      .filter((dial) => dials.timedOut.has(dial))
      .map(({ attributes }) => attributes['server.address']),
  );
  for (const dial of dials.all) {
    const endNs = dial.endNs ?? Number.POSITIVE_INFINITY;
    const up = sockets.find(
      ({ startNs, record }) => startNs >= dial.startNs && startNs < endNs && mayBeFor(dial, record, dials),
    );
    if (up === undefined) endAtFirst(dial, steps);
    else if (egress?.port === up.record.port) throughEgress(dial, up, egress, dials, store);
    // Where the handshake with its host was given up before, what came over the connection is as much of one.
    else if (
      dial.endNs !== undefined ||
      up.received === 0 ||
      timedOutHosts.has(dial.attributes['server.address'])
    )
      becomeHandshake(dial, up, dials.timedOut.has(dial));
    // Something came, and no HTTP/2 connection with it: the host talks HTTP/1, and its answer is awaited.
    else if (up.received !== undefined) dials.refute(dial);
  }
}

/** Where HTTP/2 is spoken with another host is not what this one is reached at. */
function mayBeFor(dial: Span, { peer, port }: SocketRecord, { hosts }: Dials): boolean {
  const host = hosts.get(printAddress(peer, port));
  return host === undefined || host === dial.attributes['server.address'];
}

/** What was seen of a lookup or a connect says more than the dial around it. */
function endAtFirst(dial: Span, steps: readonly Span[]): void {
  const endNs = dial.endNs ?? Number.POSITIVE_INFINITY;
  const first = steps.find((step) => step.startNs < endNs && (step.endNs ?? endNs) > dial.startNs);
  if (first !== undefined) dial.endNs = Math.max(dial.startNs, first.startNs);
}

/** What is left of a dial once the socket is established. */
function becomeHandshake(dial: Span, { record, startNs }: Established, isTimedOut: boolean): void {
  dial.phase = 'tls';
  dial.name = 'TLS handshake';
  dial.startNs = startNs;
  dial.evidence.unshift(record.at);
  dial.attributes['network.peer.address'] = record.peer;
  dial.attributes['network.peer.port'] = record.port;
  if (isTimedOut) dial.attributes['error.type'] = 'aborted';
}

/** The proxy's consent and the host's handshake are not told apart, unless nothing ever came: then there is no consent. */
function throughEgress(
  dial: Span,
  { record, startNs, received }: Established,
  { host, protocol }: Egress,
  dials: Dials,
  store: SpanStore,
): void {
  if (dial.endNs !== undefined || received !== 0) {
    dial.startNs = startNs;
    dial.name = `reach ${dial.attributes['server.address']} through ${host}`;
    dial.attributes['server.address'] = host;
    dial.evidence.unshift(record.at);
    return;
  }
  const target = dial.attributes['server.address'] ?? '';
  const wait = store.open('response', 'ttfb', `${protocol} ${target}:443`, startNs, [
    record.at,
    ...dial.evidence,
  ]);
  wait.attributes = {
    'gotrace.tunnel': protocol,
    'server.address': host,
    'network.peer.address': record.peer,
    'network.peer.port': record.port,
  };
  dials.refute(dial);
}
