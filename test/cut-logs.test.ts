import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { reportOfText } from './support/analyze.ts';

/**
 * The logs of commands that were ended, or copied, in the middle of what was wrong with them. What is being waited for as
 * the log ends has taken no longer than what came before: it is the same fault, and nobody has "stopped" or "never answered".
 */
function cut(scenario: string, share: number, part: 'first' | 'last' = 'first'): string {
  const log = gunzipSync(readFileSync(`fixtures/scenarios/${scenario}/strace.log.gz`)).toString('latin1');
  const lines = log.split('\n').filter((line) => /^\d+ +\d{10}\./.test(line));
  const secondsOf = (line = '') => Number(line.split(/ +/)[1]);
  const began = secondsOf(lines[0]);
  const end = began + share * (secondsOf(lines.at(-1)) - began);
  const isKept = (line: string) => secondsOf(line) <= end === (part === 'first');
  return `${lines.filter(isKept).join('\n')}\n`;
}

describe('a log that ends in the middle', () => {
  it.each([
    ['latency-many', 0.5, 'ttfb/latency-bound'],
    ['latency-many', 0.8, 'ttfb/latency-bound'],
    ['latency-800ms', 0.8, 'ttfb/slow-response'],
    ['sumdb-slow', 0.8, 'sumdb/slow'],
    ['tls-no-reuse', 0.8, 'tls/no-connection-reuse'],
    ['dns-slowaaaa', 0.5, 'dns/slow-aaaa'],
    ['transfer-slow-20k', 0.5, 'transfer/slow'],
    ['transfer-dribble', 0.8, 'transfer/slow'],
    // And these have waited for one thing all the time.
    ['ttfb-hang', 0.8, 'ttfb/no-response'],
    ['transfer-stall', 0.8, 'transfer/stalled'],
    ['tls-stall', 0.8, 'tls/handshake-stall'],
    ['curl-slow', 0.8, 'ttfb/no-response'],
  ])('%s, after %d of its time', async (scenario, share, cause) => {
    const report = await reportOfText(cut(scenario, share));
    expect(report.blockingPoint?.cause).toBe(cause);
    expect(report.verdict.status).toBe('blocked');
  });

  it.each([
    ['healthy-egress', 0.3],
    ['healthy-jitter', 0.1],
    ['healthy-large-zip', 0.4],
    ['healthy-goaway', 0.9],
  ])('of %s, after %d of its time, accuses nobody: threads were at work', async (scenario, share) => {
    const report = await reportOfText(cut(scenario, share));
    expect(report.blockingPoint).toBeNull();
    expect(report.verdict.status).toBe('unknown');
    expect(report.verdict.headline).toMatch(/^Unknown: the log stops in the middle of the run, /);
  });

  it('an error of git from which go may recover is not the last word', async () => {
    const report = await reportOfText(cut('baseline-direct-git', 0.7));
    expect(report.verdict.status).toBe('healthy');
  });

  it('of many requests, the one that is open has taken its own time only', async () => {
    const report = await reportOfText(cut('healthy-jitter', 0.6));
    expect(report.findings[0]?.blockedSeconds).toBeLessThan(0.1);
  });

  it('does not speak of go where it was curl that waited', async () => {
    const { verdict } = await reportOfText(cut('curl-slow', 0.8));
    expect(verdict.headline).toMatch(/^Blocked: proxy\.corp\.example never answered the request/);
    expect(verdict.headline).not.toMatch(/\bgo\b/);
  });
});

describe('a log that begins in the middle, as of a tracer that is attached', () => {
  it.each([
    ['sumdb-slow', 0.2, 'sumdb/slow'],
    ['goproxy-first-slow-404', 0.3, 'ttfb/slow-first-proxy'],
    ['proxy-503-pipe', 0.3, 'server-error/5xx'],
    // The last thread that ends is not the one whose end is the command's.
    ['sumdb-mismatch', 0.2, 'sumdb/mismatch'],
  ])('%s, from %d of its time on', async (scenario, share, cause) => {
    const report = await reportOfText(cut(scenario, share, 'last'));
    expect(report.blockingPoint?.cause).toBe(cause);
  });
});
