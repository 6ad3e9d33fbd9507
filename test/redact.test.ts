import { describe, expect, it } from 'vitest';
import { redactor } from '../src/redact/redact.ts';
import { WRITERS } from '../src/report/registry.ts';
import { reportOfText } from './support/analyze.ts';
import { PLANTED } from './support/planted.ts';

describe('what is secret', () => {
  it.each(PLANTED)('%s', (text, secret) => {
    expect(redactor()(text)).not.toContain(secret);
  });

  /** Fewer characters than this of a secret give nothing away. */
  const LEAST = 5;
  it.each(PLANTED.filter(([, secret]) => secret !== 'alice'))('%s, cut by -s N', (text, secret) => {
    for (let length = text.indexOf(secret) + LEAST; length < text.length; length++)
      for (const cut of [
        `write(2, "${text.slice(0, length)}"..., 900) = 900`,
        `git ${text.slice(0, length)}…`,
      ])
        expect(redactor()(cut)).not.toContain(secret.slice(0, LEAST));
  });

  it('leaves alone what a maintainer needs', () => {
    for (const text of [
      '/home/runner/go/pkg/mod/cache/lock',
      'https://git.example/x?go-get=1',
      'github.com/pkg/errors@v0.9.1',
      'user@host: Permission denied (publickey).',
      'write(2, "# get https://proxy.corp.exampl"..., 96) = 96',
      'git fetch https://proxy.corp.example:84…',
      'export HTTPS_PROXY=http://USER:PASSWORD@egress.corp.example:3128',
      "echo 'machine git.example login USER password TOKEN' >> ~/.netrc",
      'go: lib.example/token: git ls-remote -q origin: exit status 128:',
      'go: lib.example/secret@v1.0.0: reading https://proxy.example/: 404 Not Found',
      'main.go:3:1: syntax error: unexpected token: }',
      "fatal: could not read Password for 'https://git.example': terminal prompts disabled",
      'On a network with a login page, log in with a browser first',
      'The provided password or token is incorrect or your account has 2FA enabled',
    ]) {
      expect(redactor()(text)).toBe(text);
    }
  });

  it('knows what a remedy leaves to be filled in from what was filled in', () => {
    for (const text of ['http://user:password@proxy.example/', 'HTTP://USER:PASSWORD1@proxy.example/'])
      expect(redactor()(text)).not.toMatch(/password/i);
  });

  it('hides private modules when asked to', () => {
    expect(
      redactor({ modules: ['corp.example/*'] })('go: corp.example/team/secretproject@v1.0.0: 404'),
    ).not.toContain('secretproject');
  });
});

/** One log with every secret in a place that gets into reports: evidence, URLs, commands, unparsed lines. */
async function plantedReport() {
  const lines = PLANTED.flatMap(([text], index) => [
    `170000000${index % 10}.0 # get https://proxy.example/m${index}/@v/list`,
    `170000000${index % 10}.5 go: m.example/a@v1.0.0: Get "${text}": 502 Bad Gateway`,
    `170000000${index % 10}.5 ${text}`,
  ]);
  return reportOfText(`${lines.join('\n')}\n`);
}

const writers = await Promise.all(WRITERS.map(async (writer) => [writer.name, await writer.load()] as const));

it.each(writers)('no planted secret gets into %s', async (_name, render) => {
  const text = render(await plantedReport(), { columns: 120, colour: false, explainInput: true });
  expect(PLANTED.filter(([, secret]) => text.includes(secret)).map(([, secret]) => secret)).toEqual([]);
});

it.each(writers)('hostile text comes out inert in %s', async (name, render) => {
  const hostile = '\u001b[31m\u001b]0;owned\u0007\u202e<script>alert(1)</script>|```\u0000=cmd|calc';
  const report = await reportOfText(
    `1700000000.0 # get https://proxy.example/${hostile}/@v/list\n1700000009.0 go: m.example/a@v1.0.0: Get "https://x.example/${hostile}": 502 Bad Gateway\n`,
  );
  const text = render(report, { columns: 200, colour: false, explainInput: true });
  expect(text.replaceAll('\r\n', '\n')).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202a-\u202e]/);
  if (name === 'markdown')
    expect(
      text.replace(/^ *(`{3,})[^\n]*\n[\s\S]*?\n *\1$/gm, '').replace(/(`+)(?!`)[\s\S]*?[^`]\1(?!`)/g, ''),
    ).not.toContain('<script>');
});
