/** Less is not worth a word. */
const LEAST_SECONDS = 1;
const LEAST_SHARE = 0.2;

/**
 * What a person is to be told of a tracer that slowed the command down; undefined where it hardly did. A thread of the
 * command stops at each call while strace looks at it: unpacking thousands of files takes several times as long (decision 0002).
 */
export function costOfTracer(
  { tracerSeconds, seconds }: { readonly tracerSeconds: number; readonly seconds: number },
  { seccomp }: { readonly seccomp: boolean },
): string | undefined {
  if (tracerSeconds < LEAST_SECONDS || tracerSeconds < LEAST_SHARE * seconds) return undefined;
  const less = seccomp ? '' : '--seccomp-bpf costs about half of that, ';
  return `strace slowed the command down: of ${seconds.toFixed(1)} s it computed for ${tracerSeconds.toFixed(1)} s itself; ${less}--no-strace next to nothing`;
}
