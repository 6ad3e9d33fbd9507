import { hostOf } from '../../correlate/files/modcache.ts';
import type { TraceError } from '../../model/trace.ts';
import { quote } from '../quote.ts';
import { baseOf, type Case, culprit, type Diagnosis, step } from '../rule.ts';
import { causeOf } from './cause.ts';
import { SAYS_NOTHING } from './decisive.ts';
import { settingOf } from './settings.ts';
import { NEEDS_REASON, withSpans } from './spans.ts';

/** What an error says, completed by what the spans show of the same trouble. */
export function diagnoseError(error: TraceError, context: Case): Diagnosis {
  const url = error.detail.url ?? urlBelow(error, context.trace);
  const cause = causeOf(error, url, context);
  const { module, version } = subjectOf(error, context.trace);
  const host =
    error.detail.host ??
    (url === undefined ? undefined : hostOf(url)) ??
    (/\/ssh-/.test(cause) ? sshHost(error, context) : undefined);
  const base = baseOf(url);
  const diagnosis: Diagnosis = {
    cause,
    culprit: culprit({
      host,
      address: error.detail.address,
      url,
      module: cause.startsWith('toolchain/')
        ? 'golang.org/toolchain'
        : module === undefined
          ? undefined
          : version === undefined
            ? module
            : `${module}@${version}`,
      process: error.detail.program,
      path:
        error.detail.path ??
        (['server-error/not-found', 'server-error/version-conflict', 'git/no-repository'].includes(cause)
          ? module
          : undefined),
      setting: settingOf(cause, error, module, context.trace),
    }),
    ...(base === undefined ? {} : { base }),
    ...reasonOf(cause, error),
    confidence: SAYS_NOTHING.has(error.class) ? 0.3 : 0.9,
    evidence: [error.at, ...relatedLines(error, context)],
  };
  return withSpans(diagnosis, error, context);
}

function reasonOf(cause: string, { class: name, text, quoted }: TraceError): { readonly step?: string } {
  // What stands behind the URL, or all of it.
  if (NEEDS_REASON.has(cause)) return { step: quote(/https?:\S+"?: (\S.*)$/.exec(text)?.[1] ?? text) };
  // net.OpError: `dial tcp 192.0.2.53:53: connect: connection refused`.
  if (cause === 'dns/tcp-fallback') return { step: /: (?:connect: )?([^:]+)$/.exec(text)?.[1] ?? text };
  if (cause === 'toolchain/too-old')
    return {
      step: text.includes('GOTOOLCHAIN=local')
        ? 'GOTOOLCHAIN=local forbids to download it'
        : 'a go from before 1.21 does not download it by itself',
    };
  if (cause === 'dns/other' && name === 'dns-unresolved')
    return {
      step: /temporary (?:failure|error)/i.test(text)
        ? 'no nameserver answered, or one could not tell: the C library does not say which'
        : 'whether the name does not exist or no nameserver answered, curl does not say',
    };
  return cause === 'auth/private-module' ? step(whatLogin(text, quoted)) : {};
}

/** What a repository's host says to git, and what git has for an answer. */
function whatLogin(text: string, quoted: boolean | undefined): string {
  if (/returned error: 403/.test(text)) return 'forbids git to read it (403)';
  const asks = 'asks git for a login';
  if (quoted === true) return `${asks}, and the git of the server has none`;
  if (text.includes('terminal prompts disabled'))
    return `${asks}, and git has none and may not ask for one (terminal prompts disabled)`;
  return /Authentication failed|denied|Invalid username|Support for password/.test(text)
    ? `${asks}, and refuses the one that git has`
    : asks;
}

/** Some of ssh's errors name no host: it is the one that ssh, or the git above it, was started for, or that the line beside it names. */
function sshHost(error: TraceError, { trace: { spans, errors } }: Case): string | undefined {
  const ssh = spans.findLast((span) => span.attributes['gotrace.helper'] === 'ssh');
  const git = spans.findLast(
    (span) => span.kind === 'git-command' && span.attributes['server.address'] !== undefined,
  );
  const named = errors.find((each) => each.class === error.class && each.detail.host !== undefined);
  return (ssh ?? git)?.attributes['server.address'] ?? named?.detail.host;
}

/** git's `fatal: …` does not name the module; the `go: MODULE@VERSION: …` line beside it does. */
function subjectOf(
  error: TraceError,
  trace: Case['trace'],
): { module?: string | undefined; version?: string | undefined } {
  if (error.detail.module !== undefined) return error.detail;
  const at = trace.errors.indexOf(error);
  const names = (each: TraceError) => each.final && each.detail.module !== undefined;
  const before = trace.errors.slice(0, at).findLast(names) ?? trace.errors.slice(at).find(names);
  return before?.detail ?? {};
}

/** `remote: HTTP Basic: Access denied`, and on the next line of whom that is. */
function urlBelow(error: TraceError, { errors }: Case['trace']): string | undefined {
  const next = errors[errors.indexOf(error) + 1];
  return next?.at.line === error.at.line + 1 ? next.detail.url : undefined;
}

function relatedLines(error: TraceError, { trace }: Case) {
  return trace.errors
    .filter((other) => other !== error && other.class === error.class)
    .map((other) => other.at)
    .slice(0, 3);
}
