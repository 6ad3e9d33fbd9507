import { groupBy } from '../../model/group-by.ts';
import { asksForTunnel, pidOf, type Span, type SpanKind } from '../../model/span.ts';
import { SpanIndex } from '../../model/span-index.ts';
import type { UnseenCall } from '../../model/trace.ts';
import type { Arrivals } from '../files/arrivals.ts';
import type { Connection } from '../network/socket.ts';
import { awaitStill } from '../network/tickets.ts';
import { CUT_ERROR } from '../output/fetches.ts';
import type { GoOutput } from '../output/go-output.ts';
import { type Process, programOf } from '../processes/processes.ts';
import { type BodyEvidence, isBodyOfItsOwn, writtenBy } from './bodies.ts';
import { markFirstContacts } from './contacts.ts';
import { endWithProcesses } from './ended-with-process.ts';
import { nameZipBodies } from './zip-bodies.ts';

/** What reaching a host and asking it consists of. */
const STEPS: ReadonlySet<SpanKind> = new Set(['lookup', 'connect', 'tls', 'response', 'transfer']);

export interface Joinable {
  readonly spans: readonly Span[];
  readonly lookups: readonly Span[];
  readonly connections: readonly Connection[];
  /** Address to the name whose lookup gave it. */
  readonly names: ReadonlyMap<string, string>;
  /** Names of the checksum databases that go keeps the state of. */
  readonly sumdbs: ReadonlySet<string>;
  readonly output: GoOutput;
  readonly processes: readonly Process[];
  readonly arrivals: Arrivals;
  /** When what was fetched was written into the module cache: `MODULE@VERSION.KIND`. */
  readonly stored: ReadonlyMap<string, number>;
  /** When the trace ends. */
  readonly endNs: number;
  /** Else it ends with the last line that was printed, and how long nothing came after it is not known. */
  readonly isEndSeen: boolean;
  /** What the log shows a part of only. */
  readonly unknowable: ReadonlySet<Span>;
  /** Calls that the log does not show. */
  readonly unseen: readonly UnseenCall[];
}

/** Names the hosts of connections, gives every span its parent and its final phase, and drops what another span says better. */
export function joinSpans(input: Joinable): Span[] {
  nameHosts(input);
  const byPid = processSpans(input.spans);
  const dropped = new Set(input.unknowable);
  awaitStill(input.connections, input.processes, input.endNs, dropped);
  if (!input.output.fetching.hasCut) dropAnswered(input, dropped);
  for (const dial of input.output.dials.refuted) dropped.add(dial);
  for (const body of input.output.unclearBodies) dropped.add(body);
  // http2debug's dial is the sum of what the packets show step by step.
  if (input.connections.length > 0 || input.lookups.some((lookup) => !dropped.has(lookup))) {
    for (const told of [...input.output.bodies, ...input.output.fetching.redirected]) dropped.add(told);
    for (const span of input.spans)
      if (span.kind === 'connect' && span.attributes['network.peer.address'] === undefined) dropped.add(span);
  }
  // So is the lock that -x tells of: the tracer shows the call itself.
  if (input.processes.length > 0) {
    for (const span of input.output.repositoryLocks) dropped.add(span);
  }
  for (const span of input.spans) {
    if (span.parentId !== undefined || span.kind === 'command' || span.kind === 'process') continue;
    const owner = byPid.get(span.attributes['process.pid'] ?? -1);
    if (owner !== undefined) span.parentId = owner.id;
  }
  const parents = new Map(input.spans.map((span) => [span.id, span]));
  for (const span of input.spans) takeOver(span, parents);
  const isNameservers = nameserversWaits(input);
  chargeSumdb(input, isNameservers);
  chargeToolchain(input, isNameservers);
  markFirstContacts(input.output, input.connections.length > 0);
  nameZipBodies({ ...input, fetching: input.output.fetching }, dropped);
  endWithProcesses(input);
  if (input.isEndSeen) input.arrivals.markGrowing(input.endNs);
  return input.spans.filter((span) => !dropped.has(span));
}

