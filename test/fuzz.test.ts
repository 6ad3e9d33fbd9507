import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { analyze } from '../src/analyze.ts';
import { reportSchema } from '../src/model/report.ts';
import { WRITERS } from '../src/report/registry.ts';

/** Real logs with lines dropped, doubled, moved and damaged: a report comes out all the same. Longer by `npm run fuzz`. */
const MINUTES = Number(process.env['FUZZ_MINUTES'] ?? 0);
const logs = readdirSync('fixtures/scenarios', { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map((entry) => entry.name)
  .flatMap((name) => [
    ...(existsSync(`fixtures/scenarios/${name}/stderr.ts.log`)
      ? [readFileSync(`fixtures/scenarios/${name}/stderr.ts.log`, 'latin1')]
      : []),
    ...(existsSync(`fixtures/scenarios/${name}/strace.log.gz`)
      ? [
          gunzipSync(readFileSync(`fixtures/scenarios/${name}/strace.log.gz`))
            .toString('latin1')
            .slice(0, 60_000),
        ]
      : []),
  ]);

const writers = await Promise.all(WRITERS.map((writer) => writer.load()));

const edit = fc.record({
  kind: fc.constantFrom('drop', 'double', 'swap', 'cut', 'insert', 'byte'),
  at: fc.nat(),
  other: fc.nat(),
  text: fc.string({ unit: 'binary', maxLength: 30 }),
});

function apply(
  lines: string[],
  { kind, at, other, text }: { kind: string; at: number; other: number; text: string },
): void {
  const index = at % lines.length;
  const line = lines[index] ?? '';
  const place = other % (line.length + 1);
  if (kind === 'drop') lines.splice(index, 1);
  else if (kind === 'double') lines.splice(index, 0, line);
  else if (kind === 'swap') lines.splice(index, 1, lines[other % lines.length] ?? '');
  else if (kind === 'cut') lines[index] = line.slice(0, place);
  else if (kind === 'insert') lines[index] = line.slice(0, place) + text + line.slice(place);
  else lines[index] = line.slice(0, place) + String.fromCharCode(other % 256) + line.slice(place + 1);
  if (lines.length === 0) lines.push('');
}

it(
  'mutated logs give a valid report in every format',
  async () => {
    let runs = 0;
    await fc.assert(
      fc.asyncProperty(
        fc.nat(logs.length - 1),
        fc.array(edit, { minLength: 1, maxLength: 40 }),
        async (which, edits) => {
          const lines = (logs[which] ?? '').split('\n');
          for (const each of edits) apply(lines, each);
          const log = Buffer.from(`${lines.join('\n')}\n`);
          const chunks = async function* () {
            yield log;
          };
          const result = await analyze([{ path: 'log', chunks }]);
          runs++;
          // Too little may be left to tell what it was: that is said in one line.
          if (!result.ok) {
            expect(result.error).toMatch(/^log: (?:unknown format|is a binary file)/);
            return;
          }
          const report = result.value;
          expect(reportSchema.parse(report)).toEqual(report);
          for (const input of report.inputs)
            expect(input.records + input.continued + input.ignored + input.unparsed).toBe(input.lines);
          for (const render of writers)
            expect(render(report, { columns: 80, colour: false, explainInput: true }).length).toBeGreaterThan(
              0,
            );
        },
      ),
      MINUTES > 0
        ? {
            numRuns: Number.MAX_SAFE_INTEGER,
            interruptAfterTimeLimit: MINUTES * 60_000,
            markInterruptAsFailure: false,
          }
        : { numRuns: 60, seed: 7 },
    );
    console.log(`fuzz: ${runs} mutated logs, 0 crashes`);
  },
  (MINUTES + 2) * 60_000,
);
