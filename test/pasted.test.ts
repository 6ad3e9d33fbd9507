import { describe, expect, it } from 'vitest';
import { reportOfText } from './support/analyze.ts';

/**
 * What people paste: the last lines of somebody's build, in the words of that build, with go's error in the middle.
 * After the wordings of public bug reports, with other hosts, modules and paths.
 */
interface Pasted {
  readonly text: string;
  readonly cause: string;
  /** Some fields of the culprit. */
  readonly culprit: Readonly<Record<string, string>>;
}

const DIAL = 'Get "https://proxy.example/lib.example/a/@v/v1.0.0.mod": dial tcp 192.0.2.1:443:';
const WINDOWS_TIMEOUT =
  'connectex: A connection attempt failed because the connected party did not properly respond after a period of time, or established connection failed because connected host has failed to respond.';
const VCS = '/go/pkg/mod/cache/vcs/0123abcd';
const NO_LOGIN = "fatal: could not read Username for 'https://git.example': terminal prompts disabled";

const PASTED: Readonly<Record<string, Pasted>> = {
  'of ssh, whose second line says which server it was': {
    text: 'kex_exchange_identification: read: Connection reset by peer\nConnection reset by 192.0.2.1 port 22\nfatal: Could not read from remote repository.\n',
    cause: 'git/ssh-closed',
    culprit: { host: '192.0.2.1' },
  },
  'of the C library, which does not say what a nameserver did': {
    text: 'go: module lib.example/a: Get "https://proxy.example/lib.example/a/@v/list": dial tcp: lookup proxy.example: Temporary failure in name resolution\n',
    cause: 'dns/other',
    culprit: { host: 'proxy.example' },
  },
  'of `go mod download -json`, on one line': {
    text: '{"Path":"lib.example/a","Version":"v1.0.0","Error":"lib.example/a@v1.0.0: reading https://proxy.example/lib.example/a/@v/v1.0.0.mod: 404 Not Found"}\n',
    cause: 'server-error/not-found',
    culprit: { module: 'lib.example/a@v1.0.0' },
  },
  'behind a prompt of PowerShell': {
    text: `PS C:\\src> go build\ngo: lib.example/a@v1.0.0: ${DIAL} ${WINDOWS_TIMEOUT}\n`,
    cause: 'connect/blackhole',
    culprit: { host: 'proxy.example', address: '192.0.2.1:443' },
  },
  'as one line of two, without a newline at the end': {
    text: `C:\\src>go get lib.example/a\ngo get: module lib.example/a: ${DIAL} ${WINDOWS_TIMEOUT}`,
    cause: 'connect/blackhole',
    culprit: { host: 'proxy.example' },
  },
  'behind a word of a person': {
    text: 'Error - go: lib.example/a@v1.0.0: Get "https://proxy.example/lib.example/a/@v/v1.0.0.mod": proxyconnect tcp: dial tcp 127.0.0.1:3001: connect: connection refused\n',
    cause: 'connect/dead-egress-proxy',
    culprit: { address: '127.0.0.1:3001' },
  },
  'glued to what a build tool printed': {
    text: `collected modules in 20655 msgo: module git.example/theme: git ls-remote -q origin in ${VCS}: exit status 128:\n\t${NO_LOGIN}\n`,
    cause: 'auth/private-module',
    culprit: { host: 'git.example' },
  },
  'behind the packages that import it': {
    text: 'shop/api imports\n    lib.example/a: lib.example/a@v1.0.1: Get "https://proxy.example/lib.example/a/@v/v1.0.1.zip": dial tcp: lookup proxy.example on 192.0.2.53:53: no such host\n',
    cause: 'dns/no-such-host',
    culprit: { host: 'proxy.example', module: 'lib.example/a@v1.0.1' },
  },
  'in the summary of a failed step of a container build': {
    text: " => ERROR [build 5/7] RUN go mod download   0.2s\n------\n > [build 5/7] RUN go mod download:\n0.172 go: errors parsing go.mod:\n0.172 /build/go.mod:3: invalid go version '1.25.0': must match format 1.23\n------\nDockerfile:7\n",
    cause: 'toolchain/too-old',
    culprit: { setting: 'go 1.25.0' },
  },
  'in a step of a container build': {
    text: ' > [build 7/9] RUN go mod download:\n#15 13.15 go: lib.example/errors@v1.19.3 (replaced by ./errors/): reading errors/go.mod: open /src/errors/go.mod: no such file or directory\n',
    cause: 'proxy-config/no-replacement',
    culprit: { module: 'lib.example/errors@v1.19.3', path: './errors/' },
  },
  'stamped by a CI server': {
    text: `[2024-05-01T10:00:00.000Z] + go mod download\n[2024-05-01T10:02:07.000Z] go: lib.example/a@v1.0.0: ${DIAL} connect: connection timed out\n`,
    cause: 'connect/blackhole',
    culprit: { host: 'proxy.example' },
  },
  'behind the name of a target': {
    text: `  ./build+deps | --> RUN go mod download\n  ./build+deps | go: lib.example/a@v1.0.0: ${DIAL} connect: connection refused\n`,
    cause: 'connect/refused',
    culprit: { host: 'proxy.example' },
  },
  'in a string of a log in JSON': {
    text: `{"level":"error","stderr":"Command failed: go get ./...\\ngo: lib.example/a@v1.0.0: ${DIAL.replaceAll('"', '\\"')} i/o timeout\\n"}\n`,
    cause: 'connect/blackhole',
    culprit: { host: 'proxy.example' },
  },
  'from a go before modules': {
    text: 'unrecognized import path "lib.example/a": https fetch: Get "https://lib.example/a?go-get=1": net/http: TLS handshake timeout\n',
    cause: 'tls/handshake-stall',
    culprit: { host: 'lib.example' },
  },
  'of a toolchain that cannot be reached': {
    text: `go: download go1.26.1: golang.org/toolchain@v0.0.1-go1.26.1.linux-amd64: Get "https://proxy.example/golang.org/toolchain/@v/v0.0.1-go1.26.1.linux-amd64.zip": dial tcp 192.0.2.1:443: i/o timeout\n`,
    cause: 'toolchain/download',
    culprit: { host: 'proxy.example' },
  },
  'of go.mod, and on the next line what git says': {
    text: `go: errors parsing go.mod:\n/src/go.mod:10:2: require git.example/team/a: version "84b6a372087a" invalid: git fetch -f origin refs/heads/*:refs/heads/* in ${VCS}: exit status 128:\n\t${NO_LOGIN}\n`,
    cause: 'auth/private-module',
    culprit: { host: 'git.example' },
  },
  'of a proxy that may not see the module': {
    text: `go: git.example/team/a@v1.0.0: reading https://proxy.example/git.example/team/a/@v/v1.0.0.mod: 404 Not Found\n\tserver response:\n\tnot found: git.example/team/a@v1.0.0: invalid version: git ls-remote -q origin in /tmp/gopath/pkg/mod/cache/vcs/1: exit status 128:\n\t\t${NO_LOGIN}\n\tConfirm the import path was entered correctly.\n`,
    cause: 'auth/private-module',
    culprit: { host: 'git.example', module: 'git.example/team/a@v1.0.0' },
  },
  'of a git without certificates': {
    text: `go: git.example/a@v1.2.3: invalid version: git ls-remote -q https://git.example/a in ${VCS}: exit status 128:\n\tfatal: unable to access 'https://git.example/a/': server certificate verification failed. CAfile: none CRLfile: none\n`,
    cause: 'tls/no-roots',
    culprit: { host: 'git.example' },
  },
  'of an egress proxy that the log does not name': {
    text: "fatal: unable to access 'https://git.example/team/a/': Received HTTP code 403 from proxy after CONNECT\n",
    cause: 'server-error/forbidden',
    culprit: { url: 'https://git.example/team/a/' },
  },
  'of a name, in words of curl that do not say why': {
    text: "Cloning into 'a'...\nfatal: unable to access 'https://git.example/team/a/': Could not resolve host: git.example\n",
    cause: 'dns/other',
    culprit: { host: 'git.example' },
  },
  'of a login that is refused': {
    text: `go: git.example/a@v1.0.0: git ls-remote -q origin in ${VCS}: exit status 128:\n\tremote: HTTP Basic: Access denied. The provided password or token is incorrect\n\tfatal: Authentication failed for 'https://git.example/a.git/'\n`,
    cause: 'auth/private-module',
    culprit: { host: 'git.example' },
  },
  'of a repository in the cache that git may not write': {
    text: `go: git.example/a@v1.0.0: git init --bare in ${VCS}: exit status 128:\n\t${VCS}/: Permission denied\n`,
    cause: 'disk/permission',
    culprit: { path: `${VCS}/` },
  },
  'of a folder that Windows does not let go': {
    text: 'cannot load lib.example/a: rename C:\\Users\\me\\go\\pkg\\mod\\lib.example\\a@v1.0.0.tmp-839 C:\\Users\\me\\go\\pkg\\mod\\lib.example\\a@v1.0.0: Access is denied.\n',
    cause: 'disk/permission',
    culprit: {},
  },
};

