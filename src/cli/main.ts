import yargs, { type CommandModule } from 'yargs';
import { reasonOf } from '../model/result.ts';
import { VERSION } from '../version.ts';
import { analyzeCommand } from './analyze.ts';
import { explainRefusal, prepareArguments } from './arguments.ts';
import { attachCommand } from './attach.ts';
import { demoCommand } from './demo.ts';
import { explainCommand } from './explain.ts';
import { fail } from './notices.ts';
import { runCommand } from './run.ts';

/** Each takes arguments of its own: what they have in common is a name and a handler. */
const COMMANDS = [
  runCommand,
  attachCommand,
  analyzeCommand,
  demoCommand,
  explainCommand,
] as unknown[] as CommandModule[];

/** A report that cannot be written is an error; a notice that nobody gets is none. */
function watchStandardStreams(): void {
  process.stdout.on('error', (error) => fail(`standard output cannot be written: ${reasonOf(error)}`));
  process.stderr.on('error', () => {});
}

export async function main(argv: readonly string[]): Promise<void> {
  watchStandardStreams();
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
    // What is printed may not have reached a slow reader yet.
    .exitProcess(false)
    .wrap(Math.min(100, process.stdout.columns ?? 100))
    .fail((message, error) => {
      if (error) throw error;
      const names = COMMANDS.map(({ command }) => String(command).split(' ')[0] ?? '');
      fail(explainRefusal(argv, message, names));
      process.exit(2);
    })
    .parseAsync();
}
