import type { Report } from '../model/report.ts';
export function renderTerminal(report: Report): string {
  return `${report.verdict.headline}\n`;
}
