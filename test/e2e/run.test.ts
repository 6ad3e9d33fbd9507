import {
  constants,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { execa } from 'execa';
import { afterAll, describe, expect, it } from 'vitest';
import { CLI, gotrace } from '../support/gotrace.ts';

const folder = mkdtempSync(join(tmpdir(), 'gotrace-test-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const withStrace = (await execa('strace', ['-o', '/dev/null', 'true'], { reject: false })).exitCode === 0;
const MODES = [['--no-strace'], ...(withStrace ? [['--strace']] : [])];
if (!withStrace) console.log('strace cannot trace here: only runs without it are tested');

/** A file system of the test's own, which is gone with it. */
const withMounts =
  (await execa('unshare', ['-m', 'mount', '-t', 'tmpfs', 'tmpfs', '/mnt'], { reject: false })).exitCode === 0;
if (!withMounts) console.log('nothing can be mounted here (not root): a full disk is not tested');

const withMake = (await execa('make', ['--version'], { reject: false })).exitCode === 0;
if (!withMake) console.log('make is not installed: its jobserver is not tested');
const withPrlimit = (await execa('prlimit', ['--version'], { reject: false })).exitCode === 0;
if (!withPrlimit) console.log('prlimit is not installed: limits are not tested');
const withScript = (await execa('script', ['-qec', 'true', '/dev/null'], { reject: false })).exitCode === 0;

/** R, S, T (stopped), t (stopped by a tracer), …: proc(5). Empty where it is gone. */
function stateOf(pid: number): string {
  try {
    return /\) (\w) /.exec(readFileSync(`/proc/${pid}/stat`, 'latin1'))?.[1] ?? '';
  } catch {
    return '';
  }
}

function childrenOf(pid: number): number[] {
  const text = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim();
  return text === '' ? [] : text.split(' ').map(Number);
}

/** Empty where it ended, if only between two looks. */
function commandLineOf(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ').trim();
  } catch {
    return '';
  }
}

/** The process whose command line ends so, or is so; waits until there is one. */
async function pidOf(text: string): Promise<number> {
  for (;;) {
    for (const pid of readdirSync('/proc').map(Number).filter(Boolean)) {
      const line = commandLineOf(pid);
      const isIt = text.startsWith('^')
        ? line === text.slice(1)
        : line.startsWith(process.execPath) && line.endsWith(text);
      if (isIt) return pid;
    }
    await sleep(20);
  }
}

describe.each(MODES)('the command is unharmed, %s', (mode) => {
  const run = (...command: string[]) => gotrace(['run', mode, '--progress', 'none', '--', ...command]);

  it('keeps its exit code', async () => {
    expect((await run('sh', '-c', 'exit 7')).exitCode).toBe(7);
    expect((await run('true')).exitCode).toBe(0);
  });

  it('runs where there is no place for temporary files', async () => {
    const args = ['run', mode, '--progress', 'none', '--', 'sh', '-c', 'exit 7'];
    const ended = await gotrace(args, { env: { TMPDIR: '/nonexistent' } });
    expect(ended).toMatchObject({
      exitCode: 7,
      stderr: expect.stringContaining('Failed: it ended with exit code 7'),
    });
  });

  it.skipIf(!withMounts)('goes on when the disk that it is recorded to is full', async () => {
    const prints =
      'i=0; while [ $i -lt 9000 ]; do echo $i a line of output that takes its place on the disk; i=$((i+1)); done >&2; exit 7';
    const { exitCode, stderr } = await execa(
      'unshare',
      [
        ...['-m', 'sh', '-c', `mount -t tmpfs -o size=400k tmpfs /mnt && TMPDIR=/mnt exec "$@"`, 'sh'],
        ...[process.execPath, CLI, 'run', mode, '--progress', 'none', '--', 'sh', '-c', prints],
      ],
      { reject: false },
    );
    expect(exitCode).toBe(7);
    expect(stderr.match(/^\d+ a line of output that .*$/gm)).toHaveLength(9000);
    expect(stderr).toMatch(/no longer recorded: ENOSPC|strace ended before the command did/);
    expect(stderr).not.toMatch(/^strace: /m);
  });

  it('keeps its death by signal', async () => {
    expect((await run('sh', '-c', 'kill -TERM $$')).signal).toBe('SIGTERM');
  });

  it('keeps its stdout, byte for byte, and its stdin', async () => {
    const bytes = Buffer.from(Array.from({ length: 100_000 }, (_, at) => (at * 7919) % 256));
    const command = [CLI, 'run', mode, '--progress', 'none', '--', 'cat'];
    const { stdout } = await execa(process.execPath, command, { input: bytes, encoding: 'buffer' });
    expect(Buffer.compare(stdout, bytes)).toBe(0);
  });

  it('waits for what comes later at its stdin', async () => {
    const command = `{ sleep 1; echo late; } | "$@"`;
    const args = [CLI, 'run', mode, '--progress', 'none', '--', 'cat'];
    const { stdout } = await execa('sh', ['-c', command, 'sh', process.execPath, ...args]);
    expect(stdout).toBe('late');
  });

  it.skipIf(!existsSync('/proc/self/fdinfo')).each(['2>&1', '2>&1 >/dev/null'])(
    'leaves the pipes blocking that we were given, %s',
    async (redirection) => {
      const inner =
        'sleep 0.3; cat /proc/self/fdinfo/0 /proc/self/fdinfo/1 /proc/$PPID/fdinfo/2 | grep flags >&2';
      const args = [CLI, 'run', mode, '--progress', 'none', '--', 'sh', '-c', `echo first >&2; ${inner}`];
      const line = `sleep 1 | "$@" ${redirection} | cat`;
      const { stdout } = await execa('sh', ['-c', line, 'sh', process.execPath, ...args]);
      const flags = [...stdout.matchAll(/flags:\s+(\d+)/g)].map(([, octal]) =>
        Number.parseInt(octal ?? '', 8),
      );
      expect(flags).toHaveLength(3);
      for (const each of flags) expect(each & constants.O_NONBLOCK).toBe(0);
    },
  );

  it('waits for a slow reader of its stderr, who gets all of it, and the answer last', async () => {
    const prints =
      'i=0; while [ $i -lt 9000 ]; do echo $i a line of output that fills a pipe; i=$((i+1)); done >&2';
    const args = [CLI, 'run', mode, '--progress', 'none', '--', 'sh', '-c', `${prints}; exit 3`];
    const { stdout } = await execa('sh', [
      ...['-c', '"$@" 2>&1 >/dev/null | { sleep 4; cat; }', 'sh'],
      ...[process.execPath, ...args],
    ]);
    expect(stdout.match(/^\d+ a line of output that fills a pipe$/gm)).toHaveLength(9000);
    expect(stdout.indexOf('Failed: it ended with exit code 3')).toBeGreaterThan(
      stdout.indexOf('8999 a line'),
    );
  });

  it('has the descriptors that we were started with, and no others', async () => {
    const input = join(folder, `third${mode}`);
    const output = join(folder, `fifth${mode}`);
    writeFileSync(input, 'third\n');
    const inner = 'cat <&3; echo fifth >&5; test -e /proc/self/fd/4 && echo fourth';
    const args = [CLI, 'run', mode, '--progress', 'none', '--', 'sh', '-c', inner];
    const { stdout } = await execa(
      'sh',
      ['-c', `"$@" 3< ${input} 5> ${output}`, 'sh', process.execPath, ...args],
      { reject: false },
    );
    expect(stdout).toBe('third');
    expect(readFileSync(output, 'utf8')).toBe('fifth\n');
  });

  it.skipIf(!withPrlimit)('may open as many files as without us: Node raises its own limit', async () => {
    const args = [CLI, 'run', mode, '--progress', 'none', '--', 'sh', '-c', 'ulimit -Sn; ulimit -Hn'];
    const outer = ['-c', 'ulimit -Hn; ulimit -Sn 256; "$@"; :', 'sh', process.execPath, ...args];
    const [hard, ...inner] = (await execa('sh', outer)).stdout.split('\n');
    expect(inner).toEqual(['256', hard]);
  });

  it.skipIf(!withMake)('shares the jobs of a make that it runs below', async () => {
    const makefile = join(folder, `make${mode}`);
    const again = `${process.execPath} ${CLI} run ${mode} --progress none -- $(MAKE) -f ${makefile} inner`;
    writeFileSync(makefile, `all:\n\t+${again}\ninner:\n\techo made\n`);
    const { stdout, stderr } = await execa('make', ['-j2', '-f', makefile, 'all']);
    expect(stdout).toContain('made');
    expect(stderr).not.toMatch(/jobserver/);
  });

  it('gets the signals that we get', async () => {
    const inner = 'trap "echo got USR1" USR1; kill -USR1 $PPID; sleep 0.3; echo end';
    expect((await run('sh', '-c', inner)).stdout).toBe('got USR1\nend');
  });

  it('keeps its own stderr, prompts without a line end included', async () => {
    const { stderr } = await run(
      'sh',
      '-c',
      'printf "first\\nPassword: " >&2; sleep 0.1; printf "done\\n" >&2',
    );
    expect(stderr).toContain('first\nPassword: done\n');
  });

  it('does not wait for children that outlive it, and they live on', async () => {
    const { stdout } = await run('sh', '-c', 'sleep 300 > /dev/null 2>&1 & echo $!');
    const pid = Number(stdout);
    expect(process.kill(pid, 0)).toBe(true);
    expect(stateOf(pid)).toBe('S');
    expect(readFileSync(`/proc/${pid}/status`, 'utf8')).toMatch(/^TracerPid:\s+0$/m);
    process.kill(pid, 'SIGKILL');
  });

  it('ends all that is below it at --timeout', async () => {
    const inner = 'trap "" QUIT; sleep 300 & echo $!; wait; echo done waiting';
    const args = ['run', mode, '--timeout', '1s', '--progress', 'none', '--', 'sh', '-c', inner];
    const { stdout } = await gotrace(args);
    const pid = Number(stdout.split('\n')[0]);
    expect(pid).toBeGreaterThan(0);
    expect(stateOf(pid)).not.toBe('S');
  });

  it('does not take its stderr from children that outlive it', async () => {
    const alive = join(folder, `alive${mode}`);
    const inner = `(sleep 1; echo late >&2; echo alive > ${alive}) > /dev/null & echo early >&2; exit 3`;
    const args = [CLI, 'run', mode, '--progress', 'none', '--', 'sh', '-c', inner];
    const { stdout } = await execa('sh', [
      ...['-c', '{ "$@"; echo "it ended" >&2; } 2>&1 >/dev/null | cat', 'sh'],
      ...[process.execPath, ...args],
    ]);
    expect(stdout).toMatch(/early[\s\S]*it ended[\s\S]*late/);
    expect(readFileSync(alive, 'utf8')).toBe('alive\n');
  });

  it('is our child, in our process group and working directory', async () => {
    const { stdout } = await run(
      'sh',
      '-c',
      'cut -d" " -f5 /proc/self/stat; cut -d" " -f5 /proc/$PPID/stat; tr "\\0" " " < /proc/$PPID/cmdline; echo; pwd',
    );
    const [own, parents, parent, folderOfRun] = stdout.split('\n');
    expect(own).toBe(parents);
    expect(parent).toContain(CLI);
    expect(folderOfRun).toBe(process.cwd());
  });

  it('may print a gigabyte', async () => {
    const { stdout } = await execa('sh', [
      '-c',
      '"$@" | wc -c',
      'sh',
      ...[process.execPath, CLI, 'run', mode, '--progress', 'none', '--'],
      ...['dd', 'if=/dev/zero', 'bs=1000000', 'count=1000'],
    ]);
    expect(stdout.trim()).toBe('1000000000');
  });

  it.skipIf(!withScript)('may ask at the terminal', async () => {
    const ask = `sh -c 'printf "Password: " > /dev/tty; read answer < /dev/tty; echo got $answer'`;
    const command = `${process.execPath} ${CLI} run ${mode} --progress auto -- ${ask}`;
    // script(1) gives the command a terminal of its own.
    const { stdout } = await execa('script', ['-qec', command, '/dev/null'], { input: 'sesame\n' });
    expect(stdout).toContain('Password: ');
    expect(stdout).toContain('got sesame');
  });

  it.skipIf(!withScript)('finds a terminal of the same size at its stderr, where there is one', async () => {
    const inner = join(folder, 'sees-terminal.sh');
    writeFileSync(
      inner,
      'test -t 2 && stty size <&2\nprintf "50%%\\r100%%\\n" >&2\nhead -c 200000 /dev/zero | tr "\\0" x >&2\necho last >&2\n',
    );
    const command = `stty rows 33 cols 111; ${process.execPath} ${CLI} run ${mode} --progress none --output /dev/null -- sh ${inner}`;
    const { stdout } = await execa('script', ['-qec', command, '/dev/null'], { input: '' });
    expect(stdout).toMatch(/33 111\r?\n/);
    expect(stdout).toContain('50%\r100%\r\n');
    expect(stdout.match(/x/g)).toHaveLength(200_000);
    expect(stdout).toMatch(/last\s*$/);
    // Where it is no terminal, neither is the command's.
    const plain = await run('sh', inner);
    expect(plain.stdout).not.toContain('33 111');
  });

  it.skipIf(!withScript)('learns when the terminal is resized', async () => {
    const waits = `sh -c 'until [ "$(stty size <&2)" = "44 99" ]; do sleep 0.05; done; echo resized'`;
    const command = `stty rows 33 cols 111; (sleep 1; stty rows 44 cols 99 </dev/tty) & timeout --foreground 20 ${process.execPath} ${CLI} run ${mode} --progress none --output /dev/null -- ${waits}`;
    const { stdout } = await execa('script', ['-qec', command, '/dev/null'], { input: '' });
    expect(stdout).toContain('resized');
  });

  it.skipIf(!withScript)(
    'has a pipe at its stderr where script is not there, and all of it arrives',
    async () => {
      const bin = mkdtempSync(join(folder, 'bin-'));
      writeFileSync(join(bin, 'script'), '#!/bin/sh\nexit 127\n', { mode: 0o755 });
      const inner = `sh -c 'test -t 2 || echo a pipe; head -c 200000 /dev/zero | tr "\\0" x >&2'`;
      const command = `PATH=${bin}:$PATH ${process.execPath} ${CLI} run ${mode} --progress none --output /dev/null -- ${inner}`;
      const { stdout } = await execa('script', ['-qec', command, '/dev/null'], { input: '' });
      expect(stdout).toContain('a pipe');
      expect(stdout.match(/x/g)).toHaveLength(200_000);
    },
  );

  it.skipIf(!withScript)('leaves the terminal to children that outlive it', async () => {
    const [inner, lost, child] = ['outlived.sh', `lost-${mode}`, `child-${mode}`].map((name) =>
      join(folder, name),
    );
    // What the child says to its stderr once the command, and gotrace, are gone.
    const says = 'sleep 1.5; echo "still at" $(tty <&2) >&2; echo "second line" >&2 || touch "$1"';
    writeFileSync(inner!, `( trap "" HUP; ${says} ) & echo $! > "$2"; echo begun\n`);
    const command = `${process.execPath} ${CLI} run ${mode} --progress none --output /dev/null -- sh ${inner} ${lost} ${child}; echo back; sleep 3`;
    const { stdout } = await execa('script', ['-qec', command, '/dev/null'], { input: '' });
    expect(stdout).toMatch(/begun[\s\S]*back[\s\S]*still at \/dev\/pts\/\d+\r?\nsecond line/);
    expect(existsSync(lost!)).toBe(false);
    // What keeps the terminal for it ends with it.
    const keeper = `--pid=${readFileSync(child!, 'utf8').trim()}`;
    const lines = () => readdirSync('/proc').map((name) => commandLineOf(Number(name)));
    while (lines().some((line) => line.includes(keeper))) await sleep(50);
  });

  it.skipIf(!withScript)('leaves nothing behind at a terminal when gotrace is killed', async () => {
    const seconds = `5${process.pid}`;
    const shell = execa(
      'script',
      ['-qec', `${process.execPath} ${CLI} run ${mode} --progress none -- sleep ${seconds}`, '/dev/null'],
      { stdin: 'pipe', reject: false },
    );
    const gotracePid = await pidOf(`run ${mode} --progress none -- sleep ${seconds}`);
    await pidOf(`^sleep ${seconds}`);
    const helpers = childrenOf(gotracePid).filter((pid) => commandLineOf(pid).includes('tty && exec cat'));
    expect(helpers).toHaveLength(1);
    process.kill(gotracePid, 'SIGKILL');
    await shell;
    // It led the terminal's session: with it, the command is hung up as well.
    for (const pid of helpers) while (existsSync(`/proc/${pid}`)) await sleep(20);
  });

  it.skipIf(!withScript)('is stopped by Ctrl-Z and goes on with fg', async () => {
    const shell = execa('script', ['-qec', 'bash --norc --noprofile -i', '/dev/null'], {
      stdin: 'pipe',
      reject: false,
      env: { PS1: '$ ' },
    });
    let shown = '';
    shell.stdout?.on('data', (chunk: Buffer) => {
      shown += chunk.toString('utf8');
    });
    const seen = async (text: string) => {
      while (!shown.includes(text)) await sleep(50);
    };
    // The words stand apart in the command line, which the terminal shows as well.
    const job = `sh -c 'echo be""gun; sleep 1; echo fin""ished'`;
    shell.stdin?.write(
      `${process.execPath} ${CLI} run ${mode} --progress none --output /dev/null -- ${job}\n`,
    );
    await seen('begun');
    shell.stdin?.write('\u001a');
    await seen('Stopped');
    await sleep(1500);
    expect(shown).not.toContain('finished');
    shell.stdin?.write('fg; echo code $?\n');
    await seen('code 0');
    expect(shown).toContain('finished');
    shell.stdin?.write('exit\n');
    await shell;
  });

  it('goes on when gotrace is killed', async () => {
    const pidFile = join(folder, `pid${mode}`);
    const child = execa(
      process.execPath,
      [CLI, 'run', mode, '--progress', 'none', '--', 'sh', '-c', `echo $$ > ${pidFile}; sleep 300; true`],
      { reject: false, stdio: 'ignore' },
    );
    while (!existsSync(pidFile) || readFileSync(pidFile, 'utf8') === '') await sleep(50);
    await sleep(300);
    child.kill('SIGKILL');
    await child;
    await sleep(300);
    const pid = Number(readFileSync(pidFile, 'utf8'));
    expect(stateOf(pid)).toBe('S');
    for (const each of [...childrenOf(pid), pid]) process.kill(each, 'SIGKILL');
  });

  it.each([
    ['no-such-command-gotrace', 127, 'there is no such command'],
    ['/etc/passwd', 126, 'it is no file that may be executed'],
  ])('says why %s cannot be started, with the exit code of a shell', async (command, code, reason) => {
    const { exitCode, stderr } = await run(command);
    expect(exitCode).toBe(code);
    expect(stderr).toBe(`gotrace: ${command}: cannot be started: ${reason}`);
  });
});

it('ends quietly where nobody reads what it prints, and a command that it runs goes on', async () => {
  const quiet = await execa('sh', ['-c', `${process.execPath} ${CLI} explain | true`]);
  expect(quiet.stderr).toBe('');
  const code = join(folder, 'code');
  const command = `sh -c 'echo out; echo err >&2; sleep 0.2; echo err >&2; exit 6'`;
  await execa('sh', [
    '-c',
    `{ ${process.execPath} ${CLI} run --no-strace --progress none -- ${command}; echo $? > ${code}; } 2>&1 >/dev/null | true`,
  ]);
  expect(readFileSync(code, 'utf8').trim()).toBe('6');
});

it('the demo runs where there is no place for temporary files', async () => {
  const { stdout } = await gotrace(['demo', 'bad-gateway', '--no-strace'], {
    env: { TMPDIR: '/nonexistent' },
  });
  expect(stdout).toMatch(/^Failed: 127\.0\.0\.1 answers 502/);
});

it.skipIf(!withStrace)('with --seccomp-bpf, a child that outlives the command still works', async () => {
  const seen = join(folder, 'outlived');
  const { exitCode } = await gotrace([
    ...['run', '--strace', '--seccomp-bpf', '--progress', 'none', '--', 'sh', '-c'],
    `(sleep 1; cat /etc/passwd > ${seen}; echo done >> ${seen}) > /dev/null 2>&1 & exit 3`,
  ]);
  expect(exitCode).toBe(3);
  expect(existsSync(seen)).toBe(false);
  await sleep(2000);
  expect(readFileSync(seen, 'utf8')).toMatch(/root[\s\S]*done/);
});

it.skipIf(!withStrace)('goes on when strace is killed, and a line says what is lost', async () => {
  const killer =
    'sleep 0.3; kill -9 $(grep TracerPid /proc/$$/status | cut -f2); sleep 0.3; echo still here; exit 9';
  const { exitCode, stdout, stderr } = await gotrace([
    'run',
    '--strace',
    '--progress',
    'none',
    '--',
    'sh',
    '-c',
    killer,
  ]);
  expect({ exitCode, stdout }).toEqual({ exitCode: 9, stdout: 'still here' });
  expect(stderr).toMatch(/strace ended before the command did/);
});

it('runs where strace is not there or not allowed, and a line says what is lost', async () => {
  const bin = mkdtempSync(join(folder, 'bin-'));
  for (const [name, script] of [
    ['strace', 'echo "strace: test_ptrace: PTRACE_TRACEME: Operation not permitted" >&2; exit 1'],
    ['go', 'exit 1'],
  ] as const)
    writeFileSync(join(bin, name), `#!/bin/sh\n${script}\n`, { mode: 0o755 });
  const { exitCode, stdout, stderr } = await execa(
    process.execPath,
    [CLI, 'run', '--progress', 'none', '--', 'echo', 'unharmed'],
    { env: { PATH: `${bin}:${process.env['PATH']}` }, reject: false },
  );
  expect({ exitCode, stdout }).toEqual({ exitCode: 0, stdout: 'unharmed' });
  expect(stderr).toMatch(/running without strace: ptrace is not allowed here/);
});

it.skipIf(!withStrace)('runs where ptrace is refused, without a word of strace', async () => {
  // Whatever is traced already cannot be traced again: strace is refused as in a container without the right.
  const run = [process.execPath, CLI, 'run', '--progress', 'none', '--', 'sh', '-c', 'echo unharmed; exit 5'];
  const { exitCode, stdout, stderr } = await execa('strace', ['-f', '-o', '/dev/null', ...run], {
    reject: false,
  });
  expect({ exitCode, stdout }).toEqual({ exitCode: 5, stdout: 'unharmed' });
  expect(stderr).toMatch(/running without strace: this is being traced already/);
  expect(stderr).not.toMatch(/^strace: /m);
});

const withLtrace = (await execa('ltrace', ['-o', '/dev/null', 'true'], { reject: false })).exitCode === 0;
it.skipIf(!withLtrace)('ltrace sees git, and the command keeps its exit code', async () => {
  expect(
    (await gotrace(['run', '--ltrace', '--progress', 'none', '--', 'sh', '-c', 'exit 5'])).exitCode,
  ).toBe(5);
  const { exitCode, stderr } = await gotrace([
    'run',
    '--ltrace',
    '--progress',
    'none',
    '--',
    'git',
    'ls-remote',
    'https://127.0.0.1:9/x.git',
  ]);
  expect(exitCode).toBe(128);
  expect(stderr).toMatch(/^Failed: /m);
});

describe.each(MODES)('the demo names the fault live, %s', (mode) => {
  it.each([
    ['healthy', 'healthy', undefined],
    ['slow-first-byte', 'slow', 'ttfb/slow-response'],
    ['stalled-body', 'blocked', 'transfer/stalled'],
    ['no-response', 'blocked', 'ttfb/no-response'],
    ['slow-404', 'slow', 'ttfb/slow-first-proxy'],
    ['dead-first-proxy', 'failed', 'connect/refused'],
    ['bad-gateway', 'failed', 'server-error/5xx'],
  ])('%s', async (fault, status, cause) => {
    const { stdout } = await gotrace(['demo', fault, mode, '--format', 'json']);
    const report = JSON.parse(String(stdout));
    expect({ status: report.verdict.status, cause: report.blockingPoint?.cause }).toEqual({ status, cause });
    if (cause !== undefined) expect(report.blockingPoint.evidence.length).toBeGreaterThan(0);
  });
});

it('the demo shows a recording where go is not installed', async () => {
  const { exitCode, stdout, stderr } = await execa(process.execPath, [CLI, 'demo'], {
    env: { PATH: '/nonexistent' },
    extendEnv: false,
  });
  expect(exitCode).toBe(0);
  expect(stderr).toMatch(/go is not installed here/);
  expect(stdout).toMatch(/^Slow: proxy\.test took 6\.0 s to send the first byte/);
});

it('keeps logs and report where asked to, without secrets', async () => {
  const target = join(folder, 'kept');
  await gotrace([
    'run',
    '--progress',
    'none',
    '-o',
    target,
    '--',
    'sh',
    '-c',
    'echo "go: x.example/a@v1.0.0: Get \\"https://u:plantedsecret@x.example/\\": 502 Bad Gateway" >&2; exit 1',
  ]);
  const files = readdirSync(target);
  expect(files).toContain('report.json');
  for (const name of files) expect(readFileSync(join(target, name), 'latin1')).not.toContain('plantedsecret');
});

it('says what is in flight when nothing moves, without its secrets', async () => {
  const { stderr } = await gotrace([
    'run',
    '--no-strace',
    '--progress',
    'none',
    '--stall',
    '400ms',
    '--',
    'sh',
    '-c',
    'echo "# get https://u:plantedsecret@proxy.example/lib.example/a/@v/v1.0.0.zip" >&2; sleep 2',
  ]);
  expect(stderr).toMatch(/nothing has moved for .* in flight: .* waiting +https:\/\/\S*proxy\.example/);
  expect(stderr).not.toContain('plantedsecret');
});

it.runIf(process.platform === 'linux').each(MODES)('tells that the command was stopped: %s', async (mode) => {
  const script = '(sleep 2.5; kill -CONT $$) & kill -STOP $$; echo "go: done" >&2';
  const { stderr } = await gotrace(['run', mode, '--progress', 'none', '--', 'sh', '-c', script]);
  expect(stderr).toMatch(/^Slow: the command stood still for \d.* s: it was stopped/m);
});

it('gives a verdict at Ctrl-C, at once', async () => {
  const child = execa(
    process.execPath,
    [
      CLI,
      'run',
      '--progress',
      'none',
      '--no-strace',
      '--',
      'sh',
      '-c',
      'echo "# get https://proxy.example/x/@v/list" >&2; exec sleep 30',
    ],
    { reject: false },
  );
  await new Promise((resolve) => setTimeout(resolve, 1500));
  child.kill('SIGINT');
  const { stderr, signal } = await child;
  expect(signal).toBe('SIGINT');
  expect(stderr).toMatch(/Blocked: .*proxy\.example/);
});
