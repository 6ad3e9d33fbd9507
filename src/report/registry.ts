import type { Report } from '../model/report.ts';

export interface RenderOptions {
  readonly columns: number;
  readonly colour: boolean;
  readonly explainInput: boolean;
}

export type Writer = (report: Report, options: RenderOptions) => string;

/** The outputs, each loaded when it is asked for. Adding one is a file and a line here. */
export const WRITERS: readonly { readonly name: string; readonly load: () => Promise<Writer> }[] = [
  { name: 'terminal', load: async () => (await import('./terminal.ts')).renderTerminal },
  { name: 'json', load: async () => (await import('./json.ts')).renderJson },
  { name: 'markdown', load: async () => (await import('./markdown.ts')).renderMarkdown },
  { name: 'csv', load: async () => (await import('./csv.ts')).renderCsv },
  { name: 'chrome-trace', load: async () => (await import('./chrome-trace.ts')).renderChromeTrace },
];

/** The writer of that name; the first where there is none. */
export async function writerOf(name: string): Promise<Writer> {
  const writer = WRITERS.find((each) => each.name === name) ?? WRITERS[0];
  if (writer === undefined) throw new Error('there are no outputs');
  return writer.load();
}
