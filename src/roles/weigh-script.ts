import { file } from '../kinds/file.ts';
import type { Cluster } from '../model/cluster.ts';
import { type Resource, resource } from '../model/kind.ts';

/** Runs a script that sets weights; its first argument is the weight that the real server has by itself. */
export const weighScript = '/usr/local/sbin/lvsform-weigh';

/**
 * Exit code 0 of a script with dynamic weights keeps the weight; but keepalived 2.2.7 sets it to 0 at its next reload,
 * for good (seen on real IPVS). Codes from 2 on outlive a reload, so 0 becomes the code that means the same weight.
 */
const text = `#!/bin/sh
# Made by lvsform: an exit code of 0 becomes the one that says the same weight.
weight=$1
shift
"$@"
code=$?
[ "$code" -ne 0 ] || code=$((weight + 2))
exit "$code"
`;

/** The script, where a check needs it. */
export function weighing({ director, services }: Cluster): readonly Resource[] {
  const checks = services.flatMap(service => [
    ...service.checks,
    ...service.realServers.flatMap(server => server.checks ?? []),
  ]);
  if (director.mode !== 'keepalived' || !checks.some(each => each.type === 'script' && each.dynamicWeight))
    return [];
  const spec = { path: weighScript, content: text, mode: '0755' };
  return [resource(file, spec, 'keeps the weights that scripts set when keepalived reloads')];
}
