import { programOf } from '../correlate/processes.ts';
import type { ProcessInfo, Trace } from '../model/trace.ts';

/**
 * Whether the command did what it was run for. A script may end with 0 although the go in it failed: of several, the last
 * one counts, for a script may try again.
 */
export function endedWell({ ending, processes }: Trace): boolean {
  return ending.kind === 'exited' && ending.code === 0 && !hasFailed(lastGo(processes));
}

function hasFailed(process: ProcessInfo | undefined): boolean {
  return (process?.exitCode ?? 0) !== 0;
}

/** The go that ended last, of those that no go started. */
function lastGo(processes: readonly ProcessInfo[]): ProcessInfo | undefined {
  const isGo = ({ command }: ProcessInfo) => programOf(command) === 'go';
  const started = new Set(processes.filter(isGo).map(({ pid }) => pid));
  return processes
    .filter((process) => isGo(process) && !started.has(process.parent ?? -1) && process.endNs !== undefined)
    .reduce<ProcessInfo | undefined>(
      (a, b) => (a === undefined || (b.endNs ?? 0) >= (a.endNs ?? 0) ? b : a),
      undefined,
    );
}
