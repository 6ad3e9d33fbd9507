import type { Report, ReportFinding } from '../model/report.ts';
import { escapeActive, inert, inertCode, inertMarkdown, inertMermaid } from './inert.ts';
import { printCallSeconds, printSeconds } from './seconds.ts';
import { labelOf, lengthOf, waterfall } from './waterfall.ts';

const MOST_BARS = 20;
const MOST_CALLS = 12;

/** What a person pastes into a bug report: GitHub-flavoured Markdown. */
export function renderMarkdown(report: Report): string {
  const sections = [
    `### gotrace: ${inertMarkdown(report.verdict.headline)}`,
    environment(report),
    report.blockingPoint === null ? '' : remedies(report.blockingPoint),
    gantt(report),
    phases(report),
    evidence(report),
    syscalls(report),
    `<sub>gotrace ${inertMarkdown(report.tool.version)}, report schema ${report.schemaVersion}; secrets and home directories are redacted</sub>`,
  ];
  return `${sections.filter((section) => section !== '').join('\n\n')}\n`;
}

function environment(report: Report): string {
  const rows: (readonly [string, string])[] = [
    ['verdict', report.verdict.status],
    ...(report.blockingPoint === null ? [] : ([['cause', report.blockingPoint.cause]] as const)),
    ['wall time', printSeconds(report.wallSeconds)],
    ...(report.exitCode === null ? [] : ([['exit code', String(report.exitCode)]] as const)),
    ...(report.command === null ? [] : ([['command', report.command.join(' ')]] as const)),
    ...Object.entries(report.environment),
    ...report.inputs.map(
      (input) =>
        [
          'input',
          `${input.path} (${input.format}, ${input.lines} lines, ${input.unparsed} not understood)`,
        ] as const,
    ),
  ];
  return [
    '| | |',
    '|---|---|',
    ...rows.map(([name, value]) => `| ${inertMarkdown(name)} | ${inertCode(value)} |`),
  ].join('\n');
}

function remedies(point: ReportFinding): string {
  const items = point.remedies.map(({ text, command }) => {
    if (command === undefined) return `- ${inertMarkdown(text)}`;
    return `- ${inertMarkdown(text)}\n\n  ${fenced(command, 'sh').replaceAll('\n', '\n  ')}`;
  });
  return items.length === 0 ? '' : `**What to do**\n\n${items.join('\n')}`;
}

function gantt(report: Report): string {
  const rows = waterfall(report, 10, MOST_BARS);
  if (rows.length === 0) return '';
  const byPhase = new Map<string, string[]>();
  for (const { span, open } of rows) {
    const start = Math.round(span.startSeconds * 1000);
    const length = Math.max(1, Math.round(lengthOf(span, report.wallSeconds) * 1000));
    const tags = open ? 'crit, ' : '';
    const line = `    ${inertMermaid(labelOf(span)).slice(0, 70) || span.kind} :${tags}${start}, ${start + length}`;
    byPhase.set(span.phase, [...(byPhase.get(span.phase) ?? []), line]);
  }
  const sections = [...byPhase].flatMap(([phase, lines]) => [`    section ${phase}`, ...lines]);
  return [
    '```mermaid',
    'gantt',
    '    title Timeline in milliseconds',
    '    dateFormat x',
    '    axisFormat %Q',
    ...sections,
    '```',
  ].join('\n');
}

function phases(report: Report): string {
  const rows = report.phases
    .filter((each) => each.criticalSeconds > 0 || each.wallSeconds > 0)
    .map(
      (each) =>
        `| ${each.phase} | ${printSeconds(each.criticalSeconds)} | ${printSeconds(each.wallSeconds)} | ${each.count} |`,
    );
  return rows.length === 0
    ? ''
    : ['| phase | on the critical path | in flight | count |', '|---|--:|--:|--:|', ...rows].join('\n');
}

function evidence(report: Report): string {
  const findings = report.findings.slice(0, 5);
  if (findings.length === 0) return '';
  const parts = findings.map((finding) => {
    const lines = finding.evidence
      .map((line) => `${inert(line.input)}:${line.line}: ${inert(line.text)}`)
      .join('\n');
    return `**${finding.cause}** (${printSeconds(finding.blockedSeconds)}, confidence ${Math.round(finding.confidence * 100)} %): ${inertMarkdown(finding.summary)}\n\n${fenced(lines, 'text')}`;
  });
  return `<details><summary>Evidence</summary>\n\n${parts.join('\n\n')}\n\n</details>`;
}

function syscalls(report: Report): string {
  if (report.syscalls.length === 0) return '';
  const rows = report.syscalls.slice(0, MOST_CALLS).map((call) => {
    const errors = Object.entries(call.errors)
      .map(([errno, count]) => `${errno} ${count}`)
      .join(', ');
    const time = (seconds: number | null) => (seconds === null ? '' : printCallSeconds(seconds));
    return `| ${inertCode(call.name)} | ${call.count} | ${time(call.totalSeconds)} | ${time(call.p50Seconds)} | ${time(call.p99Seconds)} | ${time(call.maxSeconds)} | ${inertMarkdown(errors)} |`;
  });
  return `<details><summary>System calls</summary>\n\n| call | count | total | median | 99 % | longest | errors |\n|---|--:|--:|--:|--:|--:|---|\n${rows.join('\n')}\n\n</details>`;
}

/** A fence longer than any in the text cannot be closed by it. */
function fenced(hostile: string, language: string): string {
  const text = escapeActive(hostile);
  const longest = Math.max(2, ...[...text.matchAll(/`+/g)].map((match) => match[0].length));
  const fence = '`'.repeat(longest + 1);
  return `${fence}${language}\n${text}\n${fence}`;
}
