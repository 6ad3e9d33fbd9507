/** Errors that a person can cause are values: `error` is one line that says what was given and what to do. */
export type Result<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly error: string };

export const ok = <T>(value: T): Result<T> => ({ ok: true, value });
export const failed = <T = never>(error: string): Result<T> => ({ ok: false, error });

/** What a person is told of a file system error. */
export function reasonOf(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  if (code === 'ENOENT') return 'no such file';
  if (code === 'EACCES') return 'permission denied; run gotrace as a user who may read it';
  if (code === 'EEXIST') return 'a file of that name is there';
  if (code === 'EISDIR') return 'is a directory';
  return error instanceof Error ? (error.message.split('\n')[0] ?? code) : String(error);
}
