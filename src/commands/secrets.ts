import type { Cluster } from '../model/cluster.ts';
import { Secret } from '../model/secret.ts';

/** Every secret in a cluster, wherever it stands. */
export function secretsOf(cluster: Cluster): readonly Secret[] {
  const found: Secret[] = [];
  const walk = (value: unknown): void => {
    if (value instanceof Secret) found.push(value);
    else if (value !== null && typeof value === 'object') Object.values(value).forEach(walk);
  };
  walk(cluster);
  return found;
}
