import { secondsIn } from './stamps.ts';
import type { Wrapping } from './types.ts';

/** What holds the line: docker's json-file, go build -json and go test -json, drone, the journal's JSON, loggers. */
const TEXT_KEYS = ['log', 'msg', 'message', 'Output', 'MESSAGE', 'out', 'line', 'textPayload', 'text'];
const TIME_KEYS = ['time', 'ts', 'timestamp', '@timestamp', 'Time', '__REALTIME_TIMESTAMP'];
/** A number that is larger counts parts of a second: thousandths from 1973 on, and so forth. */
const LARGEST = [
  [1e17, 1e9],
  [1e14, 1e6],
  [1e11, 1e3],
] as const;

/** `{"log":"# get …\n","stream":"stderr","time":"2024-05-22T12:43:46.962646123Z"}`, one object a line. */
const jsonLines: Wrapping = {
  name: 'json-lines',
  isVague: true,
  read: (line) => {
    if (!line.startsWith('{')) return undefined;
    const fields = objectOf(line);
    const text = fields && textOf(TEXT_KEYS.map((key) => fields[key]));
    return text === undefined ? undefined : { text, seconds: timeOf(TIME_KEYS.map((key) => fields?.[key])) };
  },
};

const LOGFMT = /^((?:\w+=\S+ ){1,8})msg=("(?:[^"\\]|\\.)*")/;

/** `time=2024-05-22T12:43:46Z level=info msg="# get …"` */
const logfmt: Wrapping = {
  name: 'logfmt',
  isVague: true,
  read: (line) => {
    const [, fields = '', message] = LOGFMT.exec(line) ?? [];
    const text = message === undefined ? undefined : parsed(message);
    return typeof text === 'string' ? { text, seconds: secondsIn(fields) } : undefined;
  },
};

export const ENVELOPES: readonly Wrapping[] = [jsonLines, logfmt];

function objectOf(line: string): Record<string, unknown> | undefined {
  const value = parsed(line);
  return typeof value === 'object' && value !== null ? { ...value } : undefined;
}

function parsed(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    return undefined;
  }
}

function textOf(values: readonly unknown[]): string | undefined {
  return values.find((value) => typeof value === 'string')?.replace(/\r?\n$/, '');
}

function timeOf(values: readonly unknown[]): number | undefined {
  const value = values.find((each) => typeof each === 'string' || typeof each === 'number');
  if (typeof value === 'string' && !/^\d+(?:\.\d+)?$/.test(value)) return secondsIn(value);
  const count = Number(value);
  if (!Number.isFinite(count)) return undefined;
  return count / (LARGEST.find(([least]) => count >= least)?.[1] ?? 1);
}
