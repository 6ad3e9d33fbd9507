import { type Format, type InputLine, lineByLine, type SourceLine, shareOfLines } from '../types.ts';

/** `GODEBUG=netdns=2` (net/conf.go): which resolver, and in which order, for a host. It prints no durations. */
export type NetdnsRecord =
  | {
      readonly kind: 'resolver';
      readonly at: SourceLine;
      readonly timeNs: number | undefined;
      /** `go`, `cgo` or `dynamic`; absent on the line that prints the build's settings only. */
      readonly resolver?: 'go' | 'cgo' | 'dynamic';
    }
  | {
      readonly kind: 'lookup-order';
      readonly at: SourceLine;
      readonly timeNs: number | undefined;
      readonly host: string;
      readonly order: string;
    };

export const netdns: Format<NetdnsRecord> = {
  name: 'netdns',
  detect: (sample) =>
    shareOfLines(sample, (line) => /^go package net: |; using Go's DNS resolver$/.test(line)),
  create: (emit) => {
    /** The beginning of a lookup's line that another line fell into; what is left of it follows on a line of its own. */
    let begun = '';
    return lineByLine(emit, (line) => {
      const record = readNetdns(line);
      const text = line.text();
      if (record?.kind !== 'resolver') return record;
      if (text.startsWith(BEGUN)) {
        begun = text;
        return record;
      }
      const joined = orderIn(begun + text, line);
      if (joined !== undefined) begun = '';
      return joined ?? record;
    });
  },
};

const BEGUN = 'go package net: hostLookupOrder(';
const ORDER = /^go package net: hostLookupOrder\((.*)\) = (\S+)\s*$/;
/** Lines are written in pieces, and other goroutines' lines fall between them; the orders are those of net/conf.go. */
const FRAGMENT =
  /^(?:go package net: .*|(?:true|false)?\s{2}netGo = (?:true|false)?\s*|(?:true|false)\s*|(?:(?:[\w.:-]*\))? = )?(?:cgo|files|dns|files,dns|dns,files)\s*|[\w.:-]*\) = \s*)$/;

export function readNetdns(line: InputLine): NetdnsRecord | undefined {
  const text = line.text();
  const order = orderIn(text, line);
  if (order !== undefined) return order;
  if (!FRAGMENT.test(text) && !/using Go's DNS resolver/.test(text)) return undefined;
  const resolver = resolverOf(text);
  return {
    kind: 'resolver',
    at: line.at(),
    timeNs: line.timeNs,
    ...(resolver === undefined ? {} : { resolver }),
  };
}

function orderIn(text: string, line: InputLine): NetdnsRecord | undefined {
  const [, host, order] = ORDER.exec(text) ?? [];
  if (host === undefined || order === undefined) return undefined;
  return { kind: 'lookup-order', at: line.at(), timeNs: line.timeNs, host, order };
}

function resolverOf(text: string): 'go' | 'cgo' | 'dynamic' | undefined {
  if (/dynamic selection/.test(text)) return 'dynamic';
  if (/(?:using|use of) (?:the )?(?:cgo|C library)/i.test(text)) return 'cgo';
  if (/(?:using|use of) (?:the )?Go('s)? (?:DNS )?resolver/.test(text)) return 'go';
  return undefined;
}
