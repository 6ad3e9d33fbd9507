import { describe, expect, it } from 'vitest';
import { stopsAtWork } from '../parsers/strace/at-end.ts';

const tail = (...lines: readonly string[]) =>
  Buffer.from(['1 1700000000.0 brk(NULL) = 0x4000', ...lines].join('\n'));

describe('a log stops while a thread is at work', () => {
  it.each([
    ['a call has returned', ['1 1700000001.0 close(3) = 0']],
    ['a line was cut off behind it', ['1 1700000001.0 close(3) = 0 <0.000010>', '']],
    ['in two halves', ['1 1700000001.0 <... close resumed>) = 0']],
    [
      'another thread waits',
      ['2 1700000001.0 close(3) = 0', '1 1700000001.1 futex(0xc0, FUTEX_WAIT_PRIVATE, 0, NULL'],
    ],
    ['without pids', ['read(3, "x) = 1", 6) = 6']],
  ])('%s', (_, lines) => expect(stopsAtWork(tail(...lines))).toBe(true));

  it.each([
    ['all wait', ['2 1700000001.0 read(3,  <unfinished ...>', '1 1700000001.1 epoll_pwait(4, ']],
    [
      'what it returned from last is not what it is in',
      ['2 1.0 close(3) = 0', '2 1.1 futex(0xc0 <unfinished ...>'],
    ],
    [
      'it is gone',
      [
        '2 1700000001.0 exit(0) = ?',
        '2 1700000001.1 +++ exited with 0 +++',
        '1 1.1 wait4(-1,  <unfinished ...>',
      ],
    ],
    [
      'a signal reaches it in a call',
      ['1 1.0 futex(0xc0 <unfinished ...>', '1 1.1 --- SIGURG {si_signo=SIGURG} ---'],
    ],
    [
      'a signal ends its call',
      ['1 1.0 <... futex resumed>) = ? ERESTARTSYS (To be restarted if SA_RESTART is set)'],
    ],
    ['an argument looks like a return', ['1 1.0 write(1, "f(x) = 1", 8 <unfinished ...>']],
  ])('and not where %s', (_, lines) => expect(stopsAtWork(tail(...lines))).toBe(false));

  it('nothing is told of a line whose beginning is not there', () => {
    expect(stopsAtWork(Buffer.from('ose(3) = 0'))).toBe(false);
  });
});
