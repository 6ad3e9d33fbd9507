import Table from 'cli-table3';
import stringWidth from 'fast-string-width';
import pc from 'picocolors';
import type { Report, ReportFinding } from '../model/report.ts';
import { inert } from './inert.ts';
import type { RenderOptions } from './registry.ts';
import { printSeconds } from './seconds.ts';
import { labelOf, waterfall } from './waterfall.ts';

type Colours = ReturnType<typeof pc.createColors>;

const MOST_ROWS = 16;
const MOST_EVIDENCE = 4;
const NO_BORDERS = {
  ...{
    top: '',
    'top-mid': '',
    'top-left': '',
    'top-right': '',
    bottom: '',
    'bottom-mid': '',
    'bottom-left': '',
    'bottom-right': '',
  },
  ...{ left: '', 'left-mid': '', mid: '', 'mid-mid': '', right: '', 'right-mid': '', middle: '  ' },
};

/** The report for a person at a terminal: the answer first, then what to do, then why it is believed. */
export function renderTerminal(report: Report, options: RenderOptions): string {
  const colours = pc.createColors(options.colour);
  const width = Math.max(60, Math.min(options.columns, 160));
  const sections = [
    headline(report, colours, width),
    report.blockingPoint === null ? '' : pointSection(report.blockingPoint, colours, width),
    timelineSection(report, colours, width),
    phaseSection(report, colours),
    otherFindings(report, colours, width),
    inputSection(report, colours, options.explainInput),
  ];
  const text = sections.filter((section) => section !== '').join('\n\n');
  // Tables fill their last column with blanks.
  return `${text.replace(/ +$/gm, '')}\n`;
}

const COLOUR_OF = {
  healthy: 'green',
  slow: 'yellow',
  failed: 'red',
  blocked: 'red',
  unknown: 'magenta',
} as const;

function headline({ verdict }: Report, colours: Colours, width: number): string {
  const paint = colours[COLOUR_OF[verdict.status]];
  return wrap(inert(verdict.headline), width, '')
    .map((line) => colours.bold(paint(line)))
    .join('\n');
}

function pointSection(point: ReportFinding, colours: Colours, width: number): string {
  const remedies = point.remedies.flatMap(({ text, command }) => [
    ...wrap(`- ${inert(text)}${command === undefined ? '' : ':'}`, width, '    ').map((line, index) =>
      index === 0 ? `  ${line}` : line,
    ),
    ...(command === undefined ? [] : [`      ${colours.cyan(inert(command))}`]),
  ]);
  const evidence = point.evidence.slice(0, MOST_EVIDENCE).flatMap(({ input, line, text }) => {
    const place = `${inert(input)}:${line}`;
    return [`  ${colours.dim(place)}`, `    ${cut(inert(text), width - 4)}`];
  });
  const share = point.wallShare > 0 ? `, ${Math.round(point.wallShare * 100)} % of the run` : '';
  const what = `${point.cause}: ${printSeconds(point.blockedSeconds)}${share}, confidence ${Math.round(point.confidence * 100)} %`;
  return [
    ...(remedies.length === 0 ? [] : [colours.bold('What to do'), ...remedies, '']),
    `${colours.bold('Evidence')} ${colours.dim(`(${what}; gotrace explain ${point.cause})`)}`,
    ...evidence,
  ].join('\n');
}

