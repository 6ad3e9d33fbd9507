import type { CauseWords } from './types.ts';

const EGRESS = [
  {
    text: 'Try the egress proxy {host} by hand',
    command: 'curl -v --proxy {url} -o /dev/null https://proxy.example/',
  },
  {
    text: 'Hosts that can be reached directly need no {setting}: name them in NO_PROXY',
    command: 'export NO_PROXY=.corp.example',
  },
  { text: 'See which proxies are set', command: 'env | grep -i _proxy' },
];

const TRY_URL = {
  text: 'Ask for it by hand and watch the time',
  command: "curl -L -o /dev/null -sS -w 'first byte %{time_starttransfer} s, status %{http_code}\\n' {asked}",
};

export const TTFB_WORDS: readonly CauseWords[] = [
  {
    cause: 'ttfb/slow-response',
    summary: '{host} took {seconds} to send the first byte[ of {step}]',
    explanation:
      'The request was sent and the server was silent for long: a cold cache of the proxy, a slow upstream, or load.',
    telltale: 'A gap between the request’s last byte and the response’s first; `200 OK (6.0s)` with -x.',
    remedies: [
      TRY_URL,
      {
        text: 'The proxy {host} is slow to the first byte: look at its cache and its upstream, or use another GOPROXY',
        command: 'go env GOPROXY',
      },
    ],
  },
  {
    cause: 'ttfb/no-response',
    summary: '{host} never answered the request[ for {resource}][ in {cost}][; {step}]',
    explanation:
      'The connection stands, the request was sent, and no response comes. Go sets no time limit on a response.',
    telltale: 'A request that is still open when the log ends.',
    remedies: [
      TRY_URL,
      {
        text: 'The proxy {host} hangs: look at it and its upstream, or use another GOPROXY entry',
        command: 'go env GOPROXY',
      },
      {
        text: 'Run with a time limit, so that a hang becomes an error (go has no response timeout)',
        command: 'timeout -s QUIT 120 go mod download',
      },
    ],
  },
  {
    cause: 'ttfb/slow-egress-proxy',
    summary: 'the egress proxy[ {host}] took {seconds} to answer {step}',
    explanation:
      'HTTPS_PROXY names a proxy. It was reached and asked for a connection to the host, and was slow to make it: it is loaded, or its own way out (DNS, firewall) is.',
    telltale: 'A gap between CONNECT, or a SOCKS request, and the answer to it.',
    remedies: EGRESS,
  },
  {
    cause: 'ttfb/silent-egress-proxy',
    summary: 'the egress proxy[ {host}] never answered {step}[ in {cost}]',
    explanation:
      'HTTPS_PROXY names a proxy. It took the connection, was asked for one to the host, and says nothing: it hangs, its way out does, or it speaks another protocol than HTTPS_PROXY says.',
    telltale: 'CONNECT, or a SOCKS greeting or request, without an answer.',
    remedies: EGRESS,
  },
  {
    cause: 'ttfb/egress-closed',
    summary: 'the egress proxy[ {host}] closes the connection when it is asked for one[ to {step}]',
    explanation:
      'HTTPS_PROXY names a proxy. It took the connection, was asked for one to the host, and hung up: it does not let anybody through to there, it is overloaded, or it is no HTTP proxy.',
    telltale: 'CONNECT, and then the end of the connection in place of an answer; `unexpected EOF`.',
    remedies: EGRESS,
  },
  {
    cause: 'ttfb/slow-first-proxy',
    summary:
      'the GOPROXY entry {base} answers 404 for every module, slowly: {seconds} before the next entry was asked',
    explanation:
      'Each module is asked of an entry that does not have it and takes its time to say so, before the next entry serves it. Since Go 1.24 a 404 over https is asked twice (GOAUTH).',
    telltale: '404 from the same host for each module, each followed by a request to the next entry.',
    remedies: [
      { text: 'Change the order of GOPROXY: {base} answers 404 slowly', command: '{swapped}' },
      {
        text: 'Send only its own modules to it: the rest need not ask {host}',
        command: 'go env -w GONOPROXY=corp.example/*',
      },
    ],
  },
  {
    cause: 'ttfb/slow-discovery',
    summary: 'finding the repository of {module} took {seconds}: {host} answers ?go-get=1 slowly',
    explanation:
      'For a module fetched directly, go asks the module’s host which repository it lives in, before any git.',
    telltale: 'A slow fetch with ?go-get=1.',
    remedies: [
      TRY_URL,
      {
        text: 'Let a GOPROXY serve the module, so that {host} need not be asked',
        command: 'go env -w GOPROXY=https://proxy.example,direct',
      },
    ],
  },
  {
    cause: 'ttfb/closed',
    summary: 'the connection to {host}[ {step}] was closed without an answer to {url}',
    explanation:
      'A connection came about, and was reset or closed before any response: by the server, by a proxy that is overloaded, or by a firewall that filters by the server name (SNI) during TLS. Without packets the log does not show which.',
    telltale: '`connection reset by peer` or `EOF`, and the host has answered nothing.',
    remedies: [
      { text: 'See whether TLS is done', command: 'openssl s_client {farEnd} </dev/null' },
      TRY_URL,
      { text: 'Record the packets', command: 'gotrace run --strace -- go mod download' },
    ],
  },
  {
    cause: 'ttfb/latency-bound',
    summary:
      'no single request is slow; many requests to {host} each cost one round trip, {seconds} together (latency)',
    explanation:
      'Hundreds of small requests, a few at a time, each wait one network round trip (RTT). The sum is the time.',
    telltale: 'Many waits of about equal length and no dominant one.',
    remedies: [
      {
        text: 'Use a nearer mirror or caching proxy than {host}: the round trip (latency) is the cost',
        command: 'go env -w GOPROXY=https://proxy.example,direct',
      },
      { text: 'Raise the concurrency of the download', command: 'GOMAXPROCS=16 go mod download' },
      { text: 'Keep GOMODCACHE between CI jobs', command: 'go env GOMODCACHE' },
    ],
  },
  {
    cause: 'ttfb/other',
    summary: 'waiting for {host} took {seconds}',
    explanation: 'A server took long to answer, in a way that none of the other causes describes.',
    telltale: 'A gap between request and response.',
    remedies: [
      {
        text: 'Ask the proxy or server {host} by hand and watch the time to the first byte',
        command: "curl -L -o /dev/null -sS -w 'first byte %{time_starttransfer} s\\n' {root}",
      },
    ],
  },
  {
    cause: 'transfer/slow',
    summary: 'the download[ of {resource}] from {host} is slow[: {cost} for its body][ ({setting})]',
    explanation:
      'The response began in time, and its body trickles in: bandwidth, throttling, or a busy server.',
    telltale: 'Few bytes over much time between the first and the last read of one body.',
    remedies: [
      {
        text: 'Measure the bandwidth from {host}: the transfer is slow',
        command: "curl -L -o /dev/null -w '%{speed_download} bytes/s\\n' {url}",
      },
      {
        text: 'Use a nearer mirror or a caching proxy',
        command: 'go env -w GOPROXY=https://proxy.example,direct',
      },
    ],
  },
  {
    cause: 'transfer/stalled',
    summary:
      'the download[ of {resource}] from {host} stopped in the middle and never went on[ ({cost} of silence)][; {step}]',
    explanation: 'Part of the body arrived, then nothing. Go waits for ever: it has no time limit on a body.',
    telltale: 'The last read of the body long before the end of the log.',
    remedies: [
      {
        text: 'Look at the connection to {host} while it stalls: state, retransmissions',
        command: 'ss -tino dst {ip}',
      },
      {
        text: 'A middlebox or the proxy stalls the transfer; try another network or GOPROXY',
        command: 'curl -vL -o /dev/null {url}',
      },
    ],
  },
  {
    cause: 'transfer/reset',
    summary: 'the connection to {host} broke while {resource} was being received',
    explanation: 'The other side, or something between, ended the connection before the body was complete.',
    telltale: 'ECONNRESET, `unexpected EOF`, or an HTTP/2 stream error.',
    remedies: [
      {
        text: 'Try again; if it repeats, read the log of the proxy {host} for the reset connection',
        command: 'go mod download',
      },
      { text: 'If HTTP/2 is what breaks, try without it', command: 'GODEBUG=http2client=0 go mod download' },
    ],
  },
  {
    cause: 'transfer/corrupt',
    summary: 'the zip of {module} that {host} sent is damaged',
    explanation: 'The archive cannot be read, or its content is not what a module zip must be.',
    telltale: '`zip: …`, `not a valid zip file`.',
    remedies: [
      {
        text: 'Remove the damaged zip from the module cache, then try again',
        command: 'go clean -modcache && go mod download',
      },
      { text: 'If it comes back, purge the zip from the cache of the proxy {host}' },
    ],
  },
  {
    cause: 'transfer/other',
    summary: 'receiving {url} from {host} took {seconds}',
    explanation: 'A body took long, in a way that none of the other causes describes.',
    telltale: 'Time between the first and the last read of a body.',
    remedies: [
      {
        text: 'Measure the transfer from {host} by hand',
        command: "curl -L -o /dev/null -w '%{speed_download} bytes/s\\n' {url}",
      },
    ],
  },
];
