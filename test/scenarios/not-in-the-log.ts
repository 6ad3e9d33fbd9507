/** What is all that a log can be made to say, and why it does not hold the fault. */
export interface HiddenFault {
  readonly verdict: 'healthy' | 'unknown' | 'blocked' | 'slow';
  readonly why: string;
}

const BODY: HiddenFault = {
  verdict: 'healthy',
  why: 'the last line is `200 OK` of a zip whose body is then slow or stalls; a healthy run ends with the same line, and is to be called healthy',
};
const LOCK: HiddenFault = {
  verdict: 'unknown',
  why: 'waiting for a lock prints nothing; that the zip was never asked for shows that something is missing',
};
const OPEN: HiddenFault = {
  verdict: 'blocked',
  why: 'that it is open is seen, and of which host; how long it stood is not, since no line follows',
};

/**
 * Scenarios whose log does not hold the answer. go -x prints a line when the headers of a response are there and none
 * when its body is: what happens behind that line, and how long the last open line stood, cannot be seen.
 */
export const NOT_IN_THE_LOG: Readonly<Record<string, HiddenFault>> = {
  'transfer-stall x': BODY,
  'transfer-stall stderr': BODY,
  'transfer-slow-20k x': BODY,
  'transfer-slow-20k stderr': BODY,
  'transfer-dribble stderr': BODY,
  'cpu-unzip x': { ...BODY, why: 'unpacking the last zip prints nothing' },
  'cpu-unzip stderr': { ...BODY, why: 'unpacking the last zip prints nothing' },
  'lock-cache x': LOCK,
  'lock-cache stderr': LOCK,
  'lock-version x': LOCK,
  'lock-version stderr': LOCK,
  'nox-blackhole stderr': { verdict: 'unknown', why: 'without -x nothing is printed' },
  'nox-lock stderr': { verdict: 'unknown', why: 'without -x nothing is printed' },
  'connect-blackhole x': OPEN,
  'git-askpass-hang x': OPEN,
  'git-stall x': OPEN,
  'sumdb-blackhole x': OPEN,
  'ttfb-hang x': OPEN,
  'toolchain-stall x': OPEN,
  'proxy-404-direct-slow-git ltrace': {
    verdict: 'slow',
    why: 'ltrace prints pointers, not strings: that git waits is seen, for which host is not',
  },
};
