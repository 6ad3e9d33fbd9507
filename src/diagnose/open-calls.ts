import { readPeer } from '../../parsers/strace/arguments.ts';
import type { OpenCall, Trace } from '../model/trace.ts';

/** What a log is left in, and how to see what that waits for. */
export interface LeftIn {
  /** `it is in read(5): …`. */
  readonly what: string;
  /** What to capture. */
  readonly toSee: string;
}

const LONGEST_ARGS = 60;

/** `5<TCP:[10.0.0.2:4242->10.0.0.1:443]>`, of strace -yy. */
const CONNECTION = /<(TCP(?:v6)?:\[.*?\])>/;

/** More than these of a go are threads that sleep between two goroutines. */
const FEW = 2;

/** The calls that strace shows a process in when it is attached, where they are few: mostly the only line of the log. */
export function leftIn({ openCalls }: Trace): LeftIn | undefined {
  const [call] = openCalls;
  if (call === undefined || openCalls.length > FEW) return undefined;
  const { meaning, toSee } = meaningOf(call);
  const args = call.args.replace(/[,\s]+$/, '');
  const shown = args.length > LONGEST_ARGS ? `${args.slice(0, LONGEST_ARGS)}…` : args;
  const who = call.pid === 0 ? 'it' : `process ${call.pid}`;
  return { what: `${who} is in \`${call.name}(${shown})\`${meaning}`, toSee };
}

function meaningOf({ name, args, pid }: OpenCall): { readonly meaning: string; readonly toSee: string } {
  const process = pid === 0 ? 'PID' : String(pid);
  const peer = readPeer(CONNECTION.exec(args)?.[1] ?? '');
  if (peer !== undefined)
    return {
      meaning: `: it waits for ${peer.address}:${peer.port}, and what it asked there was sent before the log began`,
      toSee: `\`gotrace attach ${process}\` looks at its connections; or record from the start with \`gotrace run --strace -- COMMAND\``,
    };
  if (name.startsWith('wait'))
    return {
      meaning: ': it waits for a process that it started',
      toSee: `\`gotrace attach ${process}\` looks at all of them, as strace -f does`,
    };
  if (/^(?:flock|fcntl)/.test(name))
    return {
      meaning: ': it waits for a lock, and the log does not name the file',
      toSee: `strace -y names it, and \`gotrace attach ${process}\` who holds it`,
    };
  return {
    meaning: ', and the log does not show what that waits for',
    toSee: `\`gotrace attach ${process}\` looks at its connections, files and children; strace -f -yy names them`,
  };
}
