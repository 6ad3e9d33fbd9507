import type { Trace } from '../model/trace.ts';

/**
 * A module whose `.info` and `.mod` came and whose zip was never asked for. `go mod download` asks for the zip right
 * after the `.info` of a version that go.mod names; between the two it takes the version's lock, checks go.sum and
 * prints nothing (cmd/go/internal/modfetch/fetch.go, download). A query (`go list -m`, `go get M@latest`) asks for
 * `@v/list` or `@latest` first, and may need no zip.
 */
export function awaitedZip({ spans, ending }: Trace): string | undefined {
  if (ending.kind === 'exited') return undefined;
  const asked = new Map<string, Set<string>>();
  const queried = new Set<string>();
  for (const { kind, attributes } of spans) {
    const { 'url.full': url, 'gotrace.module': module, 'gotrace.version': version } = attributes;
    if (kind !== 'fetch' || url === undefined || module === undefined) continue;
    if (version === undefined) {
      queried.add(module);
      continue;
    }
    const isZip = url.endsWith('.zip');
    if (!isZip && attributes['http.response.status_code'] !== 200) continue;
    const key = `${module}@${version}`;
    asked.set(key, (asked.get(key) ?? new Set()).add(url.slice(url.lastIndexOf('.'))));
  }
  return [...asked].find(
    ([key, kinds]) =>
      kinds.has('.info') &&
      kinds.has('.mod') &&
      !kinds.has('.zip') &&
      !queried.has(key.slice(0, key.lastIndexOf('@'))),
  )?.[0];
}
