import type { SourceLine } from '../types.ts';

/** What an error text names. Absent fields were not in the text. */
export interface ErrorDetail {
  readonly module?: string;
  readonly version?: string;
  readonly host?: string;
  readonly address?: string;
  readonly url?: string;
  readonly path?: string;
  /** The version control program. */
  readonly program?: string;
  readonly status?: number;
}

/** An error that go, git or ssh printed. */
export interface GoErrorRecord {
  readonly kind: 'go-error';
  readonly at: SourceLine;
  readonly timeNs: number | undefined;
  /** A name of `ERROR_CLASSES`, or `other`. */
  readonly class: string;
  readonly text: string;
  /** Known to be an error that ended a command, whatever the line begins with. */
  readonly isFinal?: true;
  /** A server's own words, which go quotes below the error before it. */
  readonly isQuoted?: true;
  readonly detail: ErrorDetail;
}
