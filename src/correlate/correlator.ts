import type { LtraceRecord } from '../../parsers/ltrace/format.ts';
import { isProcRecord, type ProcRecord } from '../../parsers/proc/format.ts';
import type { TraceRecord } from '../../parsers/registry.ts';
import type { ExitRecord, SignalRecord, SyscallRecord } from '../../parsers/strace/records.ts';
import type { SyscallTotals } from '../../parsers/strace/statistics.ts';
import type { SyscallTotalRecord } from '../../parsers/strace-summary/format.ts';
import type { Extent } from '../ingest/ingest.ts';
import { type Span, SpanStore } from '../model/span.ts';
import type { Coverage, Trace } from '../model/trace.ts';
import { coverageOf, type Totals } from './coverage.ts';
import { endedNsOf, endingOf } from './ending.ts';
import { Arrivals } from './files/arrivals.ts';
import { Files } from './files/files.ts';
import { Terminal } from './files/terminal.ts';
import { joinSpans } from './joining/join.ts';
import { awaitInSilence, openHosts } from './joining/silence.ts';
import { openUnstored } from './joining/unstored.ts';
import { Samples } from './looks/samples.ts';
import { Snapshot } from './looks/snapshot.ts';
import { Sockets } from './network/sockets.ts';
import { Observed } from './observed.ts';
import { isOfFetch, readCutFetches } from './output/cut-fetches.ts';
import { GoOutput } from './output/go-output.ts';
import { keyOfText, SeparateStderr } from './output/separate-stderr.ts';
import { StderrReader } from './output/stderr.ts';
import { markAuthPrograms } from './processes/goauth.ts';
import { LibraryCalls } from './processes/library-calls.ts';
import { Pauses } from './processes/pauses.ts';
import { infoOf, type Process, Processes } from './processes/processes.ts';
import { addProcessSpans } from './processes/programs.ts';
import { Sleeps } from './processes/sleeps.ts';
import { giveUpAttempts, partsOf, type Shown, shownOf } from './shown.ts';
import { Syscalls } from './syscalls.ts';
import { totalsOf } from './totals.ts';

/** What was rebuilt, and is to be joined. */
interface Rebuilt {
  readonly shown: Shown;
  /** Waits for what would have come through read, which is not in the log. */
  readonly unread: readonly Span[];
  readonly lookups: readonly Span[];
  readonly processes: readonly Process[];
  readonly endNs: number;
}

