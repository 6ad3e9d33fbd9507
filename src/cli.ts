import { fail } from './cli/notices.ts';
import { keepPipesBlocking } from './cli/standard-streams.ts';
import { VERSION } from './version.ts';

const argv = process.argv.slice(2);
// The version is asked for by scripts: it does not wait for everything else to be loaded.
if (argv.length === 1 && argv[0] === '--version') process.stdout.write(`${VERSION}\n`);
else if (!hasWorkingDirectory()) {
  fail('the working directory is not there any more: change to one that is');
} else {
  keepPipesBlocking();
  const { main } = await import('./cli/main.ts');
  await main(argv);
}

function hasWorkingDirectory(): boolean {
  try {
    process.cwd();
    return true;
  } catch {
    return false;
  }
}
