/** `2024-05-22T12:43:46.962646Z`, with a blank or a comma as some loggers have it, and the name of a zone that is taken for UTC. */
export const ISO = String.raw`(\d{4}-\d\d-\d\d)[T ](\d\d:\d\d:\d\d)(?:[.,](\d+))?(Z|[+-]\d\d:?\d\d)?(?: (?:UTC|GMT|[A-Z]{1,3}S?T)(?= ))?`;

/** Unix seconds of the groups of `ISO`. */
export function isoSeconds([, date = '', time = '', fraction = '0', zone = 'Z']: RegExpExecArray): number {
  // Date.parse keeps milliseconds only; the fraction is added by hand.
  return wholeSeconds(`${date}T${time}${zone}`) + Number(`0.${fraction}`);
}

/** Many lines are of one second: Date.parse takes longer than all else that is done with a line. */
let lastSecond = { text: '', seconds: 0 };

function wholeSeconds(text: string): number {
  if (text !== lastSecond.text) lastSecond = { text, seconds: Date.parse(text) / 1000 };
  return lastSecond.seconds;
}

/**
 * Since midnight, of a match whose groups are hours, minutes, seconds and fraction; undefined without a fraction, for whole
 * seconds tell less than go's own durations.
 */
export function clockSeconds([, hours, minutes, seconds, fraction]: readonly (string | undefined)[]):
  | number
  | undefined {
  if (fraction === undefined) return undefined;
  return Number(hours) * 3600 + Number(minutes) * 60 + Number(`${seconds}.${fraction}`);
}

const ANY_ISO = new RegExp(ISO);
const ANY_CLOCK = /(?:^|\D)(\d\d):(\d\d):(\d\d)[.,](\d{1,9})/;

/** The time that stands anywhere in a text. */
export function secondsIn(text: string): number | undefined {
  const iso = ANY_ISO.exec(text);
  if (iso !== null) return isoSeconds(iso);
  const clock = ANY_CLOCK.exec(text);
  return clock === null ? undefined : clockSeconds(clock);
}
