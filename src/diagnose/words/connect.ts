import type { CauseWords } from './types.ts';

const WITHOUT_ENTRY = {
  text: 'Until it can be reached, take {base} out of GOPROXY',
  command: '{without}',
};
const OTHER_PROXY = {
  text: 'Use a GOPROXY entry that can be reached from here; with | the next entry is asked after any error',
  command: 'go env -w GOPROXY="https://proxy.example|direct"',
};
const TRY = {
  text: 'Try the connection by hand',
  command: 'curl -v --connect-timeout 5 -o /dev/null https://{host}/',
};

export const CONNECT_WORDS: readonly CauseWords[] = [
  {
    cause: 'connect/blackhole',
    summary:
      'no answer to the TCP connect to {target}[: {cost} of silence], as behind a firewall that drops packets',
    explanation:
      'SYN packets get no answer at all. Go gives up after 30 s for all addresses of a host together.',
    telltale: 'connect gives EINPROGRESS and nothing follows until the dial times out or the log ends.',
    remedies: [
      {
        text: 'A firewall or route drops packets to {host} at {address}: allow the connect, or fix the route',
        command: 'ip route get {ip}',
      },
      {
        text: 'Behind a company proxy, tell go about it',
        command: 'export HTTPS_PROXY=http://proxy.example:3128',
      },
      WITHOUT_ENTRY,
      OTHER_PROXY,
      TRY,
    ],
  },
  {
    cause: 'connect/refused',
    summary: '{target} refuses connections: nothing listens on that port',
    explanation:
      'The host answers, but no server listens on the port: it is down, or the address or port is wrong.',
    telltale: 'ECONNREFUSED.',
    remedies: [
      {
        text: 'Check that the service at {host} is up, and that the port is right: nothing listens there (connection refused)',
        command: 'curl -v -o /dev/null https://{host}/',
      },
      {
        text: 'Check the address that the name resolves to, and GOPROXY',
        command: 'getent ahosts {host}; go env GOPROXY',
      },
    ],
  },
  {
    cause: 'connect/unreachable',
    summary: 'there is no route to {target}',
    explanation: 'The kernel or a router says that the network or host cannot be reached.',
    telltale: 'ENETUNREACH or EHOSTUNREACH.',
    remedies: [
      { text: 'Check the route, the VPN and the container network', command: 'ip route get {ip}' },
      WITHOUT_ENTRY,
      OTHER_PROXY,
    ],
  },
  {
    cause: 'connect/ipv6-broken',
    summary: 'IPv6 to {server} does not work; {seconds} went into waiting before IPv4 was used',
    explanation:
      'Go tries IPv6 first and gives it a head start of 300 ms before IPv4 is tried beside it (RFC 8305, Happy Eyeballs).',
    telltale:
      'A connect to an IPv6 address stays open, one to an IPv4 address begins 0.3 s later and succeeds.',
    remedies: [
      {
        text: 'Fix IPv6 on this network, or switch it off on this machine',
        command: 'sysctl -w net.ipv6.conf.all.disable_ipv6=1',
      },
      { text: 'Or remove the AAAA record of {host}, where IPv6 is not served' },
    ],
  },
  {
    cause: 'connect/one-address-dead',
    summary:
      'one of the addresses of {host}, {address}, does not answer; {seconds} went into it before the next address was tried',
    explanation:
      'A name has several addresses and one is dead. Go shares its 30 s dial budget among them, so the dead one costs its share.',
    telltale:
      'A connect to one address times out, then a connect to another address of the same name succeeds.',
    remedies: [
      {
        text: 'Remove the A or AAAA record for {ip} from {host}, or bring that server back; tell the operator',
      },
      { text: 'Until then, pin the address that answers', command: 'getent ahosts {host}' },
    ],
  },
  {
    cause: 'connect/dead-egress-proxy',
    summary: 'the egress proxy {server} cannot be reached',
    explanation:
      'HTTPS_PROXY or HTTP_PROXY names a proxy that is down, unknown or filtered: nothing behind it can be reached.',
    telltale: 'A connect to the proxy’s port that fails; `proxyconnect tcp` in the error.',
    remedies: [
      { text: 'Correct or unset HTTPS_PROXY', command: 'env | grep -i _proxy' },
      {
        text: 'Hosts that can be reached directly belong into NO_PROXY',
        command: 'export NO_PROXY=.corp.example',
      },
    ],
  },
  {
    cause: 'connect/slow',
    summary: 'connecting to {target} took {seconds}: the first packets were lost or the path is slow',
    explanation:
      'The connection came about, but late: a SYN that is lost is sent again after 1 s, then after longer.',
    telltale: 'connect takes about 1, 3 or 7 s and succeeds.',
    remedies: [{ text: 'Measure packet loss on the path', command: 'ping -c 20 {ip}' }, TRY],
  },
  {
    cause: 'connect/failed',
    summary: '{host} could not be connected to; whether it refused or could not be reached is not said',
    explanation:
      'git (through curl) prints the same words for each way in which connecting fails. Its name was found; no connection came about.',
    telltale: '`Failed to connect to HOST port N after M ms`.',
    remedies: [
      { text: 'Try the port of {host} by hand', command: 'nc -vz -w 5 {host} 443' },
      { text: 'See which connect fails, and how', command: 'gotrace run --strace -- go mod download' },
    ],
  },
  {
    cause: 'connect/other',
    summary:
      'reaching {host} took {seconds}; this log does not show whether DNS, connect or TLS was slow, or the server silent',
    explanation:
      'go -x shows one time for name lookup, connecting, TLS handshake and the response together. Later requests to the host show what a response alone takes.',
    telltale: 'The first fetch of a host is slow, or never answered; nothing finer was recorded.',
    remedies: [
      {
        text: 'Record what happens below: DNS (resolv.conf nameservers, search, ndots), connect (firewall, route), TLS handshake',
        command: 'gotrace run --strace -- go mod download',
      },
      {
        text: 'Try {host} by hand; the times of DNS lookup, connect, TLS and first byte are printed',
        command:
          "curl -o /dev/null -sS -m 60 -w 'dns %{time_namelookup} connect %{time_connect} tls %{time_appconnect} first-byte %{time_starttransfer}\\n' https://{host}/",
      },
      {
        text: 'If it is the network to {host}: check the address record, the firewall, or use another GOPROXY entry; connect timeout is 30 s',
      },
    ],
  },
];

