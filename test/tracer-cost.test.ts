import { describe, expect, it } from 'vitest';
import { costOfTracer } from '../src/capture/tracer-cost.ts';

describe('what the tracer cost', () => {
  it.each([
    ['nothing to speak of', 0.4, 1.2],
    ['a small part of a long run', 3, 60],
    ['no tracer', 0, 30],
  ])('%s: not a word', (_name, tracerSeconds, seconds) => {
    expect(costOfTracer({ tracerSeconds, seconds }, { seccomp: false })).toBeUndefined();
  });

  it('much: what costs less, and not what was used already', () => {
    const cost = { tracerSeconds: 4.5, seconds: 10.6 };
    expect(costOfTracer(cost, { seccomp: false })).toBe(
      'strace slowed the command down: of 10.6 s it computed for 4.5 s itself; --seccomp-bpf costs about half of that, --no-strace next to nothing',
    );
    expect(costOfTracer(cost, { seccomp: true })).not.toContain('seccomp');
  });
});
