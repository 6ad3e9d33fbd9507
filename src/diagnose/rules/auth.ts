import type { Group } from '../../timeline/timeline.ts';
import { culprit, culpritOfSpan, type Diagnosis, evidenceOf, type WaitRule } from '../rule.ts';

const HELPER_CAUSES: Readonly<Record<string, string>> = {
  askpass: 'auth/askpass',
  'credential-helper': 'auth/credential-helper',
  ssh: 'auth/ssh-host-key',
  goauth: 'auth/goauth',
};

export const AUTH_RULES: readonly WaitRule[] = [
  prompted,
  (group) => {
    const span = group.spans[0];
    const helper = span?.attributes['gotrace.helper'];
    return {
      cause: HELPER_CAUSES[helper ?? ''] ?? 'auth/other',
      culprit: culprit({
        ...culpritOfSpan(span),
        process: span?.attributes['process.command'],
        setting: helper === 'goauth' ? 'GOAUTH' : undefined,
      }),
      confidence: 0.9,
      evidence: evidenceOf(group.spans),
    };
  },
];

/** What ssh and git ask, and what it is about: sshconnect.c and readpass.c of OpenSSH, credential.c of git. */
const PROMPTS: readonly (readonly [RegExp, string])[] = [
  [
    /authenticity of host '(?:([^' ]+)[' ])?|Are you sure you want to continue connecting/,
    'auth/ssh-host-key',
  ],
  [/passphrase for key|(\S+)'s password:/, 'auth/ssh-key'],
  [/(?:Username|Password) for '(?:https?:\/\/)?(?:[^@']*@)?([^'/]+)/, 'auth/askpass'],
];

function prompted(group: Group): Diagnosis | undefined {
  const prompt = group.spans.find((span) => span.kind === 'prompt');
  if (prompt === undefined) return undefined;
  const text = prompt.attributes['gotrace.prompt'] ?? '';
  const known = PROMPTS.find(([pattern]) => pattern.test(text));
  const host = known?.[0].exec(text)?.[1]?.replace(/^.*@/, '');
  return {
    cause: known?.[1] ?? 'auth/other',
    culprit: culprit({
      ...culpritOfSpan(prompt),
      ...(host === undefined ? {} : { host }),
      process: prompt.attributes['process.command'],
    }),
    confidence: 0.9,
    evidence: evidenceOf([prompt]),
  };
}
