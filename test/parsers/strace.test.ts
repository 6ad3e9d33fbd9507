import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  readDescriptor,
  readSocketAddress,
  readString,
  readText,
  splitArguments,
} from '../../parsers/strace/arguments.ts';
import { countDuration, emptyHistogram, percentileNs } from '../../parsers/strace/histogram.ts';
import { StraceParser } from '../../parsers/strace/parser.ts';
import { PendingCalls } from '../../parsers/strace/pending.ts';
import type { StraceRecord, SyscallRecord } from '../../parsers/strace/records.ts';
import { SyscallStatistics } from '../../parsers/strace/statistics.ts';
import { cutAt, parse, parseText } from '../support/parse.ts';

const everything = {
  create: (emit: (record: StraceRecord) => void, clock: never) =>
    new StraceParser(emit, clock, { interest: () => 'always' }),
};

function calls(text: string): SyscallRecord[] {
  return parseText(everything as never, text).records.filter(
    (record): record is SyscallRecord =>
      (record as StraceRecord).kind === 'syscall' && (record as SyscallRecord).state !== 'entered',
  );
}

describe('lines of strace', () => {
  it.each([
    ['openat(AT_FDCWD, "/a", O_RDONLY) = 3', 'openat', 'AT_FDCWD, "/a", O_RDONLY', 3, undefined],
    ['12 1700000000.5 close(3)          = 0 <0.000010>', 'close', '3', 0, undefined],
    [
      '[pid 12] 11:00:00.5 read(3</a b>, "x) = -1 ENOENT <0.5>", 20) = 13 <0.000001>',
      'read',
      '3</a b>, "x) = -1 ENOENT <0.5>", 20',
      13,
      undefined,
    ],
    [
      '12<go> connect(3, {sa_family=AF_INET, sin_port=htons(443), sin_addr=inet_addr("192.0.2.1")}, 16) = -1 EINPROGRESS (Operation now in progress)',
      'connect',
      '3, {sa_family=AF_INET, sin_port=htons(443), sin_addr=inet_addr("192.0.2.1")}, 16',
      -1,
      'EINPROGRESS',
    ],
    [
      '12 mmap(NULL, 4096, PROT_READ, MAP_PRIVATE, 3, 0) = 0x7f0000000000 <0.000005>',
      'mmap',
      'NULL, 4096, PROT_READ, MAP_PRIVATE, 3, 0',
      0x7f0000000000,
      undefined,
    ],
    [
      '12 fcntl(0</dev/null>, F_GETFL) = 0x8002 (flags O_RDWR|O_LARGEFILE)',
      'fcntl',
      '0</dev/null>, F_GETFL',
      0x8002,
      undefined,
    ],
    ['12 open("/a", O_RDONLY) = 3</tmp/x) = 5>', 'open', '"/a", O_RDONLY', 3, undefined],
    ['12 exit_group(0)   = ?', 'exit_group', '0', undefined, undefined],
    [
      '12 nanosleep({tv_sec=1}, NULL) = ? ERESTART_RESTARTBLOCK (Interrupted by signal) <0.2>',
      'nanosleep',
      '{tv_sec=1}, NULL',
      undefined,
      'ERESTART_RESTARTBLOCK',
    ],
    ['12 write(1, "a", 1) = 1 (INJECTED)', 'write', '1, "a", 1', 1, undefined],
    ['12 getpid() = 12', 'getpid', '', 12, undefined],
    ['12 write(3</a, "b) = 1 "', 'write', '3</a, "b', 1, undefined],
    ['12 open("/a", O_RDONLY) = 3</tmp/"x> ', 'open', '"/a", O_RDONLY', 3, undefined],
    ['12 readlink("/a) = 3 >", 0x1, 9) = 3 >', 'readlink', '"/a) = 3 >", 0x1, 9', 3, undefined],
    [
      '12 write(5<TCP:[192.0.2.1:1->192.0.2.2:2]>, ") = 1>", 5) = 5 "',
      'write',
      '5<TCP:[192.0.2.1:1->192.0.2.2:2]>, ") = 1>", 5',
      5,
      undefined,
    ],
    [
      '12 write(2</dev/null<char 1:3>>, "a>", 2) = 2 "',
      'write',
      '2</dev/null<char 1:3>>, "a>", 2',
      2,
      undefined,
    ],
  ])('%s', (line, name, args, value, errno) => {
    const [record] = calls(`${line}\n`);
    expect(record).toMatchObject({ name, args });
    expect(record?.value).toBe(value);
    expect(record?.errno).toBe(errno);
  });

  it('joins the halves of an interrupted call, with the duration of both', () => {
    const [record] = calls(
      '1 1700000000.0 flock(3</l>, LOCK_EX <unfinished ...>\n2 1700000001.0 getpid() = 2 <0.1>\n1 1700000005.0 <... flock resumed>) = 0 <5.000000>\n',
    ).filter((each) => each.name === 'flock');
    expect(record).toMatchObject({ state: 'complete', startNs: 0, durationNs: 5e9, args: '3</l>, LOCK_EX' });
    expect([record?.at.line, record?.resumedAt?.line]).toEqual([1, 3]);
  });

  it('keeps a call open that a kill or the end of the log cut off', () => {
    const killed = calls(
      '1 1700000000.0 flock(3</l>, LOCK_EX <unfinished ...>\n1 1700000002.0 <... flock resumed>) = ?\n1 1700000002.0 +++ killed by SIGINT +++\n',
    );
    expect(killed[0]).toMatchObject({ name: 'flock', state: 'open' });
    const cut = calls('1 1700000000.0 flock(3</l>, LOCK_EX <unfinished ...>\n');
    expect(cut[0]).toMatchObject({ name: 'flock', state: 'open' });
    expect(cut[0]?.durationNs).toBeUndefined();
  });

  it('goes on after midnight, and adds up -r', () => {
    expect(
      calls('23:59:59.5 getpid() = 1 <0.1>\n00:00:00.5 getpid() = 1 <0.1>\n').map((each) => each.startNs),
    ).toEqual([0.5e9, 1.5e9]);
    expect(
      calls('     0.000000 getpid() = 1 <0.1>\n     0.250000 getpid() = 1 <0.1>\n').map(
        (each) => each.startNs,
      ),
    ).toEqual([0, 0.25e9]);
  });

  it('bounds a call without -T by the line after it', () => {
    expect(calls('1 1700000000.0 fsync(3) = 0\n1 1700000004.0 getpid() = 1\n')[0]).toMatchObject({
      boundNs: 4e9,
    });
  });

  it('passes over what strace says of itself, and counts what it does not know', () => {
    const { outcomes } = parseText(
      everything as never,
      'strace: Process 12 attached\n[ Process PID=1 runs in 32 bit mode. ]\n > /lib/libc.so(read+0x10) [0x1]\nnot a call\n',
    );
    expect(outcomes).toEqual({ record: 0, continued: 0, ignored: 3, unparsed: 1 });
  });
});

