import { kernelModule } from '../kinds/kernel-module.ts';
import type { Cluster } from '../model/cluster.ts';
import { type Resource, resource } from '../model/kind.ts';

/**
 * IPVS and the schedulers in use; each scheduler NAME is a module ip_vs_NAME (net/netfilter/ipvs/Kconfig). The kernel
 * loads a scheduler by itself when a service first names it, but net.ipv4.vs.* exists only once ip_vs is
 * loaded, and a sysctl.d line for a key that is not there yet is lost at boot.
 */
export function directorModules(cluster: Cluster): readonly Resource[] {
  const schedulers = [...new Set(cluster.services.map(service => service.scheduler))].sort();
  return [
    resource(kernelModule, { name: 'ip_vs' }, 'the kernel half of LVS'),
    ...schedulers.map(name => resource(kernelModule, { name: `ip_vs_${name}` }, `the scheduler ${name}`)),
  ];
}
