import { groupBy } from '../../model/group-by.ts';
import type { Span } from '../../model/span.ts';
import { SpanIndex } from '../../model/span-index.ts';
import type { Connection } from '../network/socket.ts';

/** go writes what it reads at once. */
const AT_ONCE_NS = 50e6;
/** The host whose connection was at it for this share of the time. */
const MOST = 0.5;

/**
 * Which host a file in the module cache came from: the one whose connection received while the file grew. A proxy may
 * redirect to another host, which is no part of the URL.
 */
export class BodySources {
  readonly #byPid: ReadonlyMap<number, SpanIndex<Span>>;

  constructor(connections: readonly Connection[]) {
    const received = connections.flatMap(({ spans, lastDataNs }) =>
      spans.flatMap((span) =>
        span.kind === 'transfer'
          ? [{ ...span, endNs: span.endNs ?? Math.max(span.startNs, lastDataNs) }]
          : [],
      ),
    );
    const byPid = groupBy(received, ({ attributes }) => attributes['process.pid']);
    this.#byPid = new Map(
      [...byPid].flatMap(([pid, own]) => {
        const hosts = new Set(own.map(serverOf));
        return hosts.size > 1 ? [[pid, new SpanIndex(own)] as const] : [];
      }),
    );
  }

  /**
   * The host that sent a body which began and last grew at these times; undefined where the process talked to one host
   * only, and where several were sending.
   */
  hostOf(body: Span, lastNs: number): string | undefined {
    const index = this.#byPid.get(body.attributes['process.pid'] ?? -1);
    if (index === undefined) return undefined;
    const from = Math.min(body.startNs, lastNs - AT_ONCE_NS);
    const until = lastNs + AT_ONCE_NS;
    const received = groupBy(index.overlapping(from, until), serverOf);
    const [host, ...others] = [...received].flatMap(([name, spans]) => {
      const seconds = spans.reduce(
        (sum, { startNs, endNs = until }) => sum + Math.min(endNs, until) - Math.max(startNs, from),
        0,
      );
      const isShort = lastNs - body.startNs < 2 * AT_ONCE_NS;
      const bytes = spans.reduce((sum, { attributes }) => sum + (attributes['gotrace.bytes'] ?? 0), 0);
      return bytes >= (body.attributes['gotrace.bytes'] ?? 0) &&
        (isShort || seconds >= MOST * (lastNs - from))
        ? [name]
        : [];
    });
    return others.length > 0 ? undefined : host;
  }
}

function serverOf({ attributes }: Span): string | undefined {
  return attributes['server.address'];
}
