import type { InputLine } from '../types.ts';
import { errorRecord } from './classify.ts';
import type { GoErrorRecord } from './records.ts';

/** HTTPError.Error of cmd/go/internal/web/api.go: the answer stands behind it, or on lines below that are indented alike. */
const BEGIN = /^(\s*)server response:(?: (\S.*))?$/;

/** What keeps whoever says it from getting a module. */
const UNREACHED = /^(?:connect-|dns-|tls-|transfer-reset$|response-timeout$|eof$|rate-limited$|server-5xx$)/;

/**
 * What a server answered beside its status: `not found: …: git ls-remote …: exit status 128: fatal: …`. Such a line is
 * the trouble of the server, which speaks of its own network and its own git, and none of this machine.
 */
export class QuotedAnswer {
  /** The error that the answer belongs to: what was asked for, and of whom. */
  #error: GoErrorRecord | undefined;
  #indent: string | undefined;

  /** The record of a line of an answer; undefined for any other line. */
  read(text: string, line: InputLine): GoErrorRecord | undefined {
    const begin = BEGIN.exec(text);
    if (begin !== null) {
      const [, indent = '', answer] = begin;
      this.#indent = answer === undefined ? indent : undefined;
      return this.#recordOf(answer ?? '', line);
    }
    if (this.#indent === undefined) return undefined;
    if (text.startsWith(this.#indent) && text.trim() !== '') return this.#recordOf(text, line);
    this.#indent = undefined;
    return undefined;
  }

  /** To be told of every error: an answer is quoted below the one that it belongs to. */
  note(record: GoErrorRecord | undefined): void {
    if (record !== undefined && this.#indent === undefined) this.#error = record;
  }

  #recordOf(text: string, line: InputLine): GoErrorRecord {
    const said = errorRecord(text, { at: line.at(), timeNs: line.timeNs });
    const asked = this.#error?.detail;
    if (!UNREACHED.test(said.class)) return { ...said, isQuoted: true, detail: { ...asked, ...said.detail } };
    const theirs = { ...said, isQuoted: true, detail: { ...asked } } as const;
    // A 502 says by itself whose trouble it is; a 404 does not.
    if (this.#error?.class !== 'not-found') return { ...theirs, class: 'other' };
    return { ...theirs, class: 'origin-failed', isFinal: true };
  }
}
