import type { ErrorClass } from './types.ts';

/** Reaching a host, in the words of Go's net and crypto/x509 on Linux, macOS and Windows, of curl, and of ssh. */
export const NETWORK_CLASSES: readonly ErrorClass[] = [
  {
    name: 'no-such-host',
    pattern:
      /lookup (?<host>[^\s:]+)(?: on (?<address>\[?[\d.a-fA-F:]+\]?:\d+))?: (?:no such host|getaddrinfow: No such host)|(?:Could not resolve hostname (?<host2>[^\s';:]+): )?(?:Name or service not known|nodename nor servname provided)/,
  },
  // net, dnsclient_unix.go, errLameReferral: an answer without an address by a server that does not ask others (no RA bit).
  { name: 'dns-lame', pattern: /lookup (?<host>[^\s:]+)(?: on (?<address>\S+:\d+))?: lame referral/ },
  {
    name: 'dns-servfail',
    pattern: /lookup (?<host>[^\s:]+)(?: on (?<address>\S+:\d+))?: server misbehaving/,
  },
  // net, dnsclient_unix.go: TCP is what is asked again over, when an answer does not fit into UDP.
  {
    name: 'dns-tcp',
    pattern: /lookup (?<host>[^\s:]+)(?: on (?<address>\S+:\d+))?: (?:read|write|dial) tcp /,
  },
  {
    name: 'dns-refused',
    pattern: /lookup (?<host>[^\s:]+)(?: on (?<address>\S+:\d+))?: (?:read|dial) udp .*connection refused/,
  },
  {
    name: 'dns-unreachable',
    pattern:
      /lookup (?<host>[^\s:]+)(?: on (?<address>\S+:\d+))?: (?:read|write|dial) udp .*(?:network is unreachable|no route to host|host is unreachable)/,
  },
  {
    name: 'dns-timeout',
    pattern:
      /lookup (?<host>[^\s:]+)(?: on (?<address>\S+:\d+))?: .*(?:i\/o timeout|timed out|deadline exceeded)|Resolving timed out/,
  },
  // curl's words for a lookup that failed in any way, and those of the C library and of Windows for one that may do better
  // later (EAI_AGAIN, WSATRY_AGAIN): no nameserver answered, or one answered SERVFAIL.
  {
    name: 'dns-unresolved',
    pattern:
      /Could not resolve host(?:name)?:? (?<host>[^\s';:]+)|(?:lookup (?<host2>[^\s:]+)(?: on \S+:\d+)?: )?(?:Temporary failure in name resolution|getaddrinfow: This is usually a temporary error)/,
  },
  { name: 'dns-other', pattern: /dial tcp: lookup (?<host>[^\s:]+)(?: on (?<address>\S+:\d+))?: / },
  {
    name: 'tls-no-roots',
    // GnuTLS names the bundle that it was given, and `none` where there is none.
    pattern:
      /failed to load system roots|no roots provided|error setting certificate (?:verify locations|file)|certificate verification failed\. CAfile: none/,
  },
  {
    name: 'tls-unknown-authority',
    pattern:
      /certificate signed by unknown authority|unable to get local issuer certificate|self[- ]signed certificate|certificate is not trusted|terminated in a root certificate which is not trusted|SEC_ERROR_UNKNOWN_ISSUER|SEC_E_UNTRUSTED_ROOT/,
  },
  {
    name: 'tls-wrong-name',
    pattern:
      /certificate is (?:not )?valid for (?!any names)|certificate is not valid for any names|doesn't contain any IP SANs|certificate subject name .* does not match|certificate name does not match input|relies on legacy Common Name|no alternative certificate subject name|SEC_E_WRONG_PRINCIPAL/,
  },
  {
    name: 'tls-expired',
    pattern:
      /certificate has expired or is not yet valid|certificate has expired|certificate is (?:not yet valid|expired)|SEC_E_CERT_EXPIRED/,
  },
  // curl with GnuTLS says no more than this, whatever is wrong with the chain or with its dates (lib/vtls/gtls.c).
  { name: 'tls-unverified', pattern: /server certificate verification failed/ },
  { name: 'tls-handshake-timeout', pattern: /TLS handshake timeout/ },
  {
    name: 'tls-not-tls',
    pattern: /first record does not look like a TLS handshake|server gave HTTP resp/,
  },
  {
    name: 'tls-client-certificate',
    pattern: /remote error: tls: (?:certificate required|bad certificate)|alert certificate required/,
  },
  {
    name: 'tls-version',
    pattern:
      /tls: (?:protocol version not supported|server selected unsupported protocol version)|alert protocol version|unsupported protocol$/,
  },
  {
    name: 'tls-alert',
    pattern: /remote error: tls: |tls: (?:handshake failure|no application protocol|protocol version)/,
  },
  // curl's words for a connection that ends in the handshake, with OpenSSL and with GnuTLS.
  {
    name: 'tls-broken',
    pattern:
      /SSL_ERROR_SYSCALL|SSL_connect: Connection reset|curl: \(35\) Recv failure: Connection reset|TLS connection was non-properly terminated/,
  },
  {
    name: 'connect-refused',
    pattern:
      /dial tcp (?<address>\S+:\d+): (?:connect: connection refused|connectex: No connection could be made)|connect to (?:host )?(?<host>\S+) port \d+.*refused|Connection refused/,
  },
  {
    name: 'connect-unreachable',
    pattern:
      /dial tcp (?<address>\S+:\d+): (?:connect: (?:no route to host|network is unreachable|host is unreachable|host is down)|connectex: A socket operation was attempted to an unreachable)|(?:No route to host|Network is unreachable)/,
  },
  {
    name: 'connect-timeout',
    pattern:
      /dial tcp (?<address>\S+:\d+): (?:i\/o timeout|connect: (?:connection|operation) timed out|connectex: A connection attempt failed)|Failed to connect to (?<host>\S+) port \d+.*timed out|Failed to connect to (?<host2>\S+) port \d+ after \d{5,} ms|connect to host (?<host3>\S+) port \d+: (?:Operation|Connection) timed out|Connection (?:timed out|timeout)/,
  },
  // connect(2): EACCES and EPERM are a local firewall's, or a sandbox's.
  {
    name: 'connect-forbidden',
    pattern:
      /dial tcp (?<address>\S+:\d+): (?:socket|connect): (?:operation not permitted|permission denied)/,
  },
  // connect(2): EADDRNOTAVAIL.
  {
    name: 'connect-no-address',
    pattern: /dial tcp (?<address>\S+:\d+): (?:connect|bind): cannot assign requested address/,
  },
  {
    name: 'connect-other',
    pattern: /dial tcp (?<address>\S+:\d+): (?:socket|connect|connectex|bind): (?!too many open files)/,
  },
  // curl's words for any connect that fails: which way is not said.
  {
    name: 'connect-failed',
    pattern: /Failed to connect to (?<host>\S+) port \d+|Couldn't connect to server/,
  },
];
