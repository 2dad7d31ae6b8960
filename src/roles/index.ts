import type { Cluster, Host, RoleName, RolePart } from '../model/cluster.ts';
import type { Resource } from '../model/kind.ts';
import { client } from './client.ts';
import { director } from './director.ts';
import { draining } from './draining.ts';
import { gateway } from './gateway.ts';
import { proxy } from './proxy.ts';
import { realServer } from './real-server.ts';

/** What a host is to the cluster, as the resources that make it so. */
export type Role = (cluster: Cluster, host: Host) => readonly Resource[];

/**
 * Every role by its name. A role is pure, and the order of its list is the order of the work: what is listed
 * later may rely on what is listed before. Removal goes the other way round.
 */
export const roles: Readonly<Record<RoleName | RolePart, Role>> = {
  director,
  draining,
  real_server: realServer,
  proxy,
  gateway,
  client,
};
