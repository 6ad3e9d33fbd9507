import type { Report } from '../model/report.ts';
import { isSystemAccount } from './accounts.ts';

export interface RedactOptions {
  /** Home directories to hide beside /home/NAME, /Users/NAME and C:\Users\NAME: the one that is in use. */
  readonly home?: string;
  /** Module paths that are replaced, as patterns of path.Match in GOPRIVATE's form: `corp.example/*`. */
  readonly modules?: readonly string[];
}

export const HIDDEN = 'REDACTED';

/** Tokens that are told by their prefix, and what follows it: GitHub, GitLab, npm, Slack, AWS, Google, JSON Web Tokens. */
const TOKENS: readonly (readonly [string, string])[] = [
  ['gh[pousr]_', '[A-Za-z0-9]{16,}'],
  ['github_pat_', String.raw`\w{20,}`],
  ['glpat-', String.raw`[\w-]{16,}`],
  ['npm_', '[A-Za-z0-9]{20,}'],
  ['xox[abprs]-', String.raw`[\w-]{10,}`],
  ['AKIA', '[0-9A-Z]{16}'],
  ['AIza', String.raw`[\w-]{30,}`],
  [String.raw`ya29\.`, String.raw`[\w-]{20,}`],
  ['eyJ', String.raw`[\w-]{8,}\.[\w-]{8,}\.[\w-]*`],
];

/** What a pattern finds right before the place where -s, or we, cut a text. */
function beforeCut(pattern: string, flags = 'gi'): RegExp {
  return new RegExp(String.raw`${pattern}(?=…|"\.\.\.)`, flags);
}

