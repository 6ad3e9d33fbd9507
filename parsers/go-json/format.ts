import type { SettingRecord } from '../go-env/format.ts';
import { errorRecord } from '../go-errors/classify.ts';
import type { GoErrorRecord } from '../go-errors/records.ts';
import type { Format, InputLine, LineOutcome, LineParser, SourceLine } from '../types.ts';

/** A module that `go mod download -json` reports: cmd/go/internal/modcmd/download.go, ModuleJSON. */
export interface ModuleRecord {
  readonly kind: 'go-module';
  readonly at: SourceLine;
  readonly timeNs: number | undefined;
  readonly module: string;
  readonly version: string;
}

export type GoJsonRecord = ModuleRecord | SettingRecord | GoErrorRecord;

/** The objects that `go mod download -json`, `go list -m -json` and `go env -json` print, indented by a tab. */
export const goJson: Format<GoJsonRecord> = {
  name: 'go-json',
  detect: (sample) => (BEGINNING.test(sample) ? 0.95 : 0),
  create: (emit) => new GoJsonParser(emit),
};

/** Also where jq -c or a log has put an object on one line. */
const BEGINNING = /^\{(?:\r?\n\t"(?:Path|GO\w+|AR|CC)": "|"Path": ?"[^"]*", ?"(?:Query|Version|Error)": ?)/m;
/** What go prints about one module is a kilobyte; something else is not read to its end. */
const MOST_TEXT = 256 * 1024;
const FIELD = /^\s+(?:"\w+": |[\]}],?$|"[^"]*",?$)/;

class GoJsonParser implements LineParser {
  readonly #emit: (record: GoJsonRecord) => void;
  #at: SourceLine | undefined;
  #timeNs: number | undefined;
  #text = '';
  /** Where its last whole field ends. */
  #wholeTo = 0;

  constructor(emit: (record: GoJsonRecord) => void) {
    this.#emit = emit;
  }

  push(line: InputLine): LineOutcome {
    const text = line.text().trimEnd();
    if (text === '{') {
      this.end();
      this.#at = line.at();
      this.#timeNs = line.timeNs;
      this.#text = text;
      this.#wholeTo = text.length;
      return 'record';
    }
    if (this.#at === undefined) return this.#pushWhole(text, line);
    const isEnd = text === '}' || text === '},';
    if ((!isEnd && !FIELD.test(text)) || this.#text.length > MOST_TEXT) {
      this.end();
      return 'unparsed';
    }
    if (text.endsWith(',')) this.#wholeTo = this.#text.length + text.length - 1;
    this.#text += text.replace(/,$/, isEnd ? '' : ',');
    if (isEnd) this.#onObject(this.#at, line.timeNs);
    return 'continued';
  }

  #pushWhole(text: string, line: InputLine): LineOutcome {
    if (!BEGINNING.test(text) || !text.endsWith('}')) return 'unparsed';
    this.#text = text;
    this.#onObject(line.at(), line.timeNs);
    return 'record';
  }

  /** An object that was cut tells what its whole lines tell. */
  end(): void {
    const at = this.#at;
    if (at === undefined) return;
    // A field that is whole is followed by another one.
    this.#text = `${this.#text.slice(0, this.#wholeTo)}}`;
    this.#onObject(at, this.#timeNs);
  }

  #onObject(at: SourceLine, timeNs: number | undefined): void {
    const fields = parse(this.#text);
    this.#at = undefined;
    this.#text = '';
    const { Path: module, Version: version, Error: error } = fields;
    if (module !== undefined) {
      this.#emit({ kind: 'go-module', at, timeNs, module, version: version ?? '' });
      if (error !== undefined && error !== '') this.#emit(errorRecord(`go: ${error}`, { at, timeNs }));
      return;
    }
    for (const [name, value] of Object.entries(fields))
      this.#emit({ kind: 'go-setting', at, timeNs, name, value });
  }
}

/** The string fields of an object; none where it is no JSON. */
function parse(text: string): Readonly<Record<string, string>> {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value !== 'object' || value === null) return {};
    return Object.fromEntries(
      Object.entries(value).flatMap(([name, field]) => {
        // `go list -m -json` gives {"Err": "…"} where `go mod download -json` gives the text.
        const string = typeof field === 'object' && field !== null && 'Err' in field ? field.Err : field;
        return typeof string === 'string' ? [[name, string]] : [];
      }),
    );
  } catch {
    return {};
  }
}
