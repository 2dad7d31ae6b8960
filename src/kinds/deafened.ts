import {
  type ConfEntry,
  globalsOf,
  named,
  parseKeepalivedConf,
  wordAfter,
} from '../model/keepalived-conf.ts';

/** What an advertisement must agree in with whoever hears it, by name. */
type Agreed = Readonly<Record<string, string>>;

interface Instance {
  readonly name: string;
  readonly vips: readonly string[];
  readonly agreed: Agreed;
}

/**
 * Why a director whose keepalived.conf goes from one text to another does not hear those any more that still have the first,
 * and they not it: each then takes the other for lost, and both carry the VIP. One line for each VRRP instance, and no secret.
 *
 * keepalived drops an advertisement of another version or password, with other addresses, and in version 2 with another
 * interval (vrrp.c, vrrp_check_packet); one of another router id, interface or address family never comes to it.
 */
export function deafened(from: string, to: string): readonly string[] {
  const before = instancesOf(from);
  return instancesOf(to).flatMap(instance => {
    const old = before.find(one => meet(one, instance));
    const differing = old === undefined ? [] : differences(old.agreed, instance.agreed);
    return differing.length === 0 ? [] : [`${instance.name}: ${differing.join(', ')}`];
  });
}

/** Whether two are one virtual router, or carry one address. */
function meet(a: Instance, b: Instance): boolean {
  const place = ({ agreed }: Instance) => `${agreed['interface']} ${agreed['virtual_router_id']}`;
  return place(a) === place(b) || a.vips.some(vip => b.vips.includes(vip));
}

function differences(a: Agreed, b: Agreed): readonly string[] {
  const interval = a['version'] === '3' && b['version'] === '3' ? ['advert_int'] : [];
  return Object.keys({ ...a, ...b })
    .filter(name => a[name] !== b[name] && !interval.includes(name))
    .map(name => (name === 'password' ? 'password' : `${name} ${a[name] ?? 'none'} -> ${b[name] ?? 'none'}`));
}

function instancesOf(text: string): readonly Instance[] {
  const conf = parseKeepalivedConf(text);
  const version = wordAfter(globalsOf(conf), 'vrrp_version') ?? '2';
  return named(conf, 'vrrp_instance').map(block => instanceOf(block, version));
}

function instanceOf({ words, entries }: ConfEntry, version: string): Instance {
  const secret = named(entries, 'authentication').flatMap(block => block.entries ?? []);
  const vips = named(entries, 'virtual_ipaddress')
    .flatMap(block => block.entries ?? [])
    .map(({ words: [address = ''] }) => address.replace(/\/\d+$/, ''))
    .sort();
  return {
    name: words[1] ?? 'vrrp',
    vips,
    agreed: {
      interface: wordAfter(entries, 'interface') ?? '',
      virtual_router_id: wordAfter(entries, 'virtual_router_id') ?? '',
      version: wordAfter(entries, 'version') ?? version,
      advert_int: wordAfter(entries, 'advert_int') ?? '1',
      peers: named(entries, 'unicast_peer').length > 0 ? 'unicast' : 'multicast',
      addresses: vips.join(' '),
      ...(secret.length > 0 && {
        auth_type: wordAfter(secret, 'auth_type') ?? '',
        password: wordAfter(secret, 'auth_pass') ?? '',
      }),
    },
  };
}
