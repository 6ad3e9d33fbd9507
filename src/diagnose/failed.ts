import type { Finding } from '../model/finding.ts';
import { conclude, type DiagnosisResult } from './conclusion.ts';
import { failureAtEnd } from './cut-errors.ts';
import { type Case, findingOf, step } from './rule.ts';
import { isSignificant } from './significance.ts';
import { missingFrom } from './unseen.ts';
import { unansweredAtEnd, type Wait } from './waits.ts';

/** An error of an unknown kind says less than this. */
const LEAST_TELLING = 0.5;

/** A headline is to be read at a glance. */
const LONGEST_QUOTE = 200;

/** In a run that failed, what made it fail stands first, even when it took no time. */
export function failed(errors: readonly Finding[], waits: readonly Wait[]): DiagnosisResult {
  const waited = waits.map((each) => each.finding);
  const [first] = errors;
  const isUnclear = first !== undefined && first.confidence < LEAST_TELLING;
  if (isUnclear && waits.some((each) => hasFailed(each) && each.finding.confidence > first.confidence))
    return conclude('failed', [...failedFirst(waits), ...errors]);
  const told = new Set(errors.map((finding) => finding.cause));
  return conclude('failed', [...errors, ...waited.filter((finding) => !told.has(finding.cause))]);
}

/** The log does not hold why it failed. A wait that failed itself is taken for the reason; another one is none. */
export function failedInTheDark(headline: string, waits: readonly Wait[]): DiagnosisResult {
  const findings = failedFirst(waits);
  if (waits.some(hasFailed)) return conclude('failed', findings);
  return { verdict: { status: 'failed', headline }, blockingPoint: undefined, findings };
}

/** It printed no error that is known. What it did last on the network may have failed, and be the reason. */
export function failedUnexplained(code: number, context: Case, waits: readonly Wait[]): DiagnosisResult {
  const { coverage, endNs } = context.trace;
  const failure = failureAtEnd(context);
  if (failure !== undefined && !waits.some(({ finding }) => finding.cause === failure.cause)) {
    const finding = findingOf(failure, { startNs: endNs, endNs, blockedNs: 0 }, context);
    return conclude('failed', [finding, ...waits.map((each) => each.finding)]);
  }
  const said = lastWords(code, context);
  const unanswered = waits.some(hasFailed) || said !== undefined ? undefined : unansweredAtEnd(context)[0];
  if (unanswered !== undefined)
    return conclude(
      'failed',
      [unanswered, ...waits].map((each) => each.finding),
    );
  const missing = missingFrom(context.trace);
  if (missing !== undefined && said === undefined)
    return failedInTheDark(`Failed: it ended with exit code ${code}, and ${missing}.`, waits);
  const slow = waits.find(({ group }) => isSignificant(group, context));
  if (slow !== undefined && !waits.some(hasFailed)) return failedAndSlow(code, said, slow, waits);
  if (said !== undefined && !waits.some(hasFailed))
    return conclude('failed', [said, ...waits.map((each) => each.finding)]);
  const headline = coverage.syscalls
    ? `Failed: it ended with exit code ${code}; nothing that it printed or waited for says why.`
    : `Failed: it ended with exit code ${code}, and the log holds no error of go, git or ssh. To see more: gotrace run --strace -- COMMAND, or keep the command's stderr.`;
  return failedInTheDark(headline, waits);
}

/** A reason in words that gotrace knows nothing of: they are quoted. */
function lastWords(code: number, context: Case): Finding | undefined {
  const { said, endNs } = context.trace;
  if (said === undefined) return undefined;
  const diagnosis = {
    cause: 'unknown/said',
    culprit: { setting: said.text.trim().slice(0, LONGEST_QUOTE) },
    ...step(`exit code ${code}`),
    confidence: LEAST_TELLING / 2,
    evidence: [said.at],
  };
  return findingOf(diagnosis, { startNs: endNs, endNs, blockedNs: 0 }, context);
}

/** Why it failed is not known; what took its time is, and may have to do with it or not. */
function failedAndSlow(
  code: number,
  said: Finding | undefined,
  slow: Wait,
  waits: readonly Wait[],
): DiagnosisResult {
  const why = said?.summary ?? `it ended with exit code ${code}, and nothing that it printed says why`;
  return {
    verdict: { status: 'failed', headline: `Failed: ${why}. It was slow: ${slow.finding.summary}.` },
    blockingPoint: slow.finding,
    findings: [
      slow.finding,
      ...waits.filter((each) => each !== slow).map((each) => each.finding),
      ...(said === undefined ? [] : [said]),
    ],
  };
}

function failedFirst(waits: readonly Wait[]): Finding[] {
  return [...waits.filter(hasFailed), ...waits.filter((each) => !hasFailed(each))].map(
    (each) => each.finding,
  );
}

/** What timeout(1) ends has no error of its own: it is open. */
function hasFailed({ group }: Wait): boolean {
  return group.open || group.spans.some((span) => span.attributes['error.type'] !== undefined);
}
