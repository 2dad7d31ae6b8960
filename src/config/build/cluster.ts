import {
  type Cluster,
  type DirectorSettings,
  type Host,
  type Interface,
  roleNames,
} from '../../model/cluster.ts';
import { contains } from '../../model/network.ts';
import { parseIp } from '../address.ts';
import { defaults } from '../defaults.ts';
import type { Draft } from '../draft/draft.ts';
import type { DraftHost } from '../draft/host.ts';
import type { Firewall } from '../inventory-yaml.ts';
import type { Secrets } from '../secrets/resolve.ts';
import { certain } from './certain.ts';
import { buildGateway } from './gateway.ts';
import { buildIpvsadm } from './ipvsadm.ts';
import { buildKeepalived } from './keepalived.ts';
import { buildKernel } from './kernel.ts';
import { buildProxy } from './proxy.ts';
import { buildService } from './service.ts';
import { buildSsh } from './ssh.ts';
import { buildSyncDaemon } from './sync-daemon.ts';
import { buildInstance, buildVip } from './vrrp.ts';

/** The cluster of a draft in which lint found no error. `directory` is the inventory's. */
export function buildCluster(draft: Draft, directory: string, secrets: Secrets): Cluster {
  const { yaml } = draft;
  const vips = draft.vips.map(buildVip);
  const ipvsadm = buildIpvsadm(draft, directory);
  return {
    name: yaml.name,
    hosts: draft.hosts.map(host => buildHost(host, draft, directory, secrets)),
    director: {
      mode: draft.mode,
      timeouts: buildTimeouts(draft),
      kernel: buildKernel(yaml),
      ...(ipvsadm === undefined ? {} : { ipvsadm }),
      syncDaemon: buildSyncDaemon(draft.syncDaemon),
    },
    vips,
    vrrp: draft.mode === 'static' ? [] : draft.instances.map(each => buildInstance(each, vips, secrets)),
    keepalived: buildKeepalived(yaml.keepalived),
    services: draft.services.map(service => buildService(service, vips)),
    gateway: buildGateway(draft),
    proxy: buildProxy(draft),
    lab:
      yaml.lab === undefined
        ? undefined
        : {
            name: yaml.lab?.name ?? yaml.name,
            memoryMiB: yaml.lab?.memory ?? defaults.lab.memoryMiB,
            preinstalled: yaml.lab?.preinstalled ?? defaults.lab.preinstalled,
          },
  };
}

function buildHost(host: DraftHost, draft: Draft, directory: string, secrets: Secrets): Host {
  const { yaml } = host;
  return {
    name: host.name,
    roles: roleNames.filter(role => host.roles.has(role)),
    interfaces: buildInterfaces(host),
    defaultRoute: yaml.default_route === undefined ? undefined : parseIp(yaml.default_route),
    localAddresses: buildPool(host),
    priority: host.roles.has('director') ? (yaml.priority ?? defaults.priority) : undefined,
    firewall: buildFirewall(yaml.firewall, draft.yaml.firewall),
    ssh: buildSsh(host, draft.yaml.ssh ?? {}, directory, secrets),
    vars: yaml.vars ?? {},
    ...(yaml.lab?.image === undefined ? {} : { labImage: yaml.lab.image }),
  };
}

function buildPool({ pool, addresses }: DraftHost): Host['localAddresses'] {
  const [first] = pool?.addresses ?? [];
  if (pool === undefined || first === undefined) return undefined;
  const carrier = addresses.find(({ net }) => contains(net, first));
  return { interface: certain(carrier?.interface), addresses: pool.addresses };
}

/** A host's own words before those for all. */
function buildFirewall(own: Firewall = {}, common: Firewall = {}): Host['firewall'] {
  const open = own.open ?? common.open ?? defaults.firewall.open;
  return open ? (own.backend ?? common.backend ?? defaults.firewall.backend) : undefined;
}

function buildInterfaces(host: DraftHost): readonly Interface[] {
  return Object.keys(host.yaml.interfaces ?? {}).map(name => ({
    name,
    addresses: host.addresses.filter(address => address.interface === name).map(({ net }) => net),
  }));
}

function buildTimeouts({ yaml }: Draft): DirectorSettings['timeouts'] {
  const timeouts = yaml.director?.timeouts;
  return timeouts && { tcp: timeouts.tcp, tcpFin: timeouts.tcp_fin, udp: timeouts.udp };
}
