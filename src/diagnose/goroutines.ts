import type { GoroutineRecord } from '../../parsers/goroutines/format.ts';
import { culprit, type Diagnosis, NO_TIME_LIMIT } from './rule.ts';

/** Who it is asked for is not who is silent: the open fetch names another host. */
export const SILENT_EGRESS = 'ttfb/silent-egress-proxy';

/**
 * What a stack says its goroutine waits for, most telling first. A dump names functions and no hosts; what the lines
 * before it say of open fetches is joined by the caller.
 */
const WAITS: readonly {
  readonly frames: readonly RegExp[];
  readonly cause: string;
  readonly step?: string;
  readonly confidence: number;
}[] = [
  { frames: [/filelock\.lock/, /codehost\./], cause: 'lock/vcs', confidence: 0.9 },
  {
    frames: [/filelock\.lock/, /modfetch\.lockVersion|downloadZip|DownloadZip/],
    cause: 'lock/module',
    confidence: 0.9,
  },
  { frames: [/filelock\.lock/], cause: 'lock/cache', confidence: 0.8 },
  { frames: [/os\/exec\.\(\*Cmd\)\.(?:Wait|Run)/, /codehost\./], cause: 'git/silent', confidence: 0.7 },
  {
    frames: [/RoundTrip|roundTrip|body\)\.Read|http2pipe\)\.Read|bodyEOFSignal/, /toolchain\./],
    cause: 'toolchain/download',
    confidence: 0.8,
  },
  {
    frames: [/RoundTrip|roundTrip|http2pipe\)\.Read/, /sumdb\.\(\*Client\)|dbClient/],
    cause: 'sumdb/unreachable',
    confidence: 0.8,
  },
  // The answer to CONNECT is read in a goroutine of its own; SOCKS is spoken in net/http's bundled copy of x/net/internal/socks.
  {
    frames: [/^net\/http\.ReadResponse$/, /^net\/http\.\(\*Transport\)\.dialConn\.func\d+$/],
    cause: SILENT_EGRESS,
    step: 'CONNECT',
    confidence: 0.9,
  },
  {
    frames: [/^net\/http\.\(\*socksDialer\)\.(?:connect|DialWithConn)$/],
    cause: SILENT_EGRESS,
    step: 'SOCKS',
    confidence: 0.9,
  },
  {
    frames: [/net\.\(\*Resolver\)|dnsPacketRoundTrip|net\.\(\*resolver/i],
    cause: 'dns/other',
    step: 'go waits for a nameserver, and its goroutines do not show for which',
    confidence: 0.8,
  },
  { frames: [/net\.\(\*sysDialer\)|net\.\(\*netFD\)\.connect/], cause: 'connect/blackhole', confidence: 0.8 },
  { frames: [/crypto\/tls\.\(\*Conn\)\.\w*[hH]andshake/], cause: 'tls/handshake-stall', confidence: 0.8 },
  {
    frames: [/http2pipe\)\.Read|body\)\.Read|bodyEOFSignal\)\.Read|transportResponseBody\)\.Read/],
    cause: 'transfer/stalled',
    confidence: 0.8,
  },
  {
    frames: [
      /http2ClientConn\)\.roundTrip|http2ClientConn\)\.RoundTrip|persistConn\)\.roundTrip|http2Transport\)\.RoundTrip/,
    ],
    cause: 'ttfb/no-response',
    step: NO_TIME_LIMIT,
    confidence: 0.8,
  },
  { frames: [/modfetch\.unzip|modzip\.Unzip|zip\.Unzip|HashZip|flate/], cause: 'cpu/unzip', confidence: 0.7 },
];

/** The wait of the whole dump; goroutines that wait for others are no answer. */
export function diagnoseGoroutines(goroutines: readonly GoroutineRecord[]): Diagnosis | undefined {
  const whole = goroutines.flatMap((each) => each.frames.map((frame) => frame.function));
  for (const { frames, cause, step, confidence } of WAITS) {
    const found = goroutines.find((each) =>
      frames.every((pattern) => each.frames.some((frame) => pattern.test(frame.function))),
    );
    if (found === undefined) continue;
    // A dial runs in a goroutine of its own: who it is for shows in the goroutine that waits for it.
    const purpose = frames.length === 1 ? purposeOfDump(whole, cause) : undefined;
    const decisive = found.frames.filter((frame) => frames.some((pattern) => pattern.test(frame.function)));
    return {
      cause: purpose ?? cause,
      culprit: culprit({
        process: 'go',
        setting: cause === SILENT_EGRESS ? 'HTTPS_PROXY' : decisive[0]?.function,
      }),
      ...(step === undefined ? {} : { step }),
      confidence,
      evidence: [...decisive.slice(0, 3).map((frame) => frame.at), found.at],
    };
  }
  return undefined;
}

function purposeOfDump(functions: readonly string[], cause: string): string | undefined {
  if (cause === SILENT_EGRESS || !/^(?:dns|connect|tls|ttfb|transfer)\//.test(cause)) return undefined;
  if (functions.some((name) => /sumdb\.\(\*Client\)/.test(name))) return 'sumdb/unreachable';
  if (functions.some((name) => /internal\/toolchain\./.test(name) && !/toolchain\.Select/.test(name)))
    return 'toolchain/download';
  return undefined;
}
