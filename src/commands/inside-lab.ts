import { execIn, openLab } from '../lab/index.ts';
import type { Cluster } from '../model/cluster.ts';
import { exit, Problem } from '../model/problem.ts';
import { RanElsewhere } from './ran-elsewhere.ts';

/** Set in the process that runs inside a lab's network, to the name of its namespace. */
const mark = 'LVSFORM_NETNS';

/**
 * The hosts of a lab are reachable only inside its network namespace, which a process cannot enter once it runs:
 * the same command line is run again in there. Inside, the cluster gets the lab's key and known_hosts.
 */
export async function enterLab(cluster: Cluster, inventory: string): Promise<Cluster> {
  if (cluster.lab === undefined) return cluster;
  const lab = await openLab(cluster.lab.name);
  if (lab === undefined) {
    throw new Problem(`the lab ${cluster.lab.name} is not up`, {
      code: exit.unreachable,
      where: inventory,
      next: `lvsform lab up -i ${inventory}`,
    });
  }
  if (process.env[mark] !== lab.namespace) throw new RanElsewhere(await runInside(lab.namespace));
  return {
    ...cluster,
    hosts: cluster.hosts.map(host => ({
      ...host,
      ssh: {
        ...host.ssh,
        user: host.ssh.user ?? 'root',
        identityFiles: [lab.identityFile],
        knownHostsFile: lab.knownHostsFile,
      },
    })),
  };
}

function runInside(namespace: string): Promise<number> {
  const self = [process.execPath, ...process.execArgv, ...process.argv.slice(1)];
  const child = execIn({ namespace }, self, {
    stdio: 'inherit',
    env: { ...process.env, [mark]: namespace },
  });
  const pass = (signal: NodeJS.Signals) => child.kill(signal);
  process.removeAllListeners('SIGINT').on('SIGINT', pass);
  process.removeAllListeners('SIGTERM').on('SIGTERM', pass);
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code, signal) => resolve(code ?? (signal ? exit.interrupted : exit.failed)));
  });
}
