import type { Ending } from '../model/trace.ts';
import type { GoOutput } from './output/go-output.ts';

/** What the parent of a command knows of its end. */
export interface KnownEnd {
  readonly exitCode: number | undefined;
  readonly signal: string | undefined;
  /** Since the epoch. */
  readonly atSeconds: number | undefined;
}

/** How the command ended: as the tracer saw it, else as its parent did, else as what was printed shows. */
export function endingOf(
  traced: Ending,
  { exitCode, signal }: KnownEnd,
  { goroutines, errors, job }: GoOutput,
  sawSyscalls: boolean,
): Ending {
  // A Go program prints its goroutines at SIGQUIT and exits with 2 (runtime/signal_unix.go): it was ended.
  const [first] = goroutines;
  const dump = first?.isPanic ? undefined : first;
  const byDump =
    traced.kind === 'exited' ? traced.code === 2 : traced.kind === 'unknown' && (exitCode ?? 2) === 2;
  if (dump !== undefined && byDump) return { kind: 'killed', signal: 'SIGQUIT', at: dump.at };
  if (traced.kind !== 'unknown') return traced;
  if (signal !== undefined) return { kind: 'killed', signal };
  if (exitCode !== undefined) return { kind: 'exited', code: exitCode };
  const final = errors.findLast((error) => error.final);
  const { end } = job;
  // Who gave up with an error was not ended by what ended the script around it.
  const gaveUp = final !== undefined && job.isLast(errors.at(-1)?.at ?? final.at);
  if (end !== undefined && !gaveUp) return { ...end.end, at: end.at };
  return final === undefined || sawSyscalls ? traced : { kind: 'exited', code: 1, at: final.at };
}

/** When the command's parent saw it end, in nanoseconds since the clock's origin. */
export function endedNsOf({ atSeconds }: KnownEnd, originSeconds: number | undefined): number | undefined {
  return atSeconds === undefined || originSeconds === undefined
    ? undefined
    : (atSeconds - originSeconds) * 1e9;
}
