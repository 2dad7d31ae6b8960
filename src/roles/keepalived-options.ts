import { file } from '../kinds/file.ts';
import type { Cluster } from '../model/cluster.ts';
import { type Resource, resource } from '../model/kind.ts';

/** The files that keepalived's unit and init script read, by the package manager of their distribution. */
const files = [
  { path: '/etc/default/keepalived', variable: 'DAEMON_ARGS', manager: 'apt' },
  { path: '/etc/sysconfig/keepalived', variable: 'KEEPALIVED_OPTIONS', manager: 'rpm' },
] as const;

/** Files whose change only a restart takes on. */
export const optionFiles: readonly string[] = files.map(({ path }) => path);

/**
 * The daemon's options (keepalived(8)), where the inventory says how it is to log: on each host the one file that its
 * distribution has. Without a word of the inventory the distribution's own stays.
 */
export function daemonOptions({ keepalived: { log } }: Cluster): readonly Resource[] {
  if (log === undefined) return [];
  const options = [
    ...(log.detail ? ['--log-detail'] : []),
    ...(log.facility === undefined ? [] : [`--log-facility=${log.facility}`]),
  ];
  return files.map(({ path, variable, manager }) =>
    resource(
      file,
      {
        path,
        content: `# Made by lvsform: change keepalived.log in the inventory instead.\n${variable}="${options.join(' ')}"\n`,
        only: { package: 'keepalived', manager },
      },
      'how much keepalived logs, and where',
    ),
  );
}