function nameHosts({ connections, names, spans }: Joinable): void {
  for (const connection of connections) {
    for (const span of connection.spans) {
      const address = span.attributes['network.peer.address'];
      const host = connection.host ?? (address === undefined ? undefined : names.get(address));
      if (host !== undefined && span.attributes['server.address'] === undefined)
        span.attributes['server.address'] = host;
      const toEgress = span.kind === 'connect' || asksForTunnel(span);
      if (connection.tunnel !== undefined && toEgress)
        span.attributes['server.address'] = names.get(address ?? '') ?? address ?? '';
      if (connection.tunnel !== undefined && !toEgress)
        span.attributes['gotrace.path'] = `via ${names.get(address ?? '') ?? address}`;
    }
  }
  // An attempt that never got to a ClientHello is named by its address only.
  for (const span of spans) {
    const address = span.attributes['network.peer.address'];
    const name = address === undefined ? undefined : names.get(address);
    if (span.kind === 'connect' && name !== undefined) span.attributes['server.address'] ??= name;
  }
}

function processSpans(spans: readonly Span[]): Map<number, Span> {
  const byPid = new Map<number, Span>();
  for (const span of spans) {
    const pid = span.attributes['process.pid'];
    if ((span.kind === 'process' || span.kind === 'command') && pid !== undefined) byPid.set(pid, span);
  }
  return byPid;
}

/**
 * Where -x tells each fetch, the waits on its connection say less: which of the URLs on an HTTP/2 connection they are
 * for is not in the log.
 */
function dropAnswered(input: Joinable, dropped: Set<Span>): void {
  const { output, processes, connections, stored } = input;
  const known = fetchesOf(input);
  const byPid = new Map([...processes].reverse().map((process) => [process.pid, process]));
  const areErrorsCut = output.fetches.some(({ attributes }) => attributes['error.type'] === CUT_ERROR);
  for (const { spans: waits, tunnel } of connections) {
    for (const span of waits) {
      if ((span.kind !== 'response' && span.kind !== 'transfer') || asksForTunnel(span)) continue;
      // How it failed is told by its connection only.
      if (areErrorsCut && span.attributes['error.type'] !== undefined) continue;
      const pid = span.attributes['process.pid'] ?? -1;
      const process = byPid.get(pid);
      // A process that was there before the log has no command line in it.
      if (process === undefined || !['go', ''].includes(programOf(process.command))) continue;
      const own = known.get(pid);
      if (own === undefined || isBodyOfItsOwn(span, { ...own, stored, process })) continue;
      const host = span.attributes['server.address'];
      // Of a connection that was there before the log, the name may not be known.
      if (tunnel !== undefined || host === undefined || own.hosts.has(host)) dropped.add(span);
      else followRedirect(span, own.underWay);
    }
  }
}

interface OwnFetches extends Pick<BodyEvidence, 'underWay' | 'written'> {
  /** Those that URLs name. */
  readonly hosts: ReadonlySet<string | undefined>;
}

/** By process. */
function fetchesOf({ output, spans, stored }: Joinable): ReadonlyMap<number, OwnFetches> {
  const zips = groupBy(
    spans.filter((span) => span.kind === 'transfer' && span.attributes['gotrace.path']?.includes('.zip')),
    pidOf,
  );
  return new Map(
    [...groupBy(output.fetches, pidOf)].map(([pid, fetches]) => [
      pid,
      {
        hosts: new Set(fetches.map((fetch) => fetch.attributes['server.address'])),
        underWay: new SpanIndex([...fetches, ...(zips.get(pid) ?? [])]),
        written: writtenBy(fetches, stored),
      },
    ]),
  );
}

/**
 * -x tells of a fetch by the URL that go asked for, whoever answers in the end: a host that none of its lines name is one
 * that another redirects to. The wait belongs to the fetch that went on when it did.
 */
function followRedirect(wait: Span, underWay: SpanIndex<Span>): void {
  const endNs = wait.endNs ?? Number.POSITIVE_INFINITY;
  const [fetch] = underWay
    .overlapping(wait.startNs, wait.startNs + 1)
    .filter((each) => each.kind === 'fetch')
    .sort((a, b) => lateness(a, endNs) - lateness(b, endNs));
  const url = fetch?.attributes['url.full'];
  if (url === undefined) return;
  wait.attributes['url.full'] = url;
  wait.attributes['gotrace.redirected'] = true;
  wait.name = `redirected: ${wait.kind === 'transfer' ? 'body of' : 'get'} ${url}`;
}