function timelineSection(report: Report, colours: Colours, width: number): string {
  const barWidth = Math.max(16, Math.min(48, Math.floor(width * 0.34)));
  const labelWidth = Math.max(20, width - barWidth - 26);
  const rows = waterfall(report, barWidth, MOST_ROWS);
  if (rows.length === 0) return '';
  const critical = new Set(report.timeline.critical.map((segment) => segment.spanId));
  const table = new Table({
    chars: NO_BORDERS,
    style: { 'padding-left': 0, 'padding-right': 0, head: [], border: [] },
  });
  for (const { span, bar, seconds, open } of rows) {
    const paint = critical.has(span.id) ? colours.yellow : colours.dim;
    table.push([
      paint(bar),
      printSeconds(seconds) + (open ? '…' : ' '),
      span.phase,
      cutMiddle(inert(labelOf(span).replace(/https?:\/\//, '')), labelWidth),
    ]);
  }
  const note = `0 to ${printSeconds(report.wallSeconds)}; … was still open${options(colours)}`;
  return `${colours.bold('Timeline')} ${colours.dim(`(${note})`)}\n${table.toString()}`;
}

function options(colours: Colours): string {
  return colours.isColorSupported ? '; bright is the critical path' : '';
}

function phaseSection(report: Report, colours: Colours): string {
  const phases = report.phases.filter((each) => each.criticalSeconds >= 0.001 || each.wallSeconds >= 0.01);
  if (phases.length === 0) return '';
  const table = new Table({
    head: ['Phase', 'critical', 'in flight', 'count', '', 'Host', 'critical', 'in flight', 'count'],
    chars: NO_BORDERS,
    style: { 'padding-left': 0, 'padding-right': 0, head: [], border: [] },
    colAligns: ['left', 'right', 'right', 'right', 'left', 'left', 'right', 'right', 'right'],
  });
  const hosts = report.hosts.slice(0, 8);
  for (let row = 0; row < Math.max(phases.length, hosts.length); row++) {
    const phase = phases[row];
    const host = hosts[row];
    table.push([
      ...(phase === undefined
        ? ['', '', '', '']
        : [
            phase.phase,
            printSeconds(phase.criticalSeconds),
            printSeconds(phase.wallSeconds),
            String(phase.count),
          ]),
      ' ',
      ...(host === undefined
        ? ['', '', '', '']
        : [
            cut(inert(host.host), 40),
            printSeconds(host.criticalSeconds),
            printSeconds(host.wallSeconds),
            String(host.count),
          ]),
    ]);
  }
  return `${colours.bold('Where the time went')}\n${table.toString()}`;
}

function otherFindings(report: Report, colours: Colours, width: number): string {
  const rest = report.blockingPoint === null ? report.findings : report.findings.slice(1);
  if (rest.length === 0) return '';
  const lines = rest
    .slice(0, 5)
    .flatMap((finding) => wrap(`- ${inert(finding.summary)} (${finding.cause})`, width, '    '));
  return `${colours.bold('Also seen')}\n${lines.map((line) => `  ${line}`).join('\n')}`;
}

function inputSection(report: Report, colours: Colours, explain: boolean): string {
  const lines = report.inputs.flatMap((input) => {
    if (input.format === 'unknown')
      return [colours.dim(`${inert(input.path)}: no log that gotrace knows; passed over`)];
    if (input.format === 'empty') return [colours.dim(`${inert(input.path)}: empty`)];
    const counts = `${input.lines} lines = ${input.records} records + ${input.continued} continued + ${input.ignored} ignored + ${input.unparsed} not understood`;
    const first = explain
      ? (input.firstUnparsed ?? []).map((line) => `    ${line.line}: ${inert(line.text).slice(0, 200)}`)
      : [];
    return [colours.dim(`${inert(input.path)}: ${input.format}, ${counts}`), ...first];
  });
  return lines.join('\n');
}

/** Keeps the end: URLs of one server differ there. */
function cutMiddle(text: string, width: number): string {
  if (stringWidth(text) <= width) return text;
  const head = cut(text, Math.max(2, Math.floor(width / 4)));
  let tail = '';
  let used = stringWidth(head);
  for (const char of [...text].reverse()) {
    used += stringWidth(char);
    if (used > width) break;
    tail = char + tail;
  }
  return head + tail;
}

function cut(text: string, width: number): string {
  if (stringWidth(text) <= width) return text;
  let out = '';
  let used = 0;
  for (const char of text) {
    used += stringWidth(char);
    if (used > width - 1) break;
    out += char;
  }
  return `${out}…`;
}

function wrap(text: string, width: number, indent: string): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    if (line !== '' && stringWidth(line) + 1 + stringWidth(word) > width) {
      lines.push(line);
      line = indent + word;
    } else line = line === '' ? word : `${line} ${word}`;
  }
  lines.push(line);
  return lines;
}
