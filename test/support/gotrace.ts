import { execa } from 'execa';

/** The built command, as a person runs it. */
export const CLI = new URL('../../dist/cli.js', import.meta.url).pathname;

export interface Ended {
  readonly exitCode: number | undefined;
  readonly signal: string | undefined;
  readonly stdout: string;
  readonly stderr: string;
}

export async function gotrace(
  args: readonly string[],
  options: {
    readonly input?: Uint8Array;
    readonly inputFile?: string;
    readonly env?: Readonly<Record<string, string>>;
  } = {},
): Promise<Ended> {
  const { exitCode, signal, stdout, stderr } = await execa(process.execPath, [CLI, ...args], {
    reject: false,
    encoding: 'latin1',
    ...options,
  });
  return { exitCode, signal, stdout: utf8(stdout), stderr: utf8(stderr) };
}

/** latin1 keeps every byte; text is read as UTF-8 afterwards. */
function utf8(text: string): string {
  return Buffer.from(text, 'latin1').toString('utf8');
}
