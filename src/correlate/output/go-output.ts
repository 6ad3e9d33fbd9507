import { ELLIPSIS } from '../../../parsers/cut.ts';
import { classifyError } from '../../../parsers/go-errors/classify.ts';
import { isAtPlace } from '../../../parsers/go-errors/place.ts';
import type { GoErrorRecord } from '../../../parsers/go-errors/records.ts';
import type { FetchEndRecord } from '../../../parsers/go-x/records.ts';
import type { GoroutineRecord } from '../../../parsers/goroutines/format.ts';
import type { JobEndRecord } from '../../../parsers/job-end/records.ts';
import type { TextRecord } from '../../../parsers/registry.ts';
import type { SourceLine } from '../../../parsers/types.ts';
import type { Span, SpanStore } from '../../model/span.ts';
import type { TraceError } from '../../model/trace.ts';
import { Arrivals } from '../files/arrivals.ts';
import { hostOf, readModuleUrl } from '../files/modcache.ts';
import { Pauses } from '../processes/pauses.ts';
import { Dials } from './dials.ts';
import { Fetches, timeLimitOf } from './fetches.ts';
import { GitOutput } from './git-output.ts';
import { Job } from './job.ts';
import { Http2Streams } from './streams.ts';

/** A toolchain or module that go said it downloads. */
export interface Download {
  readonly module: string;
  readonly version: string;
  readonly timeNs: number;
  readonly at: SourceLine;
  readonly pid: number | undefined;
}

const MAX_ERRORS = 10_000;
/** Lines are stamped when they are read, which may be a little late. */
const LEAST_JUMP_NS = 3e9;
const PRINTED_NS = 0.5e9;
/** Those that have a part in downloads. */
const SETTINGS =
  /^GO(?:VERSION|OS|ARCH|PROXY|SUMDB|PRIVATE|NOPROXY|NOSUMDB|FLAGS|DEBUG|TOOLCHAIN|MODCACHE|AUTH|INSECURE|VCS)$/;
/** How go, and what it calls, begin to say why they give up. */
const FINAL =
  /^\s*(?:go(?: \w+)?: |go \w+ \w+: unknown command|flag provided |failed to initialize build cache|fatal: |error(?: obtaining VCS status)?: |-> unzip|ssh: |Host key|\S+@\S+: Permission denied|SECURITY ERROR|verifying |curl: |remote: |module declares )/;

/** What go says of itself: fetches, git commands, lookups and errors, from its stderr or from `write(2, …)`. */
export class GoOutput {
  readonly #store: SpanStore;
  readonly errors: TraceError[] = [];
  readonly goroutines: GoroutineRecord[] = [];
  readonly downloads: Download[] = [];
  readonly settings: Record<string, string> = {};
  readonly lookupHosts = new Map<string, SourceLine>();
  resolver: 'go' | 'cgo' | 'dynamic' | undefined;
  http2 = false;
  netdns = false;
  #firstNs: number | undefined;
  lastNs = Number.NEGATIVE_INFINITY;
  #build: Span | undefined;
  readonly dials: Dials;
  #nowNs = 0;
  readonly fetching: Fetches;
  readonly #git: GitOutput;
  readonly #streams: Http2Streams;
  readonly #pauses: Pauses;
  readonly job: Job;

  constructor(store: SpanStore, arrivals = new Arrivals(), pauses = new Pauses(store)) {
    this.#store = store;
    this.#pauses = pauses;
    this.#git = new GitOutput(store);
    this.job = new Job(store);
    this.#streams = new Http2Streams(store, arrivals);
    this.fetching = new Fetches(store);
    this.dials = new Dials(store);
  }

  get fetches(): readonly Span[] {
    return this.fetching.all;
  }

  /** Every host that it named. */
  get hosts(): string[] {
    const fetched = this.fetches.flatMap((fetch) => fetch.attributes['server.address'] ?? []);
    return [...new Set([...this.lookupHosts.keys(), ...fetched])];
  }

