import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type Report, reportSchema } from '../../src/model/report.ts';
import { renderMarkdown } from '../../src/report/markdown.ts';
import { reportOf } from '../support/analyze.ts';
import { NOT_IN_THE_LOG } from './not-in-the-log.ts';

/**
 * Recorded downloads with one known fault each (fixtures/scenarios/README.md). `expected.json` has the answer in each
 * mode, `report.md` the whole report; both were read by eye, are rewritten with GOLDEN=write, and then to be read again.
 */
const SCENARIOS = 'fixtures/scenarios';
const MODES: Readonly<Record<string, readonly string[]>> = {
  strace: ['strace.log.gz'],
  both: ['strace.log.gz', 'stderr.txt'],
  plain: ['strace-plain.log.gz'],
  relative: ['strace-r.log.gz'],
  ff: ['strace-ff'],
  seccomp: ['strace-seccomp.log.gz'],
  x: ['stderr.ts.log'],
  stderr: ['stderr.txt'],
  goroutines: ['goroutines.txt.gz'],
  ltrace: ['ltrace.log.gz'],
  attach: ['strace-attach.log.gz'],
};

/** What of a report is worth reading: verdict, causes, culprit, seconds, the lines named as evidence. */
function digest(report: Report) {
  const point = report.blockingPoint;
  return {
    headline: report.verdict.headline,
    ...(point === null
      ? {}
      : {
          cause: point.cause,
          culprit: point.culprit,
          blockedSeconds: Number(point.blockedSeconds.toFixed(2)),
          confidence: point.confidence,
          evidence: point.evidence.map((each) => `${each.input}:${each.line}`),
        }),
    also: report.findings.slice(point === null ? 0 : 1).map((finding) => finding.cause),
    lines: report.inputs.map(({ format, lines, unparsed }) => `${format} ${lines}/${unparsed}`).join(', '),
  };
}

const names = readdirSync(SCENARIOS).filter((name) => statSync(join(SCENARIOS, name)).isDirectory());

describe.each(names)('%s', (name) => {
  const folder = join(SCENARIOS, name);
  const expectedPath = join(folder, 'expected.json');
  const expected = existsSync(expectedPath) ? JSON.parse(readFileSync(expectedPath, 'utf8')) : {};
  const modes = Object.entries(MODES).filter(([, files]) =>
    files.every((file) => existsSync(join(folder, file))),
  );

  it.each(modes)('%s', async (mode, files) => {
    const paths = files.map((file) => join(folder, file));
    const inputs = paths.flatMap((path) =>
      statSync(path).isDirectory() ? readdirSync(path).map((file) => join(path, file)) : [path],
    );
    const report = await reportOf(inputs);
    expect(reportSchema.parse(report)).toEqual(report);
    for (const { lines, records, continued, ignored, unparsed } of report.inputs) {
      expect(records + continued + ignored + unparsed).toBe(lines);
    }
    if (process.env['GOLDEN'] === 'write') {
      expected[mode] = digest(report);
      writeFileSync(expectedPath, `${JSON.stringify(expected, null, 2)}\n`);
    }
    expect(digest(report)).toEqual(expected[mode]);
    const wholePath = join(folder, 'report.md');
    if (mode === 'strace' && existsSync(wholePath)) {
      const whole = renderMarkdown(report);
      if (process.env['GOLDEN'] === 'write') writeFileSync(wholePath, whole);
      expect(whole).toBe(readFileSync(wholePath, 'utf8'));
    }
    const hidden = NOT_IN_THE_LOG[`${name} ${mode}`];
    if (hidden !== undefined) expect(report.verdict.status, hidden.why).toBe(hidden.verdict);
  });
});
