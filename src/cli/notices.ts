import { writeSync } from 'node:fs';

const STDERR = 2;

/** One line for the person, beside the report. Not with `process.stderr`: see docs/decisions/0011-descriptors.md. */
export function say(text: string): void {
  try {
    writeSync(STDERR, `gotrace: ${text.replace(/\s*\n\s*/g, ' ')}\n`);
  } catch {
    // Nobody reads it.
  }
}

/** A usage or input error: one line on stderr, exit code 2. */
export function fail(message: string): void {
  say(message);
  process.exitCode = 2;
}
