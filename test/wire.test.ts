import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { connect } from 'node:tls';
import dnsPacket, { type Packet } from 'dns-packet';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { readDns, readDnsOverTcp } from '../src/wire/dns.ts';
import { readHttpRequest, readHttpResponse } from '../src/wire/http1.ts';
import { readResolved } from '../src/wire/resolved.ts';
import { isSocksGreeting, readSocksAnswer, readSocksRequest } from '../src/wire/socks.ts';
import {
  hasDataBehindFinished,
  isFinished,
  isRefusal,
  mayBeTickets,
  readClientHello,
  tlsRecordLength,
  tlsRecordType,
} from '../src/wire/tls.ts';

const READERS = {
  readDns,
  readDnsOverTcp,
  readResolved,
  readHttpRequest,
  readHttpResponse,
  readClientHello,
  tlsRecordLength,
  hasDataBehindFinished: (bytes: Uint8Array) => hasDataBehindFinished(bytes, bytes.length),
  readSocksRequest,
  readSocksAnswer,
  isSocksGreeting: (bytes: Uint8Array) => isSocksGreeting(bytes, bytes.length),
};

it.each(Object.entries(READERS))('%s takes any bytes', (_, read) => {
  fc.assert(fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => void read(bytes)));
});

describe('a real ClientHello', () => {
  let hello: Uint8Array = new Uint8Array(0);
  beforeAll(async () => {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const client = connect({
      port: (server.address() as AddressInfo).port,
      servername: 'proxy.example',
      ALPNProtocols: ['h2', 'http/1.1'],
    }).on('error', () => {});
    const [socket] = (await once(server, 'connection')) as [Socket];
    [hello] = (await once(socket, 'data')) as [Uint8Array];
    client.destroy();
    server.close();
  });

  it('names the server and the protocols', () => {
    expect(tlsRecordType(hello)).toBe('handshake');
    expect(tlsRecordLength(hello)).toBe(hello.length);
    expect(readClientHello(hello)).toEqual({
      serverName: 'proxy.example',
      alpn: ['h2', 'http/1.1'],
      takesTickets: true,
    });
  });

  it('cut anywhere, gives what is whole', () => {
    for (let length = 0; length < hello.length; length++) {
      const read = readClientHello(hello.subarray(0, length));
      if (read === undefined) continue;
      expect(['proxy.example', undefined]).toContain(read.serverName);
      expect(['', 'h2 http/1.1']).toContain(read.alpn.join(' '));
    }
  });
});

describe('SOCKS5', () => {
  it('a greeting lists its methods, and is as long as it says', () => {
    expect(isSocksGreeting(Uint8Array.of(5, 1, 0), 3)).toBe(true);
    expect(isSocksGreeting(Uint8Array.of(5, 2, 0, 2), 4)).toBe(true);
    expect(isSocksGreeting(Uint8Array.of(5, 1, 0), 40)).toBe(false);
    expect(isSocksGreeting(Uint8Array.of(22, 3, 1), 3)).toBe(false);
  });

  it.each([
    ['proxy.example:443', [3, 13, ...Buffer.from('proxy.example'), 1, 187]],
    ['192.0.2.9:8080', [1, 192, 0, 2, 9, 31, 144]],
    ['[2001:db8:0:0:0:0:0:1]:443', [4, 0x20, 1, 0x0d, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 187]],
  ])('a request for %s, whole and cut', (target, rest) => {
    const request = Uint8Array.of(5, 1, 0, ...rest);
    expect(readSocksRequest(request)).toBe(target);
    for (let length = 0; length < request.length; length++)
      expect(readSocksRequest(request.subarray(0, length))).toBeUndefined();
  });

  it('an answer is yes, or says why not', () => {
    expect(readSocksAnswer(Uint8Array.of(5, 0, 0, 1))).toBe(0);
    expect(readSocksAnswer(Uint8Array.of(5, 255))).toBe(255);
    expect(readSocksAnswer(Buffer.from('HTTP/1.1 400'))).toBeUndefined();
  });
});

