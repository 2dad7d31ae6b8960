import { command } from '../kinds/command.ts';
import { file } from '../kinds/file.ts';
import { packageKind } from '../kinds/package.ts';
import { service } from '../kinds/service.ts';
import type { Cluster, Host } from '../model/cluster.ts';
import { type Resource, resource } from '../model/kind.ts';
import { haproxyConfig } from './haproxy-config.ts';
import { haproxyLoaded } from './haproxy-loaded.ts';

const haproxyCfg = '/etc/haproxy/haproxy.cfg';

/**
 * A proxy: HAProxy, which reads requests and chooses who answers them. That the VIP's packets get to it is the work
 * of the role real_server, which the host has too.
 *
 * A configuration is checked on the host, by the version that is there, before it takes the place of the old one; a
 * reload starts a new worker, which inherits the listening sockets, and lets the old one end its requests
 * (HAProxy's management guide, 4).
 */
export function proxy({ proxy: settings, name }: Cluster, host: Host): readonly Resource[] {
  if (settings === undefined) return [];
  return [
    resource(packageKind, { name: 'haproxy' }, 'reads requests and chooses who answers them'),
    resource(packageKind, { name: 'socat' }, 'asks HAProxy by its socket what it runs with, and counts'),
    resource(
      file,
      {
        path: haproxyCfg,
        template: 'haproxy.cfg',
        data: haproxyConfig(settings, name, host),
        versions: ['haproxy'],
        validate: { argv: ['haproxy', '-c', '-q', '-f', '%s'] },
      },
      'which requests go to which pool, and who is in it',
    ),
    resource(
      service,
      { name: 'haproxy', running: true, enabled: true, reload_on: [haproxyCfg] },
      'a reload takes a new configuration without refusing a connection',
    ),
    resource(
      command,
      haproxyLoaded(settings.statsSocket, haproxyCfg),
      'a reload that fails leaves the old configuration at work, and says nothing',
    ),
  ];
}
