import type { Format } from '../types.ts';
import { BuildOutput } from './build-output.ts';

/** What go did to go.mod: modload/import.go, queryImport; modget/get.go, reportChanges. */
const NOTICE = /^go: (?:finding module for package|found \S+ in|(?:added|removed|upgraded|downgraded) \S+) /;

/** What go prints of work that is no download, foremost the script that -x makes of a build. It makes no records. */
export const goBuild: Format<never> = {
  name: 'go-build',
  detect: () => 0,
  create: () => {
    const output = new BuildOutput();
    return {
      push: (line) => {
        const text = line.text();
        return output.isBuildLine(text) || NOTICE.test(text) ? 'ignored' : 'unparsed';
      },
      end: () => {},
    };
  },
};
