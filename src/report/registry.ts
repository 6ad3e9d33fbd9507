import type { Report } from '../model/report.ts';
import { renderChromeTrace } from './chrome-trace.ts';
import { renderCsv } from './csv.ts';
import { renderJson } from './json.ts';
import { renderMarkdown } from './markdown.ts';
import { renderTerminal } from './terminal.ts';

export interface RenderOptions {
  readonly columns: number;
  readonly colour: boolean;
  readonly explainInput: boolean;
}

export type Writer = (report: Report, options: RenderOptions) => string;

/** The outputs. Adding one is a file and a line here. */
export const WRITERS: readonly { readonly name: string; readonly render: Writer }[] = [
  { name: 'terminal', render: renderTerminal },
  { name: 'json', render: renderJson },
  { name: 'markdown', render: renderMarkdown },
  { name: 'csv', render: renderCsv },
  { name: 'chrome-trace', render: renderChromeTrace },
];

export function writerOf(name: string): Writer {
  return WRITERS.find((writer) => writer.name === name)?.render ?? renderTerminal;
}
