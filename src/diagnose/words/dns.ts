import type { CauseWords } from './types.ts';

const RESOLV_CONF = { text: 'Look at the nameservers in use', command: 'cat /etc/resolv.conf' };
const ASK = { text: 'Ask this DNS nameserver by hand', command: 'dig +tries=1 +time=5 @{ip} {host}' };

/** Programs on this machine that ask others in turn. */
const HANDED_ON = [
  {
    text: '{stub} is systemd-resolved, which hands questions on: see which nameservers it asks, and ask those',
    command: 'resolvectl status',
  },
  {
    text: '{embedded} is Docker’s, which hands questions on: look at /etc/resolv.conf of the host, or give the container other nameservers (docker run --dns ADDRESS)',
  },
];

export const DNS_WORDS: readonly CauseWords[] = [
  {
    cause: 'dns/slow-nameserver',
    summary: '{nameservers} took {seconds} to answer for {host}[: {step}]',
    explanation:
      'A nameserver answers, but late. Go has no DNS cache: each new connection looks the name up again.',
    telltale: 'More than 0.5 s between a query on UDP port 53 and its answer from the same server.',
    remedies: [
      ...HANDED_ON,
      ASK,
      {
        text: 'Put a faster resolver first in /etc/resolv.conf, or run a local caching resolver (systemd-resolved, dnsmasq, unbound)',
      },
      RESOLV_CONF,
    ],
  },
  {
    cause: 'dns/local-resolver',
    summary: 'systemd-resolved, through which names are looked up here, {setting} for {host}',
    explanation:
      'With `resolve` in /etc/nsswitch.conf, programs that use the C library (git, curl, ssh) ask systemd-resolved over a socket, and that asks the nameservers of each network or VPN in turn. Which of those was slow or silent does not show in the program’s own calls. The official go does not use it.',
    telltale: 'A call of io.systemd.Resolve.ResolveHostname whose reply comes late, never, or with an error.',
    remedies: [
      { text: 'Ask systemd-resolved by hand', command: 'time resolvectl query {host}' },
      { text: 'See which nameservers it asks, for which network', command: 'resolvectl status' },
      { text: 'See what it says of them', command: 'journalctl -u systemd-resolved --since -1h' },
    ],
  },
  {
    cause: 'dns/lost-query',
    summary:
      'the nameserver {ip} left a query for {host} without an answer and answered when it was asked again: {seconds} went into waiting',
    explanation:
      'A UDP packet was lost, or the nameserver limits the rate of queries. The resolver asks again after its time-out (5 s).',
    telltale: 'A query without an answer, and the same query to the same server answered later.',
    remedies: [
      ...HANDED_ON,
      {
        text: 'Ask the nameserver {ip} several times, and count the answers that fail: packets on the way to it are lost, or it limits the rate',
        command: 'for i in 1 2 3 4 5 6 7 8 9; do dig +tries=1 +time=1 @{ip} {host} | grep -c ANSWER:; done',
      },
      {
        text: 'Wait less for a lost answer: in resolv.conf',
        command: "echo 'options timeout:1 attempts:3' >> /etc/resolv.conf",
      },
    ],
  },
  {
    cause: 'dns/dead-nameserver',
    summary: '{nameservers} never answered; {seconds} went into waiting before another one was asked',
    explanation:
      'One of several nameservers does not answer. Go waits 5 s for it (resolv.conf: timeout), then asks the next.',
    telltale: 'A query without an answer, and the same name asked of another server 5 s later.',
    remedies: [
      {
        text: 'Take nameserver {ip} out of /etc/resolv.conf, or move it to the end',
        command: "sed -i -E '/^nameserver ({anyIp})$/d' /etc/resolv.conf",
      },
      {
        text: 'Until then, wait less for it: add this line to /etc/resolv.conf',
        command: "echo 'options timeout:1 attempts:2' >> /etc/resolv.conf",
      },
      ASK,
    ],
  },
  {
    cause: 'dns/silent-for-name',
    summary:
      '{nameservers} never answered for {host}, though there were answers for other names[; {cost} of waiting]',
    explanation:
      'A nameserver that cannot reach those of a zone ought to say SERVFAIL; one that forwards the zone to a server that is gone, or behind a VPN that is down, may say nothing. Go asks each nameserver twice for 5 s.',
    telltale: 'Queries for one name without an answer, and answers of the same server for others.',
    remedies: [
      ...HANDED_ON,
      ASK,
      {
        text: 'A name that only exists inside a network needs its VPN, and a nameserver that can reach that network',
        command: 'cat /etc/resolv.conf; ip route',
      },
      { text: 'Ask the operator of {ip} where it forwards {host} to' },
    ],
  },
  {
    cause: 'dns/all-nameservers-dead',
    summary: 'no nameserver answered for {host}[ (asked: {ip})]',
    explanation:
      'None of the nameservers in resolv.conf answers. Each is asked twice for 5 s, then the lookup fails with an i/o timeout.',
    telltale: 'Only queries, no answer from any server; `lookup …: i/o timeout`.',
    remedies: [
      ...HANDED_ON,
      {
        text: 'Check the network and the VPN, then the nameserver lines of /etc/resolv.conf',
        command: 'cat /etc/resolv.conf; ip route get {ip}',
      },
      ASK,
      {
        text: 'UDP port 53 may be blocked by a firewall: ask the resolver over TCP',
        command: 'dig +tcp @{ip} {host}',
      },
    ],
  },
  {
    cause: 'dns/no-such-host',
    summary: 'the name {host} does not exist in DNS (no such host)',
    explanation:
      'The nameserver says that the name does not exist (NXDOMAIN). Go does not ask another server after that.',
    telltale: 'rcode 3 in the answer; `no such host`.',
    remedies: [
      {
        text: 'Check the spelling of the host in GOPROXY, GOSUMDB or the module path',
        command: 'go env GOPROXY GOSUMDB GOPRIVATE',
      },
      {
        text: 'A name that only exists inside a network needs its VPN and its nameserver (split-horizon DNS)',
        command: 'dig {host}',
      },
    ],
  },
  {
    cause: 'dns/servfail',
    summary: '{nameservers} cannot resolve {host}: the answer is SERVFAIL or REFUSED (server misbehaving)',
    explanation:
      'The nameserver answers that it failed, or refuses to answer. Go then asks the next server and tries again.',
    telltale: 'rcode 2 or 5; `server misbehaving`.',
    remedies: [
      ...HANDED_ON,
      ASK,
      { text: 'Use another resolver: put it first in /etc/resolv.conf (nameserver line)' },
      RESOLV_CONF,
    ],
  },
  {
    cause: 'dns/lame-referral',
    summary:
      '{nameservers} has no address for {host}, and does not ask other nameservers for one (lame referral)',
    explanation:
      'The answer holds no address and says that the server knows its own zones only (no recursion): it is no resolver, or none for this machine.',
    telltale: '`lame referral`; an answer without the RA bit.',
    remedies: [
      {
        text: 'See whether it is a resolver: `recursion requested but not available`',
        command: 'dig @{ip} {host}',
      },
      { text: 'Name a resolver in its place (nameserver line)', command: 'cat /etc/resolv.conf' },
    ],
  },
  {
    cause: 'dns/refused-port',
    summary: 'nothing listens on DNS port 53 of {ip} (connection refused)',
    explanation:
      'An ICMP port unreachable came back: no DNS server runs at the address in resolv.conf, often a local stub that is down.',
    telltale: 'ECONNREFUSED on the UDP socket.',
    remedies: [
      {
        text: 'Correct the nameserver in /etc/resolv.conf, or start the local resolver',
        command: 'systemctl status systemd-resolved; cat /etc/resolv.conf',
      },
      ASK,
    ],
  },
  {
    cause: 'dns/unreachable',
    summary:
      'the nameserver {ip} cannot be reached: this machine has no route to it (network is unreachable)',
    explanation:
      'The kernel refuses to send the query: the network is down, or the address in resolv.conf belongs to a VPN or a network that this machine is not in.',
    telltale: 'ENETUNREACH or EHOSTUNREACH on the UDP socket.',
    remedies: [
      {
        text: 'See whether the network is up, and which way leads to {ip}',
        command: 'ip route get {ip}; ip -brief address',
      },
      { text: 'See where the nameserver comes from', command: 'cat /etc/resolv.conf' },
    ],
  },
  {
    cause: 'dns/tcp-fallback',
    summary:
      'answers for {host} did not fit into UDP, and {ip} was asked again over TCP[, which took {cost}][: {step}]',
    explanation:
      'A truncated answer makes the resolver ask again over TCP; where TCP port 53 is filtered or slow, that is the wait.',
    telltale: 'TC bit in a UDP answer, then a connection to port 53.',
    remedies: [
      { text: 'Let TCP port 53 through to the nameserver', command: 'dig +tcp @{ip} {host}' },
      {
        text: 'Check EDNS and the MTU on the path to the resolver; where UDP is broken, add `options use-vc` to /etc/resolv.conf',
      },
    ],
  },
  {
    cause: 'dns/truncated',
    summary:
      'the answer of {nameservers} for {host} did not fit into UDP, and the program did not ask again over TCP: it has no address',
    explanation:
      'A nameserver marks an answer that does not fit as truncated, and expects to be asked again over TCP. The C library musl does so since 1.2.4 only (Alpine 3.18); git and curl of an older Alpine have no address then. Go asks again by itself.',
    telltale: 'TC bit in each UDP answer, no address in them, and no connection to port 53.',
    remedies: [
      { text: 'See how large the answer is', command: 'dig +tcp @{ip} {host}' },
      { text: 'Use an image with musl 1.2.4 or newer (Alpine 3.18), or with glibc' },
      {
        text: 'Make the answer smaller: fewer addresses, no long chain of CNAMEs; or a local caching resolver',
      },
    ],
  },
  {
    cause: 'dns/slow-aaaa',
    summary:
      'the nameserver {ip} answers A for {host} quickly, but AAAA (IPv6) late or never; both are waited for',
    explanation:
      'Go asks for A and AAAA in parallel and waits for both. A resolver or middlebox that mishandles AAAA delays every lookup.',
    telltale: 'Two queries of one lookup, one of them unanswered or late.',
    remedies: [
      { text: 'Fix AAAA on the resolver, or use another nameserver', command: 'dig @{ip} AAAA {host}' },
      {
        text: 'If the resolver drops the second of two parallel queries, add this to /etc/resolv.conf',
        command: "echo 'options single-request' >> /etc/resolv.conf",
      },
    ],
  },
  {
    cause: 'dns/search-list',
    summary:
      'the search list of resolv.conf made {host} be looked up under other names first; that took {seconds}',
    explanation:
      'With a high ndots, a name is first tried with each search domain behind it, and each try costs a round trip.',
    telltale: 'The same name with different suffixes, NXDOMAIN each, before the name itself.',
    remedies: [
      {
        text: 'Lower ndots, so that names with a dot are asked as they are',
        command: "sed -i 's/ndots:[0-9]*/ndots:1/' /etc/resolv.conf",
      },
      {
        text: 'Shorten the `search` line of /etc/resolv.conf; in Kubernetes set dnsConfig.options ndots to 1',
      },
    ],
  },
  {
    cause: 'dns/cgo-resolver',
    summary: 'looking up {host} through the C library took {seconds}',
    explanation: 'A go command built with cgo may use getaddrinfo, and with it nsswitch.conf, nscd and mDNS.',
    telltale: 'netdns says cgo; libnss files are opened; ltrace shows getaddrinfo.',
    remedies: [
      { text: "Use Go's own resolver for this run", command: 'GODEBUG=netdns=go go mod download' },
      RESOLV_CONF,
    ],
  },
  {
    cause: 'dns/other',
    summary: 'the lookup[ of {hostName}] failed or was slow[ ({cost})][; {step}][; asked: {ip}]',
    explanation: 'A name lookup took long or failed, in a way that none of the other DNS causes describes.',
    telltale: 'Time between the first query and the last answer of a lookup.',
    remedies: [
      ...HANDED_ON,
      { text: 'Look the name up by hand and watch the time', command: 'dig {hostName}' },
      { text: 'Ask this DNS nameserver anything', command: 'dig +tries=1 +time=5 @{ip} example.com' },
      RESOLV_CONF,
    ],
  },
];
