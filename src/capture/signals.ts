import { existsSync, readFileSync } from 'node:fs';
import { isatty } from 'node:tty';

/** How long a command that was asked to end may take before it is asked less kindly. */
const PATIENCE_MS = 1000;
const RELAYED: readonly NodeJS.Signals[] = [
  ...(['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGQUIT', 'SIGUSR1', 'SIGUSR2'] as const),
];

export interface Signals {
  /** Nothing is passed on any more. */
  stop(): void;
  /** Asks the command to end, as a person would. */
  end(): void;
  timedOut(): boolean;
}

/**
 * Passes on what reaches us, from now on: to be called before the command is started, in the same turn of the event loop.
 * A Ctrl-C at a terminal reaches the whole process group by itself.
 */
export function relaySignals(pidOfChild: () => number | undefined, traced: boolean): Signals {
  // Not process.stdin: a pipe that it has touched no longer lets the command wait for what is to come (EAGAIN).
  const atTerminal = [0, 1, 2].some((fd) => isatty(fd));
  let timedOut = false;
  const send = (signal: NodeJS.Signals) => {
    const child = pidOfChild();
    const pid = traced ? (tracedChildOf(child) ?? child) : child;
    if (pid === undefined) return;
    try {
      process.kill(pid, signal);
    } catch {
      // It ended between the look and the signal.
    }
  };
  const handlers = RELAYED.map((signal) => {
    const handler = () => {
      if (!(atTerminal && (signal === 'SIGINT' || signal === 'SIGQUIT'))) send(signal);
    };
    process.on(signal, handler);
    return { signal, handler };
  });
  const timers: NodeJS.Timeout[] = [];
  return {
    stop: () => {
      for (const { signal, handler } of handlers) process.off(signal, handler);
      for (const timer of timers) clearTimeout(timer);
    },
    // SIGQUIT makes a Go program print its goroutines and end.
    end: () => {
      timedOut = true;
      send('SIGQUIT');
      timers.push(
        setTimeout(() => send('SIGTERM'), PATIENCE_MS),
        setTimeout(() => send('SIGKILL'), 2 * PATIENCE_MS),
      );
    },
    timedOut: () => timedOut,
  };
}

/** ltrace's child: the command itself. */
function tracedChildOf(pid: number | undefined): number | undefined {
  const path = `/proc/${pid}/task/${pid}/children`;
  if (pid === undefined || !existsSync(path)) return undefined;
  const first = readFileSync(path, 'utf8').trim().split(' ')[0];
  return first ? Number(first) : undefined;
}
