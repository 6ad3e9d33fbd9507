import { clockSeconds, ISO, isoSeconds } from './stamps.ts';
import type { Wrapping } from './types.ts';

interface Prefix {
  readonly name: string;
  readonly pattern: RegExp;
  /** Unix seconds, or seconds since an unknown start, from the pattern's groups. */
  readonly seconds?: (match: RegExpExecArray) => number | undefined;
  readonly isVague?: boolean;
}

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

const PREFIXES: readonly Prefix[] = [
  // moreutils ts '%.s', journalctl -o short-unix, and everything that stamps with the epoch.
  { name: 'epoch', pattern: /^(\d{9,10}\.\d{1,9})[ \t]/, seconds: (match) => Number(match[1]) },
  // gh run view --log: job and step; GitHub's first line has a byte order mark.
  { name: 'gh', pattern: /^[^\t]{1,200}\t[^\t]{1,200}\t\ufeff?(?=\d{4}-\d\d-\d\dT)/ },
  // GitHub Actions, Azure, kubectl logs --timestamps, docker logs -t, loggers; journalctl -o short-full names the day.
  { name: 'iso', pattern: new RegExp(`^(?:[A-Z][a-z]{2} )?\\[?${ISO}\\]?[ \\t]`), seconds: isoSeconds },
  // GitLab's FF_TIMESTAMPS: stream and append flag behind the time.
  { name: 'gitlab', pattern: /^\d\d[OE][ +]?/ },
  // The log files of containers (CRI, /var/log/pods): stream, and whether the line is whole.
  { name: 'cri', pattern: /^(?:stdout|stderr) [FP] / },
  // docker buildx --progress=plain: step, seconds since it began; without the step where it quotes a step that failed.
  {
    name: 'buildx',
    pattern: /^(?:#\d+ (\d+\.\d+)|(\d+\.\d{1,3})) /,
    seconds: (match) => Number(match[1] ?? match[2]),
  },
  // A syslog message as it is sent: RFC 3164 and RFC 5424, section 6.2.1.
  { name: 'priority', pattern: /^<\d{1,3}>(?:1 )?/ },
  // systemd's journal, and syslog.
  {
    name: 'syslog',
    pattern: /^([A-Z][a-z]{2}) ([ \d]\d) (\d\d):(\d\d):(\d\d)(?:\.(\d+))? [\w.-]+ [\w./@-]+(?:\[\d+\])?: /,
    seconds: syslogSeconds,
  },
  // journalctl -o short-monotonic, dmesg.
  { name: 'uptime', pattern: /^\[ *(\d+\.\d{3,9})\] /, seconds: (match) => Number(match[1]) },
  // Jenkins; TeamCity adds a letter for what the line is.
  {
    name: 'jenkins',
    pattern: /^\[(\d\d):(\d\d):(\d\d)(?:[.,](\d+))?\](?:[A-Z]?:\t ?|[ \t])/,
    seconds: clockSeconds,
  },
  // moreutils ts -s and -i; annotate-output(1) adds the stream.
  {
    name: 'clock',
    pattern: /^(\d\d):(\d\d):(\d\d)(?:\.(\d+))? (?:[EOI]: )?/,
    seconds: clockSeconds,
    isVague: true,
  },
  // Also of nix, which indents them.
  { name: 'quote', pattern: /^\s*(?:> ?)+/ },
  // docker compose, earthly and bitbake: who printed the line.
  { name: 'named', pattern: /^\s*[\w./+-]{0,80} *\| / },
  // kubectl logs --prefix, tekton, steps that run side by side.
  { name: 'bracketed', pattern: /^\[[^\]]{1,120}\] / },
  // Behind the time of journalctl and rsyslog: host, program and its pid; RFC 5424 has more fields.
  { name: 'host', pattern: /^[\w.-]+ [\w./@-]+(?:\[\d+\])?: /, isVague: true },
  { name: 'fields', pattern: /^[\w.-]+ \S{1,80} \S{1,80} \S{1,80} (?:-|\[[^\]]{1,400}\]) /, isVague: true },
  // Loggers of Java, Python and others: logger, level, thread.
  {
    name: 'level',
    pattern:
      /^(?:- )?(?:[\w.-]+ - )?\[?(?:TRACE|DEBUG|INFO|NOTICE|WARN(?:ING)?|ERROR|FATAL|CRITICAL)\]?:?(?: +\[[^\]]{0,80}\])*(?: +-)?(?: {1,2}|\t)/,
    isVague: true,
  },
];

/** It has no year: seconds since a January 1st. */
function syslogSeconds(match: RegExpExecArray): number | undefined {
  const [, month = '', day = ''] = match;
  const clock = clockSeconds(match.slice(2));
  const days = Date.UTC(2000, MONTHS.indexOf(month), Number(day)) - Date.UTC(2000, 0);
  return clock === undefined ? undefined : days / 1000 + clock;
}

/** What stands in front of a line, in the order in which it is tried; several may stand in front of one another. */
export const PREFIX_WRAPPINGS: readonly Wrapping[] = PREFIXES.map(
  ({ name, pattern, seconds, isVague = false }) => ({
    name,
    isVague,
    read: (line) => {
      const match = pattern.exec(line);
      if (match === null) return undefined;
      return { text: line.slice(match[0].length), seconds: seconds?.(match) };
    },
  }),
);
