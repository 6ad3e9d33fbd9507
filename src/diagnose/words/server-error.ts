import type { CauseWords } from './types.ts';

const NEXT_ENTRY = {
  text: 'With | instead of , the next GOPROXY entry is asked after any error, not only after 404 and 410',
  command: '{piped}',
};

export const SERVER_ERROR_WORDS: readonly CauseWords[] = [
  {
    cause: 'server-error/not-found',
    summary: '{module} was not found[ ({setting})]: every place that was asked says that it does not exist',
    explanation: 'The version, tag or path does not exist where go looked for it.',
    telltale: '`404 Not Found`, `410 Gone`, `unknown revision` from every GOPROXY entry.',
    remedies: [
      { text: 'List the versions that exist', command: 'go list -m -versions {path}' },
      {
        text: 'Check the spelling of path and version (unknown revision); a private module needs GOPRIVATE',
        command: 'go env GOPROXY GOPRIVATE',
      },
    ],
  },
  {
    cause: 'server-error/no-package',
    summary: '{module} exists, but has no package {path}',
    explanation:
      'The import path leads to a module that is there; the package is not in that version of it. It was renamed, moved, or is misspelt.',
    telltale: '`module … found, but does not contain package …`.',
    remedies: [
      { text: 'See which packages and versions it has', command: 'go list -m -versions {module}' },
      { text: 'Correct the import, then', command: 'go mod tidy' },
    ],
  },
  {
    cause: 'server-error/redirect-loop',
    summary: '{host} redirects {url} in a circle',
    explanation:
      'Each redirect leads to another one; go gives up after ten. A proxy or a login page in front of it sends everything back to itself.',
    telltale: '`stopped after 10 redirects`.',
    remedies: [
      {
        text: 'See where the redirects of {host} lead',
        command: "curl -sSIL --max-redirs 10 {url} | grep -i -E '^(HTTP|location)'",
      },
    ],
  },
  {
    cause: 'server-error/origin',
    summary: '{host} does not have {module}, and could not get it from where it is kept: {setting}',
    explanation:
      'A proxy that does not have a module fetches it from its repository. That failed there: the network and the git in question are the server’s, and not this machine’s.',
    telltale: 'A 404 or 410 whose `server response:` holds an error of git or of a connection.',
    remedies: [
      {
        text: 'Ask {host} again later: it tries again after some minutes',
        command: 'curl -L -sS -i {url}',
      },
      {
        text: 'Or take the module from its repository, without the proxy',
        command: 'GOPROXY=direct go mod download',
      },
    ],
  },
  {
    cause: 'server-error/bad-module',
    summary: '{module} cannot be made into a module: {setting}',
    explanation:
      'What its repository holds at that version is not allowed in a module zip: a file name that some systems cannot have, or too much of everything. Every proxy, and go itself, refuses it.',
    telltale: '`create zip: malformed file path`, `module source tree too large`.',
    remedies: [
      { text: 'Take another version of it', command: 'go list -m -versions {path}' },
      { text: 'Tell its maintainer what is wrong: {setting}' },
    ],
  },
  {
    cause: 'server-error/5xx',
    summary: '{who} answers {setting} for {request}[ ({cost} went into such answers)]',
    explanation:
      'The server, or a gateway before it, failed. After , in GOPROXY the next entry is not asked for that; after | it is.',
    telltale: 'Status 500, 502, 503 or 504 in the `# get` line.',
    remedies: [
      {
        text: 'Look at {who} and its upstream: it answers {setting}',
        command: 'curl -vL -o /dev/null {url}',
      },
      {
        text: 'If {host} often fails, put the GOPROXY entry behind it first',
        command: '{swapped}',
      },
      NEXT_ENTRY,
    ],
  },
  {
    cause: 'server-error/4xx',
    summary: '{host} refuses the request for {url} with status {setting}',
    explanation:
      'The server understood who asked and for what, and finds the request itself wrong: a URL that is not a module proxy’s, a module path that it does not accept, or a rule of its own.',
    telltale: 'A status 4xx that is none of 401, 403, 404, 407, 410 and 429.',
    remedies: [
      { text: 'Read what the server says', command: 'curl -L -sS -i {url}' },
      {
        text: 'Check the entry of GOPROXY that it was asked of, and the module path',
        command: 'go env GOPROXY',
      },
      NEXT_ENTRY,
    ],
  },
  {
    cause: 'server-error/rate-limited',
    summary: '{host} limits the rate of requests (429 Too Many Requests)',
    explanation: 'Too many requests in a short time from this address or account.',
    telltale: 'Status 429.',
    remedies: [
      {
        text: 'Ask less at a time (429, rate limit, Retry-After)',
        command: 'GODEBUG=cmdgonetlimit=2 go mod download',
      },
      {
        text: 'Put a caching proxy between your jobs and {host}, and keep GOMODCACHE between CI jobs',
        command: 'go env -w GOPROXY=https://proxy.example',
      },
    ],
  },
  {
    cause: 'server-error/forbidden',
    summary: '{who} forbids {request} (403 Forbidden)',
    explanation: 'The server refuses by policy. After , go asks the next entry on 404 and 410 only.',
    telltale: 'Status 403; the next entry was not asked.',
    remedies: [
      { text: 'Ask the operator of {who} why that is forbidden (403)', command: 'curl -sS {url}' },
      { ...NEXT_ENTRY, text: `If policy allows another source: ${NEXT_ENTRY.text}` },
    ],
  },
  {
    cause: 'server-error/path-mismatch',
    summary: '{module} declares another module path in its go.mod than the one it is required by',
    explanation:
      'The go.mod of what was downloaded names another module: a fork, a renamed repository, or a missing /v2.',
    telltale: '`module declares its path as`.',
    remedies: [
      {
        text: 'Require it by the path that it declares, or replace the declared path by the fork',
        command: 'go mod edit -replace=OLD=NEW@VERSION',
      },
    ],
  },
  {
    cause: 'server-error/version-conflict',
    summary: 'the requirements cannot be met together[ ({module})]',
    explanation: 'Two requirements contradict each other, or one import is provided by two modules.',
    telltale: '`ambiguous import`, `requires …, but`, `conflict`.',
    remedies: [
      { text: 'Show why each is needed', command: 'go mod graph | grep {path}' },
      { text: 'Settle it with replace or exclude, or upgrade both', command: 'go mod why -m {path}' },
    ],
  },
  {
    cause: 'server-error/not-a-proxy',
    summary: '{host} answered with something that is no module data[ ({setting})]',
    explanation:
      'The answer came with status 200, but it is not what a module proxy sends: the login page of a network (captive portal), a block page of a firewall, or the front page of a server whose URL is no module proxy.',
    telltale: "`invalid response from proxy`, `invalid character '<'`, `missing module line` after `200 OK`.",
    remedies: [
      { text: 'Look at what {host} really sends', command: 'curl -sS {url} | head -c 400' },
      {
        text: 'On a network with a login page, log in with a browser first; else correct the URL in GOPROXY',
        command: 'go env GOPROXY',
      },
    ],
  },
  {
    cause: 'server-error/other',
    summary: 'go failed: {setting}',
    explanation: 'go reported an error that none of the other causes describes.',
    telltale: 'A line that begins with `go:`.',
    remedies: [
      {
        text: 'Run again with more output, and attach the report',
        command: 'gotrace run --strace --format markdown -- go mod download',
      },
    ],
  },
];
