import type { Cluster } from '../../model/cluster.ts';
import { ownersOf } from './owners.ts';
import type { Standing } from './standing.ts';

/**
 * Whether no director answers anybody yet: none holds a VIP, has a service in its table or runs keepalived, and lvsform brought none
 * up before. Until then nothing has to be ready before something else. A director that was not read may do any of it. Pure.
 */
export function nobodyAnswers(
  { vips }: Cluster,
  standings: readonly Standing[],
  unreached: readonly string[],
): boolean {
  const idle = (standing: Standing) =>
    !standing.active &&
    !standing.established &&
    standing.table.size === 0 &&
    vips.every(vip => ownersOf(vip, [standing]).length === 0);
  return standings.length > 0 && unreached.length === 0 && standings.every(idle);
}
