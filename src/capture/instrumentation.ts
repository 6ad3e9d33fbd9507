import { basename } from 'node:path';
import type { GoSettings } from './settings.ts';

/** What gotrace asks go to print to its stderr. */
export interface Instrumentation {
  /** `-x`: fetches and git commands. */
  readonly x: boolean;
  /** `GODEBUG=netdns=2`: lookups. */
  readonly netdns: boolean;
  /** `GODEBUG=http2debug=1`: connections, streams and bodies. */
  readonly http2debug: boolean;
}

/** These print their commands to stdout with -x (cmd/go/internal/clean, cmd/go/internal/fmtcmd). */
const X_ON_STDOUT = new Set(['clean', 'fmt']);
/** These print what they build as JSON on stdout, and -x as a part of it (cmd/go/internal/load/printer.go). */
const JSON_BUILDS = new Set(['build', 'install', 'test']);

/**
 * What can be asked of a command without changing its stdout. Of a command that only calls go, all: what it calls is not
 * known.
 */
export function harmless(command: readonly string[], wanted: Instrumentation): Instrumentation {
  const [program = '', ...rest] = command;
  if (!/^go[\d.]*$/.test(basename(program))) return wanted;
  const [name = '', ...args] = rest[0] === '-C' ? rest.slice(2) : rest.filter((each) => !/^-C=/.test(each));
  const isJson = JSON_BUILDS.has(name) && args.some((each) => /^--?json(?:=|$)/.test(each));
  // What a test prints to its stderr goes to the stdout of `go test`, and the test has the same GODEBUG.
  const isTest = name === 'test';
  return {
    x: wanted.x && !isJson && !X_ON_STDOUT.has(name),
    netdns: wanted.netdns && !isTest,
    http2debug: wanted.http2debug && !isTest,
  };
}

/** GOFLAGS and GODEBUG with what gotrace asks for, joined to what the person has set, in the environment or with `go env -w`. */
export function instrumentedEnvironment(
  environment: Readonly<Record<string, string | undefined>>,
  settings: GoSettings,
  wanted: Instrumentation,
): Record<string, string> {
  const flags = (environment['GOFLAGS'] ?? settings['GOFLAGS'] ?? '').trim();
  const hasX = /(?:^|\s)-x(?:=|\s|$)/.test(flags);
  const debug = environment['GODEBUG'] ?? settings['GODEBUG'] ?? '';
  const ownDebug = debug.split(',').filter((each) => each !== '');
  const own = new Set(ownDebug.map((each) => each.split('=')[0]));
  const added = [
    ...(wanted.netdns ? ['netdns=2'] : []),
    ...(wanted.http2debug ? ['http2debug=1'] : []),
    // A `go test -json` below a script or gotestsum would print -x as JSON to its stdout (Go 1.24 release notes).
    ...(wanted.x ? ['gotestjsonbuildtext=1'] : []),
  ].filter((each) => !own.has(each.split('=')[0]));
  return {
    ...(wanted.x && !hasX ? { GOFLAGS: `${flags} -x`.trim() } : {}),
    ...(added.length === 0 ? {} : { GODEBUG: [...ownDebug, ...added].join(',') }),
  };
}
