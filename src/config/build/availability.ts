import type { Availability } from '../../model/cluster.ts';
import type { DraftService } from '../draft/service.ts';
import { certain } from './certain.ts';

/** What happens when a service's real servers fail. */
export function buildAvailability({ yaml, sorry, servers }: DraftService): Availability {
  const known = servers.find(({ host, rip }) => host !== undefined && rip === sorry?.ip)?.host;
  return {
    sorryServer: sorry && {
      host: (sorry.host ?? known)?.name,
      ip: certain(sorry.ip),
      port: sorry.port,
      inhibit: yaml.sorry_server_inhibit ?? false,
    },
    quorum: yaml.quorum,
    hysteresis: yaml.hysteresis,
    quorumUp: yaml.quorum_up,
    quorumDown: yaml.quorum_down,
    alpha: yaml.alpha,
    omega: yaml.omega,
    inhibitOnFailure: yaml.inhibit_on_failure,
  };
}
