/** A line without what stood around it. */
export interface Unwrapped {
  readonly text: string;
  /** Unix seconds, or seconds since an unknown start; undefined where what stood around it tells no time. */
  readonly seconds: number | undefined;
}

/** What CI systems and other tools put around a line: recognised once per input, then taken off each line. */
export interface Wrapping {
  readonly name: string;
  /** Undefined for a line that is not in it. */
  readonly read: (line: string) => Unwrapped | undefined;
  /** Many a line looks as if it were in it: it is one only where lines are known without it that were not before. */
  readonly isVague: boolean;
}
