import type { CauseWords } from './types.ts';

const PRIVATE = {
  text: 'Declare private modules as such: neither proxy nor checksum database is then asked for them',
  command: 'go env -w GOPRIVATE={setting}',
};

export const GO_WORDS: readonly CauseWords[] = [
  {
    cause: 'proxy-config/off',
    summary: 'GOPROXY=off forbids every download, and {module} is not in the module cache',
    explanation: 'With GOPROXY=off go uses the module cache only.',
    telltale: '`module lookup disabled by GOPROXY=off`.',
    remedies: [
      {
        text: 'Set GOPROXY for this run, or for good',
        command: 'go env -w GOPROXY=https://proxy.example,direct',
      },
      {
        text: 'See where GOPROXY=off comes from',
        command: 'go env GOPROXY; env | grep GOPROXY; go env GOENV GOFLAGS',
      },
    ],
  },
  {
    cause: 'proxy-config/no-entry',
    summary: 'GOPROXY has no usable entry',
    explanation: 'The list is not empty, but holds no URL, `direct` or `off`.',
    telltale: '`GOPROXY list is not the empty string, but contains no entries`.',
    remedies: [{ text: 'Set GOPROXY', command: 'go env -w GOPROXY=https://proxy.example,direct' }],
  },
  {
    cause: 'proxy-config/bad-url',
    summary: 'GOPROXY holds something that is no URL',
    explanation: 'An entry has no scheme or one that go does not know.',
    telltale: '`invalid proxy URL`, `unsupported protocol scheme`.',
    remedies: [
      {
        text: 'Correct GOPROXY: each entry is a URL with https://, or direct, or off',
        command: 'go env GOPROXY; go env -w GOPROXY=https://proxy.example,direct',
      },
    ],
  },
  {
    cause: 'proxy-config/no-fallthrough',
    summary:
      '{base} failed, and because a comma follows it in GOPROXY the next entry[ ({next})] was not asked: after a comma go asks on after 404 and 410 only',
    explanation: 'After , the next entry is asked on 404 and 410 only; after | on any error.',
    telltale: 'An error other than 404 from the first entry, and no request to the second.',
    remedies: [{ text: 'Use | to fall through on any error', command: '{piped}' }],
  },
  {
    cause: 'proxy-config/dead-first-entry',
    summary:
      'the GOPROXY entry {base} cannot be reached, and every module waits for that before the next entry[ ({next})] is asked',
    explanation: 'Each module asks the entries in order; a dead first one costs its time-out each time.',
    telltale: 'The same dead address for each module, then the next entry.',
    remedies: [{ text: 'Take {base} out of GOPROXY', command: '{without}' }],
  },
  {
    cause: 'proxy-config/vendor',
    summary: 'the build uses -mod=vendor, but the vendor folder is missing or does not fit go.mod',
    explanation:
      'With -mod=vendor (from GOFLAGS, or by default with a vendor folder) modules come from vendor/ only.',
    telltale: '`inconsistent vendoring`, `-mod=vendor`.',
    remedies: [
      { text: 'Write the vendor folder anew', command: 'go mod vendor' },
      { text: 'Or unset it', command: 'go env -u GOFLAGS; unset GOFLAGS' },
    ],
  },
  {
    cause: 'proxy-config/bad-gosumdb',
    summary: 'GOSUMDB is set to something that go cannot read',
    explanation:
      'GOSUMDB is the name of a checksum database, or a name with its public key (NAME+HASH+KEY), a blank and a URL, or off.',
    telltale: '`invalid GOSUMDB`.',
    remedies: [
      { text: 'See its value', command: 'go env GOSUMDB' },
      { text: 'Go back to the default', command: 'go env -u GOSUMDB; unset GOSUMDB' },
    ],
  },
  {
    cause: 'proxy-config/govcs',
    summary: 'GOVCS forbids {process} for {path}, and no proxy was to give it',
    explanation:
      'GOVCS says which version control programs go may run: for public modules only git and hg unless it is set, for those of GOPRIVATE all.',
    telltale: '`GOVCS disallows using git for …; see go help vcs`.',
    remedies: [
      {
        text: 'Allow it for this path',
        command: 'go env -w GOVCS={path}:{process},public:git|hg,private:all',
      },
      { text: 'See its value', command: 'go env GOVCS GOPRIVATE GOPROXY' },
    ],
  },
  {
    cause: 'proxy-config/setting',
    summary: 'a setting of go is wrong: {setting}',
    explanation:
      'The environment, or the file that `go env -w` writes, holds something that go cannot work with.',
    telltale: '`parsing $GOFLAGS`, `neither GOMODCACHE nor GOPATH is set`, `invalid GOTOOLCHAIN`.',
    remedies: [
      { text: 'See what is set, and where', command: 'go env -changed; env | grep -E "^(GO|HOME)"' },
      { text: 'Take a setting back that `go env -w` made', command: 'go env -u GOFLAGS' },
    ],
  },
  {
    cause: 'proxy-config/missing-go-sum',
    summary: 'go.sum has no entry for {module}',
    explanation:
      'go checks each module against go.sum, and adds to it only when it is told to (-mod=readonly is the default). No server had a part in this.',
    telltale: '`missing go.sum entry`.',
    remedies: [
      { text: 'Add what is missing, and commit go.mod and go.sum', command: 'go mod tidy' },
      { text: 'Or for {module} only', command: 'go mod download {module}' },
    ],
  },
  {
    cause: 'proxy-config/go-mod',
    summary: 'go.mod is missing, broken, or does not list what is imported: {setting}',
    explanation:
      'go reads go.mod in this folder or above it, and takes modules only from there. No server had a part in this.',
    telltale:
      '`updates to go.mod needed`, `no required module provides package`, `go.mod file not found`, `errors parsing go.mod`.',
    remedies: [
      { text: 'Bring go.mod up to date with the code', command: 'go mod tidy' },
      { text: 'See which go.mod is used; none is shown as /dev/null', command: 'go env GOMOD' },
    ],
  },
  {
    cause: 'proxy-config/other',
    summary: 'the module proxy settings do not work: {setting}',
    explanation: 'GOPROXY and its kin are set in a way that fails.',
    telltale: 'An error that names GOPROXY.',
    remedies: [{ text: 'Look at the settings', command: 'go env GOPROXY GONOPROXY GOPRIVATE GOFLAGS' }],
  },
  {
    cause: 'auth/proxy-401',
    summary: '{host} wants credentials (401 Unauthorized) for {url}',
    explanation: 'The module proxy or server asks who you are, and go has no answer.',
    telltale: 'Status 401.',
    remedies: [
      {
        text: 'Give go the credentials for {host} in ~/.netrc',
        command: "echo 'machine {host} login USER password TOKEN' >> ~/.netrc && chmod 600 ~/.netrc",
      },
      { text: 'Or through GOAUTH (Go 1.24 and later)', command: 'go help goauth' },
    ],
  },
  {
    cause: 'auth/egress-407',
    summary: 'the egress proxy {host} wants credentials (407 Proxy Authentication Required)',
    explanation: 'HTTPS_PROXY names a proxy that asks for a user and a password.',
    telltale: '`Proxy Authentication Required`.',
    remedies: [
      {
        text: 'Put the credentials into HTTPS_PROXY (407 Proxy Authentication Required)',
        command: 'export HTTPS_PROXY=http://USER:PASSWORD@{address}',
      },
      {
        text: 'Or reach the module proxy without the egress proxy',
        command: 'export NO_PROXY=proxy.example',
      },
    ],
  },
  {
    cause: 'auth/private-module',
    summary:
      '{module} is private: git has no credentials for {host}, and may not ask for them (terminal prompts disabled)',
    explanation:
      'No proxy has the module, go asked the repository itself, and that wants a login. Go forbids git to prompt.',
    telltale: '404 from the proxy, then git: `terminal prompts disabled`, `could not read Username`.',
    remedies: [
      PRIVATE,
      {
        text: 'Give git the credentials for {host} in ~/.netrc',
        command: "echo 'machine {host} login USER password TOKEN' >> ~/.netrc && chmod 600 ~/.netrc",
      },
      {
        text: 'Or let git use ssh for it',
        command: 'git config --global url."git@{host}:".insteadOf https://{host}/',
      },
    ],
  },
  {
    cause: 'auth/credential-helper',
    summary: 'git waits for the credential helper {process}[ ({seconds})]',
    explanation:
      'A helper was asked for a password and does not answer: it waits for a person, a keyring or a network.',
    telltale: 'A child of git that is alive and silent.',
    remedies: [
      {
        text: 'See which credential helper is configured, and run it by hand',
        command: 'git config --show-origin --get-all credential.helper',
      },
      {
        text: 'Run without it',
        command:
          'GIT_CONFIG_COUNT=1 GIT_CONFIG_KEY_0=credential.helper GIT_CONFIG_VALUE_0= GIT_TERMINAL_PROMPT=0 go mod download',
      },
    ],
  },
  {
    cause: 'auth/goauth',
    summary: 'go waits for {process}, which GOAUTH names, before it sends a request[ ({seconds})]',
    explanation:
      'GOAUTH names a program that gives credentials (Go 1.24 and later). go runs it before the first request and after each 4xx, and has no time limit for it.',
    telltale: 'A child of go that is no version control, inside a fetch that sends nothing.',
    remedies: [
      {
        text: 'Run it by hand: it must print what `go help goauth` describes, and end',
        command: '$(go env GOAUTH) </dev/null',
      },
      {
        text: 'Run without it; credentials then come from ~/.netrc',
        command: 'GOAUTH=netrc go mod download',
      },
    ],
  },
  {
    cause: 'auth/askpass',
    summary: 'git waits for {process} to be answered by a person[ ({seconds})]',
    explanation:
      'GIT_ASKPASS, core.askPass or SSH_ASKPASS names a program that asks a person; in a build nobody answers.',
    telltale: 'An askpass program, child of git, that is alive and silent.',
    remedies: [
      {
        text: 'Make askpass fail instead of wait (GIT_ASKPASS, GIT_TERMINAL_PROMPT)',
        command: 'GIT_ASKPASS=/bin/false GIT_TERMINAL_PROMPT=0 go mod download',
      },
      {
        text: 'Give git the credential it asks for',
        command: "echo 'machine {host} login USER password TOKEN' >> ~/.netrc && chmod 600 ~/.netrc",
      },
    ],
  },
  {
    cause: 'auth/ssh-host-key',
    summary: 'ssh does not know the host key of {host}[, and waits for a person to confirm it ({cost})]',
    explanation: 'The host key is not in known_hosts, or differs from it; ssh asks, or fails in batch mode.',
    telltale: '`Host key verification failed`, or ssh reading from /dev/tty.',
    remedies: [
      {
        text: 'Check the key’s fingerprint with the operator, then add it',
        command: 'ssh-keyscan {host} >> ~/.ssh/known_hosts',
      },
    ],
  },
  {
    cause: 'auth/ssh-key',
    summary: '{host} accepts none of your ssh keys (Permission denied, publickey)',
    explanation: 'No agent, no key, or a key that the server does not know.',
    telltale: '`Permission denied (publickey)`.',
    remedies: [
      { text: 'See which keys the ssh agent offers', command: 'ssh-add -l; ssh -T git@{host}' },
      { text: 'In CI, install a deploy key for the repository' },
    ],
  },
  {
    cause: 'auth/other',
    summary: 'a program waits for a person to answer: {process}[ ({cost})]',
    explanation: 'Something that go or git started waits for input.',
    telltale: 'A child process that is alive and silent.',
    remedies: [
      {
        text: 'Run git without prompts, so that it fails instead',
        command: 'GIT_ASKPASS=/bin/false GIT_TERMINAL_PROMPT=0 go mod download',
      },
    ],
  },
  {
    cause: 'git/stalled',
    summary: 'git waits for {host}, which does not answer[ for {url}][ ({cost} so far)][: {step}]',
    explanation:
      'The git server, or something on the way to it, hangs. Neither go nor git has a time limit of its own.',
    telltale: 'A git process with an open request, silent until the log ends.',
    remedies: [
      {
        text: 'Ask the git server {host} by hand; if that hangs as well, it is the server',
        command: 'GIT_CURL_VERBOSE=1 git ls-remote {url}',
      },
      {
        text: 'Let git give up on a hang',
        command: 'git config --global http.lowSpeedLimit 1000; git config --global http.lowSpeedTime 30',
      },
      {
        text: 'If it waits for a person instead: no credential prompt, no askpass',
        command: 'GIT_TERMINAL_PROMPT=0 GIT_ASKPASS=/bin/false go mod download',
      },
    ],
  },
  {
    cause: 'git/slow-server',
    summary: 'fetching directly with git from {host} took {seconds}[, most of it {step}]',
    explanation: 'For `direct` modules go runs git ls-remote and git fetch; each waits for the server.',
    telltale: 'Waits on the descriptors of git-remote-https.',
    remedies: [
      {
        text: 'Let a GOPROXY serve the module instead of git (direct)',
        command: 'go env -w GOPROXY=https://proxy.example,direct',
      },
      { text: 'Time the git server {host} by hand', command: 'time git ls-remote {url}' },
    ],
  },
  {
    cause: 'git/slow-clone',
    summary: 'git fetched a big repository from {host} for {seconds}',
    explanation: 'The data itself took the time: a big history, or little bandwidth.',
    telltale: 'Many bytes over the time of git fetch.',
    remedies: [
      {
        text: 'Let a GOPROXY serve the module: a zip of one version is smaller than a git repository',
        command: 'go env -w GOPROXY=https://proxy.example,direct',
      },
    ],
  },
  {
    cause: 'git/no-repository',
    summary: 'no repository of {module} could be read: go tried git over https and ssh in vain',
    explanation:
      'For a module without a proxy, go looks for the repository at the module’s path with each protocol that it trusts. None gave one: it does not exist there, needs credentials, or its host is not reached.',
    telltale: '`no secure protocol found for repository`.',
    remedies: [
      {
        text: 'Ask the server by hand, and read what it says',
        command: 'GIT_TERMINAL_PROMPT=0 git ls-remote https://{path}',
      },
      {
        text: 'For a private repository, give git credentials',
        command: 'git config --global credential.helper store',
      },
      { text: 'See every step, with packets', command: 'gotrace run --strace -- go mod download' },
    ],
  },
  {
    cause: 'git/not-installed',
    summary: 'go needs {process} for {module}, and {process} is not installed here',
    explanation:
      'Modules that no proxy gives come from their repository, with the version control program of the machine. Slim container images have none.',
    telltale: '`exec: "git": executable file not found in $PATH`.',
    remedies: [
      {
        text: 'Install {process} (hg is in the package mercurial, svn in subversion)',
        command: 'apt-get update && apt-get install -y {process} || apk add {process}',
      },
      {
        text: 'Or take modules from the default module proxy, which needs none',
        command: 'go env -u GOPROXY; unset GOPROXY',
      },
    ],
  },
  {
    cause: 'git/killed',
    summary: '{process} was killed from outside while it worked for {module}',
    explanation:
      'A signal ended the version control program: a person, a time limit, or the kernel for want of memory (the OOM killer, the memory limit of a container).',
    telltale: '`git …: signal: killed`.',
    remedies: [
      {
        text: 'See whether the kernel was short of memory',
        command: 'dmesg | grep -i -E "out of memory|oom-kill"',
      },
      { text: 'Fewer modules at a time need less memory', command: 'GOMAXPROCS=1 go mod download' },
    ],
  },
  {
    cause: 'git/ssh-closed',
    summary: 'the ssh server {host} closes the connection before it says who it is',
    explanation:
      'Something listens on the port and hangs up at once: too many connections (MaxStartups), a firewall, fail2ban, or no ssh server at all.',
    telltale: '`kex_exchange_identification: Connection closed by remote host`.',
    remedies: [
      { text: 'Try it by hand', command: 'ssh -v -T git@{host}' },
      {
        text: 'Or take the repository over https',
        command: 'git config --global url.https://{host}/.insteadOf ssh://git@{host}/',
      },
    ],
  },
  {
    cause: 'git/other',
    summary: 'git failed or took long[: {cost}][ ({process})]',
    explanation: 'A git command took long or failed; the log does not show what it waited for.',
    telltale: 'Time between the two lines that -x prints for a command.',
    remedies: [
      { text: 'Record what git waits for', command: 'gotrace run --strace -- go mod download' },
      {
        text: 'Let a GOPROXY serve the module instead of git (direct) from {host}',
        command: 'go env -w GOPROXY=https://proxy.example,direct',
      },
      {
        text: 'If it hangs at a credential prompt (askpass)',
        command: 'GIT_TERMINAL_PROMPT=0 GIT_ASKPASS=/bin/false go mod download',
      },
    ],
  },
  {
    cause: 'sumdb/unreachable',
    summary: 'the checksum database {host} cannot be reached[ ({cost})]',
    explanation:
      'Modules that are not in go.sum are looked up in the checksum database. No GOPROXY entry carries it, and it does not answer from here.',
    telltale: 'A connect, TLS or DNS wait on the checksum database’s host.',
    remedies: [
      {
        text: 'Allow {host} through the firewall, or use a GOPROXY that serves /sumdb/',
        command: 'curl -v -o /dev/null https://{host}/latest',
      },
      {
        text: 'For private modules, do not ask it (GONOSUMDB)',
        command: 'go env -w GONOSUMDB=corp.example/*',
      },
      { text: 'Last resort, without verification: GOSUMDB=off', command: 'GOSUMDB=off go mod download' },
    ],
  },
  {
    cause: 'sumdb/slow',
    summary: 'the checksum database {host} is slow: {seconds} for its lookups and tiles',
    explanation: 'Each module that is not in go.sum costs a lookup and some tiles.',
    telltale: 'Slow URLs with /lookup/ or /tile/.',
    remedies: [
      {
        text: 'Commit go.sum, so that nothing has to be looked up',
        command: 'go mod tidy && git add go.sum',
      },
      {
        text: 'Use a GOPROXY that serves /sumdb/ instead of {host}, or set GOSUMDB to a mirror',
        command: 'go env GOSUMDB GOPROXY',
      },
    ],
  },
  {
    cause: 'sumdb/private-module',
    summary: 'the checksum database {host} does not know {module}: it is private, or does not exist',
    explanation: 'Private modules are not in the public checksum database, and should not be asked of it.',
    telltale: '404 or 410 on /lookup/.',
    remedies: [
      { text: 'Exempt it from the checksum database (GONOSUMDB)', command: 'go env -w GONOSUMDB={setting}' },
      PRIVATE,
    ],
  },
  {
    cause: 'sumdb/mismatch',
    summary:
      'the checksum of {module} is not the one on record (checksum mismatch): do not use it before you know why',
    explanation:
      'What was downloaded, go.sum and the checksum database do not agree. One of the three is wrong: a moved tag, a tampered proxy or cache, or a damaged go.sum.',
    telltale: '`SECURITY ERROR`, `checksum mismatch`.',
    remedies: [
      {
        text: 'Find the odd one: download past proxy and cache, and compare the checksum',
        command: 'GOMODCACHE=$(mktemp -d) GOPROXY=direct go mod download -json {module}',
      },
      { text: 'If only the local cache is wrong, clean it', command: 'go clean -modcache' },
      {
        text: 'If the tag was moved, ask for a new version; change go.sum only after that (never GONOSUMDB to silence it)',
      },
    ],
  },
  {
    cause: 'sumdb/other',
    summary: 'checking checksums with {host} took {seconds}',
    explanation: 'The checksum database took long or failed.',
    telltale: 'URLs with /sumdb/, /lookup/ or /tile/.',
    remedies: [
      {
        text: 'Look at GOSUMDB and at the GOPROXY that serves it',
        command: 'go env GOSUMDB GONOSUMDB GOPROXY',
      },
    ],
  },
  {
    cause: 'toolchain/download',
    summary: 'go.mod asks for another Go[ ({module})], and its download from {host} takes {seconds}',
    explanation:
      'A go or toolchain line in go.mod that is newer than the go command makes it download that toolchain, silently but for one line.',
    telltale: '`go: downloading go1.N`, requests for golang.org/toolchain.',
    remedies: [
      {
        text: 'Use the Go that is installed, if it is new enough (GOTOOLCHAIN=local)',
        command: 'GOTOOLCHAIN=local go mod download',
      },
      {
        text: 'Or install the toolchain that go.mod asks for: {setting}',
        command: 'grep -E "^(go|toolchain) " go.mod',
      },
    ],
  },
  {
    cause: 'toolchain/not-available',
    summary: 'the Go toolchain that go.mod asks for is not available[ ({setting})]',
    explanation: 'No proxy has the toolchain for this version and platform.',
    telltale: '`toolchain not available`.',
    remedies: [
      {
        text: 'Correct the go or toolchain line of go.mod to a version that exists',
        command: 'go mod edit -go=1.24 -toolchain=none',
      },
      { text: 'Or use the installed toolchain', command: 'GOTOOLCHAIN=local go mod download' },
    ],
  },
  {
    cause: 'toolchain/too-old',
    summary:
      'go.mod requires a newer Go than the one installed, and GOTOOLCHAIN=local forbids to download it[ ({setting})]',
    explanation: 'The go line of a module needs a newer toolchain.',
    telltale: '`requires go >= …`.',
    remedies: [
      { text: 'Let go download the toolchain', command: 'GOTOOLCHAIN=auto go mod download' },
      {
        text: 'Or install a newer Go, or lower the go version in go.mod',
        command: 'go version; grep -E "^(go|toolchain) " go.mod',
      },
    ],
  },
  {
    cause: 'toolchain/other',
    summary: 'getting the Go toolchain failed or took {seconds}',
    explanation: 'The toolchain that go.mod asks for could not be had.',
    telltale: 'An error that names a toolchain.',
    remedies: [{ text: 'Use the installed toolchain', command: 'GOTOOLCHAIN=local go mod download' }],
  },
];
