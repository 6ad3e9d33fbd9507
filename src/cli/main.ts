import { Command, type CommanderError, Option } from '@commander-js/extra-typings';
import { findProgram } from '../capture/program.ts';
import { reasonOf } from '../model/result.ts';
import { VERSION } from '../version.ts';
import { analyzeCommand } from './analyze.ts';
import { attachCommand } from './attach.ts';
import { demoCommand } from './demo.ts';
import { explainCommand } from './explain.ts';
import { fail } from './notices.ts';
import { runCommand } from './run.ts';

const COMMANDS = [runCommand, attachCommand, analyzeCommand, demoCommand, explainCommand];
const WIDEST = 100;
const EXAMPLES = `
Examples:
  gotrace run -- go mod download    runs it, and says at its end, or at Ctrl-C, what it waited for
  gotrace attach 1234               looks at a command that hangs already
  gotrace analyze strace.log        reads what somebody recorded
`;

/** A report that cannot be written is an error; a notice that nobody gets is none. */
function watchStandardStreams(): void {
  process.stdout.on('error', (error) => fail(`standard output cannot be written: ${reasonOf(error)}`));
  process.stderr.on('error', () => {});
}

export async function main(argv: readonly string[]): Promise<void> {
  watchStandardStreams();
  const program = new Command('gotrace')
    .description('Why is this Go module download slow, stuck or failing, and what do I change?')
    .version(VERSION, '-V, --version', 'print the version')
    .helpCommand('help [command]', 'show the help of a command')
    .addHelpText('after', EXAMPLES)
    .enablePositionalOptions();
  for (const command of COMMANDS) program.addCommand(command);
  for (const command of [program, ...program.commands]) {
    command
      .addHelpOption(new Option('-h, --help', 'show this help').helpGroup('Options:'))
      .configureHelp({ helpWidth: Math.min(WIDEST, process.stdout.columns ?? WIDEST) })
      // What is wrong is said below, in one line.
      .configureOutput({ outputError: () => {} })
      // What is printed may not have reached a slow reader yet.
      .exitOverride();
  }
  try {
    await program.parseAsync(argv, { from: 'user' });
  } catch (error) {
    if (!isRefusal(error)) throw error;
    // Without any argument, the help has been shown.
    if (error.code === 'commander.help') process.exitCode = 2;
    else if (error.exitCode !== 0) fail(explainRefusal(argv, error));
  }
}

function isRefusal(error: unknown): error is CommanderError {
  return error instanceof Error && 'code' in error && String(error.code).startsWith('commander.');
}

/** What to say of a command line that is refused, in a person's words. */
function explainRefusal(argv: readonly string[], { code, message }: CommanderError): string {
  const [command = ''] = argv;
  switch (code) {
    case 'commander.missingArgument':
      return command === 'attach'
        ? 'name a process: gotrace attach PID'
        : 'name a log: gotrace analyze strace.log, or - for standard input';
    case 'commander.unknownCommand':
      if (findProgram(command) !== undefined)
        return `${command}: is no command of gotrace; to run it: gotrace run -- ${argv.join(' ')}`;
  }
  const isKnown = COMMANDS.some((each) => each.name() === command);
  const help = isKnown ? `${command} --help lists the options` : '--help lists the commands';
  return `${message.replace(/^error: /, '')} (gotrace ${help})`;
}
