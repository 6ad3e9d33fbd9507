import yargs, { type CommandModule } from 'yargs';
import { VERSION } from '../version.ts';
import { analyzeCommand } from './analyze.ts';
import { explainRefusal, prepareArguments } from './arguments.ts';
import { attachCommand } from './attach.ts';
import { demoCommand } from './demo.ts';
import { fail } from './exit.ts';
import { explainCommand } from './explain.ts';
import { runCommand } from './run.ts';

/** Each takes arguments of its own: what they have in common is a name and a handler. */
const COMMANDS = [
  runCommand,
  attachCommand,
  analyzeCommand,
  demoCommand,
  explainCommand,
] as unknown[] as CommandModule[];

/** `gotrace explain | head`: who reads has seen enough. A command that is run goes on, whoever still listens to us. */
function endQuietlyOnClosedPipes(): void {
  const onError = (end: () => void) => (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error;
    end();
  };
  process.stdout.on(
    'error',
    onError(() => process.exit(0)),
  );
  process.stderr.on(
    'error',
    onError(() => {}),
  );
}

export async function main(argv: readonly string[]): Promise<void> {
  endQuietlyOnClosedPipes();
  await yargs(prepareArguments(argv))
    .scriptName('gotrace')
    .usage('$0 COMMAND\n\nWhy is this Go module download slow, stuck or failing, and what do I change?')
    .command(COMMANDS)
    // All that we say is in English, and looking for other words takes time.
    .detectLocale(false)
    .parserConfiguration({ 'populate--': true })
    .demandCommand(1, 'name a command: gotrace run -- go mod download, or gotrace analyze LOG')
    .strict()
    .version(VERSION)
    .help()
    .wrap(Math.min(100, process.stdout.columns ?? 100))
    .fail((message, error) => {
      if (error) throw error;
      const names = COMMANDS.map(({ command }) => String(command).split(' ')[0] ?? '');
      fail(explainRefusal(argv, message, names));
      process.exit(2);
    })
    .parseAsync();
}
