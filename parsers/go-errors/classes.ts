/**
 * The error texts of go, net, crypto/x509 and git, in old and new wording, and what class of trouble each names.
 * The groups `host`, `address`, `module`, `version`, `path`, `url` and `status` are taken over where a text has them.
 */
export interface ErrorClass {
  readonly name: string;
  readonly pattern: RegExp;
}

const MODULE = '(?<module>[\\w.~-]+(?:\\.[\\w~-]+)+(?:/[\\w.~!-]+)*)(?:@(?<version>v?[\\w.+-]+))?';

/** In order: the first that fits wins, so the specific stand before the general. */
export const ERROR_CLASSES: readonly ErrorClass[] = [
  { name: 'checksum-mismatch', pattern: /checksum mismatch|SECURITY ERROR/ },
  // What is wrong with go.mod and go.sum at home: no server is asked (cmd/go/internal/modload).
  {
    name: 'go-sum-entry',
    pattern:
      /updates to go\.sum needed|missing go\.sum entry(?: for module providing package (?<module>[^\s;]+))?/,
  },
  {
    name: 'go-mod',
    pattern:
      /updates to go\.mod needed|no required module provides package (?<path>[^\s;]+)|go\.mod file not found|cannot find main module|errors parsing \S*go\.(?:mod|work)|^(?:\S*\/)?go\.(?:mod|work):\d+: |package (?<path2>\S+) is not in (?:std|GOROOT)/,
  },
  {
    name: 'toolchain-not-available',
    pattern:
      /toolchain not available|download (?<version>go[\d.]+\w*)[^:]*: .*(?:toolchain|not found)|no such toolchain|cannot find "go\d[^"]*" in PATH/,
  },
  {
    name: 'toolchain-too-old',
    pattern:
      /requires go >= ?(?<version>[\d.]+\w*)|invalid go version '|note: module requires Go (?<version2>[\d.]+)/,
  },
  { name: 'sumdb-setting', pattern: /invalid GOSUMDB/ },
  // cmd/go/internal/modfetch/codehost/vcs.go and vcs/vcs.go, checkGOVCS: the policy forbids what is installed.
  { name: 'govcs', pattern: /GOVCS disallows using (?<program>\w+) for (?:public|private) (?<path>[^\s;]+)/ },
  // cmd/go/internal/cfg, modload/init.go, base/goflags.go: the environment itself is wrong.
  {
    name: 'setting',
    pattern:
      /parsing \$GOFLAGS|GOFLAGS.*(?:unknown flag|non-flag)|neither GOMODCACHE nor GOPATH is set|(?:GOPATH|GOMODCACHE) entry (?:is relative|cannot)|creating work dir: (?!.*(?:no space left|quota exceeded|read-only file system|permission denied))|\$GOPATH must not be|invalid GOTOOLCHAIN|GOAUTH(?:=\S*)? (?:encountered|cannot|method requires)|GOCACHE is not (?:defined|an absolute path)/,
  },
  { name: 'proxy-off', pattern: /module lookup disabled by GOPROXY=off/ },
  {
    name: 'proxy-no-entry',
    pattern:
      /GOPROXY list is not the empty string, but contains no entries|GOPROXY.*(?:empty list|contains no entries)/,
  },
  {
    name: 'proxy-bad-url',
    pattern:
      /invalid proxy URL|GOPROXY.*(?:missing scheme|unsupported|invalid)|unsupported protocol scheme|invalid GOPROXY/,
  },
  {
    name: 'vendor',
    pattern:
      /inconsistent vendoring|cannot (?:query|find|load).*-mod=vendor|vendor\/modules\.txt|is set to vendor|build flag -mod=vendor|no such file or directory.*vendor\/|-mod=vendor/,
  },
  {
    name: 'path-mismatch',
    pattern:
      /module declares its path as|parsing go\.mod:.*unexpected module path|but was required as|module path must match major version|unexpected module path "(?<path>[^"]+)"/,
  },
  {
    name: 'version-conflict',
    pattern:
      /ambiguous import|\bconflict(?:s|ing)?\b|requires \S+, but|but \S+ requires|is explicitly required to be|mismatched versions|requires \S+@\S+, not/,
  },
  // modload/import.go: the module is there, and the package is not in it.
  {
    name: 'no-package',
    pattern:
      /module (?<module>\S+?)@(?<version>\S+) found(?: \([^)]*\))?(?:, replaced by [^,]*)?, but does not contain package (?<path>\S+)/,
  },
  {
    name: 'egress-407',
    pattern:
      /Proxy Authentication Required|proxyconnect tcp: .*407|\b407\b|socks connect tcp .*(?:no acceptable authentication methods|username\/password authentication failed)/,
  },
  {
    name: 'egress-dead',
    pattern:
      /(?:proxyconnect|socks connect) tcp(?: \S+)?: (?!.*(?:no such host|Authentication|lookup |unknown error ))(?:dial tcp (?<address>\S+:\d+))?/,
  },
  {
    name: 'egress-unknown',
    pattern: /(?:proxyconnect|socks connect) tcp(?: \S+)?: .*lookup (?<host>[^\s:]+)/,
  },
  // What a SOCKS proxy answers in place of a connection (golang.org/x/net/internal/socks, Reply.String).
  {
    name: 'egress-forbidden',
    pattern: /socks connect tcp \S+: unknown error connection not allowed by ruleset/,
  },
  { name: 'egress-5xx', pattern: /socks connect tcp \S+: unknown error / },
  // A CONNECT that was not answered by 200: net/http gives the text of the status line alone (transport.go, dialConn).
  { name: 'egress-forbidden', pattern: /(?:^|: )(?:Get|Head|Post) "[^"]+": Forbidden$/ },
  {
    name: 'egress-5xx',
    pattern:
      /(?:^|: )(?:Get|Head|Post) "[^"]+": (?:Internal Server Error|Bad Gateway|Service Unavailable|Gateway Time-?out)$/,
  },
  {
    name: 'ssh-host-key',
    pattern: /Host key verification failed|REMOTE HOST IDENTIFICATION HAS CHANGED|No \w+ host key is known/,
  },
  { name: 'ssh-key', pattern: /Permission denied \((?:publickey|keyboard)/ },
  {
    name: 'no-credentials',
    pattern:
      /terminal prompts disabled|could not read (?:Username|Password) for '(?<url>[^']+)'|Authentication failed for '(?<url2>[^']+)'|Invalid username or (?:password|token)|remote: (?:Repository|HTTP Basic).*(?:not found|denied)|The requested URL returned error: 40[13]/,
  },
  { name: 'no-vcs', pattern: /exec: "(?<program>git|hg|svn|bzr|fossil)": executable file not found/ },
  // For want of memory, mostly. A person ends go as well, with the signals that are not named here.
  {
    name: 'vcs-killed',
    pattern:
      /\b(?<program>git|hg|svn|bzr|fossil) \S.*: signal: (?:killed|aborted|bus error|segmentation fault)/,
  },
  {
    name: 'ssh-closed',
    pattern:
      /kex_exchange_identification: |Connection (?:closed|reset) by (?:remote host|(?<host>\S+) port \d+)/,
  },
  { name: 'no-vcs-protocol', pattern: /no secure protocol found for repository/ },
  {
    name: 'no-such-host',
    pattern:
      /lookup (?<host>[^\s:]+)(?: on (?<address>\[?[\d.a-fA-F:]+\]?:\d+))?: no such host|Could not resolve host: (?<host2>[^\s';]+)|Name or service not known/,
  },
  {
    name: 'dns-servfail',
    pattern:
      /lookup (?<host>[^\s:]+)(?: on (?<address>\S+:\d+))?: server misbehaving|Temporary failure in name resolution/,
  },
  {
    name: 'dns-refused',
    pattern: /lookup (?<host>[^\s:]+)(?: on (?<address>\S+:\d+))?: (?:read|dial) udp .*connection refused/,
  },
  {
    name: 'dns-unreachable',
    pattern:
      /lookup (?<host>[^\s:]+)(?: on (?<address>\S+:\d+))?: (?:read|write|dial) udp .*(?:network is unreachable|no route to host|host is unreachable)/,
  },
  {
    name: 'dns-timeout',
    pattern:
      /lookup (?<host>[^\s:]+)(?: on (?<address>\S+:\d+))?: .*(?:i\/o timeout|timed out|deadline exceeded)|Resolving timed out/,
  },
  { name: 'dns-other', pattern: /dial tcp: lookup (?<host>[^\s:]+)(?: on (?<address>\S+:\d+))?: / },
  {
    name: 'tls-unknown-authority',
    pattern:
      /certificate signed by unknown authority|unable to get local issuer certificate|self[- ]signed certificate|certificate is not trusted|SEC_ERROR_UNKNOWN_ISSUER|server certificate verification failed/,
  },
  {
    name: 'tls-no-roots',
    pattern:
      /failed to load system roots|no roots provided|error setting certificate (?:verify locations|file)/,
  },
  {
    name: 'tls-wrong-name',
    pattern:
      /certificate is (?:not )?valid for (?!any names)|certificate is not valid for any names|doesn't contain any IP SANs|certificate subject name .* does not match|relies on legacy Common Name|no alternative certificate subject name/,
  },
  {
    name: 'tls-expired',
    pattern:
      /certificate has expired or is not yet valid|certificate has expired|certificate is not yet valid/,
  },
  { name: 'tls-handshake-timeout', pattern: /TLS handshake timeout/ },
  {
    name: 'tls-not-tls',
    pattern:
      /first record does not look like a TLS handshake|server gave HTTP response to HTTPS client|http: server gave HTTP response/,
  },
  {
    name: 'tls-client-certificate',
    pattern: /remote error: tls: (?:certificate required|bad certificate)|alert certificate required/,
  },
  {
    name: 'tls-version',
    pattern:
      /tls: (?:protocol version not supported|server selected unsupported protocol version)|alert protocol version|unsupported protocol$/,
  },
  {
    name: 'tls-alert',
    pattern: /remote error: tls: |tls: (?:handshake failure|no application protocol|protocol version)/,
  },
  {
    name: 'connect-refused',
    pattern:
      /dial tcp (?<address>\S+:\d+): connect: connection refused|connect to (?:host )?(?<host>\S+) port \d+.*refused|Connection refused/,
  },
  {
    name: 'connect-unreachable',
    pattern:
      /dial tcp (?<address>\S+:\d+): connect: (?:no route to host|network is unreachable|host is unreachable|host is down)|(?:No route to host|Network is unreachable)/,
  },
  {
    name: 'connect-timeout',
    pattern:
      /dial tcp (?<address>\S+:\d+): (?:i\/o timeout|connect: connection timed out)|Failed to connect to (?<host>\S+) port \d+.*timed out|Failed to connect to (?<host2>\S+) port \d+ after \d{5,} ms|Connection (?:timed out|timeout)/,
  },
  // curl's words for any connect that fails: which way is not said.
  {
    name: 'connect-failed',
    pattern: /Failed to connect to (?<host>\S+) port \d+|Couldn't connect to server/,
  },
  {
    name: 'disk-full',
    pattern:
      /(?:(?:open|write|mkdir|rename|copy|close) (?<path>\/[^:]+): )?(?:no space left on device|disk quota exceeded)/,
  },
  {
    name: 'disk-read-only',
    pattern:
      /(?:(?:open|write|mkdir|rename|unlinkat|chmod|remove|lock|flock) (?<path>\/[^:]+): )?read-only file system/,
  },
  {
    name: 'disk-permission',
    pattern:
      /(?:open|write|mkdir|rename|unlinkat|chmod|remove|lock|flock|stat|fork\/exec) (?<path>\/[^:]+): (?:permission denied|operation not permitted)/,
  },
  { name: 'disk-io', pattern: /input\/output error|stale NFS file handle/ },
  { name: 'too-many-files', pattern: /too many open files/ },
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
      /connection reset by peer|unexpected EOF|stream error|INTERNAL_ERROR|early EOF|RPC failed|http2: server sent GOAWAY|broken pipe|the remote end hung up unexpectedly/,
  },
  {
    name: 'transfer-corrupt',
    pattern:
      /(?<![\w./])zip: (?!.*no such file)|not a valid zip file|flate: corrupt|create zip|bad zip|zip for \S+ has unexpected file/,
  },
  {
    name: 'bad-content',
    pattern:
      /invalid character .* looking for|invalid response(?: from proxy "(?<url>[^"]+)")?|missing module line|malformed/,
  },
  // The reason stands on the indented lines below, or on the line before.
  {
    name: 'vcs-failed',
    pattern: /\b(?:git|hg|svn|bzr|fossil) \S.*: exit status \d+:?\s*$|Could not read from remote repository/,
  },
  { name: 'redirect-loop', pattern: /stopped after \d+ redirects/ },
  {
    name: 'not-found',
    pattern:
      /404 Not Found|: 404\b|: 410\b|410 Gone|unknown revision|no matching versions|invalid version|not a known dependency|repository '(?<url>[^']+)' not found|unrecognized import path|no versions|reading \S+\/@v\/\S+: not found|reading file:\S+: (?:open \S+: )?no such file/,
  },
  { name: 'server-4xx', pattern: /: (?<status>4\d\d) [A-Z]/ },
  { name: 'response-timeout', pattern: /Client\.Timeout exceeded|context deadline exceeded|i\/o timeout/ },
  { name: 'eof', pattern: /: EOF$/ },
];

/** `go: MODULE@VERSION: …` and `MODULE@VERSION: …`: what the error is about. */
export const SUBJECT = new RegExp(
  `^\\s*(?:go: )?(?:go: )?(?:(?:downloading|finding|upgrading|module) )?${MODULE}: `,
);
