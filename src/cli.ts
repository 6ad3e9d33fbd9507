import { VERSION } from './version.ts';

const argv = process.argv.slice(2);
// The version is asked for by scripts: it does not wait for everything else to be loaded.
if (argv.length === 1 && argv[0] === '--version') process.stdout.write(`${VERSION}\n`);
else {
  const { main } = await import('./cli/main.ts');
  await main(argv);
}
