import { groupBy } from '../../model/group-by.ts';
import { pidOf, type Span } from '../../model/span.ts';
import type { CachedVersions, Candidate } from '../files/cached-versions.ts';
import { hostOf, rootOf } from '../files/modcache.ts';
import type { Process } from '../processes/processes.ts';
import { statusesOfLength } from './cut-status.ts';
import { type Fetches, resourceOf, urlOf } from './fetches.ts';
import type { CutLine } from './stderr.ts';

const GET = '# get ';
const SHORTEST_END = ': 200 OK (0.001s)'.length;
/** No status of HTTP is longer. */
const LONGEST_END = ': 511 Network Authentication Required (1000.001s)'.length;

/** What go looked for so little before, it asks for now; ends that are so little apart may be taken for each other. */
const AT_ONCE_NS = 50e6;
const ALIKE = 0.2;

/** go has some tens under way; what is older, the log does not hold the end of. */
const MOST_OPEN = 64;

/** A request, as far as the log holds its start. */
interface Asked {
  /** Where its whole line is there. */
  readonly span: Span | undefined;
  readonly startNs: number;
  /** The URL, or the beginning of it, and how long the whole of it is. */
  readonly text: string;
  readonly length: number;
}

/** One of which the log holds the beginning. */
interface CutStart extends Asked {
  readonly line: CutLine;
  /** Where there is only one that it can be. */
  readonly url: string | undefined;
}

interface Answer {
  /** Those that it may have: none where there was no answer. */
  readonly statuses: readonly number[];
  readonly isError: boolean;
}

interface End {
  readonly asked: Asked;
  readonly answer: Answer;
}

/** Whether a line that was cut is one of -x that tells of a fetch. */
export function isOfFetch({ text }: CutLine): boolean {
  return text.startsWith(GET);
}

/** Tells `fetches` what such lines tell, in the order of the log. */
export function readCutFetches(
  lines: readonly CutLine[],
  fetches: Fetches,
  versions: CachedVersions,
  processes: readonly Process[],
): void {
  if (lines.length === 0) return;
  const reading = new CutFetches(fetches, versions);
  for (const line of lines) reading.on(line);
  reading.finish(new Set(processes.flatMap(({ pid, exitCode }) => (exitCode === 0 ? pid : []))));
}

/**
 * Lines of -x of which `-s N` left the beginning. How long the whole line was tells an end from a
 * start, for the end repeats the URL; a URL that was cut is one of those that go looked into its cache for. What can be read
 * in two ways is left to the packets.
 */
class CutFetches {
  readonly #fetches: Fetches;
  readonly #versions: CachedVersions;
  /** What has no answer so far, by process. */
  readonly #open: Map<number, Asked[]>;
  readonly #starts: CutStart[] = [];
  readonly #ends = new Map<Asked, { readonly line: CutLine; readonly answer: Answer }>();
  readonly #urls: Set<string>;
  readonly #unclear = new Set<Asked>();
  readonly #answers = new Answers();
  /** What the same end may have been of. */
  readonly #alike: (readonly Asked[])[] = [];

  constructor(fetches: Fetches, versions: CachedVersions) {
    this.#fetches = fetches;
    this.#versions = versions;
    this.#urls = new Set(fetches.all.map(urlOf));
    this.#open = groupBy(fetches.unanswered().map(askedBy), ({ span }) => span && pidOf(span));
  }

