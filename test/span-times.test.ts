import { describe, expect, it } from 'vitest';
import type { ReportSpan } from '../src/model/report.ts';
import { reportOf } from './support/analyze.ts';

/**
 * When spans begin and end, read by eye in the strace logs of fixtures/scenarios: the stamps of the lines that begin and
 * end the wait (for a call that was interrupted by others, the stamp of its `resumed` line). An end is absent where
 * the wait was open when the log ended.
 */
interface HandRead {
  readonly what: string;
  readonly start: number;
  readonly end?: number;
  readonly is: (span: ReportSpan) => boolean;
}

const near = (at: number, seconds: number) => Math.abs(at - seconds) <= 0.002;
const of =
  (kind: string, attributes: ReportSpan['attributes'] = {}) =>
  (span: ReportSpan) =>
    span.kind === kind &&
    Object.entries(attributes).every(([name, value]) => span.attributes[name] === value);

const READ: Readonly<Record<string, { readonly origin: number; readonly spans: readonly HandRead[] }>> = {
  'dns-tc': {
    origin: 534.021402,
    spans: [
      // write of line 1052, truncated answer of line 1118; over TCP line 1214 to line 1690.
      {
        what: 'AAAA over UDP',
        start: 534.053815,
        end: 534.056252,
        is: of('dns-query', { 'gotrace.dns.type': 'AAAA', 'gotrace.dns.transport': 'udp' }),
      },
      {
        what: 'AAAA over TCP',
        start: 534.058774,
        end: 536.563287,
        is: of('dns-query', { 'gotrace.dns.type': 'AAAA', 'gotrace.dns.transport': 'tcp' }),
      },
    ],
  },
  'dns-first-ns-dead': {
    origin: 28.856527,
    spans: [
      // Line 423, given up by the close of line 456; asked of the next server on line 482, answered on line 498.
      {
        what: 'AAAA of the dead server',
        start: 28.890165,
        end: 33.891165,
        is: of('dns-query', { 'gotrace.dns.type': 'AAAA', 'network.peer.address': '203.0.113.53' }),
      },
      {
        what: 'AAAA of the next one',
        start: 33.892162,
        end: 33.892963,
        is: of('dns-query', { 'gotrace.dns.type': 'AAAA', 'network.peer.address': '198.51.100.53' }),
      },
    ],
  },
  'tls-slow': {
    origin: 547.238236,
    spans: [
      // connect of line 1526, SO_ERROR 0 on line 1559; ClientHello of line 1662, Finished of line 1995, whose write took 2.1 ms.
      { what: 'connect', start: 547.288955, end: 547.290628, is: of('connect') },
      { what: 'handshake', start: 547.294024, end: 550.310499, is: of('tls') },
    ],
  },
  'lock-module-released': {
    origin: 893.581531,
    spans: [{ what: 'flock', start: 893.733676, end: 897.279845, is: of('lock') }],
  },
  'connect-first-address-dead': {
    origin: 751.459463,
    spans: [
      // Lines 1483 and 1742; the next address on line 1744.
      {
        what: 'the dead address',
        start: 751.50299,
        end: 766.495433,
        is: of('connect', { 'network.peer.address': '198.18.1.9' }),
      },
      {
        what: 'the next address',
        start: 766.496036,
        end: 766.501018,
        is: of('connect', { 'network.peer.address': '198.18.0.10' }),
      },
    ],
  },
  'transfer-dribble': {
    origin: 563.264039,
    spans: [
      // `# get` on line 2643 and its headers on line 2746, from where the body comes until line 4044.
      {
        what: 'fetch',
        start: 563.384674,
        end: 563.389257,
        is: of('fetch', { 'url.full': 'https://proxy.corp.example/lib.example/b/@v/v1.0.0.zip' }),
      },
      {
        what: 'body',
        start: 563.389257,
        end: 567.398767,
        is: of('transfer', { 'url.full': 'https://proxy.corp.example/lib.example/b/@v/v1.0.0.zip' }),
      },
    ],
  },
  'ttfb-zip-slow': {
    origin: 63.757776,
    spans: [
      {
        what: 'fetch',
        start: 63.824964,
        end: 69.831575,
        is: of('fetch', { 'url.full': 'https://proxy.test/github.com/google/uuid/@v/v1.6.0.zip' }),
      },
    ],
  },
  'git-stall': {
    origin: 146.686145,
    spans: [
      {
        what: 'connect of git-remote-https',
        start: 146.860151,
        end: 146.860852,
        is: of('connect', { 'process.pid': 27086 }),
      },
      { what: 'git ls-remote', start: 146.763436, is: of('process', { 'process.pid': 27084 }) },
    ],
  },
  'redirect-dead': {
    origin: 724.899622,
    spans: [
      { what: 'connect', start: 725.034534, is: of('connect', { 'network.peer.address': '198.18.1.88' }) },
    ],
  },
};

describe.each(Object.entries(READ))('%s', (name, { origin, spans }) => {
  it.each(spans.map((span) => [span.what, span] as const))('%s', async (_, hand) => {
    const report = await reportOf([`fixtures/scenarios/${name}/strace.log.gz`]);
    const candidates = report.timeline.spans.filter(hand.is);
    const found = candidates.filter(
      (span) =>
        near(span.startSeconds + origin, hand.start) &&
        (hand.end === undefined
          ? span.endSeconds === undefined
          : span.endSeconds !== undefined && near(span.endSeconds + origin, hand.end)),
    );
    const seen = candidates.map(({ startSeconds, endSeconds }) => [
      startSeconds + origin,
      endSeconds === undefined ? undefined : endSeconds + origin,
    ]);
    expect(found, JSON.stringify(seen)).not.toHaveLength(0);
  });
});
