import { type Format, type InputLine, lineByLine, type SourceLine, shareOfLines } from '../types.ts';
import { ERROR_CLASSES, SUBJECT } from './classes.ts';

/** What an error text names. Absent fields were not in the text. */
export interface ErrorDetail {
  readonly module?: string;
  readonly version?: string;
  readonly host?: string;
  readonly address?: string;
  readonly url?: string;
  readonly path?: string;
  /** The version control program. */
  readonly program?: string;
  readonly status?: number;
}

/** An error that go, git or ssh printed. */
export interface GoErrorRecord {
  readonly kind: 'go-error';
  readonly at: SourceLine;
  readonly timeNs: number | undefined;
  /** A name of `ERROR_CLASSES`, or `other`. */
  readonly class: string;
  readonly text: string;
  /** An indented line below an error, which says what is wrong. */
  readonly isContinuation?: true;
  readonly detail: ErrorDetail;
}

export const goErrors: Format<GoErrorRecord> = {
  name: 'go-errors',
  detect: (sample) => shareOfLines(sample, (line) => LINE.test(line)) * 0.9,
  create(emit) {
    let follows = false;
    return lineByLine(emit, (line) => {
      const record = readGoError(line) ?? (follows ? readContinuation(line) : undefined);
      follows = record !== undefined || (follows && INDENTED.test(line.text()));
      return record;
    });
  },
};

/** `go: PACKAGE imports`, and what is wrong with it on indented lines below. */
const INDENTED = /^\t+\S/;

function readContinuation(line: InputLine): GoErrorRecord | undefined {
  const text = line.text();
  if (!INDENTED.test(text)) return undefined;
  const error = classifyError(text);
  if (error.class === 'other') return undefined;
  return { kind: 'go-error', at: line.at(), timeNs: line.timeNs, text, isContinuation: true, ...error };
}

/** Lines that begin like an error of go, git or ssh; indented ones carry on the one before. */
const LINE =
  /^(?:\s*)(?:go(?: \w+)?: (?!downloading |added |upgraded |downgraded |removed |finding |extracting |creating new |to add |found |toolchain upgraded)|-> unzip |fatal: |error: |remote: |ssh: |\S+\.go:\d+|SECURITY ERROR|verifying \S+|warning: .*(?:certificate|proxy)|Host key verification|error obtaining VCS status|kex_exchange_identification: |Connection (?:closed|reset) by |(?:git@|\S+@)\S+: Permission denied|curl: \(\d+\)|server response: |(?:\S*\/)?go\.(?:mod|work):\d+: |module declares its path as|but was required as|note: module requires|[\w.-]+\/\S+@v\S+: )/;

/** What the machine has run out of, whichever program says so: compilers and linkers name themselves or the package. */
const EXHAUSTED =
  /^\S.*: (?:[Nn]o space left on device|[Dd]isk quota exceeded|[Rr]ead-only file system|[Tt]oo many open files|[Cc]annot allocate memory)$/;

function readGoError(line: InputLine): GoErrorRecord | undefined {
  const text = line.text();
  if (!LINE.test(text) && !EXHAUSTED.test(text)) return undefined;
  return { kind: 'go-error', at: line.at(), timeNs: line.timeNs, text, ...classifyError(text) };
}

/** What an error text says, wherever it stands: on a line of its own, or behind `# get URL: `. */
export function classifyError(text: string): Pick<GoErrorRecord, 'class' | 'detail'> {
  const subject = SUBJECT.exec(text)?.groups;
  for (const { name, pattern } of ERROR_CLASSES) {
    const match = pattern.exec(text);
    if (match === null) continue;
    return { class: name, detail: detailOf(match.groups ?? {}, subject, text) };
  }
  return { class: 'other', detail: detailOf({}, subject, text) };
}

function detailOf(
  groups: Record<string, string | undefined>,
  subject: Record<string, string | undefined> | undefined,
  text: string,
): ErrorDetail {
  const pick = (name: string) => groups[name] ?? groups[`${name}2`] ?? groups[`${name}3`];
  const status = pick('status');
  const version = pick('version') ?? subject?.['version'];
  const url =
    pick('url') ?? /(https?:\/\/(?:[^\s"/@]*@)?[^\s"':/]+(?::\d+)?(?:\/[^\s"':]*)?)/.exec(text)?.[1];
  const all = {
    module: pick('module') ?? subject?.['module'],
    version,
    host: pick('host'),
    address: pick('address'),
    path: pick('path'),
    program: pick('program'),
    url,
    status: status === undefined ? undefined : Number(status),
  };
  return Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined));
}
