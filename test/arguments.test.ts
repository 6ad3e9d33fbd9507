import { describe, expect, it } from 'vitest';
import { gotrace } from './support/gotrace.ts';

/** What `run` takes for the command is what it runs: echo prints it. */
describe('the command of run begins at the first word that is no option', () => {
  it.each([
    [['run', '--no-strace', 'echo', 'mod', '-x'], 'mod -x'],
    [['run', '--no-strace', '--no-x', 'echo', '-j2', '--', '--strace'], '-j2 -- --strace'],
    [['run', '--timeout=50s', '--no-strace', 'echo', 'get'], 'get'],
    [['run', '--timeout', '50s', '--no-strace', 'echo', '--timeout', '1s'], '--timeout 1s'],
    [['run', '--no-strace', '--', 'echo', '-', '--help'], '- --help'],
    [['run', '--no-strace', '--', 'echo', '--', '--version'], '-- --version'],
  ])('%j', async (given, printed) => {
    const { stdout, exitCode } = await gotrace(given);
    expect({ stdout, exitCode }).toEqual({ stdout: printed, exitCode: 0 });
  });
});

describe('what is wrong with a command line is said in one line', () => {
  it.each([
    [['analyze'], 'name a log: gotrace analyze strace.log, or - for standard input'],
    [['attach'], 'name a process: gotrace attach PID'],
    [['attach', 'x'], 'attach: the process id must be a number, as ps shows it'],
    [['run'], 'name the command to run: gotrace run -- go mod download'],
    [['run', '--'], 'name the command to run: gotrace run -- go mod download'],
    [
      ['true', 'mod', 'download'],
      'true: is no command of gotrace; to run it: gotrace run -- true mod download',
    ],
    [['anlyze', 'x'], "unknown command 'anlyze' (Did you mean analyze?) (gotrace --help lists the commands)"],
    [
      ['analyze', '--treads', '1', 'x'],
      "unknown option '--treads' (Did you mean --threads?) (gotrace analyze --help lists the options)",
    ],
    [
      ['analyze', '--threads', 'two', 'x'],
      '--threads two: is no number of threads; write 1, or as many as there are cores',
    ],
    [
      ['analyze', '--format', 'xml', 'x'],
      "option '--format <format>' argument 'xml' is invalid. Allowed choices are terminal, json, markdown, csv, chrome-trace. (gotrace analyze --help lists the options)",
    ],
    [
      ['explain', 'dns/other', 'x'],
      "too many arguments for 'explain'. Expected 1 argument but got 2. (gotrace explain --help lists the options)",
    ],
  ])('%j', async (given, message) => {
    const { stderr, exitCode } = await gotrace(given);
    expect({ stderr, exitCode }).toEqual({ stderr: `gotrace: ${message}`, exitCode: 2 });
  });
});

it('without any argument it shows its help, as an error', async () => {
  const { stdout, stderr, exitCode } = await gotrace([]);
  expect({ stdout, exitCode }).toEqual({ stdout: '', exitCode: 2 });
  expect(stderr).toEqual((await gotrace(['--help'])).stdout);
  expect(stderr).toContain('gotrace run -- go mod download');
});
