/** The first line and the telling headers of an HTTP/1 message (RFC 9112), where it is not encrypted. */
export interface HttpRequest {
  readonly method: string;
  /** A path, an absolute URL (to a proxy), or `host:port` (CONNECT); undefined where the payload does not hold it whole. */
  readonly target: string | undefined;
  readonly host: string | undefined;
}

export interface HttpResponse {
  readonly status: number;
  readonly location: string | undefined;
  readonly contentLength: number | undefined;
}

/** A target is whole where something follows it: `-s N` may have cut it. */
const REQUEST = /^(GET|HEAD|POST|PUT|CONNECT|OPTIONS|DELETE|PATCH|PROPFIND) (?:(\S+) )?/;
const RESPONSE = /^HTTP\/1\.[01] (\d{3})/;

export function readHttpRequest(bytes: Uint8Array): HttpRequest | undefined {
  if ((bytes[0] ?? 0) < 0x41 || (bytes[0] ?? 0) > 0x5a) return undefined;
  const text = Buffer.from(bytes).toString('latin1');
  const match = REQUEST.exec(text);
  if (match?.[1] === undefined) return undefined;
  return { method: match[1], target: match[2], host: /\r\nhost: *([^\r\n]+)\r\n/i.exec(text)?.[1] };
}

export function readHttpResponse(bytes: Uint8Array): HttpResponse | undefined {
  if (bytes[0] !== 0x48) return undefined;
  const text = Buffer.from(bytes).toString('latin1');
  const status = RESPONSE.exec(text)?.[1];
  if (status === undefined) return undefined;
  const length = /\r\ncontent-length: *(\d+)\r\n/i.exec(text)?.[1];
  return {
    status: Number(status),
    location: /\r\nlocation: *([^\r\n]+)\r\n/i.exec(text)?.[1],
    contentLength: length === undefined ? undefined : Number(length),
  };
}
