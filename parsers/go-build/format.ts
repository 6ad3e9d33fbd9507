import type { Format, SourceLine } from '../types.ts';
import { BuildOutput } from './build-output.ts';

/** A line of the script that -x makes of a build: the packages are there, and are being compiled, linked or run. */
export interface BuildStepRecord {
  readonly kind: 'build-step';
  readonly at: SourceLine;
  /** Nanoseconds since the clock's origin, where the line was stamped. */
  readonly timeNs: number | undefined;
}

/** What go did to go.mod: modload/import.go, queryImport; modget/get.go, reportChanges. */
const NOTICE = /^go: (?:finding module for package|found \S+ in|(?:added|removed|upgraded|downgraded) \S+) /;
/** go names its work folder before it loads the packages, and so before it downloads any. */
const WORK_FOLDER = /^WORK=/;
/** A build prints thousands of lines, and that it goes on is all they tell. */
const STEP_NS = 250e6;

/** What go prints of work that is no download, foremost the script that -x makes of a build. */
export const goBuild: Format<BuildStepRecord> = {
  name: 'go-build',
  detect: () => 0,
  create: (emit) => {
    const output = new BuildOutput();
    let toldNs: number | undefined;
    return {
      push: (line) => {
        const text = line.text();
        if (!output.isBuildLine(text)) return NOTICE.test(text) ? 'ignored' : 'unparsed';
        const timeNs = line.timeNs ?? 0;
        if (WORK_FOLDER.test(text) || (toldNs !== undefined && timeNs - toldNs < STEP_NS)) return 'ignored';
        toldNs = timeNs;
        emit({ kind: 'build-step', at: line.at(), timeNs: line.timeNs });
        return 'record';
      },
      end: () => {},
    };
  },
};
