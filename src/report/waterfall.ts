import type { Report, ReportSpan } from '../model/report.ts';

/** A row of the timeline: where its bar begins and ends, in columns, and what stands beside it. */
export interface WaterfallRow {
  readonly span: ReportSpan;
  readonly bar: string;
  readonly seconds: number;
  readonly open: boolean;
}

const KINDS: ReadonlySet<string> = new Set([
  'lookup',
  'connect',
  'tls',
  'fetch',
  'response',
  'transfer',
  'pause',
  'lock',
  'prompt',
  'file',
  'process',
  'git-command',
  'unzip',
  'work',
  'sleep',
]);

/** The longest spans, in the order of their start, as bars of `width` columns over the whole run. */
export function waterfall(report: Report, width: number, most: number): WaterfallRow[] {
  const wall = report.wallSeconds;
  const critical = new Set(report.timeline.critical.map((segment) => segment.spanId));
  const weight = (span: ReportSpan) => lengthOf(span, wall) * (critical.has(span.id) ? 2 : 1);
  return report.timeline.spans
    .filter((span) => KINDS.has(span.kind) && isOwnWork(span, report))
    .sort((a, b) => weight(b) - weight(a))
    .slice(0, most)
    .sort((a, b) => a.startSeconds - b.startSeconds || a.id - b.id)
    .map((span) => ({
      span,
      bar: barOf(span, wall, width),
      seconds: lengthOf(span, wall),
      open: span.endSeconds === undefined,
    }));
}

/** What stands for itself: unpacking and other work go on beside waits, and are shown where they were most of their time. */
function isOwnWork(span: ReportSpan, report: Report): boolean {
  // Programs beside go and git (a shell, a compiler, go's own telemetry) are not waited for by name.
  if (span.kind === 'process') return span.phase !== 'cpu';
  if (span.kind !== 'unzip' && span.kind !== 'work') return true;
  const own = report.timeline.critical.filter((segment) => segment.spanId === span.id);
  return (
    own.reduce((sum, segment) => sum + segment.endSeconds - segment.startSeconds, 0) >
    lengthOf(span, report.wallSeconds) / 2
  );
}

export function lengthOf(span: ReportSpan, wall: number): number {
  return Math.max(0, (span.endSeconds ?? wall) - span.startSeconds);
}

function barOf(span: ReportSpan, wall: number, width: number): string {
  const column = (seconds: number) =>
    wall > 0 ? Math.min(width, Math.max(0, Math.round((seconds / wall) * width))) : 0;
  const start = Math.min(column(span.startSeconds), width - 1);
  const end = Math.max(start + 1, column(span.endSeconds ?? wall));
  const tail = span.endSeconds === undefined ? '▶' : '';
  const body = '█'.repeat(Math.max(0, end - start - tail.length)) + tail;
  return (' '.repeat(start) + body).padEnd(width).slice(0, width);
}

/** What a span is, for a person: host, file, module, command. */
export function labelOf(span: ReportSpan): string {
  const { attributes } = span;
  const host = attributes['server.address'];
  const peer = attributes['network.peer.address'];
  switch (span.kind) {
    case 'connect':
      return `connect ${host ?? ''} ${peer ?? ''}`.replace(/\s+/g, ' ').trim();
    case 'tls':
      return `TLS handshake ${host ?? peer ?? ''}`.trim();
    case 'response':
      return `wait for ${attributes['url.full'] ?? host ?? peer ?? 'a response'}`;
    case 'transfer':
      return `${span.name} ${attributes['gotrace.module'] === undefined ? (host ?? '') : ''}`.trim();
    default:
      return span.name;
  }
}
