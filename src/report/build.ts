import { percentileNs } from '../../parsers/strace/histogram.ts';
import type { SyscallTotals } from '../../parsers/strace/statistics.ts';
import type { SourceLine } from '../../parsers/types.ts';
import type { DiagnosisResult } from '../diagnose/conclusion.ts';
import type { InputSummary } from '../ingest/summary.ts';
import type { Finding } from '../model/finding.ts';
import type { Report, ReportFinding, ReportSpan } from '../model/report.ts';
import { SCHEMA_VERSION } from '../model/schema-version.ts';
import type { Span } from '../model/span.ts';
import type { Trace } from '../model/trace.ts';
import type { HostTotal, PhaseTotal, Timeline } from '../timeline/timeline.ts';

/** More spans than a person or a browser can look at; the longest are kept, the rest counted. */
const MAX_SPANS = 5000;
const MAX_EVIDENCE_TEXT = 400;

export interface ReportParts {
  readonly version: string;
  readonly trace: Trace;
  readonly timeline: Timeline;
  readonly diagnosis: DiagnosisResult;
  readonly inputs: readonly InputSummary[];
  readonly command?: readonly string[] | undefined;
  readonly exitCode?: number | undefined;
}

/** The report as plain data, in seconds. Not yet redacted. */
export function buildReport(parts: ReportParts): Report {
  const { trace, timeline, diagnosis } = parts;
  const seconds = (ns: number) => roundTo(1e-6, (ns - trace.startNs) / 1e9);
  const findings = diagnosis.findings.map((finding) => findingOf(finding, timeline.wallNs, seconds));
  const kept = keptSpans(trace.spans, timeline);
  const { ending } = trace;
  const command = parts.command ?? trace.command ?? [];
  return {
    schemaVersion: SCHEMA_VERSION,
    tool: { name: 'gotrace', version: parts.version },
    verdict: diagnosis.verdict,
    wallSeconds: duration(timeline.wallNs),
    exitCode: parts.exitCode ?? (ending.kind === 'exited' ? ending.code : null),
    command: command.length > 0 ? [...command] : null,
    environment: { ...trace.environment },
    blockingPoint: diagnosis.blockingPoint === undefined ? null : (findings[0] ?? null),
    findings,
    phases: timeline.phases.map((total) => ({ phase: total.phase, ...totalOf(total) })),
    hosts: timeline.hosts.map((total) => ({ host: total.host, ...totalOf(total) })),
    syscalls: trace.syscalls.map(syscallOf).sort(byTime),
    inputs: parts.inputs.map(({ firstUnparsed, ...input }) => ({
      ...input,
      ...(firstUnparsed.length === 0 ? {} : { firstUnparsed: firstUnparsed.map(evidenceOf) }),
    })),
    timeline: {
      startedAt: startOf(trace),
      spans: kept.map((span) => spanOf(span, seconds)),
      droppedSpans: trace.spans.length - kept.length + trace.droppedSpans,
      critical: timeline.segments.slice(-MAX_SPANS).map(({ span, phase, startNs, endNs }) => ({
        spanId: span?.id ?? null,
        phase,
        startSeconds: seconds(startNs),
        endSeconds: seconds(endNs),
      })),
    },
  };
}

function totalOf({ wallNs, criticalNs, count }: PhaseTotal | HostTotal) {
  return { wallSeconds: duration(wallNs), criticalSeconds: duration(criticalNs), count };
}

/** Those that took the most time first, then those that were called most. No collation: making one takes 15 ms. */
function byTime(a: Report['syscalls'][number], b: Report['syscalls'][number]): number {
  return (b.totalSeconds ?? 0) - (a.totalSeconds ?? 0) || b.count - a.count || (a.name < b.name ? -1 : 1);
}

/** Before 1973 is a time of day, not a date. */
const FIRST_DATE_SECONDS = 1e8;

function startOf({ originSeconds, startNs }: Trace): string | null {
  const seconds = originSeconds === undefined ? undefined : originSeconds + startNs / 1e9;
  return seconds === undefined || seconds < FIRST_DATE_SECONDS
    ? null
    : new Date(seconds * 1000).toISOString();
}

function findingOf(finding: Finding, wallNs: number, seconds: (ns: number) => number): ReportFinding {
  const { cause, phase, summary, culprit, confidence, remedies } = finding;
  return {
    cause,
    phase,
    summary,
    culprit: { ...culprit },
    startSeconds: seconds(finding.startNs),
    endSeconds: seconds(finding.endNs),
    blockedSeconds: duration(finding.blockedNs),
    wallShare: wallNs > 0 ? Math.min(1, roundTo(1e-4, finding.blockedNs / wallNs)) : 0,
    confidence,
    evidence: finding.evidence.map(evidenceOf),
    remedies: remedies.map((remedy) => ({ ...remedy })),
  };
}

function syscallOf({ name, count, errors, totalNs, maxNs, histogram }: SyscallTotals) {
  const percentile = (share: number) => {
    const ns = histogram === undefined ? undefined : percentileNs(histogram, share);
    return ns === undefined ? null : duration(Math.min(maxNs ?? ns, ns));
  };
  return {
    name,
    count,
    errors: { ...errors },
    totalSeconds: totalNs === undefined ? null : duration(totalNs),
    p50Seconds: percentile(0.5),
    p99Seconds: percentile(0.99),
    maxSeconds: maxNs === undefined ? null : duration(maxNs),
  };
}

function spanOf(span: Span, seconds: (ns: number) => number): ReportSpan {
  return {
    id: span.id,
    ...(span.parentId === undefined ? {} : { parentId: span.parentId }),
    kind: span.kind,
    phase: span.phase,
    name: span.name,
    startSeconds: seconds(span.startNs),
    ...(span.endNs === undefined ? {} : { endSeconds: seconds(span.endNs) }),
    attributes: { ...span.attributes },
    evidence: span.evidence
      .filter((line) => line.line >= 1)
      .slice(0, 3)
      .map(evidenceOf),
  };
}

/** All of them where they are few; else those of the critical path and the longest. */
function keptSpans(spans: readonly Span[], timeline: Timeline): Span[] {
  if (spans.length <= MAX_SPANS) return [...spans];
  const critical = new Set(timeline.segments.map((segment) => segment.span));
  const weight = (span: Span) =>
    (critical.has(span) ? 1e15 : 0) + (span.endNs === undefined ? 1e14 : span.endNs - span.startNs);
  const kept = new Set([...spans].sort((a, b) => weight(b) - weight(a)).slice(0, MAX_SPANS));
  return spans.filter((span) => kept.has(span));
}

function evidenceOf({ input, line, text }: SourceLine) {
  return {
    input,
    line,
    text: text.length > MAX_EVIDENCE_TEXT ? `${text.slice(0, MAX_EVIDENCE_TEXT)}…` : text,
  };
}

function duration(ns: number): number {
  return roundTo(1e-6, ns / 1e9);
}

function roundTo(unit: number, value: number): number {
  return Math.round(value / unit) * unit === 0 ? 0 : Number((Math.round(value / unit) * unit).toFixed(6));
}
