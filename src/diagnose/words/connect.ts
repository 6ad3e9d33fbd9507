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
  command: 'curl -v --connect-timeout 5 -o /dev/null {root}',
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
        text: 'A firewall or route drops packets to {target}: allow the connect, or fix the route',
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
        command: 'curl -v -o /dev/null {root}',
      },
      {
        text: 'Check the address that the name resolves to, and GOPROXY',
        command: 'getent ahosts {name}; go env GOPROXY',
      },
    ],
  },
  {
    cause: 'connect/no-address',
    summary:
      'this machine has no address or port of its own to reach {target} from (cannot assign requested address)',
    explanation:
      'The kernel found no local address: for an IPv6 address, IPv6 is not set up here; for an IPv4 address, all local ports are in use, by connections that were closed a moment ago as well.',
    telltale: 'EADDRNOTAVAIL from connect.',
    remedies: [
      { text: 'See which addresses there are', command: 'ip -brief address; ip route get {ip}' },
      { text: 'See whether the ports are used up', command: 'ss -s; sysctl net.ipv4.ip_local_port_range' },
      WITHOUT_ENTRY,
    ],
  },
  {
    cause: 'connect/unreachable',
    summary: 'there is no route to {target}',
    explanation:
      'The kernel or a router says that the network or host cannot be reached; a firewall that rejects with an ICMP message says so as well.',
    telltale: 'ENETUNREACH or EHOSTUNREACH.',
    remedies: [
      {
        text: 'Check the route, the VPN, the container network, and firewalls on the way',
        command: 'ip route get {ip}',
      },
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
    cause: 'connect/not-permitted',
    summary: 'this machine does not permit the connect to {target}: a local firewall, or a sandbox',
    explanation:
      'The kernel refuses the connect itself (EPERM, EACCES): a firewall rule on this machine, a network policy, seccomp, or a sandbox of the CI system. Nothing was sent.',
    telltale:
      '`connect: operation not permitted`, `connect: permission denied`; EPERM or EACCES from connect or socket.',
    remedies: [
      { text: 'Look for a rule that rejects it', command: 'nft list ruleset; iptables -S OUTPUT' },
      {
        text: 'See whether the sandbox lets any process out',
        command: 'curl -sS -o /dev/null -m 5 {root}',
      },
      {
        text: 'Where only an egress proxy is permitted, name it',
        command: 'export HTTPS_PROXY=http://proxy.example:3128',
      },
    ],
  },
  {
    cause: 'connect/failed',
    summary: '{server} could not be connected to[ ({setting})]',
    explanation:
      'No connection came about, and in none of the usual ways. Where no errno is named, the words are those of git (through curl), which are the same for each way in which connecting fails.',
    telltale: '`Failed to connect to HOST port N after M ms`.',
    remedies: [
      { text: 'Try {server} by hand', command: 'curl -v --connect-timeout 5 -o /dev/null {root}' },
      { text: 'See which connect fails, and how', command: 'gotrace run --strace -- go mod download' },
    ],
  },
  {
    cause: 'connect/other',
    summary: 'reaching {host} took {seconds}; this log does not show whether {step}',
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
          "curl -o /dev/null -sS -m 60 -w 'dns %{time_namelookup} connect %{time_connect} tls %{time_appconnect} first-byte %{time_starttransfer}\\n' {root}",
      },
      {
        text: 'If it is the network to {host}: check the address record, the firewall, or use another GOPROXY entry; connect timeout is 30 s',
      },
    ],
  },
];
