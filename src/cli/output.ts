import { writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { type Command, Option, type OptionValues } from '@commander-js/extra-typings';
import type { Report } from '../model/report.ts';
import { failed, ok, type Result, reasonOf } from '../model/result.ts';
import type { RedactOptions } from '../redact/redact.ts';
import { WRITERS, writerOf } from '../report/registry.ts';

/** The options that every command with a report has. */
export interface OutputOptions {
  readonly format: string;
  readonly output?: string | undefined;
  readonly redact: boolean;
  readonly redactModules?: string | undefined;
  readonly explainInput?: true | undefined;
}

/** The command with the options that every one has which ends with a report. */
export function withReport<Args extends unknown[], Own extends OptionValues>(command: Command<Args, Own>) {
  return command
    .optionsGroup('Report:')
    .addOption(
      new Option('--format <format>', 'how the report is written')
        .choices(WRITERS.map((writer) => writer.name))
        .default('terminal'),
    )
    .option('--output <file>', 'write the report to this file instead of standard output')
    .option('--no-redact', 'show secrets and home directories, which are hidden otherwise')
    .option('--redact-modules <patterns>', 'hide modules that match, as in GOPRIVATE: corp.example/*')
    .option('--explain-input', 'show the first lines of each input that were not understood');
}

export function redactOptions(options: OutputOptions): false | RedactOptions {
  if (!options.redact) return false;
  return {
    home: homedir(),
    ...(options.redactModules === undefined ? {} : { modules: options.redactModules.split(',') }),
  };
}

/** A terminal, a pipe or a file: `process.stdout` is one. */
export interface TextOutput {
  readonly isTTY?: boolean;
  readonly columns?: number | undefined;
  write(text: string): unknown;
}

/** Renders the report and writes it whole, or not at all. */
export async function writeReport(
  report: Report,
  options: OutputOptions,
  stream: TextOutput = process.stdout,
): Promise<Result<void>> {
  const isTerminal = options.output === undefined && stream.isTTY === true;
  const render = await writerOf(options.format);
  const text = render(report, {
    columns: isTerminal ? (stream.columns ?? 100) : 100,
    colour: isTerminal && process.env['NO_COLOR'] === undefined,
    explainInput: options.explainInput ?? false,
  });
  if (options.output === undefined) {
    stream.write(text);
    return ok(undefined);
  }
  try {
    writeFileSync(options.output, text);
    return ok(undefined);
  } catch (error) {
    return failed(`${options.output}: cannot be written: ${reasonOf(error)}`);
  }
}
