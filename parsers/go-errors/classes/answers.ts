import type { ErrorClass } from './types.ts';

/** What a server that was reached answered, or failed to. */
export const ANSWER_CLASSES: readonly ErrorClass[] = [
  { name: 'rate-limited', pattern: /\b429\b(?: Too Many Requests)?/ },
  {
    name: 'server-5xx',
    pattern:
      /: (?<status>5\d\d) [A-Z]|unexpected (?:status|response).*\b(?<status2>5\d\d)\b|returned error: (?<status3>5\d\d)/,
  },
  { name: 'auth-401', pattern: /: 401\b|401 Unauthorized/ },
  { name: 'forbidden', pattern: /: 403\b|403 Forbidden/ },
  {
    name: 'transfer-reset',
    pattern:
      /connection reset by peer|existing connection was forcibly closed|unexpected EOF|stream error|INTERNAL_ERROR|early EOF|RPC failed|http2: (?:server sent GOAWAY|client connection lost)|broken pipe|(?:Recv|Send) failure: |the remote end hung up unexpectedly|unexpected disconnect while reading|invalid index-pack output|bad pack header|outstanding read data remaining|: (?:read|wsarecv): (?:connection timed out|operation timed out|A connection attempt failed)/,
  },
  // Cut by -s: what was received could not be read on, or not be written (modfetch/proxy.go says so of bodies only).
  { name: 'body-failed', pattern: /: read "https?:[^"]*(?:": ?[a-z]*)?$/ },
  // modfetch/coderepo.go and x/mod/zip: what is in the repository cannot be a module, whoever packs it.
  {
    name: 'bad-module',
    pattern:
      /create zip(?: from \S+)?: \S|zip: malformed file path|module source tree too large|(?:module contents|file) too large \(max size is|downloaded zip file too large/,
  },
  {
    name: 'transfer-corrupt',
    pattern:
      /(?<![\w./])zip: (?!.*no such file)|not a valid zip file|flate: corrupt|bad zip|zip for \S+ has unexpected file/,
  },
  {
    name: 'bad-content',
    pattern:
      /invalid character .* looking for|invalid response(?: from proxy "(?<url>[^"]+)")?|missing module line|malformed/,
  },
];

/** Behind what git says of itself: the same words stand beside its own. */
export const LAST_ANSWER_CLASSES: readonly ErrorClass[] = [
  { name: 'redirect-loop', pattern: /stopped after \d+ redirects/ },
  {
    name: 'not-found',
    pattern:
      /404 Not Found|: 404\b|: 410\b|410 Gone|unknown revision|no matching versions|invalid (?:pseudo-)?version|not a known dependency|couldn't find remote ref|repository '(?<url>[^']+)' not found|unrecognized import path(?: "(?<module>[^"]+)")?|no versions|reading \S+\/@v\/\S+: not found|reading file:\S+: (?:open \S+: )?no such file/,
  },
  { name: 'server-4xx', pattern: /: (?<status>4\d\d) [A-Z]/ },
  {
    name: 'response-timeout',
    pattern:
      /Client\.Timeout exceeded|timeout awaiting response headers|context deadline exceeded|i\/o timeout|timed out after \d+ milliseconds/,
  },
  // CURLOPT_LOW_SPEED_LIMIT, which git sets from http.lowSpeedLimit.
  { name: 'transfer-slow', pattern: /Operation too slow/ },
  { name: 'eof', pattern: /: EOF$|Empty reply from server/ },
];
