import { writeSync } from 'node:fs';

const STDERR = 2;

/** One line for the person, beside the report. */
export function noticeOf(text: string): string {
  return `gotrace: ${text.replace(/\s*\n\s*/g, ' ')}\n`;
}

/** Says it at once: what is written to `process.stderr` may not be out yet when the process exits. */
export function say(text: string): void {
  try {
    writeSync(STDERR, noticeOf(text));
  } catch {
    // Nobody reads it.
  }
}

/** A usage or input error: one line on stderr, exit code 2. */
export function fail(message: string): void {
  say(message);
  process.exitCode = 2;
}
