import type { Report } from '../model/report.ts';
import { escapeActive } from './inert.ts';

/** Valid JSON in which control and bidi characters are escaped, since people print it to terminals. */
export function renderJson(report: Report): string {
  return `${escapeActive(JSON.stringify(report, null, 2))}\n`;
}
