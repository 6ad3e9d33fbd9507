import type { Report, ReportSpan } from '../model/report.ts';
import { escapeActive } from './inert.ts';
import { labelOf, lengthOf } from './waterfall.ts';

/**
 * The Trace Event Format, which Perfetto and chrome://tracing load: complete events (`ph: X`) in microseconds. Spans that
 * overlap without one holding the other get lanes of their own.
 */
export function renderChromeTrace(report: Report): string {
  const lanes = new Lanes();
  const spans = [...report.timeline.spans].sort(
    (a, b) =>
      a.startSeconds - b.startSeconds || lengthOf(b, report.wallSeconds) - lengthOf(a, report.wallSeconds),
  );
  const events = spans.map((span) => ({
    ph: 'X',
    name: labelOf(span),
    cat: span.phase,
    pid: Number(span.attributes['process.pid'] ?? 0),
    tid: lanes.laneOf(span, report.wallSeconds),
    ts: Math.round(span.startSeconds * 1e6),
    dur: Math.max(1, Math.round(lengthOf(span, report.wallSeconds) * 1e6)),
    args: { ...span.attributes, open: span.endSeconds === undefined },
  }));
  return `${escapeActive(JSON.stringify({ displayTimeUnit: 'ms', otherData: { verdict: report.verdict.headline }, traceEvents: events }, null, 1))}\n`;
}

class Lanes {
  readonly #ends = new Map<string, number[]>();

  laneOf(span: ReportSpan, wall: number): number {
    const key = String(span.attributes['process.pid'] ?? 0);
    const ends = this.#ends.get(key) ?? [];
    this.#ends.set(key, ends);
    const free = ends.findIndex((end) => end <= span.startSeconds);
    const lane = free < 0 ? ends.length : free;
    ends[lane] = span.startSeconds + lengthOf(span, wall);
    return lane + 1;
  }
}
