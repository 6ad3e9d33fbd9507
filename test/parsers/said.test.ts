import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { said } from '../../parsers/said/format.ts';
import { reportOfText } from '../support/analyze.ts';
import { parseText } from '../support/parse.ts';

const quoted = (...lines: readonly string[]) => parseText(said, `${lines.join('\n')}\n`).records[0]?.text;

describe('what a command says that fails, and that no other format knows', () => {
  it.each([
    ['sh: 0: cannot open deps.sh: No such file\n', 'sh: 0: cannot open deps.sh: No such file'],
    // npm 10: a reason, an empty line, usage, and where it logged.
    [
      'npm warn deprecated a@1.0.0: no longer supported\nnpm error code EUSAGE\nnpm error\nnpm error Usage:\nnpm error A complete log of this run can be found in: /root/.npm/1.log\n',
      'npm error code EUSAGE',
    ],
    // Python: the code above the exception names errors as well.
    [
      'Traceback (most recent call last):\n  File "a.py", line 1, in <module>\n    response = self.parent.error(\nurllib.error.HTTPError: HTTP Error 500: Internal Server Error\n',
      'urllib.error.HTTPError: HTTP Error 500: Internal Server Error',
    ],
    [
      "make: *** No rule to make target 'x'.  Stop.\nmake: *** [deps] Error 2\n",
      "make: *** No rule to make target 'x'.  Stop.",
    ],
  ])('the line that tells: %j', (text, line) => {
    expect(quoted(...text.trimEnd().split('\n'))).toBe(line);
  });

  it('lines that say nothing of a failure are not quoted: make names the command that it runs', () => {
    expect(quoted('go mod download -x', 'hello', 'make: *** [Makefile:2: deps] Error 1')).toBeUndefined();
  });

  it('what was gone on from for a hundred lines is no reason', () => {
    const rest = Array.from({ length: 100 }, (_, at) => `step ${at}`);
    expect(quoted('could not find a cache', ...rest)).toBeUndefined();
    expect(quoted('could not find a cache', ...rest.slice(1))).toBe('could not find a cache');
  });

  it('any text: no line is claimed, and one at most is quoted, which is in it', () => {
    fc.assert(
      fc.property(fc.array(fc.string({ unit: 'binary' }).filter((line) => !/[\r\n]/.test(line))), (lines) => {
        const { records, outcomes } = parseText(said, `${lines.join('\n')}\n`);
        expect(outcomes.record + outcomes.continued).toBe(0);
        expect(records.length).toBeLessThanOrEqual(1);
      }),
    );
  });
});

describe('the verdict of a run that failed without an error that is known', () => {
  const strace = (code: number) =>
    [
      '100 1700000000.000000 execve("/usr/bin/fetch", ["fetch"], 0x7f /* 9 vars */) = 0 <0.000300>',
      '100 1700000000.001000 mmap(NULL, 8192, PROT_READ, MAP_PRIVATE, 3, 0) = 0x7f <0.000010>',
      '100 1700000000.002000 write(2</dev/null>, "fetch: the mirror list is empty: nothing to do, no such thing\\n", 62) = 62 <0.000010>',
      `100 1700000000.003000 exit_group(${code}) = ?`,
      `100 1700000000.003100 +++ exited with ${code} +++`,
      '',
    ].join('\n');

  it('quotes it, with its line', async () => {
    const { verdict, blockingPoint } = await reportOfText(strace(3));
    expect(verdict.headline).toBe(
      'Failed: it ended with exit code 3, and said: fetch: the mirror list is empty: nothing to do, no such thing.',
    );
    expect(blockingPoint?.cause).toBe('unknown/said');
    expect(blockingPoint?.evidence.map(({ line }) => line)).toEqual([3]);
  });

  it('and says nothing of it where the command ended well', async () => {
    const { verdict, findings } = await reportOfText(strace(0));
    expect(verdict.status).toBe('healthy');
    expect(findings).toEqual([]);
  });

  it('a program that writes nothing was not traced in part', async () => {
    const mute = strace(1)
      .split('\n')
      .filter((line) => !line.includes('write(') && !line.includes('mmap('))
      .join('\n');
    const log = mute.replace(
      '100 1700000000.003000',
      '100 1700000000.001000 read(3</lib/a>, "", 9) = 0 <0.000010>\n100 1700000000.001500 close(3</lib/a>) = 0 <0.000010>\n100 1700000000.003000',
    );
    const { verdict } = await reportOfText(log);
    expect(verdict.headline).toBe(
      'Failed: it ended with exit code 1; nothing that it printed or waited for says why.',
    );
  });
});
