import { describe, expect, it } from 'vitest';
import { jobEnd } from '../parsers/job-end/format.ts';
import type { End } from '../parsers/job-end/records.ts';
import { reportOfText } from './support/analyze.ts';
import { parseText } from './support/parse.ts';

const TERM: End = { kind: 'killed', signal: 'SIGTERM' };
const KILL: End = { kind: 'killed', signal: 'SIGKILL' };
const INT: End = { kind: 'killed', signal: 'SIGINT' };
const LIMIT: End = { kind: 'cancelled', reason: 'time-limit' };
const REQUEST: End = { kind: 'cancelled', reason: 'request' };
const code = (value: number): End => ({ kind: 'exited', code: value });

describe('who ran a command says how it ended', () => {
  it.each<[string, End]>([
    // Shells: what dash and bash print at `kill PID` and `kill -9 PID` stands first; then zsh, macOS and fish.
    ['Terminated', TERM],
    ['Killed', KILL],
    ['deps.sh: line 3: 12345 Killed                  go mod download -x', KILL],
    ['[1]+  Terminated              go mod download -x', TERM],
    ['zsh: terminated  go mod download -x', TERM],
    ['Terminated: 15', TERM],
    ['Killed: 9', KILL],
    ["fish: Job 1, 'go mod download' terminated by signal SIGTERM (Polite quit request)", TERM],
    ['^C', INT],
    ['^Cmake: *** [Makefile:2: deps] Interrupt', INT],
    ['signal: killed', KILL],
    ['could not download: go mod failed: signal: terminated', TERM],
    ['timeout: sending signal TERM to command ‘go’', LIMIT],
    ['Command terminated by signal 15', TERM],
    ['Command exited with non-zero status 124', LIMIT],
    ['deps.service: Main process exited, code=killed, status=15/TERM', TERM],
    ['deps.service: start operation timed out. Terminating.', LIMIT],
    // Build tools.
    ['make: *** [Makefile:2: deps] Terminated', TERM],
    ['make[1]: *** [Makefile:2: deps] Error 143', TERM],
    ['make: *** [deps] Error 1', code(1)],
    ['gmake: *** [Makefile:2: deps] Error 124', LIMIT],
    ['task: Failed to run task "deps": exit status 1', code(1)],
    [
      'ERROR: failed to solve: process "/bin/sh -c go mod download" did not complete successfully: exit code: 137',
      KILL,
    ],
    ["The command '/bin/sh -c go mod download' returned a non-zero code: 1", code(1)],
    ['#8 CANCELED', REQUEST],
    // CI systems.
    ['##[error]The operation was canceled.', REQUEST],
    ['Error: The operation was canceled.', REQUEST],
    [
      'The job running on runner GitHub Actions 2 has exceeded the maximum execution time of 360 minutes.',
      LIMIT,
    ],
    ["##[error]The action 'Download' has timed out after 5 minutes.", LIMIT],
    ['##[error]Process completed with exit code 1.', code(1)],
    ["##[error]Bash exited with code '143'.", TERM],
    ['ERROR: Job failed: execution took longer than 1h0m0s seconds', LIMIT],
    [
      'WARNING: step_script could not run to completion because the timeout was exceeded. For more control …',
      LIMIT,
    ],
    ['ERROR: Job failed: canceled', REQUEST],
    ['ERROR: Job failed: command terminated with exit code 137', KILL],
    ['ERROR: Job failed: exit code 1', code(1)],
    ['Job succeeded', code(0)],
    ['Cancelling nested steps due to timeout', LIMIT],
    ['Build timed out (after 30 minutes). Marking the build as failed.', LIMIT],
    ['Sending interrupt signal to process', REQUEST],
    ['script returned exit code 143', TERM],
    ['Too long with no output (exceeded 10m0s): context deadline exceeded', LIMIT],
    ['🚨 Error: The command was interrupted by a signal: terminated', TERM],
    ['🚨 Error: The command exited with status 1', code(1)],
    ['command terminated with exit code 137', KILL],
  ])('%s', (line, end) => {
    expect(parseText(jobEnd, line).records).toMatchObject([{ end, strangerLine: 0 }]);
  });

  it.each([
    'Terminated by the administrator',
    'make: *** [Makefile:2: deps] Error 1 (ignored)',
    'the signal: killed process',
    'Killed process 12 (go) total-vm:1kB',
    'ok  m.example/a 0.3s',
    'exit status 1',
  ])('and not with “%s”', (line) => {
    expect(parseText(jobEnd, line)).toMatchObject({ records: [], outcomes: { unparsed: 1 } });
  });
});

