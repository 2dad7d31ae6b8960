import { maskOf } from '../kinds/edit-ipvs.ts';
import { schedulerFlagsOf } from '../kinds/scheduler-flags.ts';
import type { RealServer, VirtualService } from '../model/cluster.ts';
import { kernelMethod } from './kernel-method.ts';

/** A virtual_server_group: one block for the same port of several VIPs, so that each real server is checked once. */
export interface ServerGroup {
  readonly name: string;
  readonly places: readonly string[];
}

/**
 * What a virtual_server is called by: `192.168.0.240 80`, `fwmark 5`, `group web-80`. Its real servers have a port but
 * with a firewall mark: keepalived takes it away, with a warning.
 */
export function calledAs({ mark, vip, port }: VirtualService): string {
  return mark === undefined ? `${vip.address.ip} ${port}` : `fwmark ${mark.value}`;
}

/**
 * How the kernel's table shall have a service, in the words of keepalived.conf(5): with them the table is the one that
 * ipvsadm makes in the other modes. A firewall mark has no protocol; keepalived warns of one.
 */
export function tableLines(service: VirtualService): readonly string[] {
  const { mark, vip, persistence, persistencePrefix: prefix, persistenceEngine: engine } = service;
  const { family } = vip.address;
  const known =
    mark === undefined
      ? [`protocol ${service.protocol.toUpperCase()}`]
      : [`ip_family ${family === 6 ? 'inet6' : 'inet'}`];
  const kept = [
    `persistence_timeout ${persistence}`,
    ...(prefix === undefined ? [] : [`persistence_granularity ${maskOf(prefix, family)}`]),
    ...(engine === undefined ? [] : [`persistence_engine ${engine}`]),
  ];
  return [
    ...known,
    `lvs_sched ${service.scheduler}`,
    ...schedulerFlagsOf(service.scheduler, service.schedulerFlags),
    ...(service.onePacket ? ['ops'] : []),
    `lvs_method ${kernelMethod(service.method)}`,
    ...(persistence === 0 ? [] : kept),
  ];
}

/** The same of a real server. */
export function serverLines({ weight, upperThreshold, lowerThreshold }: RealServer): readonly string[] {
  return [
    `weight ${weight}`,
    ...(upperThreshold === 0 ? [] : [`uthreshold ${upperThreshold}`]),
    ...(lowerThreshold === 0 ? [] : [`lthreshold ${lowerThreshold}`]),
  ];
}

/**
 * Services that differ in their VIP alone: entries of one inventory entry, with one port and of one family. keepalived
 * gives every place of a group the same real servers with the same port, so ports are not put together.
 */
export function grouped(services: readonly VirtualService[]): readonly (readonly VirtualService[])[] {
  const groups = new Map<string, VirtualService[]>();
  for (const service of services) {
    const { group, port, vip, mark } = service;
    const key = mark === undefined ? `${group} ${port} ${vip.address.family}` : service.name;
    groups.set(key, [...(groups.get(key) ?? []), service]);
  }
  return [...groups.values()];
}

/** The group of several; undefined for one alone. */
export function groupOf(services: readonly VirtualService[]): ServerGroup | undefined {
  const [first, second] = services;
  if (first === undefined || second === undefined) return undefined;
  const { group, port, vip } = first;
  return { name: `${group}-${port}-ipv${vip.address.family}`, places: services.map(calledAs) };
}
