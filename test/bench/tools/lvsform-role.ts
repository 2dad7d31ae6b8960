import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { changesOf } from './lvsform.ts';
import { demand, type Target, type Tool } from './tool.ts';

/**
 * What lvsform is for: the hosts as real servers of a DR cluster, by site.yml. Their director is not there (this kernel
 * may have no IPVS), so the run is narrowed to their role.
 */
export function lvsformRole(program: readonly [string, ...string[]], site: string): Tool {
  return {
    name: 'lvsform',
    title: 'lvsform, site.yml',
    does: ['first', 'again'],
    prepare: target => writeFileSync(join(target.folder, 'inventory.yml'), stringify(inventory(target))),
    invocation: ({ folder }) => ({
      argv: [...program, 'run', site, '--yes', '-i', 'inventory.yml', '--role', 'real_server', '--json'],
      env: { HOME: folder },
      cwd: folder,
    }),
    changed: (measured, _target, scenario) => {
      demand(measured, 'lvsform');
      return changesOf(measured, scenario);
    },
  };
}

function inventory({ world, hosts }: Target): object {
  return {
    version: 1,
    name: 'bench',
    ssh: { user: 'root', identity_file: world.identity, known_hosts_file: world.knownHosts },
    hosts: {
      director: { roles: ['director'], interfaces: { eth0: '10.77.254.1/16' } },
      ...Object.fromEntries(
        hosts.map(({ name, address }) => [
          name,
          { roles: ['real_server'], interfaces: { eth0: `${address}/16` } },
        ]),
      ),
    },
    director: { mode: 'static' },
    vips: { web: { address: '10.77.253.1/16' } },
    services: {
      http: {
        vip: 'web',
        port: 80,
        scheduler: 'rr',
        method: 'DR',
        real_servers: Object.fromEntries(hosts.map(({ name }) => [name, {}])),
      },
    },
  };
}
