import type { StraceRecord, SyscallRecord } from './records.ts';

/** Gives records out. One that does not say how long it took waits for the next line: it had returned by then. */
export class Output {
  readonly emit: (record: StraceRecord) => void;
  held: SyscallRecord | undefined;

  constructor(emit: (record: StraceRecord) => void) {
    this.emit = emit;
  }

  complete(record: SyscallRecord): void {
    if (record.durationNs === undefined) this.held = record;
    else this.emit(record);
  }

  release(nextNs: number): void {
    const record = this.held;
    this.held = undefined;
    if (record !== undefined) this.emit({ ...record, boundNs: Math.max(nextNs, record.startNs) });
  }
}
