import { type PackageSpec, packageKind } from '../kinds/package.ts';
import type { Cluster, Host, VirtualService } from '../model/cluster.ts';
import { type Resource, resource } from '../model/kind.ts';
import { followsOpenConnections } from '../model/scheduler.ts';

/** A host from which the cluster is verified. Its routes are its own: a client must see the service as any other does. */
export function client(cluster: Cluster, _host: Host): readonly Resource[] {
  const wanted = cluster.services.flatMap(toolsOf);
  const named = new Map(wanted.map(each => [each.spec.name, each]));
  return [...named.values()].map(({ spec, why }) => resource(packageKind, spec, why));
}

interface Tool {
  readonly spec: PackageSpec;
  readonly why: string;
}

const bash = { spec: { name: 'bash' }, why: 'verify connects to services by it, and holds connections open' };

/** What it takes to ask a service. */
function toolsOf({ name, verify, protocol, scheduler }: VirtualService): readonly Tool[] {
  const why = `verify asks ${name} by it`;
  const holds = protocol === 'tcp' && verify.hold > 0 && followsOpenConnections(scheduler) ? [bash] : [];
  switch (verify.type) {
    case 'none':
      return [];
    case 'http':
    case 'https':
      return [{ spec: { name: 'curl' }, why: 'verify asks services by curl' }, ...holds];
    case 'dns':
      return [
        { spec: { name: 'bind9-dnsutils', rpm: 'bind-utils' }, why: 'verify asks for names by dig' },
        ...holds,
      ];
    case 'command':
      return [...verify.packages.map(each => ({ spec: { name: each }, why })), ...holds];
    default:
      return [bash];
  }
}
