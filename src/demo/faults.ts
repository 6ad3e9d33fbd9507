import type { ServerResponse } from 'node:http';

/** What a faulty proxy does with one file that is asked for. `send` serves it as a healthy one would. */
export type Behaviour = (file: string, response: ServerResponse, send: () => void) => void;

export interface Fault {
  readonly name: string;
  readonly describes: string;
  /** The GOPROXY of the run. `faulty` and `good` are servers of the demo; nothing listens at `closed`. */
  readonly goproxy: (urls: {
    readonly faulty: string;
    readonly good: string;
    readonly closed: string;
  }) => string;
  readonly behaviour: Behaviour;
  /** A fault that never ends by itself is ended after this long, in milliseconds. */
  readonly endAfterMs?: number;
}

const healthy: Behaviour = (_file, _response, send) => send();
const SLOW_MS = 3000;
const SLOW_404_MS = 700;
const HANG_MS = 6000;

/** Adding a fault is an entry here. */
export const FAULTS: readonly Fault[] = [
  {
    name: 'slow-first-byte',
    describes: 'the proxy takes 3 s to the first byte of one zip',
    goproxy: ({ faulty }) => faulty,
    behaviour: (file, _response, send) =>
      file.endsWith('/compass/@v/v1.0.0.zip') ? void setTimeout(send, SLOW_MS) : send(),
  },
  {
    name: 'stalled-body',
    describes: 'one zip stops in its middle and never goes on',
    goproxy: ({ faulty }) => faulty,
    endAfterMs: HANG_MS,
    behaviour: (file, response, send) => {
      if (!file.endsWith('/davit/@v/v1.0.0.zip')) return send();
      response.writeHead(200, { 'content-type': 'application/zip', 'content-length': '300000' });
      response.write(Buffer.alloc(100_000));
    },
  },
  {
    name: 'no-response',
    describes: 'the proxy never answers for one module',
    goproxy: ({ faulty }) => faulty,
    endAfterMs: HANG_MS,
    behaviour: (file, _response, send) => {
      if (!file.endsWith('/beacon/@v/v1.0.0.zip')) send();
    },
  },
  {
    name: 'slow-404',
    describes: 'the first GOPROXY entry answers 404 slowly for every module, the second serves them',
    goproxy: ({ faulty, good }) => `${faulty},${good}`,
    behaviour: (_file, response) => {
      setTimeout(() => {
        response.writeHead(404);
        response.end('not found: no such module');
      }, SLOW_404_MS);
    },
  },
  {
    name: 'dead-first-proxy',
    describes: 'nothing listens at the first GOPROXY entry, and a comma follows it',
    goproxy: ({ closed, good }) => `${closed},${good}`,
    behaviour: healthy,
  },
  {
    name: 'bad-gateway',
    describes: 'the proxy answers 502 for every zip',
    goproxy: ({ faulty }) => faulty,
    behaviour: (file, response, send) => {
      if (!file.endsWith('.zip')) return send();
      response.writeHead(502);
      response.end('upstream connect error');
    },
  },
  { name: 'healthy', describes: 'nothing is wrong', goproxy: ({ good }) => good, behaviour: healthy },
];

export function faultOf(name: string): Fault | undefined {
  return FAULTS.find((fault) => fault.name === name);
}