  on(line: CutLine): void {
    const text = line.text.slice(GET.length);
    const length = line.length - `${GET}\n`.length;
    const candidates = this.#candidatesFor(text, length, line.timeNs);
    const url = onlyOne(candidates)?.url;
    const isStart = candidates.some(
      ({ lookedNs = Number.NEGATIVE_INFINITY }) => line.timeNs - lookedNs < AT_ONCE_NS,
    );
    if (!isStart && this.#isEnd(line, text, length, url)) return;
    if (rootOf(text) === undefined) this.#fetches.hasCut = true;
    else this.#start({ span: undefined, startNs: line.timeNs, text: url ?? text, length, line, url });
  }

  /** Whether a line, which may be the start of `url`, is the end of something, or cannot be told from one. */
  #isEnd(line: CutLine, text: string, length: number, url: string | undefined): boolean {
    const open = (this.#open.get(line.pid) ?? []).filter((asked) => begins(asked, text, line.timeNs));
    const ends = endsOf(open, text, length, line.timeNs, url);
    const end = likeliest(ends, text, this.#answers);
    const isShared = ends.some(({ asked }) => this.#unclear.has(asked));
    if (end !== undefined && (!isShared || isWhole(end, text))) {
      if (ends.length === 1) this.#answers.add(hostOf(text), saidBy(end));
      if (ends.length > 1 && !isWhole(end, text)) this.#alike.push(ends.map(({ asked }) => asked));
      this.#ends.set(end.asked, { line, answer: end.answer });
      this.#close(line.pid, end.asked);
      return true;
    }
    const isUnknown = ends.length === 0 && url === undefined;
    const unclear = isUnknown ? open.filter(mayEndAt(length)) : ends.map(({ asked }) => asked);
    // They stay: the end of each is still to come, and may fit another one as well.
    for (const asked of unclear) this.#unclear.add(asked);
    return unclear.length > 0;
  }

  #start(start: CutStart): void {
    if (start.url !== undefined) this.#urls.add(start.url);
    this.#starts.push(start);
    const { pid } = start.line;
    const open = [...(this.#open.get(pid) ?? []), start];
    for (const asked of open.splice(0, open.length - MOST_OPEN)) this.#unclear.add(asked);
    this.#open.set(pid, open);
  }

  #close(pid: number, closed: Asked): void {
    const left = (this.#open.get(pid) ?? []).filter((asked) => asked !== closed);
    this.#open.set(pid, left);
  }

  #candidatesFor(text: string, length: number, timeNs: number): readonly Candidate[] {
    return this.#versions.urlsOf(text, length, timeNs).filter(({ url }) => !this.#urls.has(url));
  }

  /** All lines were read: tells of the fetches. A go that ended well waits for none. */
  finish(endedWell: ReadonlySet<number>): void {
    for (const start of this.#starts)
      if (!this.#ends.has(start) && endedWell.has(start.line.pid)) this.#unclear.add(start);
    if (this.#unclear.size > 0) this.#fetches.hasCut = true;
    const spans = new Map<Asked, Span>();
    const nameless = new Set(this.#alike.filter((group) => !this.#areAsLong(group)).flat());
    for (const start of this.#starts)
      if (!this.#unclear.has(start)) spans.set(start, this.#tellStart(start, nameless.has(start)));
    const later = this.#fetches.lastOfResources();
    for (const [asked, { line, answer }] of this.#ends) {
      const span = asked.span ?? spans.get(asked);
      if (span === undefined) continue;
      const status = statusOf(answer, later.get(resourceOf(span)), span, line.timeNs);
      this.#fetches.endCut(span, line, { status, isError: answer.isError });
    }
  }

  /** Whichever of their ends is whose, each took about as long. */
  #areAsLong(group: readonly Asked[]): boolean {
    const ends = group.map((asked) => this.#ends.get(asked)?.line.timeNs ?? Number.POSITIVE_INFINITY);
    const firstNs = Math.min(...ends);
    const apartNs = Math.max(...ends) - firstNs;
    const shortestNs = firstNs - Math.max(...group.map(({ startNs }) => startNs));
    return apartNs <= Math.max(AT_ONCE_NS, ALIKE * shortestNs);
  }

  #tellStart({ url, line }: CutStart, isNameless: boolean): Span {
    if (url === undefined || isNameless) return this.#fetches.startPartial(line.text.slice(GET.length), line);
    const record = { kind: 'fetch-start', at: line.at, url, timeNs: line.timeNs } as const;
    return this.#fetches.onStart(record, line.timeNs, line.pid);
  }
}

/** Where a zip's URL and a .mod's begin alike, it is the one that go looked for last. */
function onlyOne(candidates: readonly Candidate[]): Candidate | undefined {
  if (candidates.length < 2) return candidates[0];
  const versions = new Set(candidates.map(({ url }) => url.replace(/\.(?:mod|zip)$/, '')));
  if (versions.size > 1) return undefined;
  const lookedFor = candidates.filter(({ lookedNs }) => lookedNs !== undefined);
  return lookedFor.sort((a, b) => (b.lookedNs ?? 0) - (a.lookedNs ?? 0))[0];
}

function askedBy(span: Span): Asked {
  const text = urlOf(span);
  return { span, startNs: span.startNs, text, length: text.length };
}

/** Whether a line may be about what was asked for. */
function begins(asked: Asked, text: string, timeNs: number): boolean {
  return asked.startNs < timeNs && (text.startsWith(`${asked.text}:`) || asked.text.startsWith(text));
}

/** What a line may end, and how; a line that can be the start of `url` tells of no error. */
function endsOf(
  open: readonly Asked[],
  text: string,
  length: number,
  timeNs: number,
  url: string | undefined,
): readonly End[] {
  return open.flatMap((asked) => {
    const answer = answerTo(asked, text, length - asked.length, timeNs);
    return answer === undefined || (answer.isError && url !== undefined) ? [] : { asked, answer };
  });
}

/** What `rest` more characters than the URL tell. */
function answerTo(
  { span, startNs, length }: Asked,
  text: string,
  rest: number,
  timeNs: number,
): Answer | undefined {
  if (rest < SHORTEST_END) return undefined;
  const shown = /: (\d{3})\b/.exec(text.slice(length))?.[1];
  if (shown !== undefined) return { statuses: [Number(shown)], isError: false };
  const statuses = statusesOfLength(rest, timeNs - startNs, text.slice(length));
  // What went wrong repeats the URL once more: `: Get "URL": EOF`.
  const isError = statuses.length === 0 && rest > `: Get "": `.length + length;
  return statuses.length > 0 || isError || span !== undefined ? { statuses, isError } : undefined;
}

/** How each host answered, where that was clear. */
class Answers {
  readonly #counts = new Map<string, number>();

  add(host: string | undefined, answer: string): void {
    this.#counts.set(`${host} ${answer}`, this.of(host, answer) + 1);
  }

  of(host: string | undefined, answer: string): number {
    return this.#counts.get(`${host} ${answer}`) ?? 0;
  }
}

/** The one that is whole, or that was answered as its host mostly does; undefined where that is not known. */
function likeliest(ends: readonly End[], text: string, answers: Answers): End | undefined {
  const [first, ...others] = ends;
  const whole = ends.find((end) => isWhole(end, text));
  if (whole !== undefined || first === undefined) return whole;
  if (others.every((end) => saidBy(end) === saidBy(first))) return first;
  const usual = (end: End) => answers.of(hostOf(text), saidBy(end));
  const [most] = [...ends].sort((a, b) => usual(b) - usual(a));
  return most !== undefined && usual(most) > 0 ? most : undefined;
}

function saidBy({ answer }: End): string {
  return answer.statuses.join(' ');
}

function isWhole({ asked }: End, text: string): boolean {
  return text.startsWith(`${asked.text}:`);
}

/** It may have had a status that no server here is known to give. */
function mayEndAt(length: number): (asked: Asked) => boolean {
  return (asked) => length - asked.length >= SHORTEST_END && length - asked.length <= LONGEST_END;
}

/** 403 and 404 are as long; go asks another entry after the latter (modfetch/proxy.go, TryProxies). */
function statusOf(
  { statuses }: Answer,
  last: Span | undefined,
  span: Span,
  timeNs: number,
): number | undefined {
  const [only, ...others] = statuses;
  if (others.length === 0) return only;
  const goesOn = last !== undefined && last.startNs >= timeNs && urlOf(last) !== urlOf(span);
  return goesOn && statuses.includes(404) ? 404 : undefined;
}
