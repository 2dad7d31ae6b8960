import type { Forward, GatewaySettings } from '../../model/cluster.ts';
import type { Draft } from '../draft/draft.ts';
import { type DraftForward, keepsPorts } from '../draft/gateway.ts';
import { certain } from './certain.ts';

/** What the gateways forward and rewrite. */
export function buildGateway({ forwards, masquerade, snat }: Draft): GatewaySettings {
  return {
    forwards: forwards.map(buildForward),
    masquerade: masquerade.map(({ net, interface: name }) => ({ network: net, interface: certain(name) })),
    snat: snat.map(({ net, interface: name, first, last }) => ({
      network: net,
      interface: certain(name),
      to: first === last ? first : `${first}-${last}`,
    })),
  };
}

function buildForward({ address, ports, protocol, service, place }: DraftForward): Forward {
  const from = { address, ports, protocol };
  if (place !== undefined) {
    const port = place.ports?.last === ports.last ? undefined : place.ports?.first;
    return { ...from, service: undefined, to: { address: place.address, port } };
  }
  const known = certain(service);
  const port = keepsPorts(known, ports) ? undefined : known.port;
  return { ...from, service: known.name, to: { address: certain(known.vip).net.ip, port } };
}
