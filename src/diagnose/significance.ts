import { isMoving, isOwnDoing, type Phase } from '../model/span.ts';
import type { Segment } from '../timeline/critical-path.ts';
import type { Group, Timeline } from '../timeline/timeline.ts';
import type { Case } from './rule.ts';
import { rateOf } from './rules/http.ts';

/**
 * How long a healthy run may wait for one thing, in nanoseconds: below it nothing is accused. Measured on healthy cold
 * downloads over the Internet; tracing makes processes and files slower, so those get more.
 */
const ALLOWED_NS: Readonly<Record<Phase, number>> = {
  dns: 0.5e9,
  connect: 0.5e9,
  tls: 0.7e9,
  ttfb: 1e9,
  transfer: 1e9,
  sumdb: 1e9,
  git: 2e9,
  lock: 0.3e9,
  disk: 0.5e9,
  cpu: 1e9,
  auth: 1e9,
  'proxy-config': 0.5e9,
  'server-error': 1e9,
  toolchain: 2e9,
  sleep: Number.POSITIVE_INFINITY,
  unknown: 1e9,
};

/**
 * A wait that holds less of the run than this is not what makes it slow: of what is left of the run beside compiling, and of
 * all of it. A build of half a minute in which a nameserver took five seconds is a slow download before a build.
 */
const LEAST_SHARE = 0.25;
const LEAST_SHARE_OF_ALL = 0.1;
/** Below its allowance, a wait still blocks a run of which it is nearly all; a Happy Eyeballs detour is 0.3 s. */
const NEARLY_ALL = 0.75;
const SHORTEST_NS = 0.25e9;
/** A body that comes faster than this is big, not slow: 1 MB/s. */
const QUICK_BYTES_PER_SECOND = 1e6;

/** Whether a group of waits is a blocking point, and not what any run has. */
export function isSignificant(group: Group, { timeline, trace: { endNs, coverage } }: Case): boolean {
  if (group.phase === 'unknown' || group.spans.length === 0) return false;
  // Work is what was asked for, and so is sleep.
  if (group.spans.every(isOwnDoing)) return false;
  if (group.phase === 'transfer' && !group.open && (rateOf(group, endNs) ?? 0) >= QUICK_BYTES_PER_SECOND)
    return false;
  if (group.open && openNs(group) >= SHORTEST_NS) return true;
  const share = timeline.wallNs > 0 ? group.criticalNs / timeline.wallNs : 0;
  const isMuch = share >= LEAST_SHARE_OF_ALL && group.criticalNs >= LEAST_SHARE * besideWorkNs(timeline);
  // What happens as a second turns seems to take one.
  const chargedNs = chargeableNs(group) - coverage.tickNs;
  if (chargedNs >= allowedNs(group) && isMuch) return true;
  const network = group.phase === 'dns' || group.phase === 'connect' || group.phase === 'tls';
  // Lines of fetches begin late and end early: what is nearly all of them need not be nearly all of the run.
  return coverage.syscalls && network && share >= NEARLY_ALL && chargedNs >= SHORTEST_NS;
}

/** How long the waits stood that were open when the log ended. */
function openNs({ segments }: Group): number {
  const open = segments.filter((segment) => segment.open && !(segment.span && isMoving(segment.span)));
  return open.reduce((sum, segment) => sum + lengthOf(segment), 0);
}

/** The run without what it computed: compiled, linked, tested. Unpacking a module is a part of its download. */
function besideWorkNs({ wallNs, groups }: Timeline): number {
  const computing = groups.filter((group) => group.phase === 'cpu' && group.spans.every(isOwnDoing));
  return computing.reduce((rest, group) => rest - group.criticalNs, wallNs);
}

/** A round trip to another continent: what every request may take, however many there are. */
const ROUND_TRIP_NS = 80e6;
/** What comes in one go: over TLS, the session tickets may have come for the first byte of the answer. */
const SMALL_BODY = 16_384;
/** git works in pieces: it starts programs, reads files, loads certificates. Longer than this, it waits. */
const GIT_WORK_NS = 0.25e9;

/** What was waited beyond what must be: a client checks certificates, a request goes there and back, git has work of its own. */
function chargeableNs({ phase, criticalNs, segments, spans }: Group): number {
  if (phase === 'tls')
    return criticalNs - Math.max(0, ...spans.map((span) => span.attributes['gotrace.tls.checked'] ?? 0));
  return segments.reduce((sum, segment) => sum + Math.max(0, lengthOf(segment) - freeOf(segment)), 0);
}

/** How much of a segment is nobody's fault. */
function freeOf(segment: Segment): number {
  const { phase, span } = segment;
  switch (phase) {
    case 'ttfb':
    case 'sumdb':
      return ROUND_TRIP_NS;
    case 'transfer':
      return (span?.attributes['gotrace.bytes'] ?? 0) <= SMALL_BODY ? ROUND_TRIP_NS : 0;
    case 'git':
      return span?.kind === 'process' && lengthOf(segment) < GIT_WORK_NS ? GIT_WORK_NS : 0;
    default:
      return 0;
  }
}

function lengthOf({ startNs, endNs }: Segment): number {
  return endNs - startNs;
}

/**
 * Unpacking a file takes some fifteen calls, and a tracer stops each of them twice: measured 2 to 5 ms a file under strace
 * on a small machine, 0.1 ms without. Many files are the tracer's cost, not the module's.
 */
const TRACED_FILE_NS = 8e6;

/** Lookup, connect, handshake and the first answer in one, where the log does not tell them apart: six round trips. */
const REACH_NS = 1.2e9;

function allowedNs(group: Group): number {
  if (group.phase === 'connect' && group.spans.every((span) => span.kind === 'fetch')) return REACH_NS;
  const files = group.spans.reduce((sum, span) => sum + (span.attributes['gotrace.calls'] ?? 0), 0);
  return ALLOWED_NS[group.phase] + files * TRACED_FILE_NS;
}

/** How long the waits stood that ended in an error. */
function failedNs({ segments }: Group): number {
  const failed = segments.filter(({ span }) => span?.attributes['error.type'] !== undefined);
  return failed.reduce((sum, segment) => sum + lengthOf(segment), 0);
}

/** Worth a finding beside the blocking point: it passes the allowance, whatever its share. */
export function isNotable(group: Group): boolean {
  const [first] = group.spans;
  if (first === undefined || (group.phase === 'cpu' && first.kind !== 'pause')) return false;
  if (failedNs(group) >= SHORTEST_NS) return true;
  // A build opens ten thousand files, and of those some hundred take as long as a busy machine makes them take.
  const allowed =
    ALLOWED_NS[group.phase] + (group.phase === 'disk' ? group.spans.length * TRACED_FILE_NS : 0);
  return chargeableNs(group) >= allowed;
}