it.each([
  ['a bracket that does not close', '[pid 12 close(3) = 0'],
  ['a comm that does not close', '12<go close(3) = 0'],
  ['an annotation that does not close', '12 [ 3 close(3) = 0'],
])('not read, and counted: %s', (_, line) => {
  expect(parseText(everything as never, `${line}\n`).outcomes).toMatchObject({ record: 0, unparsed: 1 });
});

describe('properties', () => {
  const log = gunzipSync(readFileSync('fixtures/scenarios/dns-slow/strace.log.gz')).subarray(0, 120_000);

  it('the cut of the chunks does not matter', () => {
    const whole = parse(everything as never, [log]);
    fc.assert(
      fc.property(fc.array(fc.nat(log.length), { maxLength: 12 }), (places) => {
        expect(parse(everything as never, cutAt(log, places))).toEqual(whole);
      }),
      { numRuns: 25 },
    );
  });

  it('every line has one outcome, and nothing throws, whatever the bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 400 }), fc.nat(log.length - 600), (noise, from) => {
        const bytes = Buffer.concat([
          log.subarray(from, from + 300),
          noise,
          log.subarray(from + 300, from + 600),
        ]);
        const { outcomes, lines } = parse(everything as never, [bytes]);
        expect(outcomes.record + outcomes.continued + outcomes.ignored + outcomes.unparsed).toBe(lines);
      }),
      { numRuns: 300 },
    );
  });

  const text = fc.string({ unit: fc.constantFrom(...'ab)=<>-1 ,ENOENT"\\'), maxLength: 20 });
  const quoted = text.map((each) => `"${each.replace(/[\\"]/g, (char) => `\\${char}`)}"`);
  const call = fc.record({
    pid: fc.integer({ min: 1, max: 4_000_000 }),
    seconds: fc.integer({ min: 1_600_000_000, max: 1_900_000_000 }),
    name: fc.constantFrom('read', 'openat', 'futex', 'io_uring_enter', 'clone3'),
    args: fc.array(
      fc.oneof(
        quoted,
        fc.integer().map(String),
        fc.constantFrom(
          'NULL',
          'O_RDONLY|O_CLOEXEC',
          '{a=1, b=[2, 3]}',
          '3</a b>',
          '7<TCP:[1.2.3.4:5->6.7.8.9:10]>',
        ),
      ),
      { maxLength: 4 },
    ),
    ret: fc.constantFrom('0', '-1 ENOENT (No such file or directory)', '0x7f00', '?'),
    micros: fc.integer({ min: 0, max: 5_000_000 }),
  });

  it('a call that is printed is read back as it was', () => {
    fc.assert(
      fc.property(call, ({ pid, seconds, name, args, ret, micros }) => {
        const [record] = calls(
          `${pid} ${seconds}.000000 ${name}(${args.join(', ')}) = ${ret} <${(micros / 1e6).toFixed(6)}>\n`,
        );
        expect(record).toMatchObject({ pid, name, args: args.join(', '), ret, durationNs: micros * 1000 });
        expect(splitArguments(record?.args ?? '')).toEqual(args);
      }),
    );
  });
});

