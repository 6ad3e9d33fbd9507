import { findProgram } from '../capture/program.ts';
import { STANDARD_INPUT } from '../ingest/input.ts';

/** Options of `run` that are followed by a value. test/arguments.test.ts compares them with its help. */
const TAKES_VALUE = /^(?:-o|--(?:keep|timeout|stall|progress|format|output|redact-modules))$/;

/** The command line as yargs is to see it. */
export function prepareArguments(argv: readonly string[]): string[] {
  const separated = argv[0] === 'run' ? separateCommand(argv) : argv;
  const end = separated.indexOf('--');
  // yargs drops a lone `-` among positionals; what stands behind `--` belongs to the command that is run.
  return separated.map((arg, index) => (arg === '-' && (end < 0 || index < end) ? STANDARD_INPUT : arg));
}

/** `run go mod download -x`: what follows the first word that is no option is the command's, as with time(1) and strace(1). */
function separateCommand(argv: readonly string[]): readonly string[] {
  const first = argv.findIndex(
    (arg, index) =>
      index > 0 && (arg === '--' || (!arg.startsWith('-') && !TAKES_VALUE.test(argv[index - 1] ?? ''))),
  );
  return first < 0 || argv[first] === '--' ? argv : [...argv.slice(0, first), '--', ...argv.slice(first)];
}

/** What to say of a command line that yargs refuses, in a person's words. */
export function explainRefusal(
  argv: readonly string[],
  message: string,
  commands: readonly string[],
): string {
  const [command = ''] = argv;
  if (message.startsWith('Not enough non-option arguments')) {
    if (command === 'analyze') return 'name a log: gotrace analyze strace.log, or - for standard input';
    if (command === 'attach') return 'name a process: gotrace attach PID';
  }
  if (command === '' || command.startsWith('-') || commands.includes(command))
    return `${message} (gotrace --help lists the commands)`;
  const isProgram = findProgram(command) !== undefined;
  return isProgram
    ? `${command}: is no command of gotrace; to run it: gotrace run -- ${argv.join(' ')}`
    : `${command}: is no command of gotrace (gotrace --help lists the commands)`;
}
