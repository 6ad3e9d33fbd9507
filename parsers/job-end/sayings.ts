import type { End } from './records.ts';

/** A line by which somebody tells that a command ended, and how. Undefined where its words leave that open. */
interface Saying {
  readonly pattern: RegExp;
  readonly end: (match: RegExpExecArray) => End | undefined;
}

const TIME_LIMIT: End = { kind: 'cancelled', reason: 'time-limit' };
const REQUEST: End = { kind: 'cancelled', reason: 'request' };

/** signal(7), the numbers of x86 and ARM; what strsignal(3) says of each, and what Go's os.Signal prints. */
const SIGNALS: readonly (readonly [number: number, name: string, words: RegExp])[] = [
  [1, 'SIGHUP', /^(?:hup|hangup)$/i],
  [2, 'SIGINT', /^(?:int|interrupt)$/i],
  [3, 'SIGQUIT', /^quit$/i],
  [6, 'SIGABRT', /^(?:abrt|aborted)$/i],
  [9, 'SIGKILL', /^(?:kill|killed)$/i],
  [15, 'SIGTERM', /^(?:term|terminated)$/i],
];

function bySignal(word = ''): End | undefined {
  const bare = word.replace(/^SIG/i, '');
  const found = SIGNALS.find(([number, , words]) => words.test(bare) || String(number) === bare);
  return found === undefined ? undefined : { kind: 'killed', signal: found[1] };
}

/** timeout(1), EXIT STATUS. */
const TIMED_OUT = 124;
/** A shell's exit code for a command that a signal ended is more by the signal's number (bash(1), EXIT STATUS). */
const SIGNALLED = 128;

function byCode(text = ''): End | undefined {
  const code = Number(text);
  if (code === TIMED_OUT) return TIME_LIMIT;
  return (code > SIGNALLED ? bySignal(String(code - SIGNALLED)) : undefined) ?? { kind: 'exited', code };
}

const WORD = '(Terminated|Killed|Hangup|Interrupt|Quit|Aborted)';

const SHELLS: readonly Saying[] = [
  // The terminal driver shows Ctrl-C; what the programs say of it follows.
  { pattern: /^\^C(?:$|\S*make\b|signal: )/, end: () => bySignal('INT') },
  // dash, bash and macOS, of a command that they waited for; `SCRIPT: line 3: 12345 Killed   go mod download` (bash).
  { pattern: /^(Terminated|Killed|Hangup)(?:: \d{1,2})?$/, end: ([, word]) => bySignal(word) },
  {
    pattern: new RegExp(
      String.raw`(?:: line \d+:|^\[\d+\][+-]?) +(?:\d+ +)?${WORD}(?:: \d+)?(?: +\(core dumped\))?(?: {2,}.*)?$`,
    ),
    end: ([, word]) => bySignal(word),
  },
  { pattern: /^zsh: (terminated|killed|hangup|interrupt|quit) {2}/, end: ([, word]) => bySignal(word) },
  { pattern: /^fish: .{1,2000} terminated by signal (SIG[A-Z]+)/, end: ([, word]) => bySignal(word) },
  // os.ProcessState.String, of a program that runs go; timeout -v; time(1).
  {
    pattern: /(?:^|: )signal: (killed|terminated|interrupt|hangup|quit)$/,
    end: ([, word]) => bySignal(word),
  },
  { pattern: /^timeout: sending signal [A-Z]+ to command /, end: () => TIME_LIMIT },
  { pattern: /^Command terminated by signal (\d+)$/, end: ([, number]) => bySignal(number) },
  { pattern: /^Command exited with non-zero status (\d+)$/, end: ([, code]) => byCode(code) },
  // systemd, of a unit.
  { pattern: /: start operation timed out\. Terminating\.$/, end: () => TIME_LIMIT },
  {
    pattern: /: Main process exited, code=(?:killed|dumped), status=(\d+)\//,
    end: ([, number]) => bySignal(number),
  },
  { pattern: /: Main process exited, code=exited, status=(\d+)(?:\/|$)/, end: ([, code]) => byCode(code) },
];

