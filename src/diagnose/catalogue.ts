import { isIP } from 'node:net';
import { isCut } from '../../parsers/cut.ts';
import type { Culprit, Remedy } from '../model/finding.ts';
import type { ProxyRewrites } from './goproxy.ts';
import { AUTH_WORDS } from './words/auth.ts';
import { CONNECT_WORDS } from './words/connect.ts';
import { DNS_WORDS } from './words/dns.ts';
import { FILE_WORDS } from './words/files.ts';
import { GIT_WORDS } from './words/git.ts';
import { MACHINE_WORDS } from './words/machine.ts';
import { PROXY_CONFIG_WORDS } from './words/proxy-config.ts';
import { SERVER_ERROR_WORDS } from './words/server-error.ts';
import { SUMDB_WORDS } from './words/sumdb.ts';
import { TLS_WORDS } from './words/tls.ts';
import { TTFB_WORDS } from './words/ttfb.ts';
import type { CauseWords } from './words/types.ts';

/** Every cause that a finding can name, with its words. */
export const CATALOGUE: readonly CauseWords[] = [
  ...DNS_WORDS,
  ...CONNECT_WORDS,
  ...TLS_WORDS,
  ...TTFB_WORDS,
  ...SERVER_ERROR_WORDS,
  ...PROXY_CONFIG_WORDS,
  ...AUTH_WORDS,
  ...GIT_WORDS,
  ...SUMDB_WORDS,
  ...FILE_WORDS,
  ...MACHINE_WORDS,
];

const BY_CAUSE = new Map(CATALOGUE.map((words) => [words.cause, words]));

export function wordsOf(cause: string): CauseWords | undefined {
  return BY_CAUSE.get(cause);
}

/** What is filled into the words. */
export interface Facts extends Culprit, ProxyRewrites {
  readonly base?: string;
  /** What a wait of several steps was at. */
  readonly step?: string;
  /** The GOPROXY entry behind `base`. */
  readonly next?: string;
  /** Undefined where the log does not show how long it took. */
  readonly blockedNs: number | undefined;
}

/** The remedies that fit what was seen; a text or a command that needs a fact that is missing is left out. */
export function remediesOf(cause: string, facts: Facts): Remedy[] {
  return (wordsOf(cause)?.remedies ?? []).flatMap(({ text, command }) => {
    const filledText = fill(text, facts, false);
    const filledCommand = command === undefined ? undefined : fill(command, facts, true);
    if (filledText === undefined || (filledCommand === undefined && isRewrite(command))) return [];
    return [{ text: filledText, ...(filledCommand === undefined ? {} : { command: filledCommand }) }];
  });
}

/** The sentence that names cause, culprit and time. A part in square brackets whose facts are missing is left out. */
export function summaryOf(cause: string, facts: Facts): string {
  const words = (wordsOf(cause)?.summary ?? cause).replace(
    /\[([^\]]*)\]/g,
    (_, part: string) => fill(part, facts, false) ?? '',
  );
  return (
    fill(words, facts, false) ??
    words.replace(/\{(\w+)\}/g, (_, name: string) => factOf(name, facts) ?? SOMETHING[name] ?? 'it')
  );
}

const SOMETHING: Readonly<Record<string, string>> = {
  target: 'the server',
  server: 'the server',
  host: 'the server',
  who: 'the server',
  address: 'the server',
  ip: 'the nameserver',
  url: 'the request',
  request: 'the request',
  resource: 'the answer',
  module: 'the module',
  path: 'the module cache',
  process: 'a helper program',
  setting: 'see the evidence',
  base: 'the first entry',
};

function fill(template: string, facts: Facts, isCommand: boolean): string | undefined {
  let complete = true;
  const text = template.replace(/(?<!%)\{(\w+)\}/g, (_, name: string) => {
    const fact = isCommand && name === 'ip' ? addressesOf(facts)[0] : factOf(name, facts);
    // What the log holds the beginning of only cannot be pasted.
    if (fact === undefined || (isCommand && isCut(fact))) complete = false;
    return fact === undefined ? '' : isCommand && !READY.has(name) ? shellSafe(fact) : fact;
  });
  return complete ? text : undefined;
}

/** Facts that are commands already; one that is absent would change nothing. */
const REWRITES: ReadonlySet<string> = new Set(['piped', 'without', 'swapped']);
/** Facts that a shell can be given as they are. */
const READY: ReadonlySet<string> = new Set([...REWRITES, 'farEnd', 'anyIp']);

function isRewrite(command: string | undefined): boolean {
  return command !== undefined && REWRITES.has(command.slice(1, -1));
}

/** Facts come from logs: what a shell would act on is quoted before it gets into a command. */
function shellSafe(fact: string): string {
  return /^[\w@%+=:,./~[\]*-]*$/.test(fact) ? fact : `'${fact.replaceAll("'", "'\\''")}'`;
}

/** A shorter time is no part of the trouble with an error. */
const LEAST_COST_NS = 0.5e9;