/** Takes records in the order of their times, and gives the trace that they add up to. */
export class Correlator {
  readonly #store = new SpanStore();
  readonly #processes = new Processes();
  readonly #sockets = new Sockets(this.#store);
  readonly #arrivals = new Arrivals();
  readonly #files = new Files(this.#store, this.#arrivals);
  readonly #terminal = new Terminal(this.#store);
  readonly #pauses = new Pauses(this.#store);
  readonly #sleeps = new Sleeps(this.#store);
  readonly #output = new GoOutput(this.#store, this.#arrivals, this.#pauses);
  readonly #snapshot = new Snapshot(this.#store);
  readonly #samples = new Samples(this.#store);
  readonly #totals: SyscallTotalRecord[] = [];
  readonly #libraries = new LibraryCalls(this.#store);
  readonly #stderr = new StderrReader((record, process, isCut) => {
    if (record.kind === 'said') {
      this.#observed.onSaid(record);
      return;
    }
    this.#written.set(keyOfText(record), record.timeNs);
    this.#output.on(record, process.pid, isCut);
  });
  /** What the tracer saw being written, so that a separate stderr does not count twice. */
  readonly #written = new Map<string, number | undefined>();
  readonly #observed = new Observed();
  readonly #syscalls = new Syscalls({
    sleeps: this.#sleeps,
    files: this.#files,
    sockets: this.#sockets,
    terminal: this.#terminal,
    stderr: this.#stderr,
  });
  readonly #told = new SeparateStderr(
    () => ({
      written: this.#written,
      stderr: this.#stderr,
      lastNs: this.#sawSyscalls ? this.#observed.lastNs : undefined,
      pid: this.#processes.root?.pid,
      isPart: this.#processes.isUnfollowed,
    }),
    (record, pid) => this.#output.on(record, pid),
  );
  #sawSyscalls = false;
  #sawLibraryCalls = false;

  on(record: TraceRecord): void {
    switch (record.kind) {
      case 'syscall':
        this.#onSyscall(record);
        return;
      case 'exit':
        this.#observed.seen(record.timeNs);
        this.#pauses.onSign(this.#processOf(record).pid, record.timeNs, record.at);
        this.#processes.onExit(record);
        return;
      case 'signal':
        this.#observed.seen(record.timeNs);
        this.#pauses.onSignal(record, this.#processOf(record));
        return;
      case 'clock-jump':
        this.#pauses.onClockJump(record.timeNs, record.byNs, record.at);
        return;
      case 'superseded':
        this.#observed.seen(record.timeNs);
        return;
      case 'syscall-total':
        this.#totals.push(record);
        return;
      case 'said':
        this.#observed.onSaid(record);
        return;
      case 'library-call':
      case 'library-exit':
        this.#onLibraryCall(record);
        return;
      default:
        if (isProcRecord(record)) this.#onProc(record);
        else this.#told.on(record);
    }
  }

  #onProc(record: ProcRecord): void {
    if (record.timeNs !== undefined) {
      this.#observed.first(record.timeNs);
      this.#observed.seen(record.timeNs);
    }
    if (record.kind === 'proc-sampling' || !this.#samples.isEmpty) this.#samples.on(record);
    else this.#snapshot.on(record);
  }

  #onSyscall(record: SyscallRecord): void {
    if (!this.#sawSyscalls) this.#processes.attached = record.name !== 'execve';
    this.#sawSyscalls = true;
    this.#observed.onCall(record);
    const process = this.#processes.of(record.pid, record.startNs, record.at);
    this.#pauses.onCall(record, process);
    this.#processes.onCall(record, process);
    this.#syscalls.on(record, process);
  }

  #onLibraryCall(record: LtraceRecord): void {
    this.#sawLibraryCalls = true;
    this.#observed.first(record.kind === 'library-call' ? record.startNs : record.timeNs);
    this.#observed.seen(
      record.kind === 'library-call' ? record.startNs + (record.durationNs ?? 0) : record.timeNs,
    );
    this.#libraries.on(record);
  }

  #processOf({ pid, timeNs, at }: SignalRecord | ExitRecord): Process {
    return this.#processes.of(pid, timeNs, at);
  }

  finish(totals: Totals): Trace {
    const { syscalls, originSeconds, ended } = totals;
    const shown = this.#endReading(totals);
    const { startNs, endNs } = this.#observed.limits(this.#output, endedNsOf(ended, originSeconds));
    this.#output.finish(endNs);
    const unread = shown.unseen.includes('read') ? this.#sockets.forgetUnread() : [];
    const lookups = this.#sockets.lookups.assemble([...this.#output.hosts, ...this.#sockets.hosts]);
    const processes = this.#allProcesses(startNs, endNs, ended.exitCode === 0);
    markAuthPrograms(this.#store.spans, processes);
    this.#libraries.finish();
    const ending = endingOf(this.#processes.ending, ended, this.#output, this.#sawSyscalls);
    if (ending.kind !== 'exited' && this.#sawSyscalls && !shown.goInPart)
      openUnstored(this.#store, this.#output.fetching, this.#files.stored);
    return {
      spans: this.#spansOf(totals, { shown, unread, lookups, processes, endNs }),
      droppedSpans: this.#store.dropped,
      errors: [...this.#output.errors, ...this.#files.errors],
      goroutines: this.#output.goroutines,
      processes: processes.map(infoOf),
      syscalls: [...syscalls, ...this.#totals.map(totalsOf)],
      startNs: this.#snapshot.isEmpty ? startNs : Math.min(...processes.map((each) => each.startNs)),
      endNs,
      originSeconds,
      ending,
      coverage: this.#coverage(totals, shown, endNs),
      command: processes[0]?.command.length ? processes[0].command : totals.command,
      environment: {
        ...this.#snapshot.environment,
        ...this.#samples.environment,
        ...this.#output.settings,
        ...totals.environment,
      },
      ...(this.#sawSyscalls
        ? { certificates: [...this.#files.certificates].map(([path, found]) => ({ path, found })) }
        : {}),
      lookupHosts: [...this.#output.lookupHosts].map(([host, at]) => ({ host, at })),
      openHosts: openHosts(this.#sockets.connections.all),
      said: this.#observed.said,
      openCalls: this.#observed.openCalls.map(({ pid, name, args, at }) => ({ pid, name, args, at })),
    };
  }

  /** No more records come: what was held back is read. Gives which calls the log shows. */
  #endReading({ syscalls, extent }: Totals): Shown {
    if (extent !== undefined) this.#cover(syscalls, extent);
    this.#processes.finish();
    this.#readSeparateStderr();
    this.#stderr.finish();
    this.#sockets.connections.finish();
    const shown = shownOf(syscalls, this.#sockets, this.#processes);
    this.#files.finish(shown.unseen);
    this.#pauses.finish();
    return shown;
  }

  /** All spans, each knowing what belongs to it. */
  #spansOf(
    { syscalls, ended }: Totals,
    { shown, unread, lookups, processes, endNs }: Rebuilt,
  ): readonly Span[] {
    const connections = this.#sockets.connections.all;
    if (shown.unseen.includes('close')) giveUpAttempts(connections);
    const parts = shown.goInPart ? partsOf(this.#store.spans, this.#told.isThere) : [];
    const spans = joinSpans({
      spans: this.#store.spans,
      lookups,
      connections,
      names: this.#sockets.lookups.names,
      sumdbs: this.#files.sumdbs,
      output: this.#output,
      processes,
      arrivals: this.#arrivals,
      stored: this.#files.stored,
      endNs,
      unknowable: new Set([...unread, ...parts]),
      unseen: shown.unseen,
      isEndSeen:
        this.#sawSyscalls || ended.atSeconds !== undefined || this.#output.job.end?.timeNs !== undefined,
    });
    if (shown.goInPart) return spans;
    const silence = { spans, connections, processes, syscalls, lastCallNs: this.#observed.lastCallNs, endNs };
    return [...spans, ...awaitInSilence(this.#store, silence)];
  }

  #coverage(totals: Totals, shown: Shown, endNs: number): Coverage {
    return coverageOf({
      totals,
      shown,
      endNs,
      hasSyscalls: this.#sawSyscalls,
      hasLibraryCalls: this.#sawLibraryCalls,
      isAttached: this.#processes.attached,
      output: this.#output,
      told: this.#told,
      snapshot: this.#snapshot,
      samples: this.#samples,
      observed: this.#observed,
    });
  }

  /** A snapshot knows the processes better than a tracer that was attached to their threads. */
  #allProcesses(startNs: number, endNs: number, hasEndedWell: boolean): readonly Process[] {
    if (!this.#snapshot.isEmpty) return this.#snapshot.finish(startNs);
    if (!this.#samples.isEmpty) return this.#samples.finish(this.#output, endNs, hasEndedWell);
    addProcessSpans(this.#store, this.#processes.all);
    return this.#processes.all;
  }

  /** Calls that were only counted have a time as well, and show that a tracer was there. */
  #cover(syscalls: readonly SyscallTotals[], { firstNs, lastNs }: Extent): void {
    if (!this.#sawSyscalls) this.#processes.attached = !syscalls.some((call) => call.name === 'execve');
    this.#sawSyscalls = true;
    this.#observed.cover(firstNs, lastNs);
  }

  #readSeparateStderr(): void {
    const cut = this.#told.settle();
    if (this.#processes.root !== undefined)
      for (const line of cut)
        if (!isOfFetch(line)) this.#stderr.readCut(line, this.#processes.of(line.pid, line.timeNs, line.at));
    readCutFetches(cut.filter(isOfFetch), this.#output.fetching, this.#files.versions, this.#processes.all);
    if (!this.#sawSyscalls) this.#output.openToolchainDownload();
  }
}
