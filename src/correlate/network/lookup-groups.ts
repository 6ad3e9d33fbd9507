import type { Span } from '../../model/span.ts';
import { isFinal } from '../../wire/dns.ts';
import type { Process } from '../processes/processes.ts';

/** The queries that a resolver sends for one lookup: types, names of the search list, servers in turn. */
export interface LookupGroup {
  readonly process: Process;
  /** The name that go printed; undefined where it printed none that fits. */
  readonly host: string | undefined;
  /** In the order in which they were asked. */
  readonly names: string[];
  readonly queries: Span[];
  /** When the last answer came; infinite while one is awaited. */
  endNs: number;
}

interface Growing extends LookupGroup {
  readonly asked: Set<string>;
  /** When a question was first answered in a way that the resolver takes, by its name and type. */
  readonly answered: Map<string, number>;
  latestStartNs: number;
  hasErrors: boolean;
  hasNxdomain: boolean;
}

/** The next name or server of one lookup is asked at once; what comes later is another lookup. */
const NEXT_QUERY_NS = 50e6;

/** Joins queries to lookups. `hosts` are the names that go printed. */
export function groupQueries(
  queries: readonly { readonly span: Span; readonly process: Process }[],
  hosts: readonly string[],
): readonly LookupGroup[] {
  const printed = new Set(hosts);
  const groups: Growing[] = [];
  /** Only names that begin alike can be of one lookup. */
  const alike = new Map<Process, Map<string, Growing[]>>();
  for (const { span, process } of [...queries].sort((a, b) => a.span.startNs - b.span.startNs)) {
    const name = span.attributes['dns.question.name'] ?? '';
    const host = hostOf(name, printed);
    const ofProcess = alike.get(process) ?? new Map<string, Growing[]>();
    alike.set(process, ofProcess);
    const key = host === undefined ? `label ${name.split('.', 1)[0]}` : `host ${host}`;
    const candidates = ofProcess.get(key) ?? [];
    ofProcess.set(key, candidates);
    let group = candidates.findLast((each) => belongs(each, span, name));
    if (group === undefined) {
      group = begin(process, host);
      groups.push(group);
      candidates.push(group);
    }
    add(group, span, name);
  }
  return groups;
}

/** The longest of the printed names that a name is, or begins with. */
function hostOf(name: string, printed: ReadonlySet<string>): string | undefined {
  for (let host = name; host !== ''; host = host.slice(0, Math.max(0, host.lastIndexOf('.'))))
    if (printed.has(host)) return host;
  return undefined;
}

function begin(process: Process, host: string | undefined): Growing {
  return {
    process,
    host,
    names: [],
    queries: [],
    asked: new Set(),
    answered: new Map(),
    endNs: Number.NEGATIVE_INFINITY,
    latestStartNs: Number.NEGATIVE_INFINITY,
    hasErrors: false,
    hasNxdomain: false,
  };
}

function add(group: Growing, query: Span, name: string): void {
  const { endNs = Number.POSITIVE_INFINITY, startNs, attributes } = query;
  const rcode = attributes['gotrace.dns.rcode'];
  group.names.push(name);
  group.queries.push(query);
  group.asked.add(name);
  group.endNs = Math.max(group.endNs, endNs);
  group.latestStartNs = startNs;
  group.hasErrors ||= attributes['error.type'] !== undefined;
  group.hasNxdomain ||= rcode === 'NXDOMAIN';
  if (!isFinal(rcode) || attributes['gotrace.dns.truncated'] === true) return;
  const question = questionOf(query, name);
  group.answered.set(question, Math.min(endNs, group.answered.get(question) ?? endNs));
}

function questionOf({ attributes }: Span, name: string): string {
  return `${name} ${attributes['gotrace.dns.type'] ?? ''}`;
}

function belongs(group: Growing, query: Span, name: string): boolean {
  const isNear = query.startNs <= Math.max(group.endNs, group.latestStartNs) + NEXT_QUERY_NS;
  if (!isNear || isAnswered(group, query, name)) return false;
  if (group.host !== undefined || group.asked.has(name)) return true;
  const shared = sharedLabels(group.names.at(-1) ?? '', name);
  return shared >= 2 || (shared >= 1 && group.hasNxdomain);
}

/**
 * What was answered is not asked again in the same lookup, unless over TCP after a truncated answer; a resolver asks the
 * next server after a time-out or an error other than NXDOMAIN. A query whose name the log does not hold is told by time.
 */
function isAnswered(group: Growing, query: Span, name: string): boolean {
  if (name === '') return group.endNs <= query.startNs && !group.hasErrors;
  const answeredNs = group.answered.get(questionOf(query, name));
  return answeredNs !== undefined && answeredNs <= query.startNs;
}

/** How many labels two names begin with alike. */
export function sharedLabels(a: string, b: string): number {
  const left = a.split('.');
  const right = b.split('.');
  let count = 0;
  while (count < left.length && count < right.length && left[count] === right[count] && left[count] !== '')
    count++;
  return count;
}
