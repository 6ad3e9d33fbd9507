import type { Finding } from '../model/finding.ts';
import { conclude, type DiagnosisResult } from './conclusion.ts';
import { failureAtEnd } from './errors/cut.ts';
import { asksForJson } from './outcome.ts';
import { quote } from './quote.ts';
import { type Case, type Diagnosis, findingOf, step } from './rule.ts';
import { isSignificant } from './significance.ts';
import { missingFrom } from './unseen.ts';
import { unansweredAtEnd, type Wait } from './waits.ts';

/** An error of an unknown kind says less than this. */
const LEAST_TELLING = 0.5;

/** In a run that failed, what made it fail stands first, even when it took no time. */
export function failed(errors: readonly Finding[], waits: readonly Wait[]): DiagnosisResult {
  const waited = findingsOf(waits);
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

/** A command that failed, and printed no error that is known. */
interface Failure {
  readonly code: number;
  readonly context: Case;
  readonly waits: readonly Wait[];
  /** What it said in words that gotrace knows nothing of. */
  readonly said: Finding | undefined;
}

/** What may be the reason; the first that speaks is taken. */
const EXPLANATIONS: readonly ((failure: Failure) => DiagnosisResult | undefined)[] = [
  lastStepFailed,
  stillUnanswered,
  notRecorded,
  slowBefore,
  quoted,
];

export function failedUnexplained(code: number, context: Case, waits: readonly Wait[]): DiagnosisResult {
  const failure = { code, context, waits, said: lastWords(code, context) };
  for (const explain of EXPLANATIONS) {
    const result = explain(failure);
    if (result !== undefined) return result;
  }
  return failedInTheDark(`Failed: it ended with exit code ${code}${whyItIsNotKnown(context)}`, waits);
}

function whyItIsNotKnown({ trace }: Case): string {
  if (trace.coverage.syscalls) return '; nothing that it printed or waited for says why.';
  if (asksForJson(trace))
    return '. With -json go says why on its stdout, as "Error", which goes past gotrace: look there, or record with gotrace run --strace -- COMMAND.';
  return ", and the log holds no error of go, git or ssh. To see more: gotrace run --strace -- COMMAND, or keep the command's stderr.";
}

/** What it did last on the network failed, right before it ended. */
function lastStepFailed({ context, waits }: Failure): DiagnosisResult | undefined {
  const failure = failureAtEnd(context);
  if (failure === undefined || waits.some(({ finding }) => finding.cause === failure.cause)) return undefined;
  return conclude('failed', [findingAtEnd(failure, context), ...findingsOf(waits)]);
}

function stillUnanswered({ context, waits, said }: Failure): DiagnosisResult | undefined {
  if (said !== undefined || waits.some(hasFailed)) return undefined;
  const [wait] = unansweredAtEnd(context);
  return wait && conclude('failed', [wait.finding, ...findingsOf(waits)]);
}

function notRecorded({ code, context, waits, said }: Failure): DiagnosisResult | undefined {
  const missing = said === undefined ? missingFrom(context.trace) : undefined;
  return missing === undefined
    ? undefined
    : failedInTheDark(`Failed: it ended with exit code ${code}, and ${missing}.`, waits);
}

/** Why it failed is not known, or not understood; what took its time is, and may have to do with it or not. */
function slowBefore({ code, context, waits, said }: Failure): DiagnosisResult | undefined {
  const slow = waits.find(({ group }) => isSignificant(group, context));
  if (slow === undefined || waits.some(hasFailed)) return undefined;
  const why = said?.summary ?? `it ended with exit code ${code}, and nothing that it printed says why`;
  const others = waits.filter((each) => each !== slow);
  return {
    verdict: { status: 'failed', headline: `Failed: ${why}. It was slow: ${slow.finding.summary}.` },
    blockingPoint: slow.finding,
    findings: [...findingsOf([slow, ...others]), ...(said === undefined ? [] : [said])],
  };
}

function quoted({ waits, said }: Failure): DiagnosisResult | undefined {
  if (said === undefined || waits.some(hasFailed)) return undefined;
  return conclude('failed', [said, ...findingsOf(waits)]);
}

function findingsOf(waits: readonly Wait[]): Finding[] {
  return waits.map(({ finding }) => finding);
}

/** A reason in words that gotrace knows nothing of: they are quoted. */
function lastWords(code: number, context: Case): Finding | undefined {
  const { said } = context.trace;
  if (said === undefined) return undefined;
  const diagnosis = {
    cause: 'unknown/said',
    culprit: { setting: quote(said.text) },
    ...step(`exit code ${code}`),
    confidence: LEAST_TELLING / 2,
    evidence: [said.at],
  };
  return findingAtEnd(diagnosis, context);
}

function findingAtEnd(diagnosis: Diagnosis, context: Case): Finding {
  const { endNs } = context.trace;
  return findingOf(diagnosis, { startNs: endNs, endNs, blockedNs: 0 }, context);
}

function failedFirst(waits: readonly Wait[]): Finding[] {
  return findingsOf([...waits.filter(hasFailed), ...waits.filter((each) => !hasFailed(each))]);
}

/** What timeout(1) ends has no error of its own: it is open. */
function hasFailed({ group }: Wait): boolean {
  return group.open || group.spans.some((span) => span.attributes['error.type'] !== undefined);
}
