import { existsSync, readFileSync } from 'node:fs';
import { isatty } from 'node:tty';
import { processTree, signal } from './proc.ts';

/** How long a command that was asked to end may take before it is asked less kindly. */
const PATIENCE_MS = 1000;
const RELAYED = ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGQUIT', 'SIGUSR1', 'SIGUSR2'] as const;
const ENDING: readonly NodeJS.Signals[] = ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGQUIT'];

export interface Signals {
  /** Nothing is passed on any more. */
  stop(): void;
  /** Asks the command to end, as a person would. */
  end(): void;
  timedOut(): boolean;
}

/**
 * Passes on what reaches us, from now on: to be called before the command is started, in the same turn of the event loop.
 * A Ctrl-C at a terminal reaches the whole process group by itself. `onEnding` is told of a signal that may end the command.
 */
export function relaySignals(
  pidOfChild: () => number | undefined,
  traced: boolean,
  onEnding: () => void,
): Signals {
  // Not process.stdin: a pipe that it has touched no longer lets the command wait for what is to come (EAGAIN).
  const atTerminal = [0, 1, 2].some((fd) => isatty(fd));
  const pidOfCommand = () => {
    const child = pidOfChild();
    return traced ? (tracedChildOf(child) ?? child) : child;
  };
  /** The command and all below it, when it was asked to end. */
  let asked: readonly number[] | undefined;
  const handlers = RELAYED.map((name) => {
    const handler = () => {
      if (ENDING.includes(name)) onEnding();
      const pid = pidOfCommand();
      const isThere = atTerminal && (name === 'SIGINT' || name === 'SIGQUIT');
      if (pid !== undefined && !isThere) signal(pid, name);
    };
    process.on(name, handler);
    return { name, handler };
  });
  const timers: NodeJS.Timeout[] = [];
  return {
    stop: () => {
      for (const { name, handler } of handlers) process.off(name, handler);
      for (const timer of timers) clearTimeout(timer);
      for (const pid of asked ?? []) signal(pid, 'SIGTERM');
    },
    // As Ctrl-\ does, to all of them. SIGQUIT makes a Go program print its goroutines and end.
    end: () => {
      const pid = pidOfCommand();
      const all = pid === undefined ? [] : processTree(pid);
      asked = all;
      const sendAll = (name: NodeJS.Signals) => {
        for (const each of all) signal(each, name);
      };
      sendAll('SIGQUIT');
      timers.push(
        setTimeout(sendAll, PATIENCE_MS, 'SIGTERM'),
        setTimeout(sendAll, 2 * PATIENCE_MS, 'SIGKILL'),
      );
    },
    timedOut: () => asked !== undefined,
  };
}

/** ltrace's child: the command itself. */
function tracedChildOf(pid: number | undefined): number | undefined {
  const path = `/proc/${pid}/task/${pid}/children`;
  if (pid === undefined || !existsSync(path)) return undefined;
  const first = readFileSync(path, 'utf8').trim().split(' ')[0];
  return first ? Number(first) : undefined;
}
