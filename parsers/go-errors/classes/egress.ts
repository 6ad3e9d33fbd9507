import type { ErrorClass } from './types.ts';

/** Errors about the proxy that HTTPS_PROXY names, in the words of net/http, x/net's socks and curl. */
export const EGRESS_CLASSES: readonly ErrorClass[] = [
  {
    name: 'egress-407',
    pattern:
      /Proxy Authentication Required|proxyconnect tcp: .*407|\b407\b|socks connect tcp .*(?:no acceptable authentication methods|username\/password authentication failed)/,
  },
  {
    name: 'egress-dead',
    pattern:
      /(?:proxyconnect|socks connect) tcp(?: \S+)?: (?!.*(?:no such host|Authentication|lookup |unknown error ))(?:dial tcp (?<address>\S+:\d+))?|Proxy CONNECT aborted/,
  },
  {
    name: 'egress-unknown',
    pattern:
      /(?:proxyconnect|socks connect) tcp(?: \S+)?: .*lookup (?<host>[^\s:]+)|Could not resolve proxy: (?<host2>[^\s';]+)/,
  },
  // What a SOCKS proxy answers in place of a connection (golang.org/x/net/internal/socks, Reply.String).
  {
    name: 'egress-forbidden',
    pattern: /socks connect tcp \S+: unknown error connection not allowed by ruleset/,
  },
  { name: 'egress-5xx', pattern: /socks connect tcp \S+: unknown error / },
  // A CONNECT that was not answered by 200: net/http gives the text of the status line alone (transport.go, dialConn).
  {
    name: 'egress-forbidden',
    pattern:
      /(?:^|: )(?:Get|Head|Post) "[^"]+": Forbidden$|HTTP code 403 from proxy|CONNECT tunnel failed, response 403/,
  },
  {
    name: 'egress-5xx',
    pattern:
      /(?:^|: )(?:Get|Head|Post) "[^"]+": (?:Internal Server Error|Bad Gateway|Service Unavailable|Gateway Time-?out)$|HTTP code 5\d\d from proxy|CONNECT tunnel failed, response 5\d\d/,
  },
];