/** How far apart a fetch and a wait ended. */
function lateness({ endNs }: Span, waitEndNs: number): number {
  const until = endNs ?? Number.POSITIVE_INFINITY;
  return until === waitEndNs ? 0 : Math.abs(until - waitEndNs);
}

/** Waits of git and of its helpers are charged to git, whatever they wait for; so are its lookups and connections. */
function takeOver(span: Span, parents: ReadonlyMap<number, Span>): void {
  if (!STEPS.has(span.kind) && span.kind !== 'dns-query') return;
  for (
    let parent = parents.get(span.parentId ?? -1);
    parent !== undefined;
    parent = parents.get(parent.parentId ?? -1)
  ) {
    if (parent.kind === 'process' && parent.phase === 'git') {
      span.phase = 'git';
      const url = parent.attributes['url.full'];
      if (url !== undefined) span.attributes['url.full'] ??= url;
      span.attributes['gotrace.purpose'] = 'git';
      return;
    }
  }
}

/** Reaching a host that is asked for checksums only is part of the checksum database's wait. */
function chargeSumdb({ spans, output, sumdbs }: Joinable, isNameservers: (span: Span) => boolean): void {
  const purposes = new Map<string, Set<string>>();
  for (const fetch of output.fetches) {
    const host = fetch.attributes['server.address'] ?? '';
    // Of some, -s left the host only.
    if (fetch.attributes['url.full'] === undefined && fetch.attributes['gotrace.purpose'] === undefined)
      continue;
    purposes.set(host, (purposes.get(host) ?? new Set()).add(fetch.attributes['gotrace.purpose'] ?? ''));
  }
  // Without -x: a database is reached by its name, unless GOSUMDB says otherwise.
  for (const name of sumdbs) if (!purposes.has(name)) purposes.set(name, new Set(['sumdb']));
  for (const span of spans) {
    if ((!STEPS.has(span.kind) && span.kind !== 'fetch') || isNameservers(span)) continue;
    const known = purposes.get(span.attributes['server.address'] ?? '');
    const only = known?.size === 1 ? [...known][0] : undefined;
    if ((only === 'sumdb' || only === 'toolchain') && span.phase !== 'git') {
      span.phase = only;
      span.attributes['gotrace.purpose'] = only;
    }
  }
}

/**
 * Tells the lookups that are the nameserver's wait: one that is slow is so for whatever host it is asked. So is one that is
 * asked still, and has not taken longer than for an answer before.
 */
function nameserversWaits({ spans, endNs }: Joinable): (span: Span) => boolean {
  const isAnswered = ({ kind, endNs: answeredNs, attributes }: Span) =>
    kind === 'lookup' && answeredNs !== undefined && attributes['error.type'] === undefined;
  const lengths = spans.filter(isAnswered).map((span) => (span.endNs ?? endNs) - span.startNs);
  const longestNs = lengths.reduce((a, b) => Math.max(a, b), 0);
  return (span) =>
    isAnswered(span) ||
    (span.kind === 'lookup' && span.endNs === undefined && endNs - span.startNs <= longestNs);
}

/** `go: downloading go1.99.0` is not followed by `# get` lines: what its process then waits for is the toolchain. */
function chargeToolchain({ spans, output }: Joinable, isNameservers: (span: Span) => boolean): void {
  const download = output.downloads.find((each) => each.module === 'golang.org/toolchain');
  if (download === undefined) return;
  const firstFetch = output.fetches.find(
    (fetch) => fetch.startNs >= download.timeNs && fetch.attributes['gotrace.purpose'] !== 'toolchain',
  );
  for (const span of spans) {
    const pid = span.attributes['process.pid'];
    const own = download.pid === undefined || pid === undefined || pid === download.pid;
    if (
      !STEPS.has(span.kind) ||
      !own ||
      isNameservers(span) ||
      span.startNs < download.timeNs ||
      (firstFetch !== undefined && span.startNs >= firstFetch.startNs)
    )
      continue;
    span.phase = 'toolchain';
    span.attributes['gotrace.purpose'] = 'toolchain';
    span.attributes['gotrace.module'] ??= download.module;
    span.attributes['gotrace.version'] ??= download.version;
  }
}
