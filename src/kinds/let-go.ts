import { globalsOf, named, parseKeepalivedConf } from '../model/keepalived-conf.ts';
import { servicesOf } from './keepalived-services.ts';

/**
 * The addresses of what keepalived takes out of the kernel as it goes from one configuration to another, whoever wants to have it
 * there from now on: its virtual services (clear_diff_services in check/ipwrapper.c) and the timeouts of IPVS that it had set.
 */
export function letGo(from: string, to: string): readonly string[] {
  const kept = new Set(servicesOf(to).map(({ key }) => key));
  const services = servicesOf(from).filter(({ key }) => !kept.has(key));
  return [
    ...services.map(({ key }) => `virtual-server/${key}`),
    ...(hasTimeouts(from) && !hasTimeouts(to) ? ['ipvs-timeouts/ipvs'] : []),
  ];
}

function hasTimeouts(text: string): boolean {
  return named(globalsOf(parseKeepalivedConf(text)), 'lvs_timeouts').length > 0;
}