/** What is replaced, and by what. Each names a secret by its form; the text around it stays. */
const SECRETS: readonly (readonly [RegExp, string])[] = [
  // scheme://user:password@host, and a token alone before the @. What a remedy leaves to be filled in is no secret,
  // nor is the user that everybody is for git's servers.
  [/(\b[A-Za-z][A-Za-z0-9+.-]*:\/\/)(?!(?:USER:PASSWORD|git)@)[^\s/@"'<>]*@/g, `$1${HIDDEN}@`],
  // The same where a tracer's -s cut it before the @: user:password, unless it is host:port; a long word without a dot.
  [
    beforeCut(
      String.raw`(\b[a-z][a-z0-9+.-]*:\/\/)(?![^\s/@"'<>:…]*\.[^\s/@"'<>:…]*:\d*(?:…|"))[^\s/@"'<>:…]*:[^\s/@"'<>…]+`,
    ),
    `$1${HIDDEN}`,
  ],
  [beforeCut(String.raw`(\b[a-z][a-z0-9+.-]*:\/\/)[^\s/@"'<>:.…]{12,}`), `$1${HIDDEN}`],
  [
    /(\b(?:proxy-)?authorization["']?\s*[:=]\s*["']?(?:basic|bearer|token|digest|negotiate)?\s*)[^\s"',;]+/gi,
    `$1${HIDDEN}`,
  ],
  [/((?:header "|\b)(?:proxy-)?authorization" = ")[^"]*/gi, `$1${HIDDEN}`],
  [/((?:header "|\b)(?:set-)?cookie" = ")[^"]*/gi, `$1${HIDDEN}`],
  [/(\b(?:set-)?cookie["']?\s*[:=]\s*)[^\r\n"]+?(?=\\r|\\n|["\r\n]|$)/gi, `$1${HIDDEN}`],
  [
    /(\b(?:x-)?(?:api-key|auth-token|access-token|private-token|goproxy-token)["']?\s*[:=]\s*["']?)[^\s"',;]+/gi,
    `$1${HIDDEN}`,
  ],
  // netrc(5): login, password and account are followed by their values; in prose other words follow them.
  [
    /((?<=(?:^|[\r\n"']|\\[nrt]|\bdefault\s|\b(?:machine|login|password|account)\s+\S{1,300}\s)\s*)(?:login|account)\s+)(?!["']|USER\b)[^\s"\\]+/gi,
    `$1${HIDDEN}`,
  ],
  [
    /(\bpassword\s+)(?!["']|TOKEN\b|(?:or|and|is|was|are|for|in|to|of|on|authentication|prompts?|required|incorrect)(?:\s|[,.;:)]?$))[^\s"\\]+/gi,
    `$1${HIDDEN}`,
  ],
  [/(\b_(?:authToken|auth|password)\s*=\s*)[^\s"\\]+/gi, `$1${HIDDEN}`],
  // NAME=value where the name says that it is secret.
  [
    /(\b\w*(?:TOKEN|SECRET|PASSWORD|PASSWD|PASSPHRASE|API_?KEY|PRIVATE_KEY|CREDENTIALS?|ACCESS_KEY)\w*=)[^\s"'&]+/gi,
    `$1${HIDDEN}`,
  ],
  // `password: value`, `"token":"value"`, and the same in a string of JSON; the last part of a module path is no such name.
  [
    /((?<![\w/.@-])(?<!(?:unexpected|illegal) )[\w-]*(?:password|passwd|passphrase|secret|token|credentials?|(?:api|private|access)[_-]?key)\\*["']?\s*:\s*\\*["']?)(?![\s"'\\])[^\s"'\\,;}]+/gi,
    `$1${HIDDEN}`,
  ],
  // Query strings: their values can be signatures and keys.
  [/([?&][\w.~%-]+=)(?!1(?:\b|$))[^&\s"'#<>)]+/g, `$1${HIDDEN}`],
  [
    /-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]*?(?:-----END [A-Z ]*PRIVATE KEY-----|(?=")|$)/g,
    `${HIDDEN} PRIVATE KEY`,
  ],
  [new RegExp(String.raw`\b(?:${TOKENS.map((parts) => parts.join('')).join('|')})`, 'g'), HIDDEN],
  [beforeCut(String.raw`\b(?:${TOKENS.map(([prefix]) => prefix).join('|')})[\w.-]+`, 'g'), HIDDEN],
];

const HOMES = /(\/home\/|\/Users\/|[A-Z]:\\Users\\)([^/\\\s"'<>:;,)]+)/g;
/** OpenSSH's private key, as a tracer shows it being read. */
const KEY_MATERIAL = /openssh-key-v1|PRIVATE KEY/;

/** Makes the function that hides secrets in one text. Pure; applied to every string that leaves. */
export function redactor(options: RedactOptions = {}): (text: string) => string {
  const home = options.home;
  const modules = (options.modules ?? []).map(modulePattern);
  return (text) => {
    let out = text;
    for (const [pattern, replacement] of SECRETS) out = out.replace(pattern, replacement);
    if (KEY_MATERIAL.test(out))
      out = out.replace(/"(?:[^"\\]|\\.)*(?:openssh-key-v1|PRIVATE KEY)(?:[^"\\]|\\.)*"/g, `"${HIDDEN}"`);
    if (home !== undefined && home.length > 1 && !isSystemAccount(home.split(/[/\\]/).pop() ?? ''))
      out = out.replaceAll(home, '~');
    out = out.replace(HOMES, (whole, folder: string, name: string) =>
      isSystemAccount(name) ? whole : `${folder}${HIDDEN}`,
    );
    for (const pattern of modules) out = out.replace(pattern, 'private.example/module');
    return out;
  };
}

function modulePattern(pattern: string): RegExp {
  const source = pattern
    .split('*')
    .map((part) => part.replace(/[.+?^${}()|[\]\\]/g, '\\$&'))
    .join('[^/\\s"@]*');
  return new RegExp(`${source}(?:/[\\w.~!/-]+)*`, 'g');
}

/** Every string of a report goes through here before any writer sees it. */
export function redactReport(report: Report, options: RedactOptions = {}): Report {
  return mapStrings(report, remembering(redactor(options)));
}

/** Inputs, hosts and evidence stand in a report again and again. */
function remembering(change: (text: string) => string): (text: string) => string {
  const known = new Map<string, string>();
  return (text) => {
    let changed = known.get(text);
    if (changed === undefined) {
      changed = change(text);
      known.set(text, changed);
    }
    return changed;
  };
}

function mapStrings<T>(value: T, change: (text: string) => string): T {
  if (typeof value === 'string') return change(value) as T;
  if (Array.isArray(value)) return value.map((item) => mapStrings(item, change)) as T;
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, mapStrings(item, change)])) as T;
}