describe('arguments', () => {
  it('reads escapes of every kind', () => {
    expect([...readString('"a\\n\\0\\33\\x1f\\"\\\\"')!.bytes]).toEqual([97, 10, 0, 27, 31, 34, 92]);
    expect(readString('"abc"...')).toMatchObject({ cut: true });
  });

  it('reads addresses', () => {
    expect(
      readSocketAddress(
        '{sa_family=AF_INET6, sin6_port=htons(443), sin6_flowinfo=htonl(0), inet_pton(AF_INET6, "2001:db8::1", &sin6_addr), sin6_scope_id=0}',
      ),
    ).toEqual({ family: 'inet6', address: '2001:db8::1', port: 443 });
    const unix = { family: 'unix', address: '/run/nscd', port: 0 };
    expect(readSocketAddress('{sa_family=AF_UNIX, sun_path="/run/nscd"}')).toEqual(unix);
    expect(readSocketAddress('{sa_family=AF_LOCAL, sun_path="/run/nscd"}')).toEqual(unix);
    expect(readSocketAddress('{sa_family=AF_UNIX}')).toEqual({ ...unix, address: '' });
    expect(readSocketAddress('{sa_family=AF_NETLINK, nl_pid=0}')).toMatchObject({ family: 'other' });
    for (const cut of ['0x7ffe1', '{sa_family=AF_INET, sin_port=htons(443)', '{sa_family=AF_INET6, '])
      expect(readSocketAddress(cut)).toBeUndefined();
  });

  it('reads descriptors', () => {
    expect(readDescriptor('AT_FDCWD</home/dev>')).toEqual({ fd: -1, annotation: '/home/dev' });
    expect(readDescriptor('8')).toEqual({ fd: 8, annotation: undefined });
    for (const none of [undefined, 'NULL', '8</cut']) expect(readDescriptor(none)).toBeUndefined();
  });

  it('reads text, escaped or not', () => {
    expect(readText('"a b"')).toBe('a b');
    expect(readText('"\\303\\251"')).toBe('é');
    expect(readText(undefined)).toBeUndefined();
    expect(readText('NULL')).toBeUndefined();
  });
});

