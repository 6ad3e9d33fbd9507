/** A usage or input error: one line on stderr, exit code 2. */
export function fail(message: string): void {
  process.stderr.write(`gotrace: ${message.replace(/\s*\n\s*/g, ' ')}\n`);
  process.exitCode = 2;
}
