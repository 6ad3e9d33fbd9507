import { PRIVATE } from './shared.ts';
import type { CauseWords } from './types.ts';

export const AUTH_WORDS: readonly CauseWords[] = [
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
    summary: 'the egress proxy[ {host}] wants credentials (407 Proxy Authentication Required)',
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
    summary: '{module} is private, or does not exist: {host}[ {step}]',
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
];
