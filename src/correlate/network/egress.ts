/** What HTTPS_PROXY names. */
export interface Egress {
  readonly host: string;
  readonly port: number;
  readonly protocol: 'CONNECT' | 'SOCKS5';
}

const DEFAULT_PORTS: Readonly<Record<string, number>> = { 'http:': 80, 'https:': 443 };
const SOCKS_PORT = 1080;

/**
 * The egress proxy of a go with this environment. HTTP_PROXY, which is for http:// alone, is taken where there is no other:
 * it is told from a direct connection by its port. A value without a scheme is one of http (proxyFromEnvironment and
 * parseProxy in golang.org/x/net/http/httpproxy/proxy.go).
 */
export function egressOf(environment: Readonly<Record<string, string>>): Egress | undefined {
  const { HTTPS_PROXY, https_proxy, HTTP_PROXY, http_proxy } = environment;
  const setting = HTTPS_PROXY || https_proxy || HTTP_PROXY || http_proxy || '';
  const text = setting.includes('://') ? setting : `http://${setting}`;
  if (!URL.canParse(text)) return undefined;
  const { protocol, hostname: host, port } = new URL(text);
  if (protocol.startsWith('socks')) return { host, port: Number(port || SOCKS_PORT), protocol: 'SOCKS5' };
  return { host, port: Number(port || DEFAULT_PORTS[protocol]), protocol: 'CONNECT' };
}

/** The egress proxy that all goes through; undefined where NO_PROXY leaves out some, which is reached directly. */
export function egressOfAll(environment: Readonly<Record<string, string>>): Egress | undefined {
  return environment['NO_PROXY'] || environment['no_proxy'] ? undefined : egressOf(environment);
}

/** The host behind it: that of GOPROXY, where it names one only. */
export function hostBehind({ GOPROXY = '' }: Readonly<Record<string, string>>): string | undefined {
  const urls = GOPROXY.split(/[,|]/).filter((entry) => URL.canParse(entry.trim()));
  const [host, ...others] = new Set(urls.map((url) => new URL(url.trim()).hostname));
  return others.length > 0 ? undefined : host || undefined;
}
