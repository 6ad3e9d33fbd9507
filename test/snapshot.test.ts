import { describe, expect, it } from 'vitest';
import { reportOfText } from './support/analyze.ts';

/** What `attach` writes of /proc: a first look, and the same two seconds later. */
const at = (seconds: number, lines: readonly string[]) =>
  lines.map((line) => `17000000${seconds.toFixed(6).padStart(9, '0')} ${line}\n`).join('');

const GO = 'proc 12 1 S 33.50 futex_wait go\tmod\tdownload';
const SOCKET = 'socket 12 8 tcp ESTABLISHED 192.0.2.2:40000 192.0.2.9:443 rx=0 tx=0 received=105120';
const HOST = 'host proxy.example 192.0.2.9';
const zip = (bytes: number) =>
  `file 12 9 ${bytes} /home/dev/go/pkg/mod/cache/download/lib.example/!big/@v/v1.2.0.zip123456.tmp`;

describe('two looks at a go that hangs', () => {
  it.each([
    [
      'of a zip that stands still',
      [zip(98_304)],
      [zip(98_304)],
      'transfer/stalled',
      'lib.example/Big@v1.2.0',
    ],
    ['of a zip that grows', [zip(98_304)], [zip(131_072)], 'transfer/slow', '33 kB at 16 kB/s'],
    ['of a zip without a byte', [zip(0)], [zip(0)], 'ttfb/no-response', 'lib.example/Big@v1.2.0'],
    ['of a connection alone', [], [], 'ttfb/no-response', 'proxy.example'],
    [
      'of the program that GOAUTH names',
      ['proc 13 12 S 32.00 do_wait /opt/auth.sh'],
      ['proc 13 12 S 34.00 hrtimer_nanosleep sleep\t600'],
      'auth/goauth',
      '/opt/auth.sh',
    ],
  ])('%s', async (_, first, second, cause, said) => {
    const report = await reportOfText(at(0, [GO, SOCKET, ...first, HOST]) + at(2, [GO, ...second]));
    expect(report.verdict.status).toBe('blocked');
    expect(report.blockingPoint?.cause).toBe(cause);
    expect(report.verdict.headline).toContain(said);
    expect(report.inputs[0]).toMatchObject({ format: 'proc', unparsed: 0 });
  });
});
