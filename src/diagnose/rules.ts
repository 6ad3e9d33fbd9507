import type { Phase } from '../model/span.ts';
import type { Group } from '../timeline/timeline.ts';
import type { Case, Diagnosis, WaitRule } from './rule.ts';
import { AUTH_RULES } from './rules/auth.ts';
import { CONNECT_RULES } from './rules/connect.ts';
import { DNS_RULES } from './rules/dns.ts';
import { GIT_RULES } from './rules/git.ts';
import { TRANSFER_RULES, TTFB_RULES } from './rules/http.ts';
import { CPU_RULES, DISK_RULES, LOCK_RULES } from './rules/machine.ts';
import { SUMDB_RULES, TOOLCHAIN_RULES } from './rules/sumdb.ts';
import { TLS_RULES } from './rules/tls.ts';

/** The rules of each phase, in the order in which they are asked. Adding one is a function and a line in its list. */
const WAIT_RULES: Readonly<Partial<Record<Phase, readonly WaitRule[]>>> = {
  dns: DNS_RULES,
  connect: CONNECT_RULES,
  tls: TLS_RULES,
  ttfb: TTFB_RULES,
  transfer: TRANSFER_RULES,
  sumdb: SUMDB_RULES,
  toolchain: TOOLCHAIN_RULES,
  git: GIT_RULES,
  auth: AUTH_RULES,
  lock: LOCK_RULES,
  disk: DISK_RULES,
  cpu: CPU_RULES,
};

/** What the first rule of its phase that speaks says of a group. */
export function diagnoseWait(group: Group, context: Case): Diagnosis | undefined {
  for (const rule of WAIT_RULES[group.phase] ?? []) {
    const diagnosis = rule(group, context);
    if (diagnosis !== undefined) return diagnosis;
  }
  return undefined;
}
