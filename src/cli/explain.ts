import { Command } from '@commander-js/extra-typings';
import { fail } from './notices.ts';

export const explainCommand = new Command('explain')
  .description('One cause: what it is, how it is recognised, how it is mended')
  .argument('[cause]', 'phase/slug, as in a report; without it, all are listed')
  .action(async (cause) => {
    // Loaded when it is asked for: no other command waits for it.
    const { CATALOGUE, wordsOf } = await import('../diagnose/catalogue.ts');
    const { EXAMPLE_REWRITES } = await import('../diagnose/goproxy.ts');
    if (cause === undefined) {
      for (const words of CATALOGUE)
        process.stdout.write(`${words.cause.padEnd(32)}${words.explanation.split('. ')[0]}\n`);
      return;
    }
    const words = wordsOf(cause) ?? CATALOGUE.find((each) => each.cause.split('/')[1] === cause);
    if (words === undefined) return fail(`explain ${cause}: no such cause; gotrace explain lists them all`);
    const remedies = words.remedies.flatMap(({ text, command }) => [
      `  - ${text}`,
      ...(command === undefined ? [] : [`      ${exampleOf(command, EXAMPLE_REWRITES)}`]),
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
  });

function exampleOf(command: string, rewrites: Readonly<Record<string, string>>): string {
  return command.replace(/^\{(piped|without|swapped)\}$/, (whole, name: string) => rewrites[name] ?? whole);
}
