import { createHash } from 'node:crypto';

/** The packets that an opening lets in. */
export interface Opening {
  readonly chain?: 'INPUT' | 'FORWARD' | undefined;
  readonly family?: 4 | 6 | undefined;
  readonly protocol: OpeningProtocol;
  /** Addresses, or networks. */
  readonly from?: string | undefined;
  readonly to?: string | undefined;
  /** `80`, or `8000-8010`: where they go to, and where they come from. */
  readonly port?: string | undefined;
  readonly from_port?: string | undefined;
  /** Only packets of connections that there are already, and what ICMP says about them. */
  readonly answers?: boolean | undefined;
}

/** `ping` asks for an echo; `unreachable` tells that a packet was too big, or found nobody. */
export type OpeningProtocol =
  | 'any'
  | 'tcp'
  | 'udp'
  | 'sctp'
  | 'vrrp'
  | 'ah'
  | 'ipip'
  | 'ping'
  | 'unreachable';

/** By number, for a host may lack /etc/protocols (IANA, Protocol Numbers). */
const numbers: { readonly [protocol in OpeningProtocol]?: string } = { ipip: '4', ah: '51', vrrp: '112' };

/** The words of a rule of iptables, without its chain. */
export function ruleWords(opening: Opening): readonly string[] {
  const { from, to, port, from_port: fromPort, answers } = opening;
  return [
    ...(from === undefined ? [] : ['-s', from]),
    ...(to === undefined ? [] : ['-d', to]),
    ...protocolWords(opening),
    ...(fromPort === undefined ? [] : ['--sport', fromPort.replace('-', ':')]),
    ...(port === undefined ? [] : ['--dport', port.replace('-', ':')]),
    ...(answers === true ? ['-m', 'conntrack', '--ctstate', 'ESTABLISHED,RELATED'] : []),
    ...['-j', 'ACCEPT'],
  ];
}

function protocolWords({ protocol, family }: Opening): readonly string[] {
  if (protocol === 'any') return [];
  if (protocol === 'ping' || protocol === 'unreachable') {
    return family === 6
      ? ['-p', 'ipv6-icmp', '--icmpv6-type', icmpType(protocol, 6)]
      : ['-p', 'icmp', '--icmp-type', icmpType(protocol, 4)];
  }
  return ['-p', numbers[protocol] ?? protocol];
}

/** In IPv6, that a packet was too big is a type of its own (RFC 4443); in IPv4 it is a kind of unreachable (RFC 792). */
function icmpType(protocol: 'ping' | 'unreachable', family: 4 | 6): string {
  if (protocol === 'ping') return 'echo-request';
  return family === 6 ? 'packet-too-big' : 'destination-unreachable';
}

/** A rich rule, spelled as firewalld prints it (firewalld.richlanguage(5)). */
export function richRule(opening: Opening): string {
  const { family = 4, protocol, from, to, port, from_port: fromPort } = opening;
  const element =
    protocol === 'ping' || protocol === 'unreachable'
      ? [`icmp-type name="${icmpType(protocol, family)}"`]
      : port !== undefined
        ? [`port port="${port}" protocol="${protocol}"`]
        : fromPort !== undefined
          ? [`source-port port="${fromPort}" protocol="${protocol}"`]
          : protocol === 'any'
            ? []
            : [`protocol value="${numbers[protocol] ?? protocol}"`];
  return [
    `rule family="ipv${family}"`,
    ...(from === undefined ? [] : [`source address="${from}"`]),
    ...(to === undefined ? [] : [`destination address="${to}"`]),
    ...element,
    'accept',
  ].join(' ');
}

/** The comment by which a rule of iptables is found again. */
export function markOf(words: readonly string[]): string {
  return `lvsform:${createHash('sha256').update(JSON.stringify(words)).digest('hex').slice(0, 8)}`;
}

/** A rule ends with its target's options, so the mark goes in front. */
export function markedWords(words: readonly string[]): readonly string[] {
  return ['-m', 'comment', '--comment', markOf(words), ...words];
}
