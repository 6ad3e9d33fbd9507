import type { SyscallTotals } from '../../parsers/strace/statistics.ts';
import type { Extent } from '../ingest/ingest.ts';
import type { Coverage } from '../model/trace.ts';
import type { KnownEnd } from './ending.ts';
import type { Samples } from './looks/samples.ts';
import type { Snapshot } from './looks/snapshot.ts';
import type { Observed } from './observed.ts';
import type { GoOutput } from './output/go-output.ts';
import type { SeparateStderr } from './output/separate-stderr.ts';
import type { Shown } from './shown.ts';

/** What is known beside the records. */
export interface Totals {
  readonly syscalls: readonly SyscallTotals[];
  readonly originSeconds: number | undefined;
  readonly extent: Extent | undefined;
  readonly stopsAtWork: boolean;
  /** What the command's parent knows; a log of another machine tells its own. */
  readonly ended: KnownEnd;
  readonly environment: Readonly<Record<string, string>> | undefined;
  /** What was run; the log of a tracer tells it by itself. */
  readonly command: readonly string[] | undefined;
}

/** Calls in which threads wait for each other, and for descriptors; `gotrace run` leaves them out, and not clock_nanosleep. */
const SLEEPS = /^(?:futex|epoll_p?wait2?|p?poll|p?select6?|nanosleep)/;

/** What the trace was put together from. */
interface Sources {
  readonly totals: Totals;
  readonly shown: Shown;
  readonly endNs: number;
  readonly hasSyscalls: boolean;
  readonly hasLibraryCalls: boolean;
  readonly isAttached: boolean;
  readonly output: GoOutput;
  readonly told: SeparateStderr;
  readonly snapshot: Snapshot;
  readonly samples: Samples;
  readonly observed: Observed;
}

export function coverageOf(sources: Sources): Coverage {
  const { totals, shown, endNs, hasSyscalls, output, told, observed } = sources;
  const { syscalls, originSeconds, stopsAtWork } = totals;
  return {
    syscalls: hasSyscalls,
    unseen: shown.unseen,
    unfollowed: shown.unfollowed,
    attached: hasSyscalls && sources.isAttached,
    goX: output.fetches.length > 0 && (!shown.goInPart || told.isThere),
    netdns: output.netdns,
    http2: output.http2,
    goroutines: output.goroutines.length > 0,
    libraryCalls: sources.hasLibraryCalls,
    snapshot: !sources.snapshot.isEmpty,
    sampled: !sources.samples.isEmpty,
    tickNs: hasSyscalls && observed.isWholeSeconds ? 1e9 : 0,
    sleeps: syscalls.some((call) => SLEEPS.test(call.name)),
    stopsAtWork,
    timed: originSeconds !== undefined || endNs > (observed.firstNs ?? endNs) || told.isTimed,
  };
}
