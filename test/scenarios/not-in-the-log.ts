/**
 * Scenarios whose log does not hold the answer, and why. go -x prints a line when the headers of a response are there
 * and none when its body is: what happens behind that line, and how long the last open line stood, cannot be seen.
 */
export const NOT_IN_THE_LOG: Readonly<Record<string, string>> = {
  'transfer-stall x':
    'the last line is `200 OK` of the zip whose body then stalls; a healthy run ends with the same line',
  'transfer-stall stderr': 'as with x',
  'transfer-slow-20k x': 'the body of the last zip is slow, and no line follows it',
  'transfer-slow-20k stderr': 'as with x',
  'cpu-unzip x': 'unpacking the last zip prints nothing',
  'cpu-unzip stderr': 'as with x',
  'lock-cache x': 'waiting for a lock prints nothing, and the log has no line for its end',
  'lock-cache stderr': 'as with x',
  'lock-version x': 'as lock-cache',
  'lock-version stderr': 'as with x',
  'connect-blackhole x': 'that the fetch is open is seen; how long it stood is not, since no line follows',
  'git-askpass-hang x': 'the git command is open; how long, and that a helper waits, is not printed',
  'git-stall x': 'as git-askpass-hang',
  'sumdb-blackhole x': 'as connect-blackhole',
  'ttfb-hang x': 'as connect-blackhole',
  'toolchain-stall x': 'as connect-blackhole',
  'proxy-404-direct-slow-git ltrace': 'ltrace prints pointers, not strings: the git host is not in the log',
};