it('statistics: of many names, and totals that were counted elsewhere', () => {
  const statistics = new SyscallStatistics(701);
  statistics.add(600, 5, undefined);
  statistics.add(600, Number.NaN, 'EAGAIN');
  statistics.addRow(700, { name: 'a', count: 2, errors: { ENOENT: 2 }, totalNs: 9, maxNs: 7 });
  statistics.addRow(700, { name: 'a', count: 1, errors: {} });
  const names = Array.from({ length: 701 }, (_, at) => `call${at}`);
  expect(statistics.totals(names)).toMatchObject([
    { name: 'call600', count: 2, errors: { EAGAIN: 1 }, totalNs: 5, maxNs: 5 },
    { name: 'call700', count: 3, errors: { ENOENT: 2 }, totalNs: 9, maxNs: 7 },
  ]);
});

it('percentiles: never below the duration that they stand for, and too high by a quarter at most', () => {
  expect(percentileNs(emptyHistogram(), 0.5)).toBeUndefined();
  fc.assert(
    fc.property(
      fc.array(fc.integer({ min: 4_000, max: 2_000_000_000_000 }), { minLength: 1, maxLength: 50 }),
      fc.double({ min: 0.01, max: 1, noNaN: true }),
      (durations, share) => {
        const histogram = emptyHistogram();
        for (const each of durations) countDuration(histogram, each);
        const exact = durations.sort((a, b) => a - b)[Math.ceil(durations.length * share) - 1]!;
        const read = percentileNs(histogram, share)!;
        expect(read).toBeGreaterThanOrEqual(exact);
        expect(read).toBeLessThanOrEqual(exact * 1.25 + 1000);
      },
    ),
  );
});

it('open calls: of more than a machine has threads, the oldest are given up', () => {
  const pending = new PendingCalls();
  const call = {
    nameId: 0,
    interest: 'always',
    startNs: 0,
    isWanted: true,
    args: '',
    at: { input: '', line: 0, text: '' },
  } as const;
  for (let pid = 1; pid <= 250_000; pid++) pending.set(pid, call);
  expect(pending.get(1)).toBeUndefined();
  expect(pending.take(250_000)).toBe(call);
  pending.takeOver(249_999, 7);
  expect(pending.get(7)).toBe(call);
  expect([...pending.entries()].length).toBeLessThan(200_001);
});

it('--secontext and --color, which strace 6.1 of Debian was built without', () => {
  const text = [
    '[pid 12] 1700000000.000001 execve("/usr/bin/cat" [system_u:object_r:bin_t:s0], ["cat"], 0x1 /* 9 vars */) = 0 <0.000100>',
    '12 [unconfined_u:unconfined_r:unconfined_t:s0] 1700000000.000200 openat(AT_FDCWD [u:r:t:s0], "/etc/passwd" [u:r:t:s0], O_RDONLY) = 3</etc/passwd> [u:r:t:s0] <0.000010>',
  ].join('\n');
  const { records, outcomes } = parseText(everything, `${text}\n`);
  expect(outcomes.unparsed).toBe(0);
  expect(records).toMatchObject([
    { pid: 12, name: 'execve', value: 0 },
    { pid: 12, name: 'openat', value: 3, durationNs: 10_000 },
  ]);
});

it('what the program writes to the terminal that strace prints on', () => {
  const text = [
    'write(2, "# get https://proxy.example/a\\nsecond\\n", 37# get https://proxy.example/a',
    'second',
    ') = 37',
    'write(1, "Password: ", 10Password: )          = 10',
    '12 clone(Process 13 attached',
    'child_stack=0, flags=CLONE_CHILD_CLEARTID|SIGCHLD, child_tidptr=0x7f4c97c3da10) = 13',
  ].join('\n');
  const { records, outcomes } = parseText(everything, `${text}\n`);
  expect(outcomes).toEqual({ record: 3, continued: 2, ignored: 0, unparsed: 1 });
  expect(records.filter((record) => record.kind === 'syscall' && record.state === 'complete')).toMatchObject([
    { name: 'write', args: '2, "# get https://proxy.example/a\\nsecond\\n", 37', value: 37 },
    { name: 'write', value: 10 },
    {
      name: 'clone',
      args: 'child_stack=0, flags=CLONE_CHILD_CLEARTID|SIGCHLD, child_tidptr=0x7f4c97c3da10',
      value: 13,
    },
  ]);
});
