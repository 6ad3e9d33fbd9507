import { type Format, type InputLine, lineByLine, type SourceLine, shareOfLines } from '../types.ts';

interface At {
  readonly at: SourceLine;
  readonly timeNs: number | undefined;
}

/** `GODEBUG=http2debug=1` (net/http, h2_bundle.go): the life of each HTTP/2 connection and stream. */
export type Http2Record =
  /** No connection to the host was free: a dial begins. */
  | (At & { readonly kind: 'h2-dial'; readonly host: string })
  /** TLS is done and HTTP/2 begins. `connection` tells connections apart. */
  | (At & { readonly kind: 'h2-connection'; readonly connection: string; readonly address: string })
  /** Nothing more comes over it. */
  | (At & { readonly kind: 'h2-closed'; readonly connection: string })
  | (At & { readonly kind: 'h2-header'; readonly name: string; readonly value: string })
  | (At & {
      readonly kind: 'h2-frame';
      readonly type: string;
      readonly stream: number;
      readonly length: number;
      readonly endStream: boolean;
    })
  | (At & { readonly kind: 'h2-other' });

export const http2debug: Format<Http2Record> = {
  name: 'http2debug',
  detect: (sample) => shareOfLines(sample, (line) => PREFIX.test(line)),
  create: (emit) => lineByLine(emit, readHttp2),
};

/** log.Printf puts the date in front unless the program changed its flags; the go command did. */
const PREFIX =
  /^(?:\d{4}\/\d\d\/\d\d \d\d:\d\d:\d\d )?(?:http2: |\[0x[0-9a-f]+\] |2\d{3}\/\d\d\/\d\d .*http2)/;
const DIAL = /http2: Transport failed to get client conn for (\S+?)(?::\d+)?: /;
const CONNECTION = /http2: Transport creating client conn (0x[0-9a-f]+) to (\S+)/;
const CLOSED = /http2: Transport readFrame error on conn (0x[0-9a-f]+): /;
const HEADER = /http2: Transport encoding header "([^"]*)" = "([^"]*)"/;
const FRAME = /http2: Transport received (\w+)(?: flags=(\S+))?(?: stream=(\d+))?(?: len=(\d+))?/;

export function readHttp2(line: InputLine): Http2Record | undefined {
  const text = line.text();
  if (!PREFIX.test(text)) return undefined;
  const base = { at: line.at(), timeNs: line.timeNs };
  const dial = DIAL.exec(text)?.[1];
  if (dial !== undefined) return { kind: 'h2-dial', ...base, host: dial };
  const connection = CONNECTION.exec(text);
  if (connection?.[1] !== undefined && connection[2] !== undefined) {
    return { kind: 'h2-connection', ...base, connection: connection[1], address: connection[2] };
  }
  const closed = CLOSED.exec(text)?.[1];
  if (closed !== undefined) return { kind: 'h2-closed', ...base, connection: closed };
  const header = HEADER.exec(text);
  if (header !== null) {
    const [, name = '', value = ''] = header;
    return { kind: 'h2-header', ...base, name, value };
  }
  const frame = FRAME.exec(text);
  if (frame !== null) {
    const [, type = '', flags = '', stream = '0', length = '0'] = frame;
    return {
      kind: 'h2-frame',
      ...base,
      type,
      stream: Number(stream),
      length: Number(length),
      endStream: flags.includes('END_STREAM'),
    };
  }
  return { kind: 'h2-other', ...base };
}
