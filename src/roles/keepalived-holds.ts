import { servedSign, takesPartSign, vipSign } from '../kinds/signs.ts';
import type { Cluster, Host, VirtualService } from '../model/cluster.ts';
import type { HealthCheck } from '../model/health-check.ts';
import type { Sign } from '../model/sign.ts';
import { virtualServerSpec } from './virtual-servers.ts';

/**
 * What keepalived holds for clients on a director: its part in VRRP, VIPs, and where it owns the table, services with a real server that
 * works. A VIP may leave for a director that the inventory puts before this one; who shall be the MASTER keeps it.
 */
export function keepalivedHolds(cluster: Cluster, host: Host): readonly Sign[] {
  const vips = cluster.vrrp.flatMap(instance => {
    const member = instance.members.find(one => one.host === host.name);
    if (member === undefined) return [];
    // Three advertisements that stay away are a MASTER's end (RFC 5798, 6.1); then it is another's turn.
    const silence = Math.ceil(3 * instance.advertInterval) + 1;
    const carried = instance.vips.map(({ address, interface: device }) =>
      vipSign(`${address.ip}/${address.prefix}`, [device, `vrrp.${instance.virtualRouterId}`], {
        shows: silence,
        patience: silence + 1,
        moves: member.state === 'BACKUP',
      }),
    );
    // A script that is tracked holds its instance in FAULT state until it was run.
    return [...carried, takesPartSign(instance.name, { shows: 2, patience: silence + 1 })];
  });
  if (cluster.director.mode !== 'keepalived') return vips;
  return [...vips, ...cluster.services.filter(isChecked).map(served)];
}

function served(service: VirtualService): Sign {
  const rounds = checksOf(service).map(check => service.delayLoop + untilItFails(check));
  const shows = Math.ceil(Math.max(0, ...rounds)) + 1;
  return servedSign(service.name, virtualServerSpec(service), {
    shows,
    patience: service.availability.alpha ? shows : 3,
  });
}

function checksOf({ realServers, checks }: VirtualService): readonly HealthCheck[] {
  return realServers.flatMap(server => server.checks ?? checks);
}

function isChecked(service: VirtualService): boolean {
  return checksOf(service).some(({ type }) => type !== 'none');
}

/** Seconds from the beginning of a check that fails until the real server is out. */
function untilItFails(check: HealthCheck): number {
  if (!('retries' in check)) return 1;
  const once = 'connectTimeout' in check ? check.connectTimeout : 1;
  return check.retries * (once + check.retryDelay) + once;
}
