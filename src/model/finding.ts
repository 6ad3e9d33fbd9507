import type { SourceLine } from '../../parsers/types.ts';
import type { Phase } from './span.ts';

/** What to name to the person; the fields that apply. */
export interface Culprit {
  readonly host?: string;
  readonly address?: string;
  readonly url?: string;
  readonly module?: string;
  readonly path?: string;
  readonly process?: string;
  readonly setting?: string;
}

export interface Remedy {
  /** What to do, for a person. */
  readonly text: string;
  /** Can be pasted into a shell. */
  readonly command?: string;
}

/** A cause of the catalogue, as it was found. */
export interface Finding {
  /** `phase/slug`. */
  readonly cause: string;
  readonly phase: Phase;
  /** One sentence, with the culprit and the time. */
  readonly summary: string;
  readonly culprit: Culprit;
  /** Nanoseconds since the trace's origin. */
  readonly startNs: number;
  readonly endNs: number;
  /** How much of the command's wall time it took; 0 for what only made it fail. */
  readonly blockedNs: number;
  /** 0 to 1: how surely the evidence names this cause, and no other. */
  readonly confidence: number;
  readonly evidence: readonly SourceLine[];
  readonly remedies: readonly Remedy[];
}