function factOf(name: string, facts: Facts): string | undefined {
  switch (name) {
    case 'seconds':
      return facts.blockedNs === undefined ? 'an unknown time' : printSeconds(facts.blockedNs);
    case 'cost':
      return facts.blockedNs === undefined || facts.blockedNs < LEAST_COST_NS
        ? undefined
        : printSeconds(facts.blockedNs);
    case 'resource':
      return facts.url !== undefined && isCut(facts.url)
        ? (facts.module ?? facts.url)
        : (facts.url ?? facts.module);
    case 'ip':
      return addressesOf(facts).join(' and ') || undefined;
    case 'stub':
      return addressesOf(facts).find((address) => RESOLVED_STUBS.has(address));
    case 'embedded':
      return addressesOf(facts).find((address) => address === DOCKERS);
    case 'nameservers':
      return addressesOf(facts).length < 2
        ? `the nameserver ${addressesOf(facts)[0] ?? ''}`.trimEnd()
        : `the nameservers ${addressesOf(facts).join(' and ')}`;
    case 'anyIp':
      return (
        addressesOf(facts)
          .filter((each) => isIP(each) !== 0)
          .join('|') || undefined
      );
    case 'host':
      return facts.host ?? facts.address;
    case 'hostName':
      return facts.host;
    case 'who':
      return facts.host ?? facts.address ?? facts.step;
    case 'request':
      return facts.url ?? (facts.host === undefined ? undefined : facts.step);
    case 'name':
      return facts.host?.replace(/:\d+$/, '') ?? addressesOf(facts)[0];
    case 'farEnd':
      return farEndOf(facts);
    case 'asked':
      return facts.url ?? rootOf(facts);
    case 'root':
      return originOf(facts.url ?? facts.base) ?? rootOf(facts) ?? portOf(facts);
    case 'target':
      return namedBy(facts.address, facts.host);
    case 'server':
      return namedBy(facts.host, facts.address);
    case 'address':
    case 'url':
    case 'module':
    case 'path':
    case 'process':
    case 'setting':
    case 'base':
    case 'step':
    case 'next':
    case 'piped':
    case 'without':
    case 'swapped':
      return facts[name];
    default:
      return undefined;
  }
}

/** Where systemd-resolved listens: resolved.conf(5), DNSStubListener. */
const RESOLVED_STUBS: ReadonlySet<string> = new Set(['127.0.0.53', '127.0.0.54']);
/** The nameserver of a container in a network of its own (moby, libnetwork/resolver.go). */
const DOCKERS = '127.0.0.11';

/** The addresses of a culprit, without their ports: of nameservers there may be several. */
function addressesOf({ address }: Facts): string[] {
  return (address?.split(', ') ?? []).map((each) =>
    each.replace(/^\[(.*)\]:\d+$/, '$1').replace(/^([^:]+):\d+$/, '$1'),
  );
}

/** What openssl s_client is told: what was connected to, and the name; an address is no server name (RFC 6066, section 3). */
function farEndOf({ host, address }: Facts): string | undefined {
  const name = host?.replace(/:\d+$/, '');
  const end = address !== undefined && /:\d+$/.test(address) ? address : (name ?? address)?.concat(':443');
  if (end === undefined) return undefined;
  const isName = name !== undefined && isIP(name.replace(/^\[|\]$/g, '')) === 0;
  return `-connect ${shellSafe(end)}${isName ? ` -servername ${shellSafe(name)}` : ''}`;
}

/** The scheme of a URL that is asked by its port. */
const SCHEMES: Readonly<Record<string, string>> = { '': 'https', '443': 'https', '80': 'http' };

/** A URL of the server itself, where no other is known. */
function rootOf({ host, address }: Facts): string | undefined {
  const scheme = SCHEMES[/:(\d+)$/.exec(address ?? '')?.[1] ?? ''];
  return host === undefined || isCut(host) || scheme === undefined ? undefined : `${scheme}://${host}/`;
}

/** `https://proxy.example:8443/`, of a URL there. */
function originOf(url: string | undefined): string | undefined {
  return /^https?:\/\/[^/\s@…]+(?=\/|$)/.exec(url ?? '')?.[0].concat('/');
}

/** A port of unknown use: curl says whether it can be connected to. */
function portOf({ host, address }: Facts): string | undefined {
  const port = /:(\d+)$/.exec(address ?? '')?.[1];
  const name = host ?? address?.replace(/:\d+$/, '');
  return name === undefined || port === undefined || isCut(name)
    ? undefined
    : `telnet://${name.replace(/:\d+$/, '')}:${port}`;
}

/** A host that is its own address is named once, with the port. */
function namedBy(first: string | undefined, second: string | undefined): string | undefined {
  if (second?.startsWith(`${first}:`)) return second;
  if (first?.startsWith(`${second}:`)) return first;
  return first !== undefined && second !== undefined ? `${first} (${second})` : (first ?? second);
}

export function printSeconds(ns: number): string {
  const seconds = ns / 1e9;
  if (seconds >= 100) return `${Math.round(seconds)} s`;
  return seconds >= 0.095 ? `${seconds.toFixed(1)} s` : `${Math.round(seconds * 1000)} ms`;
}
