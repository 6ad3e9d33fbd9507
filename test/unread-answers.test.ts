import { expect, it } from 'vitest';
import { reportOfText } from './support/analyze.ts';

/** As strace shows it without -s: of an answer no more than the question. */
const question = (name: string) =>
  `"\\0\\1\\201\\200\\0\\1\\0\\1\\0\\0\\0\\0${name
    .split('.')
    .map((label) => `\\${label.length.toString(8).padStart(3, '0')}${label}`)
    .join('')}\\0\\0\\1\\0\\1"`;

type Call = readonly [milliseconds: number, call: string];

/** An answer of one A record, as -s shows it whole. */
const whole = (name: string, address: string) =>
  question(name).replace(
    /"$/,
    `\\300\\014\\0\\1\\0\\1\\0\\0\\0<\\0\\4${address
      .split('.')
      .map((byte) => `\\${Number(byte).toString(8).padStart(3, '0')}`)
      .join('')}"`,
  );

const lookup = (fd: number, name: string, fromMs: number, untilMs: number, answer?: string): Call[] => [
  [fromMs, `socket(AF_INET, SOCK_DGRAM|SOCK_CLOEXEC|SOCK_NONBLOCK, IPPROTO_IP) = ${fd}`],
  [
    fromMs,
    `connect(${fd}, {sa_family=AF_INET, sin_port=htons(53), sin_addr=inet_addr("192.0.2.53")}, 16) = 0`,
  ],
  [fromMs, `write(${fd}, ${question(name).replace('\\201\\200', '\\1\\0')}, 32) = 32`],
  [untilMs, `read(${fd}, ${answer ?? `${question(name)}...`}, 512) = 60`],
  [untilMs, `close(${fd}) = 0`],
];

const contact = (fd: number, address: string, atMs: number): Call[] => [
  [atMs, `socket(AF_INET, SOCK_STREAM|SOCK_CLOEXEC|SOCK_NONBLOCK, IPPROTO_TCP) = ${fd}`],
  [
    atMs,
    `connect(${fd}, {sa_family=AF_INET, sin_port=htons(443), sin_addr=inet_addr("${address}")}, 16) = -1 EINPROGRESS (Operation now in progress)`,
  ],
];

/** Address to the name that the report gives it, where it gives one. */
async function namesIn(...calls: readonly Call[]): Promise<Record<string, string | undefined>> {
  const all: Call[] = [[0, 'execve("/usr/bin/go", ["go"], 0x1 /* 9 vars */) = 0'], ...calls];
  const lines = all
    .toSorted((a, b) => a[0] - b[0])
    .map(([ms, call]) => `1 ${(1_700_000_000 + ms / 1000).toFixed(6)} ${call}\n`);
  const { timeline } = await reportOfText(lines.join(''));
  return Object.fromEntries(
    timeline.spans
      .filter((span) => span.kind === 'connect')
      .map(({ attributes }) => [
        String(attributes['network.peer.address']),
        attributes['server.address'] as string | undefined,
      ]),
  );
}

it('what is connected to right behind a lookup was in its answer, and so was the next address', async () => {
  expect(
    await namesIn(
      ...lookup(3, 'proxy.example', 1, 20),
      ...contact(4, '192.0.2.1', 21),
      ...contact(5, '192.0.2.2', 24),
      ...contact(6, '192.0.2.3', 500),
    ),
  ).toEqual({ '192.0.2.1': 'proxy.example', '192.0.2.2': 'proxy.example', '192.0.2.3': undefined });
});

it('an address that may belong to either of two lookups belongs to none', async () => {
  expect(
    await namesIn(
      ...lookup(3, 'proxy.example', 1, 20),
      ...lookup(4, 'sum.example', 1, 20),
      ...contact(5, '192.0.2.1', 21),
    ),
  ).toEqual({ '192.0.2.1': undefined });
});

it('two names of one address: each connection has the name that was looked up for it', async () => {
  const lines = [
    ...lookup(3, 'proxy.example', 1, 20),
    ...contact(4, '192.0.2.1', 21),
    ...lookup(5, 'sum.example', 300, 320),
    ...contact(6, '192.0.2.1', 321),
  ];
  const names = async (...calls: readonly Call[]) => (await namesIn(...calls))['192.0.2.1'];
  expect(await names(...lines)).toBe('sum.example');
  expect(await names(...lines, ...contact(7, '192.0.2.1', 900))).toBeUndefined();
});

it('an address that another answer names whole is not taken from it', async () => {
  expect(
    await namesIn(
      ...lookup(3, 'proxy.example', 1, 10, whole('proxy.example', '192.0.2.1')),
      ...lookup(4, 'sum.example', 1, 20),
      ...contact(5, '192.0.2.1', 21),
      ...contact(6, '192.0.2.2', 22),
    ),
  ).toEqual({ '192.0.2.1': 'proxy.example', '192.0.2.2': 'sum.example' });
});
