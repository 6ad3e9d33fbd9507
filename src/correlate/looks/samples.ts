import type { FileRecord, LockRecord, ProcRecord, SocketRecord } from '../../../parsers/proc/format.ts';
import type { Span, SpanStore } from '../../model/span.ts';
import { STILL_NS } from '../files/arrivals.ts';
import { openZipBody, readCachePath } from '../files/modcache.ts';
import { egressOf } from '../network/egress.ts';
import { printAddress } from '../network/socket.ts';
import type { GoOutput } from '../output/go-output.ts';
import { openPause } from '../processes/pauses.ts';
import { addSeenProcess, type Process, programOf } from '../processes/processes.ts';
import { addProcessSpans } from '../processes/programs.ts';
import { type Established, splitDials } from './sampled-dials.ts';
import { type Step, settleSteps } from './sampled-steps.ts';

/** A zip as it arrives. */
interface Body {
  readonly first: FileRecord;
  readonly startNs: number;
  last: FileRecord;
  /** When there was more of it, the last time. */
  grownNs: number;
  /** When it was closed, or had another name. */
  goneNs?: number;
  /** It stood still, and went with its process. */
  isGivenUp?: boolean;
}

/** `timeout` of resolv.conf(5) is 5 s by default; of that, looks at /proc that are 0.25 s apart show this at least. */
const RESOLVER_TIMEOUT_NS = 4.75e9;

/**
 * What repeated looks at /proc showed of a run without a tracer, as spans from the first look that saw it to the first
 * that did not: connects, questions to nameservers, locks, children. An established connection tells when its connect
 * was over, and no more: it may be idle.
 */
export class Samples {
  readonly #store: SpanStore;
  readonly #open = new Map<string, Span>();
  readonly #processes = new Map<number, Process>();
  readonly #established = new Map<string, Established>();
  readonly #bodies = new Map<string, Body>();
  /** Lookups and connects. */
  readonly #steps = new Map<Span, Step>();
  readonly environment: Record<string, string> = {};
  isEmpty = true;

  constructor(store: SpanStore) {
    this.#store = store;
  }

