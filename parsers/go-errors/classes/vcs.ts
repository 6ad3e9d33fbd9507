import type { ErrorClass } from './types.ts';

/** What git and ssh say of themselves: sshconnect2.c and kex.c of OpenSSH, credential.c and setup.c of git. */
export const VCS_CLASSES: readonly ErrorClass[] = [
  {
    name: 'ssh-host-key',
    pattern: /Host key verification failed|REMOTE HOST IDENTIFICATION HAS CHANGED|No \w+ host key is known/,
  },
  {
    name: 'ssh-key',
    pattern:
      /Permission denied \((?:publickey|keyboard)|Too many authentication failures|no such identity: |Load key "|Bad owner or permissions on /,
  },
  {
    name: 'no-credentials',
    pattern:
      /terminal prompts disabled|could not read (?:Username|Password) for '(?<url>[^']+)'|Authentication failed for '(?<url2>[^']+)'|Invalid username or (?:password|token)|Support for password authentication was removed|(?:remote|ERROR): (?:Repository|HTTP Basic).*(?:not found|denied)|could not be found or you don't have permission|The requested URL returned error: 40[13]/,
  },
  {
    name: 'no-vcs',
    pattern:
      /exec: "(?<program>git|hg|svn|bzr|fossil)": executable file not|cannot run (?<program2>\S+): No such file|missing (?<program3>Git|Mercurial|Subversion|Bazaar|Fossil) command/,
  },
  // git before 2.0 and the shallow fetches that go asks for (golang/go#38373).
  {
    name: 'vcs-old',
    pattern: /expected shallow list|Server does not (?:support|allow) (?:shallow|request for)/,
  },
  // setup.c, ensure_valid_ownership: the repository belongs to another user, as in containers that run as root.
  {
    name: 'vcs-ownership',
    pattern:
      /detected dubious ownership in repository at '(?<path>[^']+)'|unsafe repository \('(?<path2>[^']+)' is owned by/,
  },
  // For want of memory, mostly. A person ends go as well, with the signals that are not named here.
  {
    name: 'vcs-killed',
    pattern:
      /\b(?<program>git|hg|svn|bzr|fossil) \S.*: signal: (?:killed|aborted|bus error|segmentation fault)/,
  },
  {
    name: 'ssh-closed',
    pattern:
      /kex_exchange_identification: |banner exchange: |Connection (?:closed|reset) by (?:remote host|(?<host>\S+) port \d+)/,
  },
  { name: 'no-vcs-protocol', pattern: /no secure protocol found for repository/ },
];

/** The reason stands on the indented lines below, or on the line before: behind all that names one. */
export const VCS_FAILED: ErrorClass = {
  name: 'vcs-failed',
  pattern: /\b(?:git|hg|svn|bzr|fossil) \S.*: exit status \d+:?\s*$|Could not read from remote repository/,
};
