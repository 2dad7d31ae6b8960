import { script } from '../model/command.ts';
import type { Probe } from '../model/probe.ts';
import { Problem } from '../model/problem.ts';
import { garbled, linesOf } from './answer.ts';

export type Forwarding = 'DR' | 'NAT' | 'TUN';

/** A real server in the kernel's table; `tunnel` is what -S prints of a tunnel that is not plain IPIP. */
export interface ServerEntry {
  readonly method: Forwarding;
  readonly weight: number;
  readonly tunnel?: string;
}

/**
 * A virtual service in the kernel's table; `flags` are the words of -S that lvsform has no member for (--pe
 * sip, -o, -b ..., -M ...).
 */
export interface VirtualServiceEntry {
  readonly scheduler: string;
  /** Seconds; 0 is off. */
  readonly persistence: number;
  readonly flags?: readonly string[];
  /** By `address:port`, IPv6 in brackets. */
  readonly servers: { readonly [server: string]: ServerEntry };
}

/**
 * Virtual services by `tcp:192.168.0.240:80` (IPv6: `tcp:[fd00::240]:80`), from one `ipvsadm -Sn`
 * (ipvsadm(8)). Without /proc/net/ip_vs the module is not loaded, and there are none; ipvsadm is not asked
 * then, for it would load it. On a host without ipvsadm, a table that holds services is an error.
 */
export const ipvs: Probe<VirtualServiceEntry> = {
  name: 'ipvs',
  script: () => script('lvsform-read-ipvs', text),

  parse(result, keys) {
    const lines = linesOf('ipvs', result);
    if (lines.includes('blind')) {
      throw new Problem('could not read the IPVS table', {
        why: 'it holds services, and ipvsadm is not installed',
        next: 'install ipvsadm on the host',
      });
    }
    const services = new Map<string, VirtualServiceEntry>();
    for (const line of lines) {
      if (line === 'none') continue;
      const [command, kind, name = '', ...words] = line.trim().split(/\s+/);
      const protocol = kind === '-t' ? 'tcp' : kind === '-u' ? 'udp' : String(kind).slice(1);
      const key = `${protocol}:${name}`;
      const service = services.get(key);
      if (command === '-A') services.set(key, parseService(words));
      else if (command === '-a' && service) services.set(key, withServer(service, words));
      else throw garbled('ipvs', line);
    }
    return new Map(keys.map(key => [key, services.get(key)]));
  },
};

function parseService(words: readonly string[]): VirtualServiceEntry {
  let [scheduler, persistence] = ['', 0];
  const flags: string[] = [];
  for (let at = 0; at < words.length; at++) {
    const word = words[at] ?? '';
    if (word === '-s') scheduler = words[++at] ?? '';
    else if (word === '-p') persistence = Number(words[++at]);
    else flags.push(word);
  }
  if (scheduler === '' || Number.isNaN(persistence)) throw garbled('ipvs', words.join(' '));
  return { scheduler, persistence, ...(flags.length === 0 ? {} : { flags }), servers: {} };
}

const forwarding = new Map<string, Forwarding>([
  ['-g', 'DR'],
  ['-m', 'NAT'],
  ['-i', 'TUN'],
]);

/** What ipvsadm 1.31 prints of every tunnel that is nothing special, and 1.29 does not. */
const plainTunnel = '--tun-type ipip';

function withServer(service: VirtualServiceEntry, words: readonly string[]): VirtualServiceEntry {
  let [server, weight] = ['', Number.NaN];
  let method: Forwarding | undefined;
  const tunnel: string[] = [];
  for (let at = 0; at < words.length; at++) {
    const word = words[at] ?? '';
    if (word === '-r') server = words[++at] ?? '';
    else if (word === '-w') weight = Number(words[++at]);
    else if (forwarding.has(word)) method = forwarding.get(word);
    else tunnel.push(word);
  }
  if (server === '' || method === undefined || Number.isNaN(weight)) throw garbled('ipvs', words.join(' '));
  const special = tunnel.join(' ');
  const entry = { method, weight, ...(special === '' || special === plainTunnel ? {} : { tunnel: special }) };
  return { ...service, servers: { ...service.servers, [server]: entry } };
}

/** /proc/net/ip_vs begins with three lines of heading; each service's line begins with its protocol. */
const text = `export LC_ALL=C
[ -d /proc/net/ ] || { echo '/proc is not mounted' >&2; exit 1; }
if ! [ -e /proc/net/ip_vs ]; then echo none
elif command -v ipvsadm >/dev/null; then ipvsadm -Sn || exit 1
else
  while read -r word rest; do
    case $word in TCP | UDP | SCTP | FWM) echo blind ;; esac
  done </proc/net/ip_vs
fi
echo end
`;
