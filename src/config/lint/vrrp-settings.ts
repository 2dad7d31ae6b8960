import { showNetwork } from '../address.ts';
import { addressOf, type DraftInstance, isFraction } from '../draft/instance.ts';
import { doubtful, type Rule, wrong, wrongAtKey } from './rule.ts';

/** RFC 5798, 5.2.7: the interval has 12 bits of hundredths of a second. */
const longestV3 = 40.95;

const versions: Rule = {
  reads: ['vips', 'vrrp'],
  *check({ instances }) {
    for (const { path, yaml, version, family } of instances) {
      const { advert_interval: interval } = yaml;
      const at = [...path, 'advert_interval'];
      const why = family === 6 ? 'IPv6 VIPs' : isFraction(interval) ? 'fractions of a second' : 'version: 3';
      if (version === 2 && family === 6) {
        yield wrong([...path, 'version'], 'version 2 has no IPv6, and its VIPs are', 'write version: 3');
      }
      if (version === 2 && isFraction(interval)) {
        yield wrong(at, 'version 2 of VRRP has whole seconds', 'write version: 3, or a whole number');
      }
      if (version === 3 && interval !== undefined && interval > longestV3) {
        yield wrong(at, `version 3 of VRRP has at most ${longestV3} s`, 'write a shorter interval');
      }
      if (interval !== undefined && Math.abs(interval * 100 - Math.round(interval * 100)) > 1e-6) {
        yield wrong(at, 'VRRP counts in hundredths of a second', 'write a multiple of 0.01');
      }
      if (version === 3 && yaml.auth_pass !== undefined) {
        yield wrong(
          [...path, 'auth_pass'],
          `${why} take version 3 of VRRP, which has no authentication (RFC 5798, 9)`,
          yaml.version === undefined && family === 4 ? 'remove it, or write whole seconds' : 'remove it',
        );
      }
      if (yaml.auth_type !== undefined && yaml.auth_pass === undefined) {
        yield wrong([...path, 'auth_type'], 'there is no password', 'write auth_pass, or remove it');
      }
    }
  },
};

/** The peers are the other members: none of them can be the host itself, or an address that nobody has. */
const unicast: Rule = {
  reads: ['hosts', 'vips', 'vrrp'],
  *check({ mode, instances }) {
    if (mode === 'static') return;
    for (const instance of instances) {
      if (instance.yaml.unicast !== true || instance.interface === undefined) continue;
      const at = [...instance.path, 'unicast'];
      if (instance.members.length < 2) {
        yield wrong(at, 'it has one member, and nobody to advertise to', 'name another in members');
      }
      const lacking = instance.members.find(({ host }) => addressOf(host, instance) === undefined);
      if (lacking === undefined) continue;
      yield wrong(
        at,
        `${lacking.host.name} has no IPv${instance.family} address on ${instance.interface}`,
        `add one to hosts.${lacking.host.name}.interfaces.${instance.interface}`,
      );
    }
  },
};

const preemption: Rule = {
  reads: ['vrrp'],
  *check({ instances }) {
    for (const { path, yaml } of instances) {
      if (yaml.nopreempt !== true || yaml.preempt_delay === undefined) continue;
      yield wrong(
        [...path, 'preempt_delay'],
        'with nopreempt nobody takes the VIPs back, so there is nothing to delay',
        'remove one of the two',
      );
    }
  },
};

const virtualMac: Rule = {
  reads: ['vips', 'vrrp'],
  *check({ instances }) {
    for (const { path, yaml, vips, interface: own } of instances) {
      if (yaml.use_vmac !== true) {
        if (yaml.vmac_xmit_base === undefined) continue;
        yield wrong([...path, 'vmac_xmit_base'], 'without use_vmac it has no effect', 'write use_vmac: true');
        continue;
      }
      if (yaml.unicast === true && yaml.vmac_xmit_base !== true) {
        yield wrong(
          [...path, 'use_vmac'],
          'unicast goes by the interface itself',
          'write vmac_xmit_base: true',
        );
      }
      const labelled = vips.find(vip => vip.yaml.label !== undefined && vip.interface === own);
      if (labelled === undefined) continue;
      yield wrong(
        [...labelled.path, 'label'],
        `with use_vmac the VIP is on an interface of its own, so its label cannot begin with ${own}`,
        'remove the label',
      );
    }
  },
};

const inOneNetwork: Rule = {
  reads: ['hosts', 'vips', 'vrrp'],
  *check({ mode, instances }) {
    if (mode === 'static') return;
    for (const instance of instances) {
      const networks = networksOf(instance);
      if (instance.yaml.unicast === true || networks.size < 2) continue;
      yield {
        ...doubtful(
          instance.path,
          `its members are in different networks (${[...networks].join(', ')}): each will take itself for the MASTER`,
          'write unicast: true, if the VIPs can be moved between them',
        ),
        at: 'key',
      };
    }
  },
};

/** The networks in which the members' advertising addresses are. */
function networksOf(instance: DraftInstance): ReadonlySet<string> {
  const near = instance.members.flatMap(({ host }) => {
    const own = host.addresses.filter(each => each.interface === instance.interface);
    const chosen = own.find(({ net }) => net.ip === addressOf(host, instance));
    return chosen === undefined ? [] : [showNetwork(chosen.net)];
  });
  return new Set(near);
}

const emptyInstance: Rule = {
  reads: ['vrrp', 'keepalived'],
  *check({ yaml, mode }) {
    if (mode !== 'static' || yaml.keepalived === undefined) return;
    yield {
      ...wrongAtKey(['keepalived'], 'mode is static: keepalived has no effect', 'remove it'),
      severity: 'warning',
    };
  },
};

export const vrrpSettingsRules: readonly Rule[] = [
  versions,
  unicast,
  preemption,
  virtualMac,
  inOneNetwork,
  emptyInstance,
];
