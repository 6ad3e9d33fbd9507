import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { expect, it } from 'vitest';
import type { strace } from '../parsers/strace/format.ts';
import { StraceParser } from '../parsers/strace/parser.ts';
import type { StraceRecord, SyscallRecord } from '../parsers/strace/records.ts';
import { parseText } from './support/parse.ts';

/**
 * What strace 7.2 printed under its own test programs (fixtures/strace-7.2/README.md): the odd lines of hundreds of
 * system calls. Name, return value and errno are compared with a second reading, which is short, slow and sees whole lines.
 */
const [, ...LOGS] = gunzipSync(readFileSync('fixtures/strace-7.2/tests.txt.gz'))
  .toString('latin1')
  .split(/^==> .+ <==\n/m);
const every = {
  create: (emit: Parameters<typeof strace.create>[0], clock: Parameters<typeof strace.create>[1]) =>
    new StraceParser(emit, clock, { interest: () => 'always' }),
};

/** `name(… ) = ret <duration>` of one line: the last ` = ` behind a parenthesis is the return value's. */
function secondReading(line: string) {
  const match = /([a-z_]\w*)\(.*\)\s+= (0x[0-9a-f]+|-?\d+|\?)(?: (E[A-Z0-9_]+))?/.exec(line);
  return match === null ? undefined : { name: match[1], ret: match[2], errno: match[3] };
}

function isWhole(record: StraceRecord): record is SyscallRecord {
  return record.kind === 'syscall' && record.ret !== '' && record.resumedAt === undefined;
}

it('every line that strace’s own tests make it print is understood', () => {
  const names = new Set<string>();
  const table = { logs: LOGS.length, lines: 0, unparsed: 0, calls: 0 };
  for (const text of LOGS) {
    const { records, outcomes, lines } = parseText(every, text);
    table.lines += lines;
    table.unparsed += outcomes.unparsed;
    for (const { name, ret, errno, at } of records.filter(isWhole)) {
      const expected = secondReading(at.text);
      // `???` is what strace prints where the call could not be read.
      if (expected === undefined || name === '???') continue;
      names.add(name);
      table.calls++;
      expect({ name, ret: ret.split(/[ <(]/)[0], errno }, at.text).toEqual(expected);
    }
  }
  console.table({ ...table, 'system calls': names.size });
  expect(table.unparsed).toBe(0);
  expect(table.calls).toBeGreaterThan(15_000);
  expect(names.size).toBeGreaterThan(350);
});
