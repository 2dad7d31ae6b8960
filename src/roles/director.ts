import { addressKind } from '../kinds/address.ts';
import { file } from '../kinds/file.ts';
import { ipvsTimeouts } from '../kinds/ipvs-timeouts.ts';
import { keptTable } from '../kinds/kept-table.ts';
import { packageKind } from '../kinds/package.ts';
import { service } from '../kinds/service.ts';
import { virtualServer } from '../kinds/virtual-server.ts';
import type { Cluster, Host } from '../model/cluster.ts';
import { type Resource, resource } from '../model/kind.ts';
import { directorModules } from './director-modules.ts';
import { directorRules } from './director-rules.ts';
import { directorSysctls } from './director-sysctls.ts';
import { draining } from './draining.ts';
import { firewall } from './firewall.ts';
import { ipvsScript } from './ipvs-script.ts';
import { ipvsadm } from './ipvsadm.ts';
import { keepalivedConfig } from './keepalived-config.ts';
import { keepalivedHolds } from './keepalived-holds.ts';
import { daemonOptions, optionFiles } from './keepalived-options.ts';
import { keepalivedConf } from './keepalived-place.ts';
import { keepalivedSince } from './keepalived-since.ts';
import { keepalivedCheck } from './keepalived-test.ts';
import { ownUnit } from './own-unit.ts';
import { staticVips } from './static-vips.ts';
import { trustedScripts } from './trusted-scripts.ts';
import { virtualServers } from './virtual-servers.ts';
import { weighing } from './weigh-script.ts';

/**
 * A director: the host that takes what clients send to a VIP and hands it to the real servers.
 *
 * VIP and IPVS table have one owner each. Mode `keepalived`: keepalived owns both, and nothing else here writes to
 * them. Mode `vrrp`: keepalived owns the VIP, our unit the table. Mode `static`: our unit owns both.
 *
 * Rules come before VIPs (a VIP without rules refuses every client), so removal, which goes the other way, takes
 * the VIP away first.
 */
export function director(cluster: Cluster, host: Host): readonly Resource[] {
  const { mode } = cluster.director;
  return [
    ...firewall(cluster, host),
    ...packages(cluster, host),
    ...directorModules(cluster),
    ...directorSysctls(cluster, host),
    ...directorRules(cluster, host),
    ...draining(cluster),
    ...(mode === 'keepalived' ? [] : ownRules(cluster, host)),
    ...(mode === 'static' ? [] : keepalived(cluster, host)),
  ];
}

function packages(cluster: Cluster, host: Host): readonly Resource[] {
  const table = ipvsadm(cluster, host);
  if (cluster.director.mode === 'static') {
    const arping = { name: 'iputils-arping', rpm: 'iputils' };
    return [...table, resource(packageKind, arping, 'tells the neighbours where the VIP is')];
  }
  const why =
    cluster.director.mode === 'vrrp'
      ? 'moves the VIP between the directors (VRRP)'
      : 'moves the VIP between the directors and checks the real servers';
  return [...table, resource(packageKind, { name: 'keepalived' }, why)];
}

/**
 * The table, and in mode `static` the VIPs, live first: each difference is one exact edit. Then the script and unit
 * that make the same at boot, and find everything in place now.
 */
function ownRules(cluster: Cluster, host: Host): readonly Resource[] {
  const { timeouts } = cluster.director;
  return [
    ...(timeouts === undefined
      ? []
      : [
          resource(
            ipvsTimeouts,
            { tcp: timeouts.tcp, tcp_fin: timeouts.tcpFin, udp: timeouts.udp },
            'how long an idle connection keeps its place in the table',
            keepalivedBefore,
          ),
        ]),
    ...virtualServers(cluster).map(({ spec, reason }) =>
      resource(virtualServer, spec, reason, keepalivedBefore),
    ),
    ...staticVips(cluster, host).map(spec =>
      resource(
        addressKind,
        spec,
        'the address that clients call; it answers ARP here and nowhere else',
        keepalivedBefore,
      ),
    ),
    ...ownUnit({
      script: '/usr/local/sbin/ipvs_server.sh',
      template: 'ipvs_server.sh',
      data: ipvsScript(cluster, host),
      unit: 'lvsform-ipvs',
      holds: 'the IPVS table is gone after a reboot',
    }),
  ];
}

/** Table and VIPs that are found in place may be those of a keepalived that lvsform set up in another mode. */
const keepalivedBefore = ['service/keepalived'];

/** What our own unit held in another mode, and keepalived holds from now on. */
function ownBefore({ director: { mode }, vips }: Cluster): readonly string[] {
  const addresses = vips.map(vip => `address/${vip.interface}/${vip.address.ip}/${vip.address.prefix}`);
  const table = ['service/lvsform-ipvs', 'virtual-server/*', 'ipvs-timeouts/*'];
  return mode === 'keepalived' ? [...table, ...addresses] : addresses;
}

/**
 * keepalived and its configuration. The check before it goes live runs on the host, with the version and the
 * interfaces that are there, and counts any complaint as a refusal: a daemon that reloads a bad file exits and
 * leaves its VIP behind, which makes two owners. Mode 0600 because the file holds auth_pass.
 */
function keepalived(cluster: Cluster, host: Host): readonly Resource[] {
  return [
    ...trustedScripts(cluster, host),
    ...weighing(cluster),
    ...daemonOptions(cluster),
    resource(
      file,
      {
        path: keepalivedConf,
        template: 'keepalived.conf',
        data: keepalivedConfig(cluster, host),
        versions: ['keepalived'],
        since: keepalivedSince,
        format: {
          name: 'keepalived.conf',
          addresses: host.interfaces.flatMap(({ addresses }) => addresses.map(({ ip }) => ip)),
        },
        mode: '0600',
        validate: { argv: keepalivedCheck, quiet: true },
        conceal: ['auth_pass'],
      },
      cluster.director.mode === 'vrrp'
        ? 'who carries the VIP, and who takes over'
        : 'who carries the VIP, who takes over, and which real servers get requests',
    ),
    resource(
      service,
      {
        name: 'keepalived',
        running: true,
        enabled: true,
        reload_on: [keepalivedConf],
        holds: keepalivedHolds(cluster, host),
        ...(cluster.keepalived.log === undefined ? {} : { restart_on: optionFiles }),
      },
      'a reload takes a new configuration without letting go of the VIP',
      ownBefore(cluster),
    ),
    ...(cluster.director.mode === 'keepalived' ? [keptByKeepalived(cluster)] : []),
  ];
}

function keptByKeepalived(cluster: Cluster): Resource {
  return resource(
    keptTable,
    {
      conf: keepalivedConf,
      services: virtualServers(cluster).map(({ spec }) => spec),
      state: 'absent',
    },
    'keepalived does not see what somebody else edits in its table',
  );
}