  on(record: ProcRecord): void {
    const timeNs = record.timeNs ?? 0;
    switch (record.kind) {
      case 'proc-sampling':
        this.isEmpty = false;
        return;
      case 'proc-env':
        this.environment[record.name] ??= record.value;
        return;
      case 'proc-process':
        addSeenProcess(this.#processes, record, timeNs);
        return;
      case 'proc-lock':
        this.#start(record.key, 'lock', 'lock', `lock ${record.path}`, record, {
          'gotrace.path': record.path,
          ...(record.holder > 0 ? { 'gotrace.lock.holder': record.holder } : {}),
        });
        return;
      case 'proc-socket':
        this.#onSocket(record, timeNs);
        return;
      case 'proc-work':
        this.#onWork(record, timeNs);
        return;
      case 'proc-stopped':
        this.#open.set(
          record.key,
          openPause(this.#store, 'stopped', 'it was stopped', timeNs - record.ageSeconds * 1e9, [record.at]),
        );
        return;
      case 'proc-file':
        this.#onFile(record, timeNs);
        return;
      case 'proc-gone':
        this.#onGone(record.what, timeNs);
    }
  }

  /**
   * The processes that were seen; their spans are added, and what go said of its dials is told apart by step. A command that
   * ended well gave up nothing.
   */
  finish(output: GoOutput, endNs: number, hasEndedWell: boolean): Process[] {
    const connects = settleSteps(this.#store, [...this.#steps.values()], this.#established, output);
    for (const span of this.#steps.keys()) if (span.kind === 'lookup') this.#addQuery(span);
    const processes = [...this.#processes.values()];
    addProcessSpans(this.#store, processes);
    this.#splitDials(output, connects);
    this.#addBodies(output, endNs, hasEndedWell);
    return processes;
  }

  /** Names the hosts of lookups and connects, and tells the steps of each dial apart. */
  #splitDials({ dials, fetches }: GoOutput, connects: readonly Span[]): void {
    const steps = [...this.#store.spans.filter((span) => this.#steps.has(span)), ...connects];
    const egress = egressOf(this.environment);
    for (const step of steps) {
      const { 'network.peer.address': address = '', 'network.peer.port': port = 0 } = step.attributes;
      const isEgress = step.kind === 'connect' && egress?.port === port;
      const told = step.kind === 'connect' ? dials.hosts.get(printAddress(address, port)) : undefined;
      const host = isEgress ? egress?.host : (told ?? hostAt(step, dials.all) ?? hostAt(step, fetches));
      if (host !== undefined) step.attributes['server.address'] = host;
    }
    const sockets = [...this.#established.values()].filter(({ record }) => this.#isGo(record.pid));
    splitDials(dials, this.#store, steps, sockets, egress);
  }

  /** Connections of git and of other children are none of go's dials. */
  #isGo(pid: number): boolean {
    const process = this.#processes.get(pid);
    return process === undefined || programOf(process.command) === 'go';
  }

  #onSocket(record: SocketRecord, timeNs: number): void {
    const peer = { 'network.peer.address': record.peer, 'network.peer.port': record.port };
    if (record.transport === 'udp' && record.port === 53)
      this.#start(record.key, 'lookup', 'dns', `query at ${record.peer}`, record, peer);
    else if (record.state === 'SYN-SENT')
      this.#start(
        record.key,
        'connect',
        'connect',
        `connect ${printAddress(record.peer, record.port)}`,
        record,
        peer,
      );
    else if (record.state === 'ESTABLISHED' && record.transport === 'tcp') {
      const known = this.#established.get(record.key) ?? { record, startNs: timeNs, received: undefined };
      known.received = record.received ?? known.received;
      this.#established.set(record.key, known);
    }
  }

  #onWork({ key, ageSeconds, at }: ProcRecord & { readonly kind: 'proc-work' }, timeNs: number): void {
    this.#open.set(key, this.#store.open('work', 'cpu', 'computing', timeNs - ageSeconds * 1e9, [at]));
  }

  #onFile(record: FileRecord, timeNs: number): void {
    const known = this.#bodies.get(record.key);
    if (known === undefined)
      this.#bodies.set(record.key, { first: record, startNs: timeNs, last: record, grownNs: timeNs });
    else Object.assign(known, { last: record, grownNs: timeNs });
  }

  /** http2debug tells of each frame, where it is clear whose it is; the files tell of all other bodies. */
  #addBodies(output: GoOutput, endNs: number, hasEndedWell: boolean): void {
    const told = zipsTold(output);
    const [root] = this.#processes.keys();
    for (const { first, startNs, last, grownNs, goneNs, isGivenUp } of this.#bodies.values()) {
      const zip = readCachePath(first.path);
      if (zip !== undefined && (told.get(`${zip.module}@${zip.version}`) ?? -1) >= last.bytes) continue;
      const span = openZipBody(this.#store, first.path, first.pid, startNs, [first.at]);
      if (span === undefined) continue;
      if (last !== first) span.evidence.push(last.at);
      if (goneNs !== undefined) span.endNs = goneNs;
      if (isGivenUp && !(hasEndedWell && first.pid === root)) span.attributes['error.type'] = 'aborted';
      span.attributes['gotrace.bytes'] = last.bytes;
      if (goneNs === undefined && endNs - grownNs < STILL_NS) span.attributes['gotrace.growing'] = true;
    }
  }

  #start(
    key: string,
    kind: 'lock' | 'lookup' | 'connect',
    phase: 'lock' | 'dns' | 'connect',
    name: string,
    record: SocketRecord | LockRecord,
    attributes: Span['attributes'],
  ): void {
    const span = this.#store.open(kind, phase, name, record.timeNs ?? 0, [record.at]);
    span.attributes = { ...attributes, 'process.pid': record.pid };
    if (record.kind === 'proc-socket') this.#steps.set(span, { span, record, withProcess: false });
    this.#open.set(key, span);
  }

  #onGone(what: string, timeNs: number): void {
    const body = this.#bodies.get(what);
    if (body !== undefined) {
      const isStill = timeNs - body.grownNs > STILL_NS;
      body.isGivenUp = isStill && this.#processes.get(body.first.pid)?.endNs === timeNs;
      // It is hashed before it is closed: what no longer grows is whole, unless nothing was there yet.
      body.goneNs = isStill && !body.isGivenUp && body.last.bytes > 0 ? body.grownNs : timeNs;
    }
    const [, pid, command] = /^proc (\d+) (.*)$/.exec(what) ?? [];
    const process = this.#processes.get(Number(pid));
    // It may be there still, and run another program: then the same look saw it as well.
    if (process !== undefined && process.command.join('\t') === command) process.endNs = timeNs;
    const span = this.#open.get(what);
    if (span === undefined) return;
    span.endNs = timeNs;
    // It went with its process: a lock was not given.
    const own = this.#processes.get(span.attributes['process.pid'] ?? -1);
    const step = this.#steps.get(span);
    if (own?.endNs === timeNs) {
      if (step === undefined) span.attributes['error.type'] = 'aborted';
      else step.withProcess = true;
    }
    this.#open.delete(what);
  }

  /** A question that stood as long as the resolver's time-out was given up; a shorter one was answered. */
  #addQuery(lookup: Span): void {
    const query = this.#store.open('dns-query', 'dns', lookup.name, lookup.startNs, lookup.evidence);
    if (lookup.endNs !== undefined) query.endNs = lookup.endNs;
    query.parentId = lookup.id;
    const wasGivenUp = (lookup.endNs ?? 0) - lookup.startNs >= RESOLVER_TIMEOUT_NS;
    query.attributes = { ...lookup.attributes, ...(wasGivenUp ? { 'error.type': 'timeout' } : {}) };
  }
}

/** How much of each zip http2debug told of. A redirect has a body too: a line of HTML. */
function zipsTold({ bodies, unclearBodies }: GoOutput): ReadonlyMap<string, number> {
  const told = new Map<string, number>();
  for (const body of bodies) {
    const zip = unclearBodies.has(body) ? undefined : moduleOf(body);
    const bytes = body.attributes['gotrace.bytes'] ?? 0;
    if (zip !== undefined) told.set(zip, Math.max(bytes, told.get(zip) ?? 0));
  }
  return told;
}

function moduleOf({ attributes }: Span): string | undefined {
  const { 'gotrace.module': module, 'gotrace.version': version, 'url.full': url } = attributes;
  return url?.endsWith('.zip') ? `${module}@${version}` : undefined;
}

/** The host of the one span that was under way when `step` began. */
function hostAt(step: Span, spans: readonly Span[]): string | undefined {
  const hosts = new Set(
    spans
      .filter(
        (span) => span.startNs <= step.startNs && (span.endNs ?? Number.POSITIVE_INFINITY) >= step.startNs,
      )
      .flatMap((span) => span.attributes['server.address'] ?? []),
  );
  return hosts.size === 1 ? [...hosts][0] : undefined;
}
