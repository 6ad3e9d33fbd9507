import type { Format } from '../types.ts';
import type { JobEndRecord, JobStepRecord } from './records.ts';
import { endIn } from './sayings.ts';

/** No such line is longer, but for the command that it may quote. */
const LONGEST = 4000;

/** What surrounds the end of a job and is of no program in it: GitLab's sections, make's folders, Jenkins' steps. */
const AROUND =
  /^(?:section_(?:start|end):|Cleaning up |Uploading artifacts|Post job cleanup|\[Pipeline\] |##\[endgroup\]|\S*make(?:\[\d+\])?: (?:Entering|Leaving) directory )/;

/**
 * How the next command of a job is announced: GitHub Actions, Azure Pipelines, GitLab's script lines, `sh -x` (Jenkins),
 * Buildkite. Those before it have ended.
 */
const HEADING = /^(?:##\[group\]Run |##\[section\]Starting: |\$ \S|\+ \S|(?:---|~~~) \S)/;
/** `go test`, `go run` and `go generate` run programs that take their time. */
const GO = /\bgo (?:mod|get|install|list|work|build) /;

/**
 * What is said of a command's end by whoever ran it: shells, make, CI systems. It has to be offered a line last: what no
 * other format knows and is no such word either is taken for the output of another program.
 */
export const jobEnd: Format<JobEndRecord | JobStepRecord> = {
  name: 'job-end',
  detect: () => 0,
  create: (emit) => {
    let strangerLine = 0;
    return {
      push: (line) => {
        const text = line.end - line.start > LONGEST ? '' : line.text().trim();
        const end = endIn(text);
        if (end === undefined) {
          if (AROUND.test(text)) return 'ignored';
          strangerLine = line.number;
          if (!HEADING.test(text)) return 'unparsed';
          emit({ kind: 'job-step', at: line.at(), timeNs: line.timeNs, startsGo: GO.test(text) });
          return 'record';
        }
        emit({ kind: 'job-end', at: line.at(), timeNs: line.timeNs, end, strangerLine });
        return 'record';
      },
      end: () => {},
    };
  },
};
