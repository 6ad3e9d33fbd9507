import type { CommandModule } from 'yargs';
import { CATALOGUE, wordsOf } from '../diagnose/catalogue.ts';
import { EXAMPLE_REWRITES } from '../diagnose/goproxy.ts';
import { fail } from './exit.ts';

interface ExplainArguments {
  readonly cause: string | undefined;
}

export const explainCommand: CommandModule<object, ExplainArguments> = {
  command: 'explain [cause]',
  describe: 'One cause: what it is, how it is recognised, how it is mended',
  builder: (yargs) =>
    yargs.positional('cause', {
      type: 'string',
      describe: 'phase/slug, as in a report; without it, all are listed',
    }) as never,
  handler: ({ cause }) => {
    if (cause === undefined) {
      for (const words of CATALOGUE)
        process.stdout.write(`${words.cause.padEnd(32)}${words.explanation.split('. ')[0]}\n`);
      return;
    }
    const words = wordsOf(cause) ?? CATALOGUE.find((each) => each.cause.split('/')[1] === cause);
    if (words === undefined) return fail(`explain ${cause}: no such cause; gotrace explain lists them all`);
    const remedies = words.remedies.flatMap(({ text, command }) => [
      `  - ${text}`,
      ...(command === undefined ? [] : [`      ${exampleOf(command)}`]),
    ]);
    process.stdout.write(
      [
        words.cause,
        '',
        words.explanation,
        '',
        `Recognised by: ${words.telltale}`,
        '',
        'What to do ({…} is what was seen):',
        ...remedies,
        '',
      ].join('\n'),
    );
  },
};

function exampleOf(command: string): string {
  return command.replace(
    /^\{(piped|without|swapped)\}$/,
    (_, name: keyof typeof EXAMPLE_REWRITES) => EXAMPLE_REWRITES[name],
  );
}
