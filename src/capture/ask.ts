import { execFile } from 'node:child_process';

/** What a helper program said. */
export interface Answer {
  /** Undefined where it could not be started, or did not end by itself in time. */
  readonly exitCode: number | undefined;
  readonly isMissing: boolean;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a short helper program to its end, with nothing to read; never throws. */
export function ask(
  program: string,
  args: readonly string[],
  options: {
    readonly timeoutMs?: number;
    readonly cwd?: string;
    readonly environment?: Readonly<Record<string, string>>;
  } = {},
): Promise<Answer> {
  const { timeoutMs: timeout = 0, cwd, environment } = options;
  return new Promise((resolve) => {
    const child = execFile(
      program,
      args,
      { timeout, cwd, env: { ...process.env, ...environment } },
      (error, stdout, stderr) =>
        resolve({
          exitCode: error === null ? 0 : typeof error.code === 'number' ? error.code : undefined,
          isMissing: error?.code === 'ENOENT',
          stdout,
          stderr,
        }),
    );
    child.stdin?.end();
  });
}