  get bodies(): readonly Span[] {
    return this.#streams.bodies;
  }

  get unclearBodies(): ReadonlySet<Span> {
    return this.#streams.unclear;
  }

  get repositoryLocks(): readonly Span[] {
    return this.#git.locks;
  }

  get firstNs(): number | undefined {
    return this.#firstNs;
  }

  /** `isCut`: the log holds the beginning of its line only. */
  on(record: TextRecord, pid: number | undefined, isCut = false): void {
    if (record.kind === 'job-end') {
      this.#onJobEnd(record);
      return;
    }
    if (record.kind === 'job-step') {
      // A tracer shows what the job does.
      if (pid === undefined) this.job.onStep(record);
      return;
    }
    const timeNs = this.#timeOf(record);
    this.job.onLine(record.at, timeNs);
    this.#firstNs ??= timeNs;
    // strace stamps a line when it is written; others, when it reaches them.
    if (record.kind === 'fetch-end' && pid === undefined) this.#compareClocks(record);
    this.lastNs = Math.max(this.lastNs, timeNs);
    switch (record.kind) {
      case 'build-step':
        this.#onBuildStep(timeNs, record.at);
        return;
      case 'fetch-start':
        this.#endBuild(timeNs);
        this.#streams.onFetchStart(record.url);
        this.fetching.onStart(record, timeNs, pid);
        return;
      case 'fetch-end':
        this.#onFetchEnd(record, timeNs, pid);
        return;
      case 'command-start':
      case 'command-end':
      case 'repository':
      case 'vcs-lock':
      case 'vcs-ping':
        this.#git.on(record, timeNs, pid);
        return;
      case 'downloading':
        this.#endBuild(timeNs);
        this.downloads.push({ module: record.module, version: record.version, timeNs, at: record.at, pid });
        return;
      case 'resolver':
        this.netdns = true;
        this.resolver = record.resolver ?? this.resolver;
        return;
      case 'lookup-order':
        this.netdns = true;
        this.fetching.onLookup(record.host, record.at, timeNs, (host) => this.lookupHosts.has(host));
        if (!this.lookupHosts.has(record.host)) this.lookupHosts.set(record.host, record.at);
        return;
      case 'go-error':
        this.#git.onError(timeNs);
        this.#onError(record, timeNs, isCut);
        return;
      case 'go-setting':
        if (SETTINGS.test(record.name) && record.value !== '') this.settings[record.name] = record.value;
        return;
      case 'go-module':
        return;
      case 'goroutine':
        this.goroutines.push(record);
        return;
      case 'h2-dial':
        this.http2 = true;
        this.#streams.onDial(record.host);
        this.dials.onRequest(record.host, record.at, timeNs, pid);
        return;
      case 'h2-connection':
        this.http2 = true;
        this.#streams.onConnection(record.connection, record.address, timeNs);
        this.dials.onConnection(record.at, record.timeNs, record.address);
        return;
      case 'h2-closed':
        this.#streams.onClosed(record.connection);
        return;
      case 'h2-header':
      case 'h2-frame':
        this.http2 = true;
        this.#streams.on(record, timeNs, pid);
        if (record.kind === 'h2-header' && record.name === ':path')
          this.fetching.onRequest(this.#streams.authority, record.value, record.at, timeNs);
        return;
      case 'h2-other':
        this.http2 = true;
    }
  }

  #onJobEnd(record: JobEndRecord): void {
    if (this.job.onEnd(record)) this.lastNs = Math.max(this.lastNs, this.#timeOf(record));
  }

  #onBuildStep(timeNs: number, at: SourceLine): void {
    this.#build ??= this.#store.open('work', 'cpu', 'build (compile, link, test)', timeNs, [at]);
    this.#build.evidence[1] = at;
  }

  /** The trace ends. */
  finish(endNs: number): void {
    this.#endBuild(endNs);
    this.dials.finish(this.fetches.length > 0);
  }