it('a Finished that is sent by itself', () => {
  const record = (length: number) => Uint8Array.from([23, 3, 3, 0, length - 5, ...Array(27).fill(7)]);
  expect([58, 74].map((length) => isFinished(record(length), length))).toEqual([true, true]);
  expect(isFinished(record(80), 80)).toBe(false);
  expect(isFinished(Uint8Array.from([22, 3, 3, 0, 53]), 58)).toBe(false);
});

it('a request that is sent together with the Finished of TLS 1.3', () => {
  // ChangeCipherSpec, and a Finished of 69 bytes: the log holds 32 bytes of it.
  const bytes = Uint8Array.from([20, 3, 3, 0, 1, 1, 23, 3, 3, 0, 69, ...Array(21).fill(7)]);
  expect(hasDataBehindFinished(bytes, 80)).toBe(false);
  expect(hasDataBehindFinished(bytes, 307)).toBe(true);
  expect(hasDataBehindFinished(bytes.subarray(0, 8), 307)).toBe(false);
  expect(hasDataBehindFinished(Uint8Array.from([23, 3, 3, 0, 69]), 307)).toBe(false);
});

it('session tickets are of one length, and few', () => {
  expect(mayBeTickets(574, 287)).toBe(true);
  expect(mayBeTickets(287, 287)).toBe(false);
  expect(mayBeTickets(600, 287)).toBe(false);
  expect(mayBeTickets(2870, 287)).toBe(false);
  expect(mayBeTickets(574, undefined)).toBe(false);
  // The first of two came before the request.
  expect(mayBeTickets(287, 287, 287)).toBe(true);
  expect(mayBeTickets(144, 144, 0, 1)).toBe(true);
  expect(mayBeTickets(145, 144, 0, 1)).toBe(false);
});

describe('DNS', () => {
  const labels = fc.stringMatching(/^[a-z][a-z0-9-]{0,20}$/);
  const message = fc.record({
    name: fc.array(labels, { minLength: 1, maxLength: 4 }).map((parts) => parts.join('.')),
    type: fc.constantFrom('A' as const, 'AAAA' as const),
    id: fc.nat(65_535),
    isResponse: fc.boolean(),
  });

  it('what dns-packet writes is read, over UDP and with the length in front', () => {
    fc.assert(
      fc.property(message, ({ name, type, id, isResponse }) => {
        const packet: Packet = { type: isResponse ? 'response' : 'query', id, questions: [{ name, type }] };
        expect(readDns(dnsPacket.encode(packet))).toMatchObject({ id, name, type, isResponse });
        expect(readDnsOverTcp(dnsPacket.streamEncode(packet))).toMatchObject({ id, name, type, isResponse });
      }),
    );
  });
});

describe('DNS that -s N has cut', () => {
  const query = dnsPacket.encode({
    type: 'query',
    id: 7,
    questions: [{ name: 'Proxy.corp.example', type: 'A' }],
  });

  it.each([
    [12, '…'],
    [16, 'pro…'],
    [18, 'proxy…'],
    [25, 'proxy.corp.e…'],
    [31, 'proxy.corp.example…'],
    [32, 'proxy.corp.example'],
  ])('at %i bytes', (length, name) => {
    expect(readDns(query.subarray(0, length))).toMatchObject({ id: 7, name, type: undefined });
  });

  it('has no addresses, which is not the same as an answer without any', () => {
    for (const [type, data] of [
      ['A', '192.0.2.1'],
      ['AAAA', '2001:db8::1:2'],
    ] as const) {
      const questions = [{ name: 'proxy.example', type }];
      const answer = dnsPacket.encode({
        type: 'response',
        questions,
        answers: [{ name: 'proxy.example', type, ttl: 60, data }],
      });
      expect(readDns(answer)?.addresses).toEqual([data]);
      for (let length = 12; length < answer.length; length++)
        expect(readDns(answer.subarray(0, length))?.addresses).toBeUndefined();
    }
    expect(readDns(query)?.addresses).toEqual([]);
  });
});