const BUILD_TOOLS: readonly Saying[] = [
  {
    pattern: new RegExp(String.raw`^\S*make(?:\.exe)?(?:\[\d+\])?: \*\*\* \[.*\] ${WORD}$`),
    end: ([, word]) => bySignal(word),
  },
  { pattern: /^\S*make(?:\.exe)?(?:\[\d+\])?: \*\*\* \[.*\] Error (\d+)$/, end: ([, code]) => byCode(code) },
  { pattern: /^task: Failed to run task .*: exit status (\d+)$/, end: ([, code]) => byCode(code) },
  // BuildKit, and the builder before it.
  {
    pattern: /process ".*" did not complete successfully: exit code: (\d+)/,
    end: ([, code]) => byCode(code),
  },
  { pattern: /^The command '.*' returned a non-zero code: (\d+)$/, end: ([, code]) => byCode(code) },
  { pattern: /^(?:#\d+ )?(?:CANCELED$|ERROR: .*context canceled$)/, end: () => REQUEST },
];

const CI_SYSTEMS: readonly Saying[] = [
  // GitHub Actions and Azure Pipelines; the former's page shows `Error: ` where its raw log has `##[error]`.
  {
    pattern:
      /^(?:##\[error\]|Error: )?The (?:job running on (?:runner|agent) .*|job|action .*|task) has (?:exceeded the maximum execution time|timed out)/,
    end: () => TIME_LIMIT,
  },
  {
    pattern: /^##\[error\]The job running on agent .* ran longer than the maximum time /,
    end: () => TIME_LIMIT,
  },
  {
    pattern: /^(?:##\[error\]|Error: )The (?:operation was cancell?ed|runner has received a shutdown signal)/,
    end: () => REQUEST,
  },
  {
    pattern:
      /^(?:##\[error\]|Error: )(?:Process completed with exit code (\d+)|\w+ exited with code '(\d+)')\.$/,
    end: ([, github, azure]) => byCode(github ?? azure),
  },
  // GitLab's runner.
  {
    pattern:
      /^(?:ERROR: Job failed: execution took longer than |WARNING: \S+ could not run to completion because the timeout was exceeded)/,
    end: () => TIME_LIMIT,
  },
  {
    pattern: /^(?:ERROR: Job failed(?: \(\w+\))?: cancell?ed|WARNING: script cancell?ed)/,
    end: () => REQUEST,
  },
  {
    pattern: /^ERROR: Job failed: (?:command terminated with )?exit (?:code|status) (\d+)$/,
    end: ([, code]) => byCode(code),
  },
  { pattern: /^Job succeeded$/, end: () => ({ kind: 'exited', code: 0 }) },
  // Jenkins, with and without the plugin for time limits.
  {
    pattern: /^(?:Cancelling nested steps due to timeout|Timeout has been exceeded|Build timed out \(after )/,
    end: () => TIME_LIMIT,
  },
  {
    pattern: /^(?:Sending interrupt signal to process|Build was aborted|Aborted by \S|Finished: ABORTED$)/,
    end: () => REQUEST,
  },
  { pattern: /^(?:ERROR: )?script returned exit code (\d+)$/, end: ([, code]) => byCode(code) },
  { pattern: /^Finished: SUCCESS$/, end: () => ({ kind: 'exited', code: 0 }) },
  // CircleCI, Travis CI, Buildkite, TeamCity.
  {
    pattern:
      /^(?:Too long with no output \(exceeded |No output has been received in the last \S+, this |The job exceeded the maximum time limit|The build .* has been running for more than .* Terminating)/,
    end: () => TIME_LIMIT,
  },
  { pattern: /^Exited with code exit status (\d+)$/, end: ([, code]) => byCode(code) },
  { pattern: /^# Received cancellation signal/, end: () => REQUEST },
  {
    pattern: /^(?:\S+ )?Error: The command (?:was interrupted by a signal: (\w+)|exited with status (\d+))$/,
    end: ([, word, code]) => (word === undefined ? byCode(code) : bySignal(word)),
  },
  // kubectl exec; Google Cloud Build.
  { pattern: /^command terminated with exit code (\d+)$/, end: ([, code]) => byCode(code) },
  {
    pattern: /^ERROR: build step \d+ .* failed: .*non-zero status: (\d+)$/,
    end: ([, code]) => byCode(code),
  },
];

const SAYINGS: readonly Saying[] = [...SHELLS, ...BUILD_TOOLS, ...CI_SYSTEMS];

/** Nearly all lines are none: one look tells. */
const ANY = new RegExp(SAYINGS.map(({ pattern }) => `(?:${pattern.source})`).join('|'));

/** How a command ended, by a line that a shell, a build tool or a CI system printed; undefined for any other line. */
export function endIn(line: string): End | undefined {
  if (!ANY.test(line)) return undefined;
  for (const { pattern, end } of SAYINGS) {
    const match = pattern.exec(line);
    if (match !== null) return end(match);
  }
  return undefined;
}
