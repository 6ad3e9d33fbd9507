import type { Span, SpanStore } from '../model/span.ts';
import { hostOf } from './modcache.ts';
import { type Process, programOf } from './processes.ts';

/** What a program that go or git starts is there for. */
export type Role = 'go' | 'git' | 'ssh' | 'askpass' | 'credential-helper' | 'other';

const VCS = /^(?:git(?:-.*)?|hg|svn|bzr|fossil)$/;

/** Decided by the program's name, its arguments, and who started it: git runs helpers by name or through a shell. */
export function roleOf(process: Process): Role {
  const program = programOf(process.command);
  if (program === 'go') return 'go';
  const args = process.command.slice(1);
  if (
    /askpass/i.test(program) ||
    /^(?:Username|Password) for '|'s password:|passphrase for key/.test(args[0] ?? '')
  )
    return 'askpass';
  if (isCredentialHelper(process, program, args)) return 'credential-helper';
  if (program === 'ssh' || program === 'plink' || program === 'tortoiseplink') return 'ssh';
  if (VCS.test(program)) return 'git';
  return 'other';
}

function isCredentialHelper(process: Process, program: string, args: readonly string[]): boolean {
  const name = `${program} ${args.join(' ')}`;
  if (
    /^git-credential(?:-|$)|^git credential(?:-\S+)? |docker-credential|gnome-keyring|\bcredential-\w+/.test(
      name,
    )
  )
    return true;
  // A helper of its own (`!command`, an absolute path) is run as `sh -c 'HELPER get'`: git's credential.c.
  const byGit = process.parent !== undefined && VCS.test(programOf(process.parent.command));
  return byGit && /(?:^| )(?:get|store|erase)["']?$/.test(args.at(-1) ?? '') && !VCS.test(program);
}

/** A span for each program below the command, from its start to its end; the waits inside become its children. */
export function addProcessSpans(store: SpanStore, processes: readonly Process[]): void {
  const spans = new Map<Process, Span>();
  for (const process of processes) {
    if (process.parent !== undefined && process.command === process.parent.command) continue;
    const role = roleOf(process);
    const parent = ancestorSpan(process, spans);
    // What a helper starts itself (sh, sleep, a dialog) is the helper's business.
    if (parent?.attributes['gotrace.helper'] !== undefined && role !== 'git') continue;
    const isCommand = process.parent === undefined;
    const name = process.command.join(' ');
    const span = store.open(
      isCommand ? 'command' : 'process',
      phaseOf(role),
      name || `process ${process.pid}`,
      process.startNs,
      [process.at],
    );
    if (process.endNs !== undefined && process.signal === undefined) span.endNs = process.endNs;
    span.attributes = { 'process.pid': process.pid, 'process.command': name };
    if (role === 'askpass' || role === 'credential-helper' || role === 'ssh')
      span.attributes['gotrace.helper'] = role;
    if (role === 'git') addRepository(span, process);
    if (parent !== undefined) {
      span.parentId = parent.id;
      for (const key of ['url.full', 'server.address'] as const) {
        const value = parent.attributes[key];
        if (value !== undefined && role !== 'other') span.attributes[key] ??= value;
      }
    }
    spans.set(process, span);
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

function addRepository(span: Span, process: Process): void {
  const url = process.command.find((arg) => /^(?:https?|ssh|git|file):\/\/|^[\w.-]+@[\w.-]+:/.test(arg));
  if (url === undefined) return;
  span.attributes['url.full'] = url;
  const host = hostOf(url) ?? /@([\w.-]+):/.exec(url)?.[1];
  if (host !== undefined) span.attributes['server.address'] = host;
}
