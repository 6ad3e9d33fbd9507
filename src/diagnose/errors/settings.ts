import { ELLIPSIS } from '../../../parsers/cut.ts';
import { hostOf } from '../../correlate/files/modcache.ts';
import type { TraceError } from '../../model/trace.ts';
import { quote } from '../quote.ts';
import type { Case } from '../rule.ts';

/** Which setting, status or line an error is about: the culprit's `setting`. */
export function settingOf(
  cause: string,
  error: TraceError,
  module: string | undefined,
  trace: Case['trace'],
): string | undefined {
  switch (cause) {
    case 'proxy-config/off':
      return 'GOPROXY=off';
    case 'proxy-config/no-entry':
    case 'proxy-config/bad-url':
      return 'GOPROXY';
    case 'proxy-config/bad-gosumdb':
      return 'GOSUMDB';
    case 'proxy-config/vendor':
      return 'GOFLAGS=-mod=vendor';
    case 'server-error/4xx':
    case 'server-error/5xx':
      return (
        error.detail.status?.toString() ??
        /: (?:unknown error )?([A-Za-z][A-Za-z -]+)$/.exec(error.text)?.[1] ??
        '5xx'
      );
    case 'auth/egress-407':
    case 'connect/dead-egress-proxy':
      return 'HTTPS_PROXY';
    case 'auth/private-module':
    case 'sumdb/private-module':
      return privatePattern(error, module);
    case 'disk/build-cache':
      return /: ([^:]+)$/.exec(error.text)?.[1];
    case 'toolchain/not-available':
    case 'toolchain/too-old':
      return /go ?(?:>= ?)?\d[\w.]*/.exec(error.text)?.[0] ?? versionIn(error);
    case 'server-error/not-found':
      return howNotFound(error);
    case 'server-error/bad-module':
      return quoteOf(
        /create zip.*|malformed file path.*|(?:module source tree|module contents|file) too large.*/,
        error,
      );
    case 'disk/other':
      return quote(FILE_ERROR.exec(error.text)?.[0] ?? error.text);
    case 'tls/other':
      return /tls: (.*)$/.exec(error.text)?.[1];
    case 'proxy-config/govcs':
      return `GOVCS=${error.detail.path}:${error.detail.program}`;
    case 'proxy-config/go-mod':
      return withNextLine(error, trace);
    case 'proxy-config/setting':
    case 'proxy-config/command-line':
    case 'cpu/compile-error':
    case 'git/vcs-status':
    case 'server-error/not-a-proxy':
    case 'server-error/other':
    case 'server-error/origin':
    case 'sumdb/origin':
    case 'unknown/other':
    case 'cpu/no-memory':
      return quote(error.text);
    default:
      return undefined;
  }
}

function quoteOf(pattern: RegExp, { text }: TraceError): string | undefined {
  const found = pattern.exec(text)?.[0];
  return found === undefined ? undefined : quote(found);
}

/** fs.PathError at the end of a line: `write /path: file too large`. */
const FILE_ERROR = /[a-z]+ \/[^:]+: [^:]+$/;

/** How an answer says that there is no such thing. */
const NOT_FOUND =
  /no go-import meta tags|404 Not Found|410 Gone|unknown revision [\w.+-]+|no matching versions[^;:]*|couldn't find remote ref \S+|unrecognized import path|not a known dependency|repository '[^']+' not found/;

function howNotFound({ text, isCut }: TraceError): string | undefined {
  const said = NOT_FOUND.exec(text)?.[0];
  return said !== undefined && isCut && text.endsWith(said) ? `${said}${ELLIPSIS}` : said;
}

/** A version with a `v` is that of the module whose go.mod asks for it. */
function versionIn({ detail: { version } }: TraceError): string | undefined {
  return version === undefined || version.startsWith('v') ? undefined : `go ${version}`;
}

/** `go: errors parsing go.mod:` says on the next line what they are. */
function withNextLine(error: TraceError, { errors }: Case['trace']): string {
  const next = error.text.trimEnd().endsWith(':') ? errors[errors.indexOf(error) + 1] : undefined;
  return quote(`${error.text.trim()} ${next?.text.trim() ?? ''}`);
}

/** `git.corp.example/*` for a module below it: what GOPRIVATE wants, which is about module paths and not about hosts. */
function privatePattern(error: TraceError, module: string | undefined): string | undefined {
  const host =
    module?.split('/')[0] ?? (error.detail.url === undefined ? undefined : hostOf(error.detail.url));
  return host === undefined ? undefined : `${host}/*`;
}
