import { isCut } from '../../../parsers/cut.ts';
import type { Span, SpanStore } from '../../model/span.ts';
import { hostOf } from '../files/modcache.ts';
import { type Process, programOf } from './processes.ts';

/** What a program that go or git starts is there for. */
export type Role = 'go' | 'git' | 'ssh' | 'askpass' | 'credential-helper' | 'other';

const VCS = /^(?:git(?:-.*)?|hg|svn|bzr|fossil)$/;

/** What a process is there for, and the command that tells: of a helper that hands over to another program, its own. */
export function partOf(process: Process): { readonly role: Role; readonly command: readonly string[] } {
  const parent = process.parent === undefined ? '' : programOf(process.parent.command);
  for (const command of [...process.earlier, process.command]) {
    const role = roleOf(command, parent);
    if (HELPERS.has(role)) return { role, command };
  }
  const role = roleOf(process.command, parent);
  // git-remote-https starts git, credential helpers and askpass, and nothing else; a helper is told by its argument.
  const isAsking = /^git-remote-/.test(parent) && role === 'other' && process.hasExecuted;
  return { role: isAsking ? 'askpass' : role, command: process.command };
}

const HELPERS: ReadonlySet<Role> = new Set(['askpass', 'credential-helper', 'ssh']);

const INTERPRETER = /^(?:(?:ba|da|z|k)?sh|python[\d.]*|perl|node)$/;

/** `/bin/sh /opt/askpass PROMPT` is the script askpass; `sh -c TEXT` is the shell's own. */
function isScript(word: string, index: number): boolean {
  return index > 0 && word.startsWith('/');
}

/** Decided by the program's name, its arguments, and who started it: git runs helpers by name or through a shell. */
function roleOf(command: readonly string[], parent: string): Role {
  const own = INTERPRETER.test(programOf(command)) ? command.findIndex(isScript) : 0;
  const [first = '', ...args] = own < 0 ? command : command.slice(own);
  const program = programOf([first]);
  if (program === 'go') return 'go';
  if (
    /askpass/i.test(program) ||
    /^(?:Username|Password) for '|'s password:|passphrase for key/.test(args[0] ?? '')
  )
    return 'askpass';
  if (isCredentialHelper(parent, program, args)) return 'credential-helper';
  if (program === 'ssh' || program === 'plink' || program === 'tortoiseplink') return 'ssh';
  return VCS.test(program) ? 'git' : 'other';
}

function isCredentialHelper(parent: string, program: string, args: readonly string[]): boolean {
  const name = `${program} ${args.join(' ')}`;
  if (
    /^git-credential(?:-|$)|^git credential(?:-\S+)? |docker-credential|gnome-keyring|\bcredential-\w+/.test(
      name,
    )
  )
    return true;
  // A helper of its own (`!command`, an absolute path) is run as `sh -c 'HELPER get'`: git's credential.c.
  return VCS.test(parent) && /(?:^| )(?:get|store|erase)["']?$/.test(args.at(-1) ?? '') && !VCS.test(program);
}

/** Ctrl-C and Ctrl-\ reach the whole process group. go exits by itself then, and what is below it is killed. */
const OF_THE_GROUP: ReadonlySet<string> = new Set(['SIGINT', 'SIGQUIT', 'SIGHUP']);
/** go says its last words, and prints its goroutines. */
const AT_ONCE_NS = 0.5e9;

/** What is killed with the command was still at work; what was killed alone has ended. */
function isEndedWith(root: Process | undefined, { signal, endNs = 0 }: Process): boolean {
  if (signal === undefined) return false;
  if (root?.endNs === undefined || root.signal !== undefined) return true;
  return OF_THE_GROUP.has(signal) && endNs >= root.endNs - AT_ONCE_NS;
}

/** A span for each program below the command, from its start to its end; the waits inside become its children. */
export function addProcessSpans(store: SpanStore, processes: readonly Process[]): void {
  const spans = new Map<Process, Span>();
  const [root] = processes;
  for (const process of processes) {
    if (process.parent !== undefined && process.command === process.parent.command) continue;
    const { role, command } = partOf(process);
    const parent = ancestorSpan(process, spans);
    // What a helper starts itself (sh, sleep, a dialog) is the helper's business.
    if (parent?.attributes['gotrace.helper'] !== undefined && role !== 'git') continue;
    const isCommand = process.parent === undefined;
    const name = command.join(' ');
    const span = store.open(
      isCommand ? 'command' : 'process',
      phaseOf(role),
      name || `process ${process.pid}`,
      process.startNs,
      [process.at],
    );
    if (process.endNs !== undefined && !isEndedWith(root, process)) span.endNs = process.endNs;
    span.attributes = { 'process.pid': process.pid, 'process.command': name };
    if (role === 'askpass' || role === 'credential-helper' || role === 'ssh')
      span.attributes['gotrace.helper'] = role;
    if (role === 'git') addRepository(span, process);
    if (role === 'ssh') addSshHost(span, command);
    if (parent !== undefined) {
      span.parentId = parent.id;
      if (role !== 'other') shareRepository(span, parent);
    }
    spans.set(process, span);
  }
}

/** `git fetch origin` names no URL; its git-remote-https does, and what unpacks the objects works for both. */
function shareRepository(span: Span, parent: Span): void {
  for (const key of ['url.full', 'server.address'] as const) {
    const known = parent.attributes[key] ?? span.attributes[key];
    if (known === undefined) continue;
    span.attributes[key] ??= known;
    if (parent.phase === 'git') parent.attributes[key] ??= known;
  }
}

function phaseOf(role: Role): Span['phase'] {
  if (role === 'git' || role === 'ssh') return 'git';
  return role === 'askpass' || role === 'credential-helper' ? 'auth' : 'cpu';
}

function ancestorSpan(process: Process, spans: ReadonlyMap<Process, Span>): Span | undefined {
  for (let at = process.parent; at !== undefined; at = at.parent) {
    const span = spans.get(at);
    if (span !== undefined) return span;
  }
  return undefined;
}

/** ssh(1): `ssh [options] destination [command]`; these options take a value. */
const SSH_VALUE_OPTION = /^-[BbcDEeFIiJLlmOopQRSWw]$/;

function addSshHost(span: Span, [, ...args]: readonly string[]): void {
  const at = args.findIndex(
    (arg, index) => !arg.startsWith('-') && !SSH_VALUE_OPTION.test(args[index - 1] ?? ''),
  );
  const host = args[at]?.replace(/^.*@/, '');
  if (host !== undefined && !isCut(host)) span.attributes['server.address'] = host;
}

function addRepository(span: Span, process: Process): void {
  const url = process.command.find((arg) => /^(?:https?|ssh|git|file):\/\/|^[\w.-]+@[\w.-]+:/.test(arg));
  if (url === undefined) return;
  if (!isCut(url)) span.attributes['url.full'] = url;
  const host = hostOf(url) ?? /@([\w.-]+):/.exec(url)?.[1];
  if (host !== undefined && !isCut(host)) span.attributes['server.address'] = host;
}
