/** Errors that a person can cause are values: `error` is one line that says what was given and what to do. */
export type Result<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly error: string };

export const ok = <T>(value: T): Result<T> => ({ ok: true, value });
export const failed = <T = never>(error: string): Result<T> => ({ ok: false, error });
