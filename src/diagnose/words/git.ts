import type { CauseWords } from './types.ts';

/** What may help whatever git waits for. */
const FOR_A_HANG: CauseWords['remedies'] = [
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
];

export const GIT_WORDS: readonly CauseWords[] = [
  {
    cause: 'git/stalled',
    summary: 'git waits for {host}, which does not answer[ for {url}][ ({cost} so far)][: {step}]',
    explanation:
      'The git server, or something on the way to it, hangs. Neither go nor git has a time limit of its own.',
    telltale: 'A git process with an open request, silent until the log ends.',
    remedies: FOR_A_HANG,
  },
  {
    cause: 'git/silent',
    summary:
      'git has not come back[ from {host}][ with {url}][ ({cost} so far)]: the log does not show whether it waits for a server, a prompt or another program',
    explanation:
      'go prints a line when it starts git, and one when git is done. What git does in between, or a program that it runs, is in neither.',
    telltale: 'The line of a git command without its end; a goroutine that waits for git.',
    remedies: [
      { text: 'Record what git waits for', command: 'gotrace run --strace -- go mod download' },
      ...FOR_A_HANG,
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
    cause: 'git/too-old',
    summary: 'git gave up on a shallow fetch of {module}, as git before 2.0 does (expected shallow list)',
    explanation:
      'go asks git for single commits of a repository. Old versions of git, as on CentOS 7, cannot do that with the servers of today.',
    telltale: '`git fetch-pack: expected shallow list`.',
    remedies: [
      { text: 'See which git that is, and install git 2', command: 'git --version' },
      {
        text: 'Or let a GOPROXY serve the module instead of git (direct)',
        command: 'go env -w GOPROXY=https://proxy.example,direct',
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
    cause: 'git/dubious-ownership',
    summary: 'git refuses the repository {path}: it belongs to another user (dubious ownership)',
    explanation:
      'Since 2.35.2 git does not run in a repository of another user. In containers and CI the cache or the checkout was often made by one user, and go runs as another.',
    telltale: '`detected dubious ownership in repository at …`.',
    remedies: [
      { text: 'Make it belong to who runs go', command: 'chown -R "$(id -u):$(id -g)" {path}' },
      { text: 'Or trust it', command: 'git config --global --add safe.directory {path}' },
    ],
  },
  {
    cause: 'git/vcs-status',
    summary: 'git does not tell go which commit is built: {setting}',
    explanation:
      'go build writes the commit into the binary, and asks git for it. In a container git often refuses, for the checkout belongs to another user, or is there in part only. No download had a part in this.',
    telltale: '`error obtaining VCS status: exit status 128`.',
    remedies: [
      { text: 'See what git says', command: 'git status' },
      {
        text: 'Trust a checkout that belongs to another user',
        command: 'git config --global --add safe.directory "$PWD"',
      },
      { text: 'Or build without it', command: 'go build -buildvcs=false ./...' },
    ],
  },
  {
    cause: 'git/ssh-closed',
    summary: 'the ssh server[ {host}] closes the connection before it says who it is',
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
];
