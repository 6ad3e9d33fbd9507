/**
 * Accounts that name a role and no person: their home directories are what a maintainer has to see to follow a path,
 * and say nothing about anybody. See docs/decisions/0001-home-directories.md.
 */
const SYSTEM_ACCOUNTS: ReadonlySet<string> = new Set([
  ...[
    'root',
    'runner',
    'dev',
    'developer',
    'user',
    'ubuntu',
    'debian',
    'admin',
    'build',
    'builder',
    'ci',
    'node',
    'app',
  ],
  ...[
    'circleci',
    'vscode',
    'jenkins',
    'gitlab-runner',
    'git',
    'go',
    'gopher',
    'golang',
    'runneradmin',
    'vagrant',
    'codespace',
  ],
  ...[
    'ec2-user',
    'lab',
    'test',
    'nobody',
    'nonroot',
    'worker',
    'docker',
    'container',
    'gitpod',
    'appuser',
    'linuxbrew',
  ],
]);

export function isSystemAccount(name: string): boolean {
  return SYSTEM_ACCOUNTS.has(name.toLowerCase()) || name === 'REDACTED';
}
