import type { Report } from '../model/report.ts';
import { inertCell } from './inert.ts';
import { labelOf } from './waterfall.ts';

const COLUMNS = [
  'start_s',
  'end_s',
  'seconds',
  'phase',
  'kind',
  'host',
  'peer',
  'pid',
  'error',
  'what',
  'input',
  'line',
];

/** The spans as RFC 4180, a header first; open spans have no end. */
export function renderCsv(report: Report): string {
  const rows = report.timeline.spans.map((span) => {
    const { attributes, startSeconds, endSeconds } = span;
    const evidence = span.evidence[0];
    return [
      startSeconds,
      endSeconds ?? '',
      endSeconds === undefined ? '' : Number((endSeconds - startSeconds).toFixed(6)),
      span.phase,
      span.kind,
      attributes['server.address'] ?? '',
      attributes['network.peer.address'] ?? '',
      attributes['process.pid'] ?? '',
      attributes['error.type'] ?? '',
      labelOf(span),
      evidence?.input ?? '',
      evidence?.line ?? '',
    ];
  });
  return [COLUMNS, ...rows]
    .map((row) => `${row.map((cell) => inertCell(String(cell))).join(',')}\r\n`)
    .join('');
}
