import { type Format, type InputLine, type LineOutcome, type LineParser, shareOfLines } from '../types.ts';
import { errorRecord } from './classify.ts';
import { QuotedAnswer } from './quoted.ts';
import type { GoErrorRecord } from './records.ts';
import { linesInString } from './strings.ts';

export const goErrors: Format<GoErrorRecord> = {
  name: 'go-errors',
  detect: (sample) =>
    shareOfLines(sample, (line) => isError(line) || linesInString(line).some(isError)) * 0.9,
  create: (emit) => new GoErrorParser(emit),
};

class GoErrorParser implements LineParser {
  readonly #emit: (record: GoErrorRecord) => void;
  readonly #quoted = new QuotedAnswer();
  /** The line before was an error, or goes on with one. */
  #follows = false;

  constructor(emit: (record: GoErrorRecord) => void) {
    this.#emit = emit;
  }

  push(line: InputLine): LineOutcome {
    const text = line.text();
    if (this.#read(text, line)) return 'record';
    const inside = linesInString(text).filter((each) => this.#read(each, line));
    return inside.length > 0 ? 'record' : 'unparsed';
  }

  end(): void {}

  #read(text: string, line: InputLine): boolean {
    const record =
      this.#quoted.read(text, line) ??
      readError(text, line) ??
      (this.#follows ? readContinuation(text, line) : undefined);
    this.#quoted.note(record);
    this.#follows = record !== undefined || (this.#follows && INDENTED.test(text));
    if (record !== undefined) this.#emit(record);
    return record !== undefined;
  }
}

/** `go: PACKAGE imports`, and what is wrong with it on indented lines below. */
const INDENTED = /^\t+\S/;

function readContinuation(text: string, line: InputLine): GoErrorRecord | undefined {
  if (!INDENTED.test(text)) return undefined;
  const record = errorRecord(text, { at: line.at(), timeNs: line.timeNs });
  return record.class === 'other' ? undefined : { ...record, isFinal: true };
}

/** What go says that is no error. */
const NEWS =
  'downloading |added |upgraded |downgraded |removed |finding |extracting |creating new |to add |found |toolchain upgraded';

/** How lines of an error of go, git, ssh or curl begin; indented ones carry on the one before. */
const BEGINNINGS = [
  String.raw`go(?: \w+)?: (?!${NEWS})|go \w+ \w+: unknown command`,
  // A place in the code, or in go.mod; a module.
  String.raw`(?:vet: )?\S+\.go:\d+:\d+: |(?:\S*/)?go\.(?:mod|work):\d+: |[\w.-]+/\S+@v\S+: `,
  'SECURITY ERROR|verifying \\S+|-> unzip |module declares its path as|but was required as|note: module requires',
  String.raw`\S+ v\d\S*: (?:(?:zip|dir) has been modified|missing ziphash)`,
  'build cache is required|failed to initialize build cache at |error obtaining VCS status|malformed go\\.sum:',
  'build constraints exclude |flag provided but not defined: |runtime: failed to create new OS thread',
  'fatal: |error: |remote: |warning: .*(?:certificate|proxy)',
  'ssh: |Host key verification|kex_exchange_identification: |Connection (?:closed|reset) by ',
  String.raw`(?:git@|\S+@)\S+: Permission denied|curl: \(\d+\)`,
];
const LINE = new RegExp(String.raw`^\s*(?:${BEGINNINGS.join('|')})`);

/** What nobody but go says, wherever on a line it stands: behind a prompt, the name of a build tool, an importer. */
const EMBEDDED = new RegExp(
  [
    String.raw`\b(?:Get|Head|[Rr]ead|reading) "?https?://\S{1,2000}?(?:/@v/\S{1,2000}|/@latest|\?go-get=1|/lookup/\S{1,2000}@v\S{1,200}|/sumdb/\S{1,2000}|/tile/\d+/\S{1,200})"?: \S`,
    String.raw`\bgit (?:ls-remote|fetch|clone|init|remote|config) .{0,300} in \S{0,1000}[\\/]cache[\\/]vcs[\\/][0-9a-f]+:`,
    String.raw`\b(?:open|rename|mkdir|write|RLock|Lock|unlinkat|chmod) \S{0,1000}[\\/]pkg[\\/]mod[\\/].{1,1000}: \S`,
    'unrecognized import path "',
  ].join('|'),
);

/** What the machine has run out of, whichever program says so: compilers and linkers name themselves or the package. */
const EXHAUSTED =
  /^\S.*: (?:[Nn]o space left on device|[Dd]isk quota exceeded|[Rr]ead-only file system|[Tt]oo many open files|[Cc]annot allocate memory|\S*\/pkg\/tool\/\S+: signal: killed)$/;

function isError(text: string): boolean {
  return LINE.test(text) || EXHAUSTED.test(text) || EMBEDDED.test(text);
}

function readError(text: string, line: InputLine): GoErrorRecord | undefined {
  const begins = LINE.test(text) || EXHAUSTED.test(text);
  if (!begins && !EMBEDDED.test(text)) return undefined;
  const record = errorRecord(text, { at: line.at(), timeNs: line.timeNs });
  return begins ? record : { ...record, isFinal: true };
}