export const TLS_WORDS: readonly CauseWords[] = [
  {
    cause: 'tls/handshake-stall',
    summary: '{server} accepts the connection but never answers the TLS handshake[; {cost} lost]',
    explanation:
      'TCP works, the ClientHello is sent, and nothing comes back. Go gives up after 10 s. Often a firewall that filters by server name, or a TLS-inspecting box that is stuck.',
    telltale: 'ClientHello written, no record read for seconds; `TLS handshake timeout`.',
    remedies: [
      {
        text: 'Check the firewall and TLS inspection on the path to {host}: the TLS handshake is cut off',
        command: 'openssl s_client {farEnd} </dev/null',
      },
      {
        text: 'Use another GOPROXY entry meanwhile',
        command: 'go env -w GOPROXY="https://proxy.example|direct"',
      },
    ],
  },
  {
    cause: 'tls/slow-handshake',
    summary: 'the TLS handshake with {server} took {seconds}',
    explanation:
      'The server answers the ClientHello late: load, a slow key operation, or inspection on the way.',
    telltale: 'Seconds between ClientHello and ServerHello.',
    remedies: [
      {
        text: 'Look at the load of {host} and of what terminates TLS before it',
        command: 'openssl s_time -connect {address} -new -time 5',
      },
    ],
  },
  {
    cause: 'tls/unknown-authority',
    summary:
      'the certificate of {host} is not signed by a CA that this machine trusts (TLS interception, or a private CA)',
    explanation:
      'The certificate chain ends at a CA that is not in the trust store: a company’s TLS inspection, or a proxy with a certificate of its own CA.',
    telltale: '`certificate signed by unknown authority`.',
    remedies: [
      {
        text: 'Show who signed the certificate',
        command: 'openssl s_client {farEnd} </dev/null | openssl x509 -noout -issuer -subject',
      },
      {
        text: 'Add that root CA to the system trust store',
        command: 'cp ca.crt /usr/local/share/ca-certificates/ && update-ca-certificates',
      },
      { text: 'Or name it for this shell', command: 'export SSL_CERT_FILE=/path/to/ca-bundle.crt' },
    ],
  },
  {
    cause: 'tls/no-roots',
    summary: 'no CA certificates are installed, so no server can be trusted (seen with {host})',
    explanation: 'Slim containers come without a CA bundle; every certificate then looks unknown.',
    telltale: 'All paths of CA bundles give ENOENT; `failed to load system roots`.',
    remedies: [
      {
        text: 'Install the CA certificates (root bundle)',
        command: 'apt-get install -y ca-certificates || apk add ca-certificates',
      },
      { text: 'Or name a bundle', command: 'export SSL_CERT_FILE=/path/to/ca-bundle.crt' },
    ],
  },
  {
    cause: 'tls/wrong-name',
    summary: 'the certificate that {host} presents is for another host name',
    explanation:
      'The server answered with a certificate whose names do not include the one asked for: wrong URL, wrong DNS record, or a load balancer’s default certificate.',
    telltale: '`certificate is valid for X, not Y`.',
    remedies: [
      {
        text: 'Show the names in the certificate',
        command: 'openssl s_client {farEnd} </dev/null | openssl x509 -noout -ext subjectAltName',
      },
      {
        text: 'Correct the host in GOPROXY, the DNS record, or the certificate of the load balancer',
        command: 'go env GOPROXY',
      },
    ],
  },
  {
    cause: 'tls/expired',
    summary: 'the certificate of {host} has expired or is not yet valid; or this machine’s clock is wrong',
    explanation: 'The time is outside the certificate’s validity.',
    telltale: '`certificate has expired or is not yet valid`.',
    remedies: [
      {
        text: 'Compare the clock with the certificate',
        command: 'date -u; openssl s_client {farEnd} </dev/null | openssl x509 -noout -dates',
      },
      { text: 'Renew the certificate, or set the clock' },
    ],
  },
  {
    cause: 'tls/reset',
    summary: 'the connection to {server} is reset as soon as TLS begins',
    explanation:
      'Something on the path breaks the connection when it sees the ClientHello: a filter on the server name, or a port that does not speak TLS.',
    telltale: 'ECONNRESET or end of file right behind the ClientHello.',
    remedies: [
      {
        text: 'Check firewall and SNI filters for {host}: the TLS handshake is reset',
        command: 'openssl s_client {farEnd} </dev/null',
      },
    ],
  },
  {
    cause: 'tls/no-connection-reuse',
    summary: '{host} does not keep connections: the many TLS handshakes took {seconds}',
    explanation:
      'Each request needs a new connection and a new handshake, because the server or a box before it closes the connection after every response.',
    telltale: 'Many connections to one host with one request each.',
    remedies: [
      {
        text: 'Switch on keep-alive or HTTP/2 at {host} and at every proxy before it',
        command:
          "curl -sv -o /dev/null -o /dev/null https://{host}/ https://{host}/ 2>&1 | grep -i 're-using\\|connection'",
      },
    ],
  },
  {
    cause: 'tls/not-tls',
    summary: '{host} answers in plain HTTP where go speaks TLS',
    explanation:
      'The port that an https:// URL leads to speaks HTTP without TLS: a proxy that is named with the wrong scheme or port, or a source host without certificate.',
    telltale:
      '`server gave HTTP response to HTTPS client`, `first record does not look like a TLS handshake`.',
    remedies: [
      { text: 'Ask it in plain HTTP, to be sure', command: 'curl -sSI http://{host}/' },
      { text: 'If it is a module proxy, name it with http:// in GOPROXY', command: 'go env GOPROXY' },
      { text: 'If it is a source host that you trust without TLS', command: 'go env -w GOINSECURE={host}' },
    ],
  },
  {
    cause: 'tls/client-certificate',
    summary: '{host} wants a client certificate, or not the one that it was shown',
    explanation:
      'The server asks its clients for a certificate (mutual TLS). go has no way to give one: a proxy on this machine has to add it.',
    telltale: '`remote error: tls: certificate required` or `bad certificate`.',
    remedies: [
      { text: 'See which certificates it accepts', command: 'openssl s_client {farEnd} </dev/null' },
      {
        text: 'Use a GOPROXY entry that asks for none, or one on this machine that adds the certificate',
        command: 'go env GOPROXY',
      },
    ],
  },
  {
    cause: 'tls/version',
    summary: '{host} speaks no version of TLS that go does (TLS 1.2 or later)',
    explanation:
      'The server, or a TLS inspection before it, offers old versions only, or refuses those that go offers.',
    telltale: '`tls: protocol version not supported`, `server selected unsupported protocol version`.',
    remedies: [
      { text: 'See which version it takes', command: 'openssl s_client {farEnd} -tls1_2 </dev/null' },
    ],
  },
  {
    cause: 'tls/other',
    summary: 'TLS with {host} failed or took {seconds}',
    explanation: 'The handshake failed in a way that none of the other TLS causes describes.',
    telltale: 'A TLS alert, or an error that names tls.',
    remedies: [
      {
        text: 'Try the TLS handshake by hand',
        command: 'openssl s_client {farEnd} </dev/null',
      },
    ],
  },
];