describe('a client that refuses what a server presents', () => {
  const change = [20, 3, 3, 0, 1, 1];
  const encrypted = [23, 3, 3, 0, 19, 9, 9];
  it.each([
    ['an alert in the clear', [21, 3, 3, 0, 2, 2, 42], 7, true],
    ['an encrypted alert', encrypted, 24, true],
    ['the same behind a ChangeCipherSpec', [...change, ...encrypted], 30, true],
    ['a Finished', [...change, 23, 3, 3, 0, 53], 64, false],
    ['a ClientKeyExchange', [22, 3, 3, 0, 37], 30, false],
    ['no TLS', [1, 2, 3, 4, 5], 24, false],
  ])('%s', (_, bytes, length, refuses) => {
    expect(isRefusal(Uint8Array.from(bytes), length)).toBe(refuses);
  });
});

describe('HTTP/1', () => {
  it('request and status lines, CONNECT, and what is none', () => {
    const request = (text: string) => readHttpRequest(Buffer.from(text));
    expect(request('GET /a?b HTTP/1.1\r\nHost: proxy.example:8080\r\n\r\n')).toMatchObject({
      method: 'GET',
      target: '/a?b',
      host: 'proxy.example:8080',
    });
    expect(request('CONNECT proxy.example:443 HTTP/1.1\r\n\r\n')).toMatchObject({
      method: 'CONNECT',
      target: 'proxy.example:443',
    });
    // As far as -s 32 shows it, the target may go on.
    expect(request('GET /lib.example/a/@v/v1.0.0.inf')).toEqual({ method: 'GET' });
    expect(request('HELLO')).toBeUndefined();
    const response = (text: string) => readHttpResponse(Buffer.from(text));
    expect(response('HTTP/1.1 302 Found\r\nContent-Length: 12\r\n\r\n')).toMatchObject({
      status: 302,
      contentLength: 12,
    });
    expect(response('SSH-2.0-x')).toBeUndefined();
  });
});

describe('systemd-resolved over its socket', () => {
  const read = (text: string) => readResolved(Buffer.from(`${text}\0`));
  const call =
    '{"method":"io.systemd.Resolve.ResolveHostname","parameters":{"name":"git.example","flags":0}}';

  it('a call, whole or cut', () => {
    expect(read(call)).toMatchObject({ isResponse: false, name: 'git.example' });
    expect(readResolved(Buffer.from(call.slice(0, call.indexOf('example'))))).toMatchObject({
      isResponse: false,
      name: 'git.…',
    });
    expect(readResolved(Buffer.from(call.slice(0, 32)))).toMatchObject({
      isResponse: false,
      name: undefined,
    });
    expect(read('no JSON')).toBeUndefined();
  });

  it('its reply', () => {
    const addresses =
      '[{"ifindex":2,"family":2,"address":[192,0,2,9]},{"family":10,"address":[32,1,13,184,0,0,0,0,0,0,0,0,0,0,0,1]}]';
    expect(read(`{"parameters":{"addresses":${addresses},"name":"git.example","flags":1}}`)).toMatchObject({
      ...{ isResponse: true, rcode: 'NOERROR', name: 'git.example', addresses: ['192.0.2.9', '2001:db8::1'] },
    });
    const failed = (name: string, parameters = '{}') =>
      read(`{"error":"io.systemd.Resolve.${name}","parameters":${parameters}}`)?.rcode;
    expect(failed('DNSError', '{"rcode":3}')).toBe('NXDOMAIN');
    expect(failed('NoSuchResourceRecord')).toBe('NXDOMAIN');
    expect(failed('DNSError', '{"rcode":2}')).toBe('systemd-resolved: SERVFAIL');
    expect(failed('DNSError')).toBe('systemd-resolved: DNSError');
    expect(failed('QueryTimedOut')).toBe('systemd-resolved: QueryTimedOut');
  });
});
