import { ask } from './ask.ts';

/** What `go env` says of the module settings; empty where go is not installed. */
export type GoSettings = Readonly<Record<string, string>>;

const NAMES = [
  ...['GOVERSION', 'GOOS', 'GOARCH', 'GOPROXY', 'GOSUMDB', 'GOPRIVATE', 'GONOPROXY', 'GONOSUMDB', 'GOFLAGS'],
  ...['GOTOOLCHAIN', 'GOMODCACHE', 'GODEBUG', 'GOINSECURE', 'GOVCS', 'GOAUTH'],
];
const GO_ENV_TIMEOUT_MS = 5000;
/** Proxy variables that go reads (golang.org/x/net/http/httpproxy). */
const PROXY_NAMES = ['HTTPS_PROXY', 'HTTP_PROXY', 'NO_PROXY', 'https_proxy', 'http_proxy', 'no_proxy'];

/** Asks go for its settings in `cwd`. A go that is missing or fails gives none: the command says so itself. */
export async function readGoSettings(cwd: string): Promise<GoSettings> {
  // GOTOOLCHAIN=local: asking must not download a toolchain. GOFLAGS errors must not hide the rest.
  const result = await ask('go', ['env', '-json', ...NAMES], {
    cwd,
    environment: { GOTOOLCHAIN: 'local' },
    timeoutMs: GO_ENV_TIMEOUT_MS,
  });
  if (result.exitCode !== 0) return {};
  try {
    const parsed: unknown = JSON.parse(result.stdout);
    if (typeof parsed !== 'object' || parsed === null) return {};
    const settings = Object.entries(parsed).flatMap(([name, value]) =>
      typeof value === 'string' ? [[name, value] as const] : [],
    );
    const toolchain = process.env['GOTOOLCHAIN'];
    return Object.fromEntries(
      settings.map(([name, value]) => (name === 'GOTOOLCHAIN' ? [name, toolchain ?? 'auto'] : [name, value])),
    );
  } catch {
    return {};
  }
}

/** The settings that a maintainer asks for, without those that are unset. */
export function reportedEnvironment(settings: GoSettings): Record<string, string> {
  const proxies = PROXY_NAMES.flatMap((name) =>
    process.env[name] ? [[name, process.env[name] ?? ''] as const] : [],
  );
  const { GOVERSION, GOFLAGS, GODEBUG, ...rest } = settings;
  const own = {
    ...(GOVERSION === undefined ? {} : { goVersion: GOVERSION }),
    ...rest,
    ...(GOFLAGS ? { GOFLAGS } : {}),
    ...(GODEBUG ? { GODEBUG } : {}),
  };
  return Object.fromEntries([...Object.entries(own).filter(([, value]) => value !== ''), ...proxies]);
}
