import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { goErrors } from '../../parsers/go-errors/format.ts';
import { linesInString } from '../../parsers/go-errors/strings.ts';
import { parseText } from '../support/parse.ts';

describe('lines in a string of JSON, or of %q', () => {
  it.each([
    [String.raw`{"msg":"go: a\n\tfatal: \"b\"\r"}`, ['go: a', '\tfatal: "b"\r']],
    [String.raw`level=error msg="Get \"https://a.example\": EOF"`, ['Get "https://a.example": EOF']],
    [String.raw`{"a":"b","c":"d\\e\n"}`, [String.raw`d\e`, '']],
    [String.raw`{"msg":"cut \n off`, ['cut ', ' off']],
    ['{"msg":"plain"}', []],
    [String.raw`C:\new\table`, []],
    [String.raw`no string \n at all`, []],
  ])('%s', (text, lines) => {
    expect(linesInString(text)).toEqual(lines);
  });

  it('what JSON.stringify makes of lines comes back', () => {
    const lines = fc.array(fc.stringMatching(/^[ -~]*$/), { minLength: 2, maxLength: 5 });
    fc.assert(
      fc.property(lines, (given) => {
        expect(linesInString(`{"output":${JSON.stringify(given.join('\n'))}}`)).toEqual(given);
      }),
    );
  });
});

describe('what a server answers, below its status', () => {
  const asked = 'go: a.example/b@v1.0.0: reading https://proxy.example/a.example/b/@v/v1.0.0.mod';
  const recordsOf = (...lines: string[]) => parseText(goErrors, `${lines.join('\n')}\n`).records;

  it('is its own trouble below a 404, until a line is indented less', () => {
    const records = recordsOf(
      `${asked}: 404 Not Found`,
      '\tserver response:',
      '\tnot found: a.example/b@v1.0.0: git fetch in /c: exit status 128:',
      "\t\tfatal: unable to access 'https://a.example/b/': Connection refused",
      'go: c.example/d@v1.0.0: Get "https://proxy.example/c": dial tcp 192.0.2.1:443: connect: connection refused',
    );
    expect(records.map((record) => [record.class, record.isQuoted])).toEqual([
      ['not-found', undefined],
      ['other', true],
      ['vcs-failed', true],
      ['origin-failed', true],
      ['connect-refused', undefined],
    ]);
    expect(records[3]).toMatchObject({ detail: { module: 'a.example/b', version: 'v1.0.0' } });
  });

  it('on the same line; and below a 502, which says by itself whose trouble it is', () => {
    expect(
      recordsOf(`${asked}: 404 Not Found`, '\tserver response: not found: unknown revision v1.0.0')[1],
    ).toMatchObject({ class: 'not-found', isQuoted: true });
    expect(
      recordsOf(`${asked}: 502 Bad Gateway`, '\tserver response:', '\tconnect: Connection refused').at(-1),
    ).toMatchObject({ class: 'other', isQuoted: true });
    expect(recordsOf('\tserver response:', '', '\tfatal: early EOF')).toMatchObject([
      { isQuoted: true },
      { class: 'transfer-reset' },
    ]);
  });
});

describe('what go says of go.mod, its settings and its command line, which no server is to blame for', () => {
  it.each([
    // A version that no go knows is a mistake in go.mod; one that is well-formed is of a newer go.
    [
      "go: errors parsing go.mod:\n/a/go.mod:3: invalid go version '1.21.x': must match format 1.23.0",
      'go-mod',
    ],
    [
      "go: errors parsing go.mod:\n/a/go.mod:3: invalid go version '1.21.0': must match format 1.23",
      'toolchain-too-old',
    ],
    [
      'go: module ../lib listed in go.work file requires go >= 1.25, but go.work lists go 1.24; to update it:',
      'go-mod',
    ],
    [
      'go: cannot load module ../lib listed in go.work file: open ../lib/go.mod: no such file or directory',
      'go-mod',
    ],
    ['malformed go.sum:', 'go-mod'],
    ['main.go:4:2: cannot find package "lib.example/a" in any of:', 'go-mod'],
    ['\tlib.example/b: cannot find module providing package lib.example/b', undefined],
    ['go: unknown environment setting GO111MODULE=yes', 'setting'],
    ['go: cannot find GOROOT directory: /usr/lib/go-1.18', 'setting'],
    ['go mod downlod: unknown command', 'command-line'],
    ['flag provided but not defined: -y', 'command-line'],
    ['failed to initialize build cache at /.cache/go-build: mkdir /.cache: permission denied', 'build-cache'],
    ['go build a.example/b: /usr/local/go/pkg/tool/linux_amd64/link: signal: killed', 'no-memory'],
    ['runtime: failed to create new OS thread (have 12 already; errno=11)', 'no-memory'],
    ['vet: ./main.go:3:15: undefined: foo', 'compile'],
    // What a module at a place of the code needs is not the code's fault.
    ['main.go:4:2: lib.example/a@v1.0.0: something that nobody has seen before', 'other'],
    ['main.go:3:2: warning: unused variable', 'other'],
    ['main.go:9:2: cannot use x (variable of type int) as string value in assignment', 'compile'],
    ['main.go:7:2: "fmt" imported and not used', 'compile'],
    // A linter may say so, and the job go on.
    ['main.go:10:1: exported function Run should have comment or be unexported (golint)', 'other'],
  ])('%s', (text, name) => {
    expect(parseText(goErrors, `${text}\n`).records.at(-1)?.class).toBe(name);
  });

  it('a line of netdns is none of it', () => {
    expect(
      parseText(goErrors, 'go package net: hostLookupOrder(proxy.example) = files,dns\n').records,
    ).toEqual([]);
  });
});
