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
  create: (emit) => lineByLine(emit, readNetdns),
};

const ORDER = /^go package net: hostLookupOrder\((.*)\) = (\S+)\s*$/;
/** Lines are written in pieces, and other goroutines' lines fall between them; the orders are those of net/conf.go. */
const FRAGMENT =
  /^(?:go package net: .*|(?:true|false)?\s{2}netGo = (?:true|false)?\s*|(?:true|false)\s*|(?:(?:[\w.:-]*\))? = )?(?:cgo|files|dns|files,dns|dns,files)\s*|[\w.:-]*\) = \s*)$/;

export function readNetdns(line: InputLine): NetdnsRecord | undefined {
  const text = line.text();
  const order = ORDER.exec(text);
  if (order?.[1] !== undefined && order[2] !== undefined) {
    return { kind: 'lookup-order', at: line.at(), timeNs: line.timeNs, host: order[1], order: order[2] };
  }
  if (!FRAGMENT.test(text) && !/using Go's DNS resolver/.test(text)) return undefined;
  const resolver = resolverOf(text);
  return {
    kind: 'resolver',
    at: line.at(),
    timeNs: line.timeNs,
    ...(resolver === undefined ? {} : { resolver }),
  };
}

function resolverOf(text: string): 'go' | 'cgo' | 'dynamic' | undefined {
  if (/dynamic selection/.test(text)) return 'dynamic';
  if (/(?:using|use of) (?:the )?(?:cgo|C library)/i.test(text)) return 'cgo';
  if (/(?:using|use of) (?:the )?Go('s)? (?:DNS )?resolver/.test(text)) return 'go';
  return undefined;
}
