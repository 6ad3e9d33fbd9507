import { PRIVATE } from './shared.ts';
import type { CauseWords } from './types.ts';

export const SUMDB_WORDS: readonly CauseWords[] = [
  {
    cause: 'sumdb/unreachable',
    summary: 'the checksum database[ {host}] gives no answer[ ({cost})][: {step}]',
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
    summary: 'the checksum database {host} is slow: {seconds} for {step}',
    explanation: 'Each module that is not in go.sum costs a lookup and some tiles.',
    telltale: 'Slow URLs with /lookup/ or /tile/, or a slow way to the host that only they are asked of.',
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
    cause: 'sumdb/incomplete',
    summary: '{host} serves an incomplete copy of the checksum database: {url} is missing',
    explanation:
      'A proxy that serves /sumdb/ keeps a copy of the checksum database, and its copy lacks a part that go needs for its proof. The module is not to blame.',
    telltale: '404 for a URL with /tile/.',
    remedies: [
      { text: 'Tell the operator of {host}', command: 'curl -sS -i {url}' },
      {
        text: 'Meanwhile use another GOPROXY entry',
        command: 'go env -w GOPROXY=https://proxy.example,direct',
      },
    ],
  },
  {
    cause: 'sumdb/origin',
    summary:
      'the checksum database {host} could not get {module} from where it is kept, to record its checksum: {setting}',
    explanation:
      'The checksum database fetches a module that it has not seen yet. That failed there: the network in question is the server’s, and not this machine’s.',
    telltale: 'A 404 for /lookup/ whose `server response:` holds an error of git or of a connection.',
    remedies: [
      { text: 'Ask {host} again later: it tries again after some minutes', command: 'curl -sS -i {url}' },
      {
        text: 'If the module is private, the checksum database cannot know it',
        command: 'go env -w GONOSUMDB={path}',
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
    summary:
      'go.mod asks for another Go[ ({module})], and its download from {host} holds it up[ ({cost})][: {step}]',
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
    cause: 'toolchain/unverified',
    summary: 'the Go toolchain that go.mod asks for was downloaded and cannot be checked: GOSUMDB=off',
    explanation:
      'A toolchain cannot be in go.sum, so that go looks its checksum up in the checksum database, whatever GOSUMDB and GONOSUMDB say of modules; with GOSUMDB=off that fails.',
    telltale: '`verifying module: checksum database disabled by GOSUMDB=off`.',
    remedies: [
      {
        text: 'Use the default checksum database, and name what is private',
        command: 'go env -u GOSUMDB; unset GOSUMDB; go env -w GONOSUMDB=corp.example/*',
      },
      { text: 'Or use the installed toolchain', command: 'GOTOOLCHAIN=local go mod download' },
    ],
  },
  {
    cause: 'toolchain/too-old',
    summary: 'go.mod requires a newer Go than the one installed[ ({setting})][, and {step}]',
    explanation:
      'The go line of a module needs a newer toolchain. Before 1.21, go could not read such a line at all.',
    telltale: '`requires go >= …`, `invalid go version`, `unknown directive: toolchain`.',
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
