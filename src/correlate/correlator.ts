import type { LtraceRecord } from '../../parsers/ltrace/format.ts';
import { isProcRecord, type ProcRecord } from '../../parsers/proc/format.ts';
import type { TraceRecord } from '../../parsers/registry.ts';
import { interestOf, isWaiting } from '../../parsers/strace/interest.ts';
import type { ExitRecord, SignalRecord, SyscallRecord } from '../../parsers/strace/records.ts';
import type { SyscallTotals } from '../../parsers/strace/statistics.ts';
import type { SyscallTotalRecord } from '../../parsers/strace-summary/format.ts';
import type { Extent } from '../ingest/ingest.ts';
import { SpanStore } from '../model/span.ts';
import type { Trace } from '../model/trace.ts';
import { Arrivals } from './arrivals.ts';
import { coverageOf, type Totals } from './coverage.ts';
import { isOfFetch, readCutFetches } from './cut-fetches.ts';
import { endedNsOf, endingOf } from './ending.ts';
import { Files, pathOf } from './files.ts';
import { GoOutput } from './go-output.ts';
import { markAuthPrograms } from './goauth.ts';
import { joinSpans } from './join.ts';
import { LibraryCalls } from './library-calls.ts';
import { Observed } from './observed.ts';
import { Pauses } from './pauses.ts';
import { descriptorOf, infoOf, type Process, Processes, printsJson } from './processes.ts';
import { addProcessSpans } from './programs.ts';
import { Samples } from './samples.ts';
import { keyOfText, SeparateStderr } from './separate-stderr.ts';
import { giveUpAttempts, partsOf, shownOf } from './shown.ts';
import { awaitInSilence, openHosts } from './silence.ts';
import { Sleeps } from './sleeps.ts';
import { Snapshot } from './snapshot.ts';
import { Sockets } from './sockets.ts';
import { StderrReader } from './stderr.ts';
import { Terminal } from './terminal.ts';
import { totalsOf } from './totals.ts';
import { openUnstored } from './unstored.ts';

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
    if (isWaiting(interestOf(record.name))) {
      this.#sleeps.onCall(record, process);
      return;
    }
    if (record.name === 'close') {
      // Both halves are reported; the first is when the number became free.
      if (record.state === 'entered' || record.resumedAt === undefined) this.#onClose(record, process);
      return;
    }
    if (record.name === 'flock' || record.name.startsWith('fcntl')) this.#files.onLock(record, process);
    if (record.name.startsWith('open') || record.name === 'creat') {
      if (record.state === 'complete') this.#onOpen(record, process);
    }
    if (record.name.startsWith('rename')) this.#files.onRename(record);
    if (this.#sockets.on(record, process) || this.#terminal.on(record, process)) return;
    if (record.name === 'flock' || record.name === 'execve' || record.state === 'entered') return;
    const fd = descriptorOf(record)?.fd;
    if ((record.name === 'write' || record.name === 'writev') && (fd === 2 || fd === 1)) {
      if (fd === 2 || printsJson(process)) this.#stderr.onWrite(record, process);
      return;
    }
    if (record.name === 'write') this.#files.onWrite(record, process);
    this.#files.onOther(record, process);
  }

  #onOpen(record: SyscallRecord, process: Process): void {
    if (record.value !== undefined) this.#sockets.table.onGivenOut(record.value, record, process);
    this.#files.onOpen(record, process);
  }

  #onClose(record: SyscallRecord, process: Process): void {
    if (this.#sockets.on(record, process)) return;
    const path = pathOf(record, process);
    if (path !== undefined) this.#files.onClose(path, process, record.startNs);
    const fd = descriptorOf(record)?.fd;
    if (fd !== undefined) process.descriptors.delete(fd);
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
    const { syscalls, originSeconds, extent, ended, environment } = totals;
    if (extent !== undefined) this.#cover(syscalls, extent);
    this.#processes.finish();
    this.#readSeparateStderr();
    this.#stderr.finish();
    this.#sockets.connections.finish();
    const shown = shownOf(syscalls, this.#sockets, this.#processes);
    this.#files.finish(shown.unseen);
    this.#pauses.finish();
    const { startNs, endNs } = this.#observed.limits(this.#output, endedNsOf(ended, originSeconds));
    this.#output.finish(endNs);
    const unread = shown.unseen.includes('read') ? this.#sockets.forgetUnread() : [];
    const lookups = this.#sockets.lookups.assemble([...this.#output.hosts, ...this.#sockets.hosts]);
    const processes = this.#allProcesses(startNs, endNs);
    markAuthPrograms(this.#store.spans, processes);
    this.#libraries.finish();
    const ending = endingOf(this.#processes.ending, ended, this.#output, this.#sawSyscalls);
    if (ending.kind !== 'exited' && this.#sawSyscalls && !shown.goInPart)
      openUnstored(this.#store, this.#output.fetching, this.#files.stored);
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
    const silence = { spans, connections, processes, syscalls, lastCallNs: this.#observed.lastCallNs, endNs };
    return {
      spans: shown.goInPart ? spans : [...spans, ...awaitInSilence(this.#store, silence)],
      droppedSpans: this.#store.dropped,
      errors: [...this.#output.errors, ...this.#files.errors],
      goroutines: this.#output.goroutines,
      processes: processes.map(infoOf),
      syscalls: [...syscalls, ...this.#totals.map(totalsOf)],
      startNs: this.#snapshot.isEmpty ? startNs : Math.min(...processes.map((each) => each.startNs)),
      endNs,
      originSeconds,
      ending,
      coverage: coverageOf({
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
      }),
      command: processes[0]?.command.length ? processes[0].command : undefined,
      environment: {
        ...this.#snapshot.environment,
        ...this.#samples.environment,
        ...this.#output.settings,
        ...environment,
      },
      ...(this.#sawSyscalls
        ? { certificates: [...this.#files.certificates].map(([path, found]) => ({ path, found })) }
        : {}),
      lookupHosts: [...this.#output.lookupHosts].map(([host, at]) => ({ host, at })),
      openHosts: openHosts(connections),
      said: this.#observed.said,
      openCalls: this.#observed.openCalls.map(({ pid, name, args, at }) => ({ pid, name, args, at })),
    };
  }

  /** A snapshot knows the processes better than a tracer that was attached to their threads. */
  #allProcesses(startNs: number, endNs: number): readonly Process[] {
    if (!this.#snapshot.isEmpty) return this.#snapshot.finish(startNs);
    if (!this.#samples.isEmpty) return this.#samples.finish(this.#output, endNs);
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
