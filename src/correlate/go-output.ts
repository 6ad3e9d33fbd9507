import { classifyError } from '../../parsers/go-errors/format.ts';
import type { FetchEndRecord, FetchStartRecord } from '../../parsers/go-x/records.ts';
import type { GoroutineRecord } from '../../parsers/goroutines/format.ts';
import type { TextRecord } from '../../parsers/registry.ts';
import type { SourceLine } from '../../parsers/types.ts';
import type { Span, SpanStore } from '../model/span.ts';
import type { TraceError } from '../model/trace.ts';
import { GitOutput } from './git-output.ts';
import { hostOf, purposeOf, readModuleUrl } from './modcache.ts';
import type { CutLine } from './stderr.ts';
import { Http2Streams } from './streams.ts';

/** A toolchain or module that go said it downloads. */
export interface Download {
  readonly module: string;
  readonly version: string;
  readonly timeNs: number;
  readonly at: SourceLine;
  readonly pid: number | undefined;
}

const SHORTEST_STATUS = ': 200 OK (0.014s)'.length;
const MAX_ERRORS = 10_000;
/** Those that have a part in downloads. */
const SETTINGS =
  /^GO(?:VERSION|OS|ARCH|PROXY|SUMDB|PRIVATE|NOPROXY|NOSUMDB|FLAGS|DEBUG|TOOLCHAIN|MODCACHE|AUTH|INSECURE|VCS)$/;
const FINAL =
  /^\s*(?:go(?: \w+)?: |fatal: |error: |-> unzip|ssh: |Host key|\S+@\S+: Permission denied|SECURITY ERROR|verifying |curl: |remote: |module declares )/;

/**
 * A fetch that failed is printed without a duration; one that ran into a time limit took that long. The limits of
 * net/http's DefaultTransport (TLSHandshakeTimeout, the dialer's Timeout) and of the resolver (5 s, twice).
 */
function timeLimitOf(error: string | undefined): number {
  if (error === undefined) return 0;
  if (error.includes('TLS handshake timeout')) return 10e9;
  if (/dial tcp \S+: i\/o timeout/.test(error)) return 30e9;
  return /lookup \S+(?: on \S+)?: .*i\/o timeout/.test(error) ? 10e9 : 0;
}

/** What go says of itself: fetches, git commands, lookups and errors, from its stderr or from `write(2, …)`. */
export class GoOutput {
  readonly #store: SpanStore;
  readonly errors: TraceError[] = [];
  readonly goroutines: GoroutineRecord[] = [];
  readonly downloads: Download[] = [];
  readonly settings: Record<string, string> = {};
  /** How many modules `go mod download -json` reported. */
  modules = 0;
  readonly lookupHosts = new Map<string, SourceLine>();
  fetches: Span[] = [];
  resolver: 'go' | 'cgo' | 'dynamic' | undefined;
  http2 = false;
  netdns = false;
  fetchLines = false;
  #firstNs: number | undefined;
  lastNs = Number.NEGATIVE_INFINITY;
  #dial: Span | undefined;
  /** Reaching a host as http2debug tells it: lookup, connect and handshake in one. */
  readonly dials: Span[] = [];
  #nowNs = 0;
  /** Some fetches are only known by a cut line: the packets tell of those. */
  cutFetches = false;
  readonly #openFetches = new Map<string, Span[]>();
  readonly #git: GitOutput;
  readonly #streams: Http2Streams;
  lastLines: SourceLine[] = [];

  constructor(store: SpanStore) {
    this.#store = store;
    this.#git = new GitOutput(store);
    this.#streams = new Http2Streams(store);
    store.onCompact((kept) => {
      this.fetches = this.fetches.filter((fetch) => kept.has(fetch));
    });
  }

  get bodies(): readonly Span[] {
    return this.#streams.bodies;
  }

  get repositoryLocks(): readonly Span[] {
    return this.#git.locks;
  }

  get firstNs(): number | undefined {
    return this.#firstNs;
  }

