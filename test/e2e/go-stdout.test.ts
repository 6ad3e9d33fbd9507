import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { afterAll, describe, expect, it } from 'vitest';
import { CLI } from '../support/gotrace.ts';

/** What go prints to stdout is read by other programs: it is the same with and without gotrace. */
const folder = mkdtempSync(join(tmpdir(), 'gotrace-stdout-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
writeFileSync(join(folder, 'go.mod'), 'module example.com/m\n\ngo 1.21\n');
writeFileSync(join(folder, 'm.go'), 'package main\n\nfunc main() { println("to stderr"); print2() }\n');
writeFileSync(
  join(folder, 'print.go'),
  'package main\n\nimport "fmt"\n\n//go:generate echo generated\nfunc print2() { fmt.Println("to stdout") }\n',
);
// A lookup, of which netdns=2 tells on stderr, which `go test -v` shows on its stdout.
writeFileSync(
  join(folder, 'm_test.go'),
  'package main\n\nimport (\n\t"net"\n\t"testing"\n)\n\nfunc TestLookup(t *testing.T) { net.LookupHost("localhost") }\n',
);

const withGo = (await execa('go', ['version'], { reject: false })).exitCode === 0;
if (!withGo) console.log('go is not installed: its stdout is not compared');
const environment = { GOFLAGS: '-buildvcs=false', GOPROXY: 'off', GOTOOLCHAIN: 'local' };

/** Times and durations differ from run to run. */
const timeless = (text: string) =>
  text
    .replace(/"Time":"[^"]+"/g, '')
    .replace(/"Elapsed":[\d.]+/g, '')
    .replace(/\d+\.\d+s/g, '');

describe.skipIf(!withGo)('stdout is the same', () => {
  it.each([
    'go build -json -o /dev/null .',
    'go -C . build -json -o /dev/null .',
    'go clean',
    'go fmt ./...',
    'go generate ./...',
    'go list -json .',
    'go mod edit -json',
    'go mod graph',
    'go run .',
    'go test -count=1 -v .',
    'go test -count=1 -json .',
    'go vet -json .',
    // Below a script, a test that looks names up prints what GODEBUG asks for: this one does not.
    'sh -c "go test -count=1 -run Nothing -json ."',
  ])('%s', async (line) => {
    const shell = (command: string) =>
      execa('sh', ['-c', command], { cwd: folder, env: environment, reject: false });
    const bare = await shell(line);
    const run = await shell(`${process.execPath} ${CLI} run --no-strace --progress none -- ${line}`);
    expect(timeless(run.stdout)).toBe(timeless(bare.stdout));
    expect(run.exitCode).toBe(bare.exitCode);
  });
});
