import { canonical, type Json } from '../../model/json.ts';
import type { Finding } from '../diagnostic.ts';
import type { Draft } from '../draft/draft.ts';
import { addressRules } from './addresses.ts';
import { availabilityRules } from './availability.ts';
import { checkRules } from './checks.ts';
import { directorRules } from './directors.ts';
import { followingRules } from './following.ts';
import { forwardingRules } from './forwarding.ts';
import { forwardRules } from './forwards.ts';
import { fullNatRules } from './fullnat.ts';
import { gatewayRules } from './gateway.ts';
import { hostRules } from './hosts.ts';
import { kernelRules } from './kernel.ts';
import { natRules } from './nat.ts';
import { portRules } from './ports.ts';
import { proxyRules } from './proxy.ts';
import { proxyPortRules } from './proxy-ports.ts';
import { rangeRules } from './ranges.ts';
import type { Rule } from './rule.ts';
import { schedulingRules } from './scheduling.ts';
import { scriptRules } from './scripts.ts';
import { serviceRules } from './services.ts';
import { syncDaemonRules } from './sync-daemon.ts';
import { verifyRules } from './verification.ts';
import { vipRules } from './vips.ts';
import { vrrpRules } from './vrrp.ts';
import { vrrpSettingsRules } from './vrrp-settings.ts';

const rules: readonly Rule[] = [
  rangeRules,
  hostRules,
  addressRules,
  directorRules,
  vipRules,
  vrrpRules,
  vrrpSettingsRules,
  followingRules,
  syncDaemonRules,
  serviceRules,
  checkRules,
  availabilityRules,
  scriptRules,
  verifyRules,
  forwardingRules,
  natRules,
  portRules,
  schedulingRules,
  kernelRules,
  forwardRules,
  fullNatRules,
  gatewayRules,
  proxyRules,
  proxyPortRules,
].flat();

/**
 * What is wrong across the parts of an inventory. `broken` names the sections in which the schema found
 * mistakes: a rule that reads one of them is left out, for its verdict would be a guess.
 */
export function lint(draft: Draft, broken: ReadonlySet<string>): readonly Finding[] {
  const found = rules
    .filter(({ reads }) => !reads.some(section => broken.has(section)))
    .flatMap(({ check }) => [...check(draft)]);
  // An entry that makes several services is judged for each of them; what is wrong with all is told once.
  return [...new Map(found.map(finding => [canonical(finding as unknown as Json), finding])).values()];
}
