import { existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { CATALOGUE } from '../src/diagnose/catalogue.ts';
import { reportOf, reportOfText } from './support/analyze.ts';

/**
 * Each cause of the catalogue with a case that it is, and one near it that it is not. A case is the name of a recording
 * of fixtures/scenarios (its strace log), or the text of a log. What takes a hand-made strace log is in rules.test.ts.
 */
interface CauseCase {
  readonly is: string;
  readonly near: string;
}

const go = (text: string) => `go: lib.example/a@v1.0.0: ${text}\n`;
const get = (text: string) => go(`Get "https://proxy.example/lib.example/a/@v/v1.0.0.mod": ${text}`);
/** A server that could not get a module itself, in its own words below the 404. */
const answered = (reason: string, path: string) =>
  `${go(`reading https://proxy.example/${path}: 404 Not Found`)}\tserver response:\n\tnot found: lib.example/a@v1.0.0: invalid version: git ls-remote -q origin in /tmp/cache/vcs/1: exit status 128:\n\t\tfatal: unable to access 'https://lib.example/a/': Failed to connect to lib.example port 443: ${reason}\n`;

const CASES: Readonly<Record<string, CauseCase>> = {
  'dns/slow-nameserver': { is: 'dns-slow', near: 'dns-slowaaaa' },
  'dns/local-resolver': { is: 'resolved-slow', near: 'resolved-nx' },
  'dns/lost-query': { is: 'dns-loss', near: 'dns-slow-second' },
  'dns/dead-nameserver': { is: 'dns-first-ns-dead', near: 'dns-loss' },
  'dns/all-nameservers-dead': { is: 'dns-alldead', near: 'dns-refusedport' },
  'dns/no-such-host': { is: 'dns-nxdomain', near: 'dns-servfail' },
  'dns/servfail': { is: 'dns-servfail', near: 'healthy-aaaa-servfail' },
  'dns/lame-referral': {
    is: get('dial tcp: lookup proxy.example on 192.0.2.53:53: lame referral'),
    near: get('dial tcp: lookup proxy.example on 192.0.2.53:53: no such host'),
  },
  'dns/refused-port': { is: 'dns-refusedport', near: 'dns-wrong-address' },
  'dns/unreachable': {
    is: get(
      'dial tcp: lookup proxy.example on 192.0.2.53:53: dial udp 192.0.2.53:53: connect: network is unreachable',
    ),
    near: get('dial tcp 192.0.2.9:443: connect: network is unreachable'),
  },
  'dns/silent-for-name': { is: 'dns-silent-for-name', near: 'dns-alldead' },
  'dns/truncated': { is: 'musl-truncated', near: 'dns-tc' },
  'dns/tcp-fallback': { is: 'dns-tc', near: 'dns-slow' },
  'dns/slow-aaaa': { is: 'dns-noaaaa', near: 'healthy-aaaa-servfail' },
  'dns/search-list': { is: 'dns-search-storm', near: 'dns-nxdomain' },
  'connect/blackhole': { is: 'connect-blackhole', near: 'connect-one-of-two-dead' },
  'connect/refused': { is: 'connect-refused', near: 'connect-unreachable' },
  'connect/unreachable': { is: 'connect-unreachable', near: 'connect-blackhole' },
  'connect/ipv6-broken': { is: 'connect-ipv6-broken', near: 'connect-one-of-two-dead' },
  'connect/one-address-dead': { is: 'connect-first-address-dead', near: 'connect-ipv6-broken' },
  'connect/dead-egress-proxy': { is: 'egress-refused', near: 'redirect-dead' },
  'tls/handshake-stall': { is: 'tls-stall', near: 'tls-slow' },
  'tls/slow-handshake': { is: 'tls-slow', near: 'tls-no-reuse' },
  'tls/no-connection-reuse': { is: 'tls-no-reuse', near: 'healthy-http1' },
  'tls/unknown-authority': { is: 'tls-unknown-ca', near: 'tls-noroots' },
  'tls/no-roots': { is: 'tls-noroots', near: 'tls-unknown-ca' },
  'tls/certificate-refused': { is: 'short-unknown-ca', near: 'short-tls-stall' },
  'tls/unverified': { is: 'git-unknown-ca', near: 'git-expired' },
  'tls/wrong-name': { is: 'tls-wrongname', near: 'tls-expired' },
  'tls/expired': { is: 'tls-expired', near: 'tls-wrongname' },
  'tls/reset': { is: 'tls-reset', near: 'transfer-reset' },
  'connect/failed': {
    is: go(
      "invalid version: git ls-remote -q origin in /m/cache/vcs/1: exit status 128:\n\tfatal: unable to access 'https://git.example/a/': Failed to connect to git.example port 443 after 1 ms: Couldn't connect to server",
    ),
    near: go(
      "invalid version: git ls-remote -q origin in /m/cache/vcs/1: exit status 128:\n\tfatal: unable to access 'https://git.example/a/': Could not resolve host: git.example",
    ),
  },
  'tls/client-certificate': {
    is: get('remote error: tls: certificate required'),
    near: get('tls: failed to verify certificate: x509: certificate signed by unknown authority'),
  },
  'tls/version': {
    is: get('remote error: tls: protocol version not supported'),
    near: get('remote error: tls: handshake failure'),
  },
  'tls/not-tls': {
    is: get('http: server gave HTTP response to HTTPS client'),
    near: get('remote error: tls: handshake failure'),
  },
  'tls/other': {
    is: get('remote error: tls: handshake failure'),
    near: get('net/http: TLS handshake timeout'),
  },
  'ttfb/egress-closed': { is: 'egress-closes', near: 'egress-hang' },
  'ttfb/slow-response': { is: 'ttfb-zip-slow', near: 'transfer-slow-20k' },
  'ttfb/no-response': { is: 'ttfb-hang', near: 'transfer-stall' },
  'ttfb/slow-egress-proxy': { is: 'egress-slow', near: 'healthy-egress' },
  'ttfb/silent-egress-proxy': { is: 'egress-hang', near: 'egress-slow' },
  'ttfb/slow-first-proxy': { is: 'goproxy-first-slow-404', near: 'proxy-503-pipe' },
  'ttfb/slow-discovery': { is: 'discovery-slow', near: 'discovery-404' },
  'ttfb/closed': {
    is: '# get https://proxy.example/lib.example/a/@v/v1.0.0.mod\n# get https://proxy.example/lib.example/a/@v/v1.0.0.mod: Get "https://proxy.example/lib.example/a/@v/v1.0.0.mod": EOF\n',
    near: go('read "https://proxy.example/lib.example/a/@v/v1.0.0.zip": unexpected EOF'),
  },
  'ttfb/latency-bound': { is: 'latency-many', near: 'latency-800ms' },
  'transfer/slow': { is: 'transfer-slow-20k', near: 'ttfb-zip-slow' },
  'transfer/stalled': { is: 'transfer-stall', near: 'transfer-dribble' },
  'transfer/reset': { is: 'transfer-reset', near: 'tls-reset' },
  'transfer/corrupt': { is: 'zip-corrupt', near: 'zip-404' },
  'server-error/not-found': { is: 'missing-version', near: 'proxy-401' },
  'server-error/redirect-loop': { is: get('stopped after 10 redirects'), near: 'redirect-slow' },
  'server-error/no-package': {
    is: 'go: example.com/app imports\n\tlib.example/a/none: module lib.example/a@latest found (v1.0.0), but does not contain package lib.example/a/none\n',
    near: 'go: example.com/app imports\n\tlib.example/a/none: cannot find module providing package lib.example/a/none\n',
  },
  'server-error/5xx': { is: 'proxy-502-only', near: 'proxy-429' },
  'server-error/4xx': {
    is: go('reading https://proxy.example/lib.example/a/@v/v1.0.0.mod: 400 Bad Request'),
    near: go('reading https://proxy.example/lib.example/a/@v/v1.0.0.mod: 404 Not Found'),
  },
  'server-error/rate-limited': { is: 'proxy-429', near: 'proxy-410' },
  'server-error/forbidden': { is: 'proxy-403-comma', near: 'proxy-401' },
  'server-error/origin': {
    is: answered('no route to host', 'lib.example/a/@v/v1.0.0.mod'),
    near: 'missing-version',
  },
  'server-error/bad-module': {
    is: go("create zip: malformed file path \"a'b.txt\": invalid char '\\''"),
    near: go('zip: not a valid zip file'),
  },
  'server-error/path-mismatch': { is: 'module-path-mismatch', near: 'captive-portal' },
  'server-error/version-conflict': {
    is: 'go: example.com/app imports\n\tlib.example/a/b: ambiguous import: found package lib.example/a/b in multiple modules:\n',
    near: go('reading https://proxy.example/lib.example/a/@v/v1.0.0.mod: 404 Not Found'),
  },
  'server-error/not-a-proxy': { is: 'captive-portal', near: 'missing-version' },
  'server-error/other': {
    is: get('something that nobody has seen before'),
    near: go('something that nobody has seen before'),
  },
  'proxy-config/off': { is: 'goproxy-off', near: 'goproxy-no-entry' },
  'proxy-config/no-entry': { is: 'goproxy-no-entry', near: 'goproxy-off' },
  'proxy-config/bad-url': { is: 'goproxy-bad-url', near: 'goproxy-no-entry' },
  'proxy-config/bad-gosumdb': {
    is: go('verifying go.mod: invalid GOSUMDB: invalid verifier hash'),
    near: go(
      'verifying go.mod: lib.example/a@v1.0.0/go.mod: reading https://sum.example/lookup/lib.example/a@v1.0.0: 404 Not Found',
    ),
  },
  'proxy-config/govcs': {
    is: go("invalid version: GOVCS disallows using git for private lib.example/a; see 'go help vcs'"),
    near: go('git init --bare in /m/cache/vcs/1: exec: "git": executable file not found in $PATH'),
  },
  'proxy-config/setting': {
    is: 'go: parsing $GOFLAGS: unknown flag -bogus\n',
    near: 'goproxy-bad-url',
  },
  'proxy-config/command-line': {
    is: "go: no modules specified (see 'go help mod download')\n",
    near: 'go: modules disabled by GO111MODULE=off; see go help modules\n',
  },
  'proxy-config/missing-go-sum': {
    is: 'main.go:4:2: missing go.sum entry for module providing package lib.example/a; to add:\n\tgo get example.com/app\n',
    near: 'sumdb-mismatch',
  },
  'proxy-config/no-replacement': {
    is: 'go: lib.example/a@v1.0.0 (replaced by ./a): reading a/go.mod: open /src/a/go.mod: no such file or directory\n',
    near: 'go: updates to go.mod needed; to update it:\n\tgo mod tidy\n',
  },
  'proxy-config/go-mod': {
    is: 'go: updates to go.mod needed; to update it:\n\tgo mod tidy\n',
    near: go('reading https://proxy.example/lib.example/a/@v/v1.0.0.mod: 404 Not Found'),
  },
  'proxy-config/dead-first-entry': { is: 'goproxy-tls-stall-pipe', near: 'goproxy-tls-stall-comma' },
  'proxy-config/vendor': {
    is: 'go: inconsistent vendoring in /src/app:\n\tlib.example/a@v1.0.0: is explicitly required in go.mod, but not marked as explicit in vendor/modules.txt\n',
    near: 'healthy-vendor-flag',
  },
  'auth/proxy-401': { is: 'proxy-401', near: 'egress-407' },
  'auth/egress-407': { is: 'egress-407', near: 'egress-403' },
  'auth/private-module': { is: 'private-not-in-goprivate', near: 'git-404' },
  'auth/credential-helper': { is: 'git-helper', near: 'git-askpass-hang' },
  'auth/goauth': { is: 'goauth-slow', near: 'git-helper' },
  'auth/askpass': { is: 'git-askpass-hang', near: 'git-stall' },
  'auth/ssh-host-key': { is: 'ssh-hostkey-tty', near: 'ssh-key-denied' },
  'auth/ssh-key': { is: 'ssh-key-denied', near: 'ssh-hostkey-tty' },
  'git/stalled': { is: 'git-stall', near: 'proxy-404-direct-slow-git' },
  'git/silent': {
    is: 'cd /m/cache/vcs/1; git ls-remote -q https://git.example/a.git\n',
    near: 'cd /m/cache/vcs/1; git ls-remote -q https://git.example/a.git\n0.051s # cd /m/cache/vcs/1; git ls-remote -q https://git.example/a.git\n',
  },
  'git/slow-server': { is: 'proxy-404-direct-slow-git', near: 'baseline-direct-git' },
  'git/no-repository': { is: 'git-404', near: 'private-not-in-goprivate' },
  'git/killed': {
    is: go('git ls-remote -q https://git.example/a.git in /m/cache/vcs/1: signal: killed'),
    near: go(
      'git ls-remote -q https://git.example/a.git in /m/cache/vcs/1: exit status 128:\n\tfatal: early EOF',
    ),
  },
  'git/vcs-status': {
    is: 'error obtaining VCS status: exit status 128\n\tUse -buildvcs=false to disable VCS stamping.\n',
    near: 'error obtaining VCS status: exec: "git": executable file not found in $PATH\n',
  },
  'git/ssh-closed': {
    is: go(
      'git fetch in /m/cache/vcs/1: exit status 128:\n\tkex_exchange_identification: Connection closed by remote host\n\tConnection closed by 192.0.2.20 port 22\n\tfatal: Could not read from remote repository.',
    ),
    near: 'ssh-key-denied',
  },
  'git/too-old': {
    is: go(
      'invalid pseudo-version: git fetch --unshallow -f origin in /m/cache/vcs/1: exit status 128:\n\tfatal: git fetch-pack: expected shallow list',
    ),
    near: go('git fetch -f origin in /m/cache/vcs/1: exit status 128:\n\tfatal: early EOF'),
  },
  'git/not-installed': {
    is: go('git init --bare in /m/cache/vcs/1: exec: "git": executable file not found in $PATH'),
    near: go(
      'invalid version: git ls-remote -q origin in /m/cache/vcs/1: exit status 128:\n\tfatal: unable to access',
    ),
  },
  'sumdb/unreachable': { is: 'sumdb-blackhole', near: 'sumdb-slow' },
  'sumdb/slow': { is: 'sumdb-slow', near: 'sumdb-hang' },
  'sumdb/private-module': { is: 'sumdb-404', near: 'sumdb-refused' },
  'sumdb/origin': { is: answered('no route to host', 'lookup/lib.example/a@v1.0.0'), near: 'sumdb-404' },
  'sumdb/incomplete': {
    is: go(
      'verifying module: checking tree#15 against tree#17: reading https://proxy.example/sumdb/sum.example/tile/8/1/237: 404 Not Found',
    ),
    near: 'sumdb-404',
  },
  'sumdb/mismatch': { is: 'sumdb-mismatch', near: 'sumdb-404' },
  'toolchain/download': { is: 'toolchain-stall', near: 'toolchain-na' },
  'toolchain/unverified': {
    is: 'go: download go1.99.0: golang.org/toolchain@v0.0.1-go1.99.0.linux-amd64: verifying module: checksum database disabled by GOSUMDB=off\n',
    near: 'go: download go1.99.0: golang.org/toolchain@v0.0.1-go1.99.0.linux-amd64: verifying module: checksum mismatch\n',
  },
  'toolchain/not-available': { is: 'toolchain-na', near: 'toolchain-old' },
  'toolchain/too-old': { is: 'toolchain-old', near: 'toolchain-na' },
  'lock/unsupported': {
    is: go('RLock /c/mod/cache/lock: no locks available'),
    near: go('open /c/mod/cache/lock: permission denied'),
  },
  'lock/in-use': {
    is: go(
      'rename C:\\a.tmp C:\\a: The process cannot access the file because it is being used by another process.',
    ),
    near: go('rename C:\\a.tmp C:\\a: Access is denied.'),
  },
  'git/dubious-ownership': {
    is: "fatal: detected dubious ownership in repository at '/c/mod/cache/vcs/1'\n",
    near: "fatal: repository 'https://git.example/a/' not found\n",
  },
  'cpu/no-memory': {
    is: go('fork/exec /usr/bin/git: cannot allocate memory'),
    near: go('fork/exec /usr/bin/git: permission denied'),
  },
  'connect/no-address': {
    is: get('dial tcp [2001:db8::1]:443: connect: cannot assign requested address'),
    near: get('dial tcp [2001:db8::1]:443: connect: network is unreachable'),
  },
  'connect/not-permitted': {
    is: get('dial tcp 192.0.2.1:443: connect: operation not permitted'),
    near: get('dial tcp 192.0.2.1:443: connect: network is unreachable'),
  },
  'lock/module': { is: 'lock-version', near: 'lock-cache' },
  'lock/vcs': { is: 'git-lockvcs', near: 'git-stall' },
  'lock/cache': { is: 'lock-cache', near: 'lock-version' },
  'disk/full': { is: 'disk-full', near: 'disk-read-only' },
  'disk/read-only': { is: 'disk-read-only', near: 'disk-full' },
  'disk/permission': {
    is: go('mkdir /home/runner/go/pkg/mod/cache/download/lib.example: permission denied'),
    near: go('mkdir /home/runner/go/pkg/mod/cache/download/lib.example: read-only file system'),
  },
  'disk/build-cache': {
    is: 'failed to initialize build cache at /.cache/go-build: mkdir /.cache: permission denied\n',
    near: go('mkdir /home/runner/go/pkg/mod/cache/download/lib.example: permission denied'),
  },
  'disk/modified-cache': {
    is: 'lib.example/a v1.0.0: dir has been modified (/m/lib.example/a@v1.0.0)\n',
    near: go('zip: not a valid zip file'),
  },
  'disk/slow': { is: 'disk-slow', near: 'baseline-cold' },
  'disk/too-many-files': { is: 'emfile', near: 'tls-noroots' },
  'disk/other': {
    is: go('rename /c/a.tmp /c/a: invalid cross-device link'),
    near: go('rename /c/a.tmp /c/a: permission denied'),
  },
  'cpu/compile-error': {
    is: '# example.com/app\n./main.go:3:15: undefined: foo\n',
    near: 'main.go:3:2: no required module provides package lib.example/a; to add it:\n\tgo get lib.example/a\n',
  },
  'cpu/stopped': { is: 'go-stopped', near: 'ttfb-zip-slow' },
  'cpu/unzip': { is: 'cpu-unzip', near: 'baseline-cold' },
};

/** Their cases are hand-made logs: rules.test.ts and others name them. */
const ELSEWHERE: Readonly<Record<string, string>> = {
  'connect/slow': 'rules.test.ts',
  'connect/other': 'rules.test.ts',
  'proxy-config/no-fallthrough': 'goproxy.test.ts',
  'git/slow-clone': 'rules.test.ts',
  'git/other': 'rules.test.ts',
  'dns/cgo-resolver': 'rules.test.ts',
  'cpu/starved': 'rules.test.ts',
  'cpu/asleep': 'rules.test.ts',
  'cpu/held-up': 'rules.test.ts',
  'lock/other': 'rules.test.ts',
};

/** Named where a wait or an error has a phase and fits no row: `PHASE/other` of the catalogue. */
const FALLBACK = /^(?:dns|auth|sumdb|toolchain|ttfb|transfer|cpu|proxy-config)\/other$|^unknown\//;

async function causesOf(text: string): Promise<readonly string[]> {
  const recording = join('fixtures/scenarios', text, 'strace.log.gz');
  const report = await (text.includes('\n') || !existsSync(recording)
    ? reportOfText(text)
    : reportOf([recording]));
  return report.findings.map((finding) => finding.cause);
}

describe('every cause has a case that it is, and one near it that it is not', () => {
  it('and none is forgotten', () => {
    const known = [...Object.keys(CASES), ...Object.keys(ELSEWHERE)].sort();
    const named = CATALOGUE.map((words) => words.cause).filter((cause) => !FALLBACK.test(cause));
    expect(named.sort()).toEqual(known);
    for (const { is, near } of Object.values(CASES))
      for (const name of [is, near].filter((each) => !each.includes('\n')))
        expect(
          readdirSync('fixtures/scenarios').filter((each) =>
            statSync(join('fixtures/scenarios', each)).isDirectory(),
          ),
        ).toContain(name);
  });

  it.each(Object.entries(CASES))('%s', async (cause, { is, near }) => {
    expect(await causesOf(is)).toContain(cause);
    expect(await causesOf(near)).not.toContain(cause);
  });
});
