import { readBeginning, splitArguments } from '../../../parsers/strace/arguments.ts';
import type { SyscallRecord } from '../../../parsers/strace/records.ts';
import type { SpanStore } from '../../model/span.ts';
import { type Process, programOf } from '../processes/processes.ts';
import { pathOf } from './files.ts';

/** A person takes longer than this to answer; a program that only looks whether something was typed does not wait. */
const LEAST_NS = 0.5e9;
const LONGEST_PROMPT = 300;

/** What is asked at /dev/tty: ssh and git go there for a person, whatever their stdin is (ssh(1), git(1)). */
export class Terminal {
  readonly #store: SpanStore;
  /** The last that each process wrote there. */
  readonly #asked = new Map<number, string>();

  constructor(store: SpanStore) {
    this.#store = store;
  }

  /** True where the call was one on the terminal. */
  on(record: SyscallRecord, process: Process): boolean {
    if (record.name !== 'read' && record.name !== 'write') return false;
    if (!pathOf(record, process)?.startsWith('/dev/tty')) return false;
    if (record.name === 'write') this.#onWrite(record, process);
    else this.#onRead(record, process);
    return true;
  }

  #onWrite(record: SyscallRecord, process: Process): void {
    const text = readBeginning(splitArguments(record.args)[1])?.trim() ?? '';
    if (text !== '') this.#asked.set(process.pid, text.slice(0, LONGEST_PROMPT));
  }

  #onRead(record: SyscallRecord, process: Process): void {
    const isOpen = record.state === 'open';
    if (record.state === 'entered' || (!isOpen && (record.durationNs ?? 0) < LEAST_NS)) return;
    const prompt = this.#asked.get(process.pid);
    const program = programOf(process.command);
    const name = `${program || 'a program'} asks at the terminal`;
    const span = this.#store.open('prompt', 'auth', name, record.startNs, [record.at]);
    if (!isOpen) span.endNs = record.startNs + (record.durationNs ?? 0);
    span.attributes = {
      'process.pid': process.pid,
      'process.command': process.command.join(' '),
      'gotrace.path': '/dev/tty',
      ...(prompt === undefined ? {} : { 'gotrace.prompt': prompt }),
    };
  }
}
