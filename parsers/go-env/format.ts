import { type Format, type InputLine, lineByLine, type SourceLine, shareOfLines } from '../types.ts';

/** One setting, as `go env`, `go env -json` or the environment of a process names it. */
export interface SettingRecord {
  readonly kind: 'go-setting';
  readonly at: SourceLine;
  readonly timeNs: number | undefined;
  readonly name: string;
  readonly value: string;
}

/** What go prints of its settings: `GOPROXY='…'` (1.19 and later quote so), `GOPROXY="…"`, and `set GOPROXY=…` on Windows. */
export const goEnv: Format<SettingRecord> = {
  name: 'go-env',
  detect: (sample) => shareOfLines(sample, (line) => SETTING.test(line)) * 0.9,
  create: (emit) => lineByLine(emit, readSetting),
};

/** cmd/go/internal/envcmd/env.go, PrintEnv. */
const SETTING =
  /^(?:set )?((?:GO|CGO_|GCC|AR$|CC$|CXX$|PKG_CONFIG|AR|CC|CXX)\w*)=(?:'(.*)'|"(.*)"|([^'"]*))$/;

function readSetting(line: InputLine): SettingRecord | undefined {
  const match = SETTING.exec(line.text().trimEnd());
  if (match === null) return undefined;
  const [, name = '', single, double, bare = ''] = match;
  return { kind: 'go-setting', at: line.at(), timeNs: line.timeNs, name, value: single ?? double ?? bare };
}
