import { script } from '../model/command.ts';
import type { Probe } from '../model/probe.ts';
import { Problem } from '../model/problem.ts';
import { garbled, linesOf } from './answer.ts';
import {
  parseServer,
  parseService,
  type ServerEntry,
  serviceKey,
  type VirtualServiceEntry,
} from './ipvs-words.ts';

export type { Forwarding, ServerEntry, VirtualServiceEntry } from './ipvs-words.ts';

/**
 * Virtual services by `tcp:192.168.0.240:80` (IPv6: `tcp:[fd00::240]:80`; by firewall mark: `fwmark:5`, of IPv6
 * `fwmark6:5`), from one `ipvsadm -Sn` (ipvsadm(8)). That leaves out the thresholds of real servers, so
 * `-Ln --thresholds` follows it. Without /proc/net/ip_vs the module is not loaded, and there are none; ipvsadm is not
 * asked then, for it would load it. On a host without ipvsadm, a table that holds services is an error.
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
    const middle = lines.indexOf('thresholds');
    const services = parseTable(middle < 0 ? lines : lines.slice(0, middle));
    if (middle >= 0) addThresholds(services, lines.slice(middle + 1));
    return new Map(keys.map(key => [key, services.get(key)]));
  },
};

function parseTable(lines: readonly string[]): Map<string, VirtualServiceEntry> {
  const services = new Map<string, VirtualServiceEntry>();
  for (const line of lines) {
    if (line === 'none') continue;
    const [command, ...words] = line.trim().split(/\s+/);
    const { key, rest } = serviceKey(words);
    const service = services.get(key);
    if (command === '-A') services.set(key, parseService(rest));
    else if (command === '-a' && service) services.set(key, withServer(service, ...parseServer(rest)));
    else throw garbled('ipvs', line);
  }
  return services;
}

function withServer(service: VirtualServiceEntry, name: string, server: ServerEntry): VirtualServiceEntry {
  return { ...service, servers: { ...service.servers, [name]: server } };
}

/** A server that is in one of the two listings alone has come or gone in between: the first one counts. */
function addThresholds(services: Map<string, VirtualServiceEntry>, lines: readonly string[]): void {
  let key = '';
  for (const line of lines) {
    const [first = '', name = '', ...words] = line.trim().split(/\s+/);
    if (first === 'FWM') key = `${words[0] === 'IPv6' ? 'fwmark6' : 'fwmark'}:${name}`;
    else if (/^(TCP|UDP|SCTP)$/.test(first)) key = `${first.toLowerCase()}:${name}`;
    else if (first === '->' && name !== 'RemoteAddress:Port') {
      const [upper, lower] = [Number(words[0]), Number(words[1])];
      if (!Number.isInteger(upper) || !Number.isInteger(lower)) throw garbled('ipvs', line);
      const service = services.get(key);
      const server = service?.servers[name];
      if (service && server) services.set(key, withServer(service, name, limited(server, upper, lower)));
    } else if (!/^(IP|Prot|->)$/.test(first)) throw garbled('ipvs', line);
  }
}

function limited(server: ServerEntry, upper: number, lower: number): ServerEntry {
  return { ...server, ...(upper === 0 ? {} : { upper }), ...(lower === 0 ? {} : { lower }) };
}

/** /proc/net/ip_vs begins with three lines of heading; each service's line begins with its protocol. */
const text = `export LC_ALL=C
[ -d /proc/net/ ] || { echo '/proc is not mounted' >&2; exit 1; }
if ! [ -e /proc/net/ip_vs ]; then echo none
elif command -v ipvsadm >/dev/null; then
  ipvsadm -Sn || exit 1
  echo thresholds
  ipvsadm -Ln --thresholds || exit 1
else
  while read -r word rest; do
    case $word in TCP | UDP | SCTP | FWM) echo blind ;; esac
  done </proc/net/ip_vs
fi
echo end
`;
