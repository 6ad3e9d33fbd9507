import { ERROR_CLASSES, subjectOf } from './classes.ts';
import type { ErrorDetail, GoErrorRecord } from './records.ts';

/** The record of an error text; what stands beside it is up to who found it. */
export function errorRecord(
  text: string,
  { at, timeNs }: Pick<GoErrorRecord, 'at' | 'timeNs'>,
): GoErrorRecord {
  return { kind: 'go-error', at, timeNs, text, ...classifyError(text) };
}

/** What an error text says, wherever it stands: on a line of its own, or behind `# get URL: `. */
export function classifyError(text: string): Pick<GoErrorRecord, 'class' | 'detail'> {
  const subject = subjectOf(text);
  for (const { name, pattern } of ERROR_CLASSES) {
    const match = pattern.exec(text);
    if (match === null) continue;
    return { class: name, detail: detailOf(match.groups ?? {}, subject, text) };
  }
  return { class: 'other', detail: detailOf({}, subject, text) };
}

/** cmd/go/internal/vcs names the system, and not the program. */
const PROGRAMS: Readonly<Record<string, string>> = {
  Git: 'git',
  Mercurial: 'hg',
  Subversion: 'svn',
  Bazaar: 'bzr',
  Fossil: 'fossil',
};

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
    program: PROGRAMS[pick('program') ?? ''] ?? pick('program'),
    url,
    status: status === undefined ? undefined : Number(status),
  };
  return Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined));
}
