import { z } from 'zod';
import { SCHEMA_VERSION } from './schema-version.ts';
import { PHASES } from './span.ts';

const evidence = z.object({ input: z.string(), line: z.number().int().min(1), text: z.string() });
const culprit = z.object({
  host: z.string().optional(),
  address: z.string().optional(),
  url: z.string().optional(),
  module: z.string().optional(),
  path: z.string().optional(),
  process: z.string().optional(),
  setting: z.string().optional(),
});
const finding = z.object({
  cause: z.string().describe('A cause of the catalogue, phase/slug; see `gotrace explain`.'),
  phase: z.enum(PHASES),
  summary: z.string(),
  culprit,
  startSeconds: z.number().describe('Seconds since timeline.startedAt.'),
  endSeconds: z.number(),
  blockedSeconds: z.number().describe('How much of the command’s wall time it took.'),
  wallShare: z.number().min(0).max(1),
  confidence: z.number().min(0).max(1),
  evidence: z.array(evidence),
  remedies: z.array(z.object({ text: z.string(), command: z.string().optional() })),
});
const span = z.object({
  id: z.number().int(),
  parentId: z.number().int().optional(),
  kind: z.string(),
  phase: z.enum(PHASES),
  name: z.string(),
  startSeconds: z.number(),
  endSeconds: z.number().optional().describe('Absent while the span was open when the log ended.'),
  attributes: z.record(z.string(), z.union([z.string(), z.number(), z.boolean()])),
  evidence: z.array(evidence),
});

/** The contract of every consumer of `--format json`. */
export const reportSchema = z.object({
  schemaVersion: z.literal(SCHEMA_VERSION),
  tool: z.object({ name: z.literal('gotrace'), version: z.string() }),
  verdict: z.object({
    status: z.enum(['healthy', 'slow', 'failed', 'blocked', 'unknown']),
    headline: z.string(),
  }),
  wallSeconds: z.number(),
  exitCode: z.number().int().nullable(),
  command: z.array(z.string()).nullable(),
  environment: z.record(z.string(), z.string()),
  blockingPoint: finding.nullable(),
  findings: z.array(finding).describe('Heaviest first; the blocking point is the first.'),
  phases: z.array(
    z.object({
      phase: z.enum(PHASES),
      wallSeconds: z.number(),
      criticalSeconds: z.number(),
      count: z.number().int(),
    }),
  ),
  hosts: z.array(
    z.object({
      host: z.string(),
      wallSeconds: z.number(),
      criticalSeconds: z.number(),
      count: z.number().int(),
    }),
  ),
  syscalls: z.array(
    z.object({
      name: z.string(),
      count: z.number().int(),
      errors: z.record(z.string(), z.number().int()),
      totalSeconds: z.number().nullable().describe('null where the log has no durations (-T).'),
      p50Seconds: z
        .number()
        .nullable()
        .describe('Half of the calls took no longer; too high by a quarter at most.'),
      p99Seconds: z.number().nullable(),
      maxSeconds: z.number().nullable(),
    }),
  ),
  inputs: z.array(
    z.object({
      path: z.string(),
      format: z.string(),
      bytes: z.number().int(),
      lines: z.number().int(),
      records: z.number().int(),
      continued: z.number().int(),
      ignored: z.number().int(),
      unparsed: z.number().int(),
      firstUnparsed: z.array(evidence).optional(),
    }),
  ),
  timeline: z.object({
    startedAt: z.string().nullable().describe('ISO 8601; null where the log has no dates.'),
    spans: z.array(span),
    droppedSpans: z.number().int().describe('Spans beyond the limit, which are counted and not listed.'),
    critical: z.array(
      z.object({
        spanId: z.number().int().nullable(),
        phase: z.enum(PHASES),
        startSeconds: z.number(),
        endSeconds: z.number(),
      }),
    ),
  }),
});

export type Report = z.infer<typeof reportSchema>;
export type ReportFinding = z.infer<typeof finding>;
export type ReportSpan = z.infer<typeof span>;
