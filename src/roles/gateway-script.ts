import type { Cluster, Host } from '../model/cluster.ts';
import { backends, type HostRule, type RuleRow, ruleRows } from './rule-rows.ts';

/** The data of templates/gateway.sh.hbs. */
export interface GatewayScript {
  readonly host: string;
  readonly cluster: string;
  readonly backends: string;
  readonly rules: readonly RuleRow[];
}

/** What this gateway's own unit holds. */
export function gatewayScript(cluster: Cluster, host: Host, rules: readonly HostRule[]): GatewayScript {
  return { host: host.name, cluster: cluster.name, backends, rules: ruleRows(rules) };
}
