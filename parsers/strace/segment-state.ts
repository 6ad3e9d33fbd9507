import type { Calls } from './calls.ts';
import type { LineTimes } from './line-times.ts';
import type { Output } from './output.ts';
import type { PendingCall, PendingCalls } from './pending.ts';
import type { SyscallRecord } from './records.ts';
import type { Selection } from './selection.ts';
import type { SyscallTotals } from './statistics.ts';

/**
 * A log can be read in parts at the same time, since a thread is in one call at a time: what a part does not know of
 * the parts before it is the call that each thread was in when it began. Lines that depend on that are handed on to
 * whoever reads the parts in their order (`lines`), and so are lines that are not strace's.
 */
export interface SegmentState {
  readonly pending: readonly (readonly [number, Omit<PendingCall, 'nameId'> & { readonly name: string }])[];
  /** Threads whose open call is the one in `pending`, or none. */
  readonly owned: readonly number[];
  /** A call printed in one line and without a duration, which waits for the time of the next line. */
  readonly held: SyscallRecord | undefined;
  readonly descriptors: readonly number[];
  /** Bare descriptors that were taken for uninteresting: what came before may know better (`contradicts`). */
  readonly passedOver: readonly number[];
  readonly totals: readonly SyscallTotals[];
  readonly firstNs: number | undefined;
  readonly lastNs: number;
  readonly endNs: number;
}

/** What a parser knows of the lines that it has read. */
export interface Known {
  readonly pending: PendingCalls;
  readonly calls: Calls;
  readonly output: Output;
  readonly selection: Selection;
  readonly times: LineTimes;
  readonly owned: ReadonlySet<number>;
}

/** What whoever reads on needs to know. */
export function stateOf({ pending, calls, output, selection, times, owned }: Known): SegmentState {
  return {
    pending: [...pending.entries()].map(([pid, { nameId, ...call }]) => [
      pid,
      { ...call, name: calls.nameOf(nameId) },
    ]),
    owned: [...owned],
    held: output.held,
    descriptors: selection.remembered(),
    passedOver: [...(selection.passedOver ?? [])],
    totals: calls.totals(),
    firstNs: times.firstNs,
    lastNs: times.lastNs,
    endNs: times.endNs,
  };
}

/** Takes over what a segment that follows left behind. */
export function absorbState({ pending, calls, output, selection, times }: Known, state: SegmentState): void {
  for (const pid of state.owned) pending.take(pid);
  for (const [pid, { name, ...call }] of state.pending)
    pending.set(pid, { ...call, nameId: calls.idOfText(name) });
  if (state.held !== undefined) output.held = state.held;
  selection.rememberAll(state.descriptors);
  calls.addTotals(state.totals);
  if (state.firstNs === undefined) return;
  times.note(state.firstNs);
  times.note(state.lastNs, state.endNs);
}