const MOD = 'https://proxy.example/m.example/a/@v/v1.0.0.mod';
const ZIP = 'https://proxy.example/m.example/a/@v/v1.0.0.zip';
const ASKED = [
  '00:00.100 ##[group]Run go mod download -x',
  '00:00.100 ##[endgroup]',
  `00:00.200 # get ${MOD}`,
  `00:00.300 # get ${MOD}: 200 OK (0.100s)`,
  `00:00.310 # get ${ZIP}`,
];
const CAME = [...ASKED, `00:00.400 # get ${ZIP}: 200 OK (0.090s)`];
const CANCELLED = '06:00.310 ##[error]The operation was canceled.';

/** With the time stamps of GitHub Actions; `00:00.100` is minutes and seconds. */
function stamped(lines: readonly string[]): string {
  return lines.map((line) => `2026-11-20T10:${line.replace(' ', '0000Z ')}\n`).join('');
}

describe('a job that was ended', () => {
  it('shows how long the answer did not come', async () => {
    const { verdict, blockingPoint } = await reportOfText(stamped([...ASKED, CANCELLED]));
    expect(verdict.status).toBe('blocked');
    expect(blockingPoint).toMatchObject({ cause: 'ttfb/no-response', culprit: { url: ZIP } });
    expect(blockingPoint?.blockedSeconds).toBeCloseTo(360, 3);
    expect(blockingPoint?.evidence.map(({ line }) => line)).toEqual([5, 6]);
  });

  it('was ended for what took long before, where the last request had hardly been sent', async () => {
    const { blockingPoint } = await reportOfText(
      stamped([
        `00:00.200 # get ${MOD}`,
        `00:10.200 # get ${MOD}: 200 OK (10.000s)`,
        `00:10.300 # get ${ZIP}`,
        '00:11.000 Terminated',
      ]),
    );
    expect(blockingPoint).toMatchObject({ cause: 'connect/other', culprit: { url: MOD } });
  });

  it('is not called healthy because all was answered', async () => {
    const { verdict } = await reportOfText(stamped([...CAME, CANCELLED]));
    expect(verdict).toMatchObject({
      status: 'unknown',
      headline: expect.stringContaining(
        'ended on request after 360 s; go printed nothing for the last 360 s',
      ),
    });
  });

  it('shows what go did not ask for any more', async () => {
    const info = MOD.replace('.mod', '.info');
    const { verdict } = await reportOfText(
      `# get ${MOD}\n# get ${MOD}: 200 OK (0.1s)\n# get ${info}\n# get ${info}: 200 OK (0.1s)\nTerminated\n`,
    );
    expect(verdict.headline).toMatch(
      /^Unknown: it was ended by SIGTERM without the request for the zip of m.example\/a@v1.0.0/,
    );
  });

  it('shows no length where nothing has a time', async () => {
    const { verdict, blockingPoint } = await reportOfText(`# get ${ZIP}\nTerminated\n`);
    expect(blockingPoint?.cause).toBe('connect/other');
    expect(verdict.headline).not.toMatch(/\d m?s\b/);
  });

  it.each([
    ['another program printed something meanwhile', '00:03.000 ok  m.example/a 0.3s'],
    ['another step began', '00:03.000 ##[group]Run go test ./...'],
  ])('is not the end of a go that was done when %s', async (_, line) => {
    const { verdict } = await reportOfText(stamped([...CAME, line, CANCELLED]));
    expect(verdict.status).toBe('healthy');
  });

  it('is the end of a go that was tried again after one that failed', async () => {
    const failed = '00:01.000 go: m.example/a@v1.0.0: Get "https://proxy.example/": EOF';
    const ended = await reportOfText(stamped([...CAME, failed, CANCELLED]));
    expect(ended.verdict.status).toBe('failed');
    const again = await reportOfText(
      stamped([failed, ...ASKED.map((line) => line.replace('00:00', '00:02')), CANCELLED]),
    );
    expect(again.verdict.status).toBe('blocked');
  });
});

describe('a job of several steps', () => {
  const INSTALL = ['10:00.200 # get https://proxy.example/m.example/tool/@v/list'];
  const later = [...INSTALL, '10:00.300 # get https://proxy.example/m.example/tool/@v/list: 200 OK (0.100s)'];

  it.each([
    '00:01.000 ##[group]Run go test ./...',
    '00:01.000 $ go test ./...',
    '00:01.000 + go test ./...',
    '00:01.000 --- :go: test',
  ])('is not silent for what “%s” took', async (heading) => {
    const { verdict, timeline } = await reportOfText(stamped([...CAME, heading, ...later]));
    expect(verdict.status).toBe('healthy');
    expect(timeline.spans).toContainEqual(
      expect.objectContaining({ name: 'other steps of the job', startSeconds: 0.8, endSeconds: 600 }),
    );
  });

  it('is not silent for the steps before the next go, which is silent for itself', async () => {
    const steps = [
      '00:01.000 ##[group]Run go test ./...',
      '05:00.000 ##[group]Run go install -x m.example/tool@latest',
    ];
    const { verdict } = await reportOfText(stamped([...CAME, ...steps, ...later]));
    expect(verdict.headline).toMatch(/^Unknown: go printed nothing for 300 s/);
  });

  it('is silent where the same step goes on, whoever else prints', async () => {
    const { verdict } = await reportOfText(stamped([...CAME, '00:01.000 ok  m.example/a 0.3s', ...later]));
    expect(verdict).toMatchObject({
      status: 'unknown',
      headline: expect.stringContaining('printed nothing'),
    });
  });
});

