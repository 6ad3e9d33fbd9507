import { failed, ok, type Result } from '../model/result.ts';

const UNITS: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, '': 1000 };

/** `90s`, `5m`, `500ms`, `1h`, or plain seconds, in milliseconds; undefined where the option was not given. */
export function readDuration(option: string, text: string | undefined): Result<number | undefined> {
  if (text === undefined) return ok(undefined);
  const match = /^(\d+(?:\.\d+)?)(ms|s|m|h|)$/.exec(text);
  const unit = match === null ? undefined : UNITS[match[2] ?? ''];
  if (match === null || unit === undefined)
    return failed(`${option} ${text}: is no time; write it as 30s, 5m or 500ms`);
  return ok(Number(match[1]) * unit);
}
