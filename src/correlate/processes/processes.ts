import { isCut } from '../../../parsers/cut.ts';
import type { ProcRecord } from '../../../parsers/proc/format.ts';
import { readDescriptor, readText, readWords, splitArguments } from '../../../parsers/strace/arguments.ts';
import type { ExitRecord, SyscallRecord } from '../../../parsers/strace/records.ts';
import type { SourceLine } from '../../../parsers/types.ts';
import type { Ending, ProcessInfo } from '../../model/trace.ts';
import type { Socket } from '../network/socket.ts';

/** What a descriptor stands for in one process. */
export type FileDescription =
  | { readonly kind: 'socket'; readonly socket: Socket; readonly closeOnExec: boolean }
  | { readonly kind: 'file'; readonly path: string; readonly closeOnExec: boolean };

/** A thread group: what Linux's clone(2) calls a process. */
export interface Process {
  readonly pid: number;
  readonly parent: Process | undefined;
  command: readonly string[];
  /** What it ran before it ran `command`: a script may `exec` the program that does its work. */
  earlier: readonly (readonly string[])[];
  /** False while `command` is still its parent's. */
  hasExecuted: boolean;
  startNs: number;
  endNs: number | undefined;
  exitCode: number | undefined;
  signal: string | undefined;
  descriptors: Map<number, FileDescription>;
  /** The line of its execve, else the first line that names it. */
  at: SourceLine;
}

const MAX_PROCESSES = 50_000;
const MAX_EARLIER = 8;

/** Threads and processes: who is whose thread, who is whose child, who runs what. */
export class Processes {
  readonly all: Process[] = [];
  readonly #byThread = new Map<number, Process>();
  /** Threads inside a clone, fork or vfork that has not returned: their child may already run. */
  readonly #forking = new Map<number, { readonly isThread: boolean; readonly startNs: number }>();
  root: Process | undefined;
  attached = false;
  ending: Ending = { kind: 'unknown' };
  /** Threads were made, by a program that goes on in all of them. */
  hasThreads = false;
  #hasMade = false;
  #hasOthers = false;
  /** The exit of the least pid: unless pids began anew, that of the command. */
  #leastExit: ExitRecord | undefined;

  /** The process of a thread. A thread that was never seen is the child of a clone in progress, or was there before. */
  of(thread: number, timeNs: number, at: SourceLine): Process {
    if (this.root !== undefined && thread !== this.root.pid) this.#hasOthers = true;
    const known = this.#byThread.get(thread);
    if (known !== undefined) return known;
    for (const [parentThread, { isThread, startNs }] of this.#forking) {
      const parent = this.#byThread.get(parentThread);
      if (parent === undefined) continue;
      this.#forking.delete(parentThread);
      return isThread ? this.#addThread(thread, parent) : this.#addProcess(thread, parent, startNs, at);
    }
    // The log began when it was already running: strace shows its threads, and no clone.
    return this.root === undefined
      ? this.#addProcess(thread, undefined, timeNs, at)
      : this.#addThread(thread, this.root);
  }

  /** Takes clone, fork, vfork, execve and exit into account. */
  onCall(record: SyscallRecord, process: Process): void {
    switch (record.name) {
      case 'clone':
      case 'clone2':
      case 'clone3':
      case 'fork':
      case 'vfork':
        this.#onClone(record, process);
        return;
      case 'execve':
      case 'execveat':
        if (record.state !== 'entered' && record.errno === undefined) this.#onExec(record, process);
    }
  }

