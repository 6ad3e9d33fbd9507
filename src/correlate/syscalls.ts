import { interestOf, isWaiting } from '../../parsers/strace/interest.ts';
import type { SyscallRecord } from '../../parsers/strace/records.ts';
import { type Files, pathOf } from './files/files.ts';
import type { Terminal } from './files/terminal.ts';
import type { Sockets } from './network/sockets.ts';
import type { StderrReader } from './output/stderr.ts';
import { descriptorOf, type Process, printsJson } from './processes/processes.ts';
import type { Sleeps } from './processes/sleeps.ts';

/** Whom a system call may tell something. */
interface Listeners {
  readonly sleeps: Sleeps;
  readonly files: Files;
  readonly sockets: Sockets;
  readonly terminal: Terminal;
  readonly stderr: StderrReader;
}

/** Gives each system call to those whom it tells something. */
export class Syscalls {
  readonly #listeners: Listeners;

  constructor(listeners: Listeners) {
    this.#listeners = listeners;
  }

  on(record: SyscallRecord, process: Process): void {
    const { sleeps, files, sockets, terminal, stderr } = this.#listeners;
    if (isWaiting(interestOf(record.name))) {
      sleeps.onCall(record, process);
      return;
    }
    if (record.name === 'close') {
      // Both halves are reported; the first is when the number became free.
      if (record.state === 'entered' || record.resumedAt === undefined) this.#onClose(record, process);
      return;
    }
    if (record.name === 'flock' || record.name.startsWith('fcntl')) files.onLock(record, process);
    if (record.name.startsWith('open') || record.name === 'creat') {
      if (record.state === 'complete') this.#onOpen(record, process);
    }
    if (record.name.startsWith('rename')) files.onRename(record);
    if (sockets.on(record, process) || terminal.on(record, process)) return;
    if (record.name === 'flock' || record.name === 'execve' || record.state === 'entered') return;
    const fd = descriptorOf(record)?.fd;
    if ((record.name === 'write' || record.name === 'writev') && (fd === 2 || fd === 1)) {
      if (fd === 2 || printsJson(process)) stderr.onWrite(record, process);
      return;
    }
    if (record.name === 'write') files.onWrite(record, process);
    files.onOther(record, process);
  }

  #onOpen(record: SyscallRecord, process: Process): void {
    const { sockets, files } = this.#listeners;
    if (record.value !== undefined) sockets.table.onGivenOut(record.value, record, process);
    files.onOpen(record, process);
  }

  #onClose(record: SyscallRecord, process: Process): void {
    const { sockets, files } = this.#listeners;
    if (sockets.on(record, process)) return;
    const path = pathOf(record, process);
    if (path !== undefined) files.onClose(path, process, record.startNs);
    const fd = descriptorOf(record)?.fd;
    if (fd !== undefined) process.descriptors.delete(fd);
  }
}
