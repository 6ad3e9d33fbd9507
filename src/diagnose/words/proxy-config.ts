import type { CauseWords } from './types.ts';

export const PROXY_CONFIG_WORDS: readonly CauseWords[] = [
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
    cause: 'proxy-config/command-line',
    summary: 'go does not understand how it was called: {setting}',
    explanation:
      'A command, a flag or an argument is not one that go knows here. No server had a part in this.',
    telltale: '`unknown command`, `flag provided but not defined`, `no modules specified`.',
    remedies: [
      { text: 'See what it takes', command: 'go help mod download' },
      { text: 'Call it where go.mod is, or below; none is shown as /dev/null', command: 'go env GOMOD' },
    ],
  },
  {
    cause: 'proxy-config/missing-go-sum',
    summary: 'go.sum lacks an entry[ for {module}][ for the module that has {path}]',
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
    summary: 'go.mod, go.sum or go.work is not as the code needs it: {setting}',
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
    cause: 'proxy-config/no-replacement',
    summary: 'go.mod replaces[ {module}] by {path}, and that folder is not there',
    explanation:
      'A replace line of go.mod leads to a folder of this machine, and go reads its go.mod before it downloads anything. In a container build the folder was not copied yet.',
    telltale: '`(replaced by ./dir): reading …/go.mod: open …: no such file or directory`.',
    remedies: [
      {
        text: 'In a Dockerfile, copy {path} with its go.mod before `RUN go mod download`',
        command: 'grep -n replace -A3 go.mod',
      },
      { text: 'Or take the replace line out', command: 'go mod edit -dropreplace={module}' },
    ],
  },
  {
    cause: 'proxy-config/other',
    summary: 'the module proxy settings do not work: {setting}',
    explanation: 'GOPROXY and its kin are set in a way that fails.',
    telltale: 'An error that names GOPROXY.',
    remedies: [{ text: 'Look at the settings', command: 'go env GOPROXY GONOPROXY GOPRIVATE GOFLAGS' }],
  },
];