  /** Another go command began, or the trace ends. */
  #endBuild(timeNs: number): void {
    if (this.#build !== undefined) this.#build.endNs = timeNs;
    this.#build = undefined;
  }

  /**
   * Lines without any time still have an order, and ends that tell how long they took: the clock is moved on by those.
   */
  #timeOf(record: TextRecord): number {
    if (record.timeNs !== undefined) {
      this.#nowNs = record.timeNs;
      return record.timeNs;
    }
    if (record.kind === 'fetch-end') {
      this.#nowNs = Math.max(this.#nowNs, this.fetching.endOf(record, this.#nowNs));
    }
    if (record.kind === 'command-end') {
      const start = this.#git.startOf(record) ?? this.#nowNs;
      this.#nowNs = Math.max(this.#nowNs, start + record.durationNs);
    }
    return this.#nowNs;
  }

  /**
   * go takes the time of a fetch by a clock that stands still while the machine sleeps: the stamps of its two lines show
   * what that leaves out, where nothing else was printed meanwhile.
   */
  #compareClocks(record: FetchEndRecord): void {
    const { timeNs, durationNs, at } = record;
    const startNs = this.fetching.startOf(record)?.startNs;
    if (timeNs === undefined || durationNs === undefined || startNs === undefined) return;
    const byNs = timeNs - startNs - durationNs;
    if (byNs >= LEAST_JUMP_NS && this.lastNs <= timeNs - byNs + PRINTED_NS)
      this.#pauses.onLateLine(timeNs, byNs, durationNs, at);
  }

  #onFetchEnd(record: FetchEndRecord, timeNs: number, pid: number | undefined): void {
    this.fetching.onEnd(record, timeNs, pid);
    this.#streams.onFetchEnd(record.url, record.status, timeNs);
    const host = hostOf(record.url);
    if (record.error === undefined) {
      this.dials.onAnswer(host, () => this.fetching.awaitedHosts());
      return;
    }
    this.dials.onFailure(host, timeNs, timeLimitOf(record.error));
    const { class: name, detail } = classifyError(record.error);
    const module = readModuleUrl(record.url);
    this.#addError({
      class: name,
      text: record.error,
      at: record.at,
      timeNs,
      detail: { ...detail, url: record.url, ...(module === undefined ? {} : { module: module.module }) },
      final: false,
      isCut: false,
    });
  }

  /** `go: downloading go1.99.0` as the last that go said: nothing else is printed while it is fetched. */
  openToolchainDownload(): void {
    const last = this.downloads.at(-1);
    if (last?.module !== 'golang.org/toolchain') return;
    if (this.errors.length > 0 || this.fetches.some((fetch) => fetch.startNs >= last.timeNs)) return;
    const span = this.#store.open('fetch', 'toolchain', `download ${last.version}`, last.timeNs, [last.at]);
    const host = [...this.lookupHosts.keys()].at(-1);
    span.attributes = {
      'gotrace.module': last.module,
      'gotrace.version': last.version,
      'gotrace.purpose': 'toolchain',
      ...(host === undefined ? {} : { 'server.address': host }),
    };
  }

  #onError(
    { class: name, text, at, detail, isFinal, isQuoted }: GoErrorRecord,
    timeNs: number,
    isCut: boolean,
  ): void {
    // A linter says something of the code without a job's failing for it.
    const final = isFinal === true || FINAL.test(text) || (name !== 'other' && isAtPlace(text));
    const quoted = isQuoted === true ? { quoted: isQuoted } : {};
    const isUrlCut = isCut && detail.url !== undefined && text.endsWith(detail.url);
    const known = isUrlCut ? { ...detail, url: `${detail.url}${ELLIPSIS}` } : detail;
    this.#addError({ class: name, text, at, timeNs, detail: known, final, isCut, ...quoted });
  }

  #addError(error: TraceError): void {
    // The last one is what it ended with.
    if (this.errors.length < MAX_ERRORS) this.errors.push(error);
    else this.errors[MAX_ERRORS - 1] = error;
  }
}