describe('what people paste', () => {
  it.each(Object.entries(PASTED))('%s', async (_, { text, cause, culprit }) => {
    const { findings } = await reportOfText(text);
    expect(findings[0]?.cause).toBe(cause);
    expect(findings[0]?.culprit).toMatchObject(culprit);
  });

  it('does not say that a server does what an egress proxy before it does', async () => {
    const { verdict, blockingPoint } = await reportOfText(
      PASTED['of an egress proxy that the log does not name']?.text ?? '',
    );
    expect(verdict.headline).toContain('the egress proxy of HTTPS_PROXY forbids');
    expect(blockingPoint?.culprit.host).toBeUndefined();
  });

  it('does not speak of curl where go failed to look a name up', async () => {
    const text =
      'go: lib.example/a@v1.0.0: Get "https://proxy.example/lib.example/a/@v/v1.0.0.mod": dial tcp: lookup proxy.example: dnsquery: DNS server failure.\n';
    const { verdict, blockingPoint } = await reportOfText(text);
    expect(blockingPoint?.cause).toBe('dns/other');
    expect(verdict.headline).not.toContain('curl');
  });

  it('does not take the errors of somebody’s tests for go’s', async () => {
    const text =
      '--- FAIL: TestClient (0.01s)\n    client_test.go:17: Get "http://127.0.0.1:4000/health": dial tcp 127.0.0.1:4000: connect: connection refused\ngo: downloading lib.example/a v1.0.0\n';
    const { findings } = await reportOfText(text);
    expect(findings.map((finding) => finding.cause)).not.toContain('connect/refused');
  });
});

it('a program that panicked was not ended, and hung nowhere', async () => {
  const report = await reportOfText(
    'panic: runtime error: invalid memory address or nil pointer dereference\n\ngoroutine 1 [running]:\nmain.main()\n\t/src/main.go:7 +0x1d\nexit status 2\n',
  );
  expect(report.verdict.headline).toMatch(/^Unknown: a Go program panicked, /);
});
