/** A line of one input that a person can look up. `line` counts from 1. */
export interface SourceLine {
  readonly input: string;
  readonly line: number;
  readonly text: string;
}

/** One framed line. A parser may keep what `text()` and `at()` return, never the line itself: it is reused. */
export interface InputLine {
  /** Counts from 1. */
  readonly number: number;
  /** Nanoseconds since the clock's origin, where something outside the format (a time stamp put in front, the time of arrival) tells. */
  readonly timeNs: number | undefined;
  readonly bytes: Uint8Array;
  readonly start: number;
  /** First byte after the line, without its line ending. */
  readonly end: number;
  /** The input ends in the middle of it. */
  readonly isCut: boolean;
  text(): string;
  /** Bytes of the line, one character each. It may share memory with what `at()` gives: keep both, or neither. */
  latin1(start: number, end: number): string;
  at(): SourceLine;
}

/**
 * What became of a line. Each line has exactly one outcome, so that
 * lines = records + continued + ignored + unparsed holds for every input.
 */
export type LineOutcome = 'record' | 'continued' | 'ignored' | 'unparsed';

/** A pure state machine: no I/O, no clock, no globals; it never throws on input. */
export interface LineParser {
  push(line: InputLine): LineOutcome;
  /** No more lines: emits what was held back. */
  end(): void;
}

/** Where a trace's nanoseconds begin. Shared by the inputs of one analysis so that their times compare. */
export interface Clock {
  /** Unix seconds, or seconds since midnight, of time 0; undefined until the first time stamp. */
  originSeconds: number | undefined;
  /** What makes times of day comparable with an origin that has a date, or the other way round. */
  zoneSeconds?: number | undefined;
}

/** Of 1973: what is less is a time of day, and so many seconds are no log's length. */
const DATED_SECONDS = 1e8;
/** Time zones differ by multiples of a quarter of an hour. */
const ZONE_STEP_SECONDS = 900;

/** Makes nanoseconds since the clock's origin; the first stamp seen sets the origin. */
export function sinceOrigin(clock: Clock, seconds: number, nanoseconds: number): number {
  if (clock.originSeconds === undefined) clock.originSeconds = seconds;
  const since = seconds - clock.originSeconds;
  const isFar = since > DATED_SECONDS || since < -DATED_SECONDS;
  return (isFar ? since + zoneOf(clock, seconds) : since) * 1e9 + nanoseconds;
}

/** `strace -tt` beside stamps with a date tells neither day nor zone: those are taken that bring the first of both together. */
function zoneOf(clock: Clock, seconds: number): number {
  const { originSeconds = seconds } = clock;
  if (seconds < DATED_SECONDS === originSeconds < DATED_SECONDS) return 0;
  clock.zoneSeconds ??= Math.round((originSeconds - seconds) / ZONE_STEP_SECONDS) * ZONE_STEP_SECONDS;
  return clock.zoneSeconds;
}

/** One log format. `detect` gives 0 (surely not) to 1 (surely) for the first kilobytes of an input. */
export interface Format<R> {
  readonly name: string;
  detect(sample: string): number;
  create(emit: (record: R) => void, clock: Clock): LineParser;
}

/** The share of a sample's non-blank lines that satisfy `test`. */
export function shareOfLines(sample: string, test: (line: string) => boolean): number {
  const lines = sample.split(/\r?\n/).filter((line) => line.trim() !== '');
  if (lines.length === 0) return 0;
  return lines.filter(test).length / lines.length;
}

/** A parser for formats in which each line stands for itself. `read` gives undefined for a line of another format. */
export function lineByLine<R>(
  emit: (record: R) => void,
  read: (line: InputLine) => R | undefined,
): LineParser {
  return {
    push(line) {
      const record = read(line);
      if (record === undefined) return 'unparsed';
      emit(record);
      return 'record';
    },
    end: () => {},
  };
}