describe('the log of a job that hung, and was ended', () => {
  const GET = [`# get ${MOD}`, `# get ${MOD}: 200 OK (0.100s)`, `# get ${ZIP}`];
  const JOBS: Readonly<Record<string, readonly string[]>> = {
    GitLab: [
      'section_start:1700000000:step_script\r\u001b[0K\u001b[0K\u001b[36;1mExecuting "step_script" stage\u001b[0;m',
      '\u001b[32;1m$ go mod download -x\u001b[0;m',
      ...GET,
      'section_end:1700003600:step_script\r\u001b[0Ksection_start:1700003600:cleanup_file_variables\r\u001b[0K\u001b[36;1mCleaning up\u001b[0;m',
      '\u001b[31;1mERROR: Job failed: execution took longer than 1h0m0s seconds',
      '\u001b[0;m',
    ],
    Jenkins: [
      '[Pipeline] sh',
      '+ go mod download -x',
      ...GET,
      'Cancelling nested steps due to timeout',
      'Sending interrupt signal to process',
      'Terminated',
      'script returned exit code 143',
    ].map((line, minutes) => `[2026-11-20T10:0${minutes}:00.000Z] ${line}`),
    'docker buildx': [
      '#8 [build 5/6] RUN go mod download -x',
      ...GET.map((line, at) => `#8 0.${at}12 ${line}`),
      '#8 CANCELED',
      'ERROR: failed to solve: Canceled: context canceled',
    ],
    'make at a terminal': ['go mod download -x', ...GET, '^Cmake: *** [Makefile:2: deps] Interrupt'],
  };

  it.each(Object.entries(JOBS))('%s', async (name, lines) => {
    const { verdict, blockingPoint } = await reportOfText(`${lines.join('\n')}\n`);
    expect(verdict.status).toBe('blocked');
    expect(blockingPoint).toMatchObject({ cause: 'ttfb/no-response', culprit: { url: ZIP } });
    expect(verdict.headline).not.toContain('unless it was cut');
    // Only Jenkins stamped the end.
    expect(/in 60\.0 s|in 60 s/.test(verdict.headline)).toBe(name === 'Jenkins');
  });
});

describe('what a linter says of a place of the code', () => {
  const log =
    '# get https://proxy.example/a/@v/list\n# get https://proxy.example/a/@v/list: 200 OK (0.010s)\nmain.go:10:1: exported function Run should have comment (golint)\n';

  it('is no failure by itself', async () => {
    expect((await reportOfText(log)).verdict.status).toBe('healthy');
  });

  it('may be the reason for one', async () => {
    const { verdict } = await reportOfText(`${log}make: *** [Makefile:2: lint] Error 1\n`);
    expect(verdict.headline).toContain('exported function Run should have comment');
  });
});

describe('a go that ended with an exit code, and printed no error', () => {
  const url = 'https://proxy.example/lib.example/a';
  const ended = 'make: *** [Makefile:2: deps] Error 1\n';

  it('what it had asked for and not been told is what it waited for, as under timeout(1) in a script', async () => {
    const { verdict, blockingPoint } = await reportOfText(`# get ${url}/@v/v1.0.0.mod\n${ended}`);
    expect(verdict.status).toBe('failed');
    expect(blockingPoint).toMatchObject({ cause: 'connect/other', culprit: { host: 'proxy.example' } });
  });

  it('so is a git that had not come back', async () => {
    const { blockingPoint } = await reportOfText(
      `cd /m/cache/vcs/1; git ls-remote -q https://git.example/a.git\n${ended}`,
    );
    expect(blockingPoint).toMatchObject({ cause: 'git/silent', culprit: { host: 'git.example' } });
  });

  it('a 404 that it went on from is not why it failed', async () => {
    const lines = [
      `# get ${url}/b/@v/list`,
      `# get ${url}/b/@v/list: 404 Not Found (0.010s)`,
      `# get ${url}/@v/list`,
      `# get ${url}/@v/list: 200 OK (0.010s)`,
    ];
    const { verdict, blockingPoint } = await reportOfText(`${lines.join('\n')}\n${ended}`);
    expect(verdict.status).toBe('failed');
    expect(blockingPoint).toBeNull();
  });
});
