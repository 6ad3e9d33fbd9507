import { type Format, type InputLine, lineByLine, shareOfLines } from '../types.ts';
import type { GoXRecord } from './records.ts';

/** What `-x` makes go print of its fetches and version-control commands. */
export const goX: Format<GoXRecord> = {
  name: 'go-x',
  detect: (sample) => shareOfLines(sample, (line) => LINE.test(line)),
  create: (emit) => lineByLine(emit, readGoX),
};

const LINE =
  /^(?:# get \S+|go: downloading \S+ \S+|mkdir -p \S.*? # [\w.]+ \S+|(?:\d+(?:\.\d+)?s # )?cd \S.*?; (?:git|hg|svn|bzr|fossil) |# lock \S+|Fetching https?:\/\/\S+$|Parsing meta tags from https?:\/\/)/;
const FETCH = /^# get (\S+?)(?:: (.*))?$/s;
const STATUS = /^(\d{3})(?: (.*?))?(?: \((\d+(?:\.\d+)?)s\))?$/;
const COMMAND = /^(?:(\d+(?:\.\d+)?)s # )?cd (\S.*?); (.+)$/s;
/** codehost.go, WorkDir; the kind is `git3`, or `vcs1.hg`. The second form is that of a folder which is there already. */
const REPOSITORY = /^(?:mkdir -p (\S.*?) #|# (\S.*?) for) (?:vcs\d+\.)?(\w+?)\d* (\S+)$/;
const VCS_LOCK = /^# lock (\S.*)$/;
/** vcs.go runs these to see whether a repository is there; the line before is `cd DIR`, and none tells their end. */
const PING = /^(?:git ls-remote|hg identify --|svn info --|bzr info --) (\w[\w+.-]*:\/\/\S+)$/;
/** `go get -v` until 1.13, vcs/vcs.go: no duration, and the status when the page has been read. */
const FETCHING = /^Fetching (https?:\/\/\S+)$/;
const FETCHED = /^Parsing meta tags from (https?:\/\/\S+) \(status code (\d{3})\)$/;
const DOWNLOADING = /^go: downloading (\S+) (\S+)$/;

/** The record of one line, or undefined where it is none of -x. */
export function readGoX(line: InputLine): GoXRecord | undefined {
  const text = line.text().trimEnd();
  switch (text[0]) {
    case '#':
      return readFetch(line, text) ?? readLock(line, text) ?? readRepository(line, text);
    case 'g':
      return readDownloading(line, text) ?? readPing(line, text);
    case 'h':
    case 's':
    case 'b':
      return readPing(line, text);
    case 'F':
    case 'P':
      return readMetaTags(line, text);
    case 'm':
      return readRepository(line, text);
    default:
      return readCommand(line, text);
  }
}

function readFetch(line: InputLine, text: string): GoXRecord | undefined {
  const match = FETCH.exec(text);
  const url = match?.[1];
  if (url === undefined) return undefined;
  const base = { at: line.at(), timeNs: line.timeNs, url };
  const rest = match?.[2];
  if (rest === undefined) return { kind: 'fetch-start', ...base };
  const status = STATUS.exec(rest);
  if (status === null) return { kind: 'fetch-end', ...base, error: rest };
  const [, code, statusText = '', seconds] = status;
  return {
    kind: 'fetch-end',
    ...base,
    status: Number(code),
    statusText,
    ...(seconds === undefined ? {} : { durationNs: Number(seconds) * 1e9 }),
  };
}

function readMetaTags(line: InputLine, text: string): GoXRecord | undefined {
  const base = { at: line.at(), timeNs: line.timeNs };
  const asked = FETCHING.exec(text)?.[1];
  if (asked !== undefined) return { kind: 'fetch-start', ...base, url: asked };
  const [, url, status] = FETCHED.exec(text) ?? [];
  return url === undefined
    ? undefined
    : { kind: 'fetch-end', ...base, url, status: Number(status), statusText: '' };
}

function readLock(line: InputLine, text: string): GoXRecord | undefined {
  const path = VCS_LOCK.exec(text)?.[1];
  return path === undefined ? undefined : { kind: 'vcs-lock', at: line.at(), timeNs: line.timeNs, path };
}

function readDownloading(line: InputLine, text: string): GoXRecord | undefined {
  const match = DOWNLOADING.exec(text);
  if (match?.[1] === undefined || match[2] === undefined) return undefined;
  const base = { kind: 'downloading', at: line.at(), timeNs: line.timeNs } as const;
  // `go: downloading go1.99.0 (linux/amd64)` names a toolchain: modload/../toolchain/select.go.
  if (match[2].startsWith('(')) return { ...base, module: 'golang.org/toolchain', version: match[1] };
  return { ...base, module: match[1], version: match[2] };
}

function readPing(line: InputLine, text: string): GoXRecord | undefined {
  const url = PING.exec(text)?.[1];
  return url === undefined
    ? undefined
    : { kind: 'vcs-ping', at: line.at(), timeNs: line.timeNs, command: text, url };
}

function readRepository(line: InputLine, text: string): GoXRecord | undefined {
  const [, made, there, vcs, url] = REPOSITORY.exec(text) ?? [];
  const dir = made ?? there;
  if (dir === undefined || vcs === undefined || url === undefined) return undefined;
  return { kind: 'repository', at: line.at(), timeNs: line.timeNs, dir, vcs, url };
}

function readCommand(line: InputLine, text: string): GoXRecord | undefined {
  const match = COMMAND.exec(text);
  if (match?.[2] === undefined || match[3] === undefined) return undefined;
  const base = { at: line.at(), timeNs: line.timeNs, dir: match[2], command: match[3] };
  if (match[1] === undefined) return { kind: 'command-start', ...base };
  return { kind: 'command-end', ...base, durationNs: Number(match[1]) * 1e9 };
}