  onExit(record: ExitRecord): void {
    if (record.pid <= (this.#leastExit?.pid ?? record.pid)) this.#leastExit = record;
    const process = this.#byThread.get(record.pid);
    if (process === undefined || process.pid !== record.pid) return;
    this.#end(process, record);
  }

  #end(process: Process, { timeNs, code, signal, at }: ExitRecord): void {
    process.endNs = timeNs;
    process.exitCode = code;
    process.signal = signal;
    if (process !== this.root) return;
    this.ending =
      signal === undefined ? { kind: 'exited', code: code ?? 0, at } : { kind: 'killed', signal, at };
  }

  /**
   * At the end of the log. One that does not begin with the execve of its command (a tracer that was attached, or was not
   * asked to show it) has threads whose pids stand for no process: the end of the command is that of the least.
   */
  finish(): void {
    if (this.attached && this.root !== undefined && this.#leastExit !== undefined)
      this.#end(this.root, this.#leastExit);
  }

  /** Threads or children were made, and no line is theirs: strace without -f, or one of the files of -ff. */
  get isUnfollowed(): boolean {
    const { root } = this;
    return (
      this.#hasMade && !this.#hasOthers && root !== undefined && (root.pid === 0 || root.endNs !== undefined)
    );
  }

  /** A pid may be used again after its process ended. */
  forget(pid: number): void {
    this.#byThread.delete(pid);
  }

  #onClone(record: SyscallRecord, process: Process): void {
    const isThread = record.args.includes('CLONE_THREAD');
    if (record.state === 'entered') {
      this.#forking.set(record.pid, { isThread, startNs: record.startNs });
      return;
    }
    this.#forking.delete(record.pid);
    const child = record.value;
    if (child === undefined || child <= 0) return;
    this.#hasMade = true;
    if (isThread) this.hasThreads = true;
    const known = this.#byThread.get(child);
    if (isThread) {
      if (known !== process) this.#addThread(child, process);
    } else if (
      known === undefined ||
      known.pid !== child ||
      (known.endNs !== undefined && known.endNs < record.startNs)
    ) {
      this.#addProcess(child, process, record.startNs, record.at);
    }
  }

  #onExec(record: SyscallRecord, process: Process): void {
    const own =
      process.pid === record.pid ? process : this.#addProcess(record.pid, process, record.startNs, record.at);
    const [file, argv] = splitArguments(record.args);
    const path = readText(file) ?? '';
    const [program = path, ...args] = readWords(argv);
    // -s cuts the words, and not the path of the program.
    const command = [isCut(program) ? path : program, ...args];
    if (own.hasExecuted && own.earlier.length < MAX_EARLIER) own.earlier = [...own.earlier, own.command];
    own.command = command;
    own.hasExecuted = true;
    own.at = record.at;
    for (const [fd, description] of own.descriptors) if (description.closeOnExec) own.descriptors.delete(fd);
  }

  #addThread(thread: number, process: Process): Process {
    this.#byThread.set(thread, process);
    return process;
  }

  #addProcess(pid: number, parent: Process | undefined, startNs: number, at: SourceLine): Process {
    // More than a machine has is hostile input: they are taken for threads of who started them.
    const known = parent ?? this.root;
    if (this.all.length >= MAX_PROCESSES && known !== undefined) return this.#addThread(pid, known);
    const process = newProcess({ pid, parent, startNs, at });
    process.command = parent?.command ?? [];
    process.descriptors = new Map(parent?.descriptors ?? []);
    this.all.push(process);
    this.root ??= process;
    this.#byThread.set(pid, process);
    return process;
  }
}

/** A process as a look at /proc shows it. One that was seen before stays the same one, whatever it has executed since. */
export function addSeenProcess(
  known: Map<number, Process>,
  { pid, parent, command, ageSeconds, at }: ProcRecord & { readonly kind: 'proc-process' },
  timeNs: number,
): void {
  const before = known.get(pid);
  // A pid that was free for a while is another process's.
  if (before !== undefined && (before.endNs === undefined || before.endNs === timeNs)) {
    before.endNs = undefined;
    if (before.command.join(' ') === command.join(' ')) return;
    before.earlier = [...before.earlier, before.command].slice(0, MAX_EARLIER);
    before.command = command;
    before.at = at;
    return;
  }
  const process = newProcess({ pid, parent: known.get(parent), startNs: timeNs - ageSeconds * 1e9, at });
  process.command = command;
  process.hasExecuted = true;
  known.set(pid, process);
}

function newProcess(origin: Pick<Process, 'pid' | 'parent' | 'startNs' | 'at'>): Process {
  return {
    ...origin,
    command: [],
    earlier: [],
    hasExecuted: false,
    endNs: undefined,
    exitCode: undefined,
    signal: undefined,
    descriptors: new Map(),
  };
}

export function infoOf({ pid, parent, command, startNs, endNs, exitCode }: Process): ProcessInfo {
  return { pid, parent: parent?.pid, command, startNs, endNs, exitCode };
}

/** The descriptor that a call's first argument names, in the process that made it. */
export function descriptorOf(
  record: SyscallRecord,
): { fd: number; annotation: string | undefined } | undefined {
  const comma = record.args.indexOf(',', record.args.startsWith('-') ? 1 : 0);
  const first = record.args.charCodeAt(0);
  if (first < 0x30 || first > 0x39) return undefined;
  // The annotation may hold commas; only then is the exact and slower reading needed.
  const head = comma < 0 ? record.args : record.args.slice(0, comma);
  return readDescriptor(head) ?? readDescriptor(splitArguments(record.args)[0]);
}

/** `go mod download -json` tells on its stdout what went wrong, module by module. */
export function printsJson({ command }: Process): boolean {
  return programOf(command) === 'go' && command.includes('-json');
}

/** `git` of `/usr/lib/git-core/git`. */
export function programOf(command: readonly string[]): string {
  return (command[0] ?? '').split('/').pop() ?? '';
}
