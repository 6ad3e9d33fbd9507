import { ANSWER_CLASSES, LAST_ANSWER_CLASSES } from './classes/answers.ts';
import { EGRESS_CLASSES } from './classes/egress.ts';
import { FILE_CLASSES, FILE_FAILED } from './classes/files.ts';
import { CODE_CLASSES, GO_CLASSES } from './classes/go.ts';
import { NETWORK_CLASSES } from './classes/network.ts';
import type { ErrorClass } from './classes/types.ts';
import { VCS_CLASSES, VCS_FAILED } from './classes/vcs.ts';

/**
 * The error texts of go, net, crypto/x509, git, curl and ssh, in old and new wording, and what class of trouble each
 * names. In order: the first that fits wins, so the specific stand before the general.
 */
export const ERROR_CLASSES: readonly ErrorClass[] = [
  ...GO_CLASSES,
  ...EGRESS_CLASSES,
  ...VCS_CLASSES,
  ...NETWORK_CLASSES,
  ...FILE_CLASSES,
  ...ANSWER_CLASSES,
  VCS_FAILED,
  ...LAST_ANSWER_CLASSES,
  FILE_FAILED,
  ...CODE_CLASSES,
];

const MODULE = '(?<module>[\\w.~-]+(?:\\.[\\w~-]+)+(?:/[\\w.~!-]+)*)';

/** `go: MODULE@VERSION: …` and `MODULE@VERSION: …`: what the error is about. */
const SUBJECT = new RegExp(
  `^\\s*(?:go: )?(?:go: )?(?:(?:downloading|finding|upgrading|verifying|module) )?${MODULE}(?:@(?<version>v?[\\w.+-]+))?: `,
);
/** `IMPORTER imports PACKAGE: MODULE@VERSION: reason`: it stands before the reason. */
const LAST_SUBJECT = new RegExp(
  `(?:^|\\s)${MODULE}@(?<version>v?[\\w.+-]+): (?=(?:Get|[Rr]ead|reading|git|verifying|invalid) )`,
);

/** The module that an error is about, in the groups `module` and `version`. */
export function subjectOf(text: string): Record<string, string | undefined> | undefined {
  return (LAST_SUBJECT.exec(text) ?? SUBJECT.exec(text))?.groups;
}
