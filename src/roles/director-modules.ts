import { kernelModule } from '../kinds/kernel-module.ts';
import type { Cluster } from '../model/cluster.ts';
import { type Resource, resource } from '../model/kind.ts';

/**
 * IPVS, and the schedulers and persistence engines in use; each scheduler NAME is a module ip_vs_NAME, each engine
 * ip_vs_pe_NAME (net/netfilter/ipvs/Kconfig). The kernel loads them by itself when a service first names them, but
 * net.ipv4.vs.* exists only once ip_vs is loaded, and a sysctl.d line for a key that is not there yet is lost at boot.
 */
export function directorModules({ services }: Cluster): readonly Resource[] {
  const schedulers = [...new Set(services.map(service => service.scheduler))].sort();
  const engines = [...new Set(services.flatMap(service => service.persistenceEngine ?? []))].sort();
  return [
    resource(kernelModule, { name: 'ip_vs' }, 'the kernel half of LVS'),
    ...schedulers.map(name => resource(kernelModule, { name: `ip_vs_${name}` }, `the scheduler ${name}`)),
    ...engines.map(name =>
      resource(kernelModule, { name: `ip_vs_pe_${name}` }, `the persistence engine ${name}`),
    ),
  ];
}