  on(record: TextRecord, pid: number | undefined): void {
    const timeNs = this.#timeOf(record);
    this.#firstNs ??= timeNs;
    this.lastNs = Math.max(this.lastNs, timeNs);
    this.lastLines = [...this.lastLines.slice(-2), record.at];
    switch (record.kind) {
      case 'fetch-start':
        this.#onFetchStart(record, timeNs, pid);
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
        this.downloads.push({ module: record.module, version: record.version, timeNs, at: record.at, pid });
        return;
      case 'resolver':
        this.netdns = true;
        this.resolver = record.resolver ?? this.resolver;
        return;
      case 'lookup-order':
        this.netdns = true;
        if (!this.lookupHosts.has(record.host)) this.lookupHosts.set(record.host, record.at);
        return;
      case 'go-error':
        this.#git.onError(timeNs);
        this.#onError(
          record.text,
          record.class,
          record,
          timeNs,
          record.isContinuation === true || FINAL.test(record.text),
        );
        return;
      case 'go-setting':
        if (SETTINGS.test(record.name) && record.value !== '') this.settings[record.name] = record.value;
        return;
      case 'go-module':
        this.modules++;
        return;
      case 'goroutine':
        this.goroutines.push(record);
        return;
      case 'h2-dial':
      case 'h2-connection':
        this.#onHttp2(record.kind === 'h2-dial' ? record.host : undefined, record.at, timeNs, pid);
        return;
      case 'h2-header':
      case 'h2-frame':
        this.http2 = true;
        this.#streams.on(record, timeNs, pid);
        return;
      case 'h2-other':
        this.http2 = true;
    }
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
      const start = this.#openFetches.get(record.url)?.[0]?.startNs ?? this.#nowNs;
      this.#nowNs = Math.max(this.#nowNs, start + (record.durationNs ?? timeLimitOf(record.error)));
    }
    if (record.kind === 'command-end') {
      const start = this.#git.startOf(record) ?? this.#nowNs;
      this.#nowNs = Math.max(this.#nowNs, start + record.durationNs);
    }
    return this.#nowNs;
  }

  #onFetchStart(record: FetchStartRecord, timeNs: number, pid: number | undefined): Span {
    this.fetchLines = true;
    const purpose = purposeOf(record.url);
    const phase = purpose === 'sumdb' || purpose === 'toolchain' ? purpose : 'ttfb';
    const span = this.#store.open('fetch', phase, `get ${record.url}`, timeNs, [record.at]);
    const host = hostOf(record.url);
    const module = readModuleUrl(record.url);
    span.attributes = {
      'url.full': record.url,
      ...(host === undefined ? {} : { 'server.address': host }),
      ...(pid === undefined ? {} : { 'process.pid': pid }),
      ...(module === undefined ? {} : { 'gotrace.module': module.module }),
      ...(module?.version === undefined ? {} : { 'gotrace.version': module.version }),
      ...(purpose === undefined ? {} : { 'gotrace.purpose': purpose }),
    };
    this.fetches.push(span);
    const open = this.#openFetches.get(record.url) ?? [];
    open.push(span);
    this.#openFetches.set(record.url, open);
    return span;
  }

  /** An end belongs to the oldest open start of its URL: go asks for a URL once at a time, save for retries. */
  #onFetchEnd(record: FetchEndRecord, timeNs: number, pid: number | undefined): void {
    const open = this.#openFetches.get(record.url);
    let span = open?.shift();
    if (open?.length === 0) this.#openFetches.delete(record.url);
    if (span === undefined) {
      const { at, url } = record;
      span = this.#onFetchStart(
        { kind: 'fetch-start', at, url, timeNs },
        timeNs - (record.durationNs ?? 0),
        pid,
      );
      this.#openFetches.get(url)?.pop();
    }
    span.endNs = timeNs;
    if (record.at !== span.evidence[0]) span.evidence.push(record.at);
    if (record.status !== undefined) span.attributes['http.response.status_code'] = record.status;
    if (record.error === undefined) return;
    span.attributes['error.type'] = record.error;
    const { class: name, ...detail } = classifyError(record.error);
    const module = readModuleUrl(record.url);
    this.#addError({
      class: name,
      text: record.error,
      at: record.at,
      timeNs,
      detail: { ...detail, url: record.url, ...(module === undefined ? {} : { module: module.module }) },
      final: false,
    });
  }

  /**
   * A `# get …` line of which `-s N` left the beginning. How long the whole line was tells its end from its start: the
   * end repeats the URL and adds at least `: 200 OK (0.014s)`.
   */
  onCutFetch(line: CutLine): void {
    const text = line.text.slice('# get '.length);
    const span = this.fetches.find((each) => this.#isEndOf(each, text, line));
    if (span === undefined) {
      this.cutFetches = true;
      return;
    }
    span.endNs = line.timeNs;
    span.evidence.push(line.at);
    const status = /: (\d{3})\b/.exec(text)?.[1];
    if (status !== undefined) span.attributes['http.response.status_code'] = Number(status);
    else if (/: G/.test(text)) span.attributes['error.type'] = 'cut';
  }

  #isEndOf(span: Span, text: string, line: CutLine): boolean {
    const url = span.attributes['url.full'] ?? '';
    if (
      span.endNs !== undefined ||
      span.startNs >= line.timeNs ||
      span.attributes['process.pid'] !== line.pid
    )
      return false;
    if (text.startsWith(`${url}:`)) return true;
    return url.startsWith(text) && line.length >= '# get \n'.length + url.length + SHORTEST_STATUS;
  }

  /**
   * A command that was ended in the middle of a .mod or .info: its headers were there, and go never came to write it
   * into the cache, which it does as soon as the body is whole.
   */
  openBodies(stored: ReadonlySet<string>): void {
    if (stored.size === 0) return;
    for (const fetch of [...this.fetches]) {
      const { 'gotrace.module': module, 'gotrace.version': version, 'url.full': url = '' } = fetch.attributes;
      const kind = /\.(mod|info)$/.exec(url)?.[1];
      const whole = kind === undefined || stored.has(`${module}@${version}.${kind}`);
      if (whole || fetch.endNs === undefined || fetch.attributes['http.response.status_code'] !== 200)
        continue;
      const span = this.#store.open(
        'transfer',
        fetch.phase === 'ttfb' ? 'transfer' : fetch.phase,
        `body of ${url}`,
        fetch.endNs,
        fetch.evidence.slice(-1),
      );
      span.attributes = { ...fetch.attributes };
      delete span.attributes['http.response.status_code'];
    }
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

  #onHttp2(host: string | undefined, at: SourceLine, timeNs: number, pid: number | undefined): void {
    this.http2 = true;
    if (host !== undefined) {
      this.#streams.onDial(host);
      if (
        this.#dial !== undefined &&
        this.#dial.endNs === undefined &&
        this.#dial.attributes['server.address'] === host
      )
        return;
      this.#dial = this.#store.open('connect', 'connect', `reach ${host}`, timeNs, [at]);
      this.dials.push(this.#dial);
      this.#dial.attributes = {
        'server.address': host,
        ...(pid === undefined ? {} : { 'process.pid': pid }),
      };
    } else if (this.#dial !== undefined && this.#dial.endNs === undefined) {
      this.#dial.endNs = timeNs;
      this.#dial.evidence.push(at);
    }
  }

  #onError(text: string, name: string, detail: TraceError['detail'], timeNs: number, final: boolean): void {
    const { module, version, host, address, url, path, status } = detail;
    const fields = Object.fromEntries(
      Object.entries({ module, version, host, address, url, path, status }).filter(
        ([, value]) => value !== undefined,
      ),
    );
    const at = (detail as { at?: SourceLine }).at;
    if (at !== undefined) this.#addError({ class: name, text, at, timeNs, detail: fields, final });
  }

  #addError(error: TraceError): void {
    if (this.errors.length < MAX_ERRORS) this.errors.push(error);
  }
}
