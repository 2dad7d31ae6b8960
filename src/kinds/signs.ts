import type { Json } from '../model/json.ts';
import { type ConfEntry, named, parseKeepalivedConf, wordAfter } from '../model/keepalived-conf.ts';
import type { Sign } from '../model/sign.ts';
import { addresses, addressKey } from '../probes/addresses.ts';
import { ipvs } from '../probes/ipvs.ts';
import { keepalivedStates } from '../probes/keepalived-states.ts';
import { canonicalNetwork, endpoint } from './ip.ts';
import { serviceOf, type VirtualServerSpec } from './virtual-server-spec.ts';

/**
 * A VIP that keepalived carries, on one of these interfaces (use_vmac has one of its own). What its configuration says of
 * virtual servers has nothing to do with that.
 */
export function vipSign(
  address: string,
  interfaces: readonly string[],
  how: { readonly shows: number; readonly patience: number; readonly moves: boolean },
): Sign {
  const network = canonicalNetwork(address);
  const keys = interfaces.map(device => addressKey(device, network));
  return {
    name: `VIP ${network.split('/')[0]}`,
    asks: keys.map(key => ({ probe: addresses, key })),
    held: answers => keys.some(key => answers.get(addresses, key) !== undefined),
    concerned: (from, to) => JSON.stringify(vrrpOf(from)) !== JSON.stringify(vrrpOf(to)),
    ...how,
  };
}

/**
 * A VRRP instance that takes part: in FAULT state a director neither carries the VIPs nor can take them over. What no log tells is taken
 * for good.
 */
export function takesPartSign(
  instance: string,
  how: { readonly shows: number; readonly patience: number },
): Sign {
  return {
    name: `VRRP instance ${instance} out of FAULT state`,
    asks: [{ probe: keepalivedStates, key: instance }],
    held: answers => answers.get(keepalivedStates, instance) !== 'FAULT',
    concerned: (from, to) => JSON.stringify(vrrpOf(from)) !== JSON.stringify(vrrpOf(to)),
    ...how,
    moves: false,
  };
}

/**
 * A service of IPVS whose table a daemon keeps by health checks: it is served as long as one of its own real servers, and not
 * only a sorry server, gets connections. A configuration of keepalived with the same checks for those that were there
 * before has nothing to do with that.
 */
export function servedSign(
  name: string,
  spec: VirtualServerSpec,
  how: { readonly shows: number; readonly patience: number },
): Sign {
  const key = serviceOf(spec);
  const own = new Set(spec.servers.map(({ address, port }) => endpoint(address, port)));
  return {
    name: `a healthy real server of service ${name}`,
    asks: [{ probe: ipvs, key }],
    held: answers =>
      Object.entries(answers.get(ipvs, key)?.servers ?? {}).some(
        ([server, { weight }]) => weight > 0 && own.has(server),
      ),
    concerned: (from, to) => {
      const [before, after] = [checksOf(from), checksOf(to)];
      return [...before].some(([server, checks]) => after.has(server) && after.get(server) !== checks);
    },
    ...how,
    moves: false,
  };
}

/** What a file says of virtual servers' health: the checks of each real server, and what decides for all of them. */
function checksOf(file: Json | undefined): ReadonlyMap<string, string> {
  const servers = entriesOf(file).filter(({ words: [first] }) => first === 'virtual_server');
  return new Map(
    servers.flatMap(({ words, entries }) =>
      named(entries, 'real_server').map((server): [string, string] => [
        [...words, ...server.words].join(' '),
        JSON.stringify([
          named(entries, 'alpha', 'quorum', 'hysteresis').map(entry => entry.words),
          wordAfter(entries, 'delay_loop'),
          (server.entries ?? []).filter(({ entries: block }) => block !== undefined).map(plain),
        ]),
      ]),
    ),
  );
}

function vrrpOf(file: Json | undefined): readonly Json[] {
  return entriesOf(file)
    .filter(({ words: [first = ''] }) => !first.startsWith('virtual_server'))
    .map(plain);
}

function entriesOf(file: Json | undefined): readonly ConfEntry[] {
  const content =
    file !== null && typeof file === 'object' && 'content' in file ? file['content'] : undefined;
  return typeof content === 'string' ? parseKeepalivedConf(content) : [];
}

/** Without the numbers of its lines. */
function plain({ words, entries }: ConfEntry): Json {
  return [...words, ...(entries ?? []).map(plain)];
}
