import { readFileSync, writeFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { renderTerminal } from '../src/report/terminal.ts';
import { reportOf } from './support/analyze.ts';

const BLOCK = /(<!-- output -->\n```text\n)([\s\S]*?)(\n```)/;

it('the picture in the README is what the recording of the demo gives today', async () => {
  const report = await reportOf(['fixtures/demo/recording.strace.log.gz']);
  const text = renderTerminal(report, { columns: 100, colour: false, explainInput: false }).trimEnd();
  const readme = readFileSync('README.md', 'utf8');
  if (process.env['GOLDEN'] === 'write')
    writeFileSync(
      'README.md',
      readme.replace(BLOCK, (_, before: string, _old: string, after: string) => before + text + after),
    );
  expect(BLOCK.exec(readFileSync('README.md', 'utf8'))?.[2]).toBe(text);
});
