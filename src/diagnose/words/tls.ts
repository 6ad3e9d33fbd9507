import type { CauseWords } from './types.ts';

const LOOK_AT_CERTIFICATE = {
  text: 'See what the server presents: who signed the certificate, for which names, until when',
  command:
    'openssl s_client {farEnd} </dev/null | openssl x509 -noout -issuer -subject -dates -ext subjectAltName',
};

const ADD_TO_TRUST_STORE = {
  text: 'Add that root CA to the system trust store',
  command: 'cp ca.crt /usr/local/share/ca-certificates/ && update-ca-certificates',
};

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
    summary: 'the TLS handshake with {server} took {seconds}[: {step}]',
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
      ADD_TO_TRUST_STORE,
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
    cause: 'tls/certificate-refused',
    summary:
      'the client refused what {server} presented in the TLS handshake, its certificate nearly always: from an unknown CA, for another name, or expired; the log does not hold the reason',
    explanation:
      'Where a server’s certificate cannot be trusted, the client sends a TLS alert in place of its Finished message. The log shows the alert, and neither the certificate (it is encrypted) nor the words that go has for it.',
    telltale: 'Behind the ServerHello the client writes one short record, an alert, and closes.',
    remedies: [
      LOOK_AT_CERTIFICATE,
      {
        text: 'A CA of your company belongs into the trust store of this machine; or name it for this shell',
        command: 'export SSL_CERT_FILE=/path/to/ca-bundle.crt',
      },
      {
        text: 'Read the reason in what go prints; strace -s 512 keeps it in the log',
        command: 'go mod download',
      },
    ],
  },
  {
    cause: 'tls/unverified',
    summary:
      'git does not trust the certificate of {host}: it is from an unknown CA, or it has expired; git does not say which',
    explanation:
      'git with GnuTLS has one sentence for all that is wrong with a chain of certificates or its dates. It reads http.sslCAInfo and the trust store of the system, and not SSL_CERT_FILE.',
    telltale: '`server certificate verification failed`.',
    remedies: [
      LOOK_AT_CERTIFICATE,
      ADD_TO_TRUST_STORE,
      {
        text: 'Or name it for git alone',
        command: 'git config --global http.sslCAInfo /path/to/ca-bundle.crt',
      },
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
    summary: 'TLS with {host} did not come about[: {setting}][; {cost} lost]',
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
