import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Measured } from '../measure.ts';
import {
  bootFile,
  confOf,
  parameters,
  pidFileOf,
  serviceProgram,
  services,
  templates,
  templateText,
  upstreams,
} from '../work.ts';
import { addressOf, demand, type Scenario, scenarios, type Target, type Tool } from './tool.ts';

/** Hosts that it works on at the same time. */
const parallel = 50;

/** pyinfra 3, by a path that the user gives: Debian has no package of it. */
export function pyinfra(path: string, version: string): Tool {
  return {
    name: 'pyinfra',
    title: version.replace(':', '').replace(' v', ' '),
    does: scenarios,
    prepare(target) {
      const file = (name: string, text: string) => writeFileSync(join(target.folder, name), text);
      file('inventory.py', `hosts = ${JSON.stringify(hostsOf(target), undefined, 1)}\n`);
      file('deploy.py', deploy);
      file('app.conf.j2', template);
    },
    invocation: ({ folder }, scenario) => ({
      argv: [
        ...([path, 'inventory.py', 'deploy.py', '--parallel', `${parallel}`, '-y'] as const),
        ...(scenario === 'dry' ? ['--dry'] : []),
      ],
      env: { HOME: folder, LC_ALL: 'C.UTF-8' },
      cwd: folder,
    }),
    changed: (measured, _target, scenario) => {
      demand(measured, 'pyinfra');
      return changesOf(measured, scenario);
    },
  };
}

function hostsOf(target: Target): readonly (readonly [string, object])[] {
  return target.hosts.map(host => [
    host.name,
    {
      ssh_hostname: addressOf(host, target),
      ssh_port: target.detour?.port ?? 22,
      ssh_user: 'root',
      ssh_key: target.world.identity,
      ssh_known_hosts_file: target.world.knownHosts,
      ssh_strict_host_key_checking: 'yes',
      ssh_config_file: '/dev/null',
      own_address: host.address,
    },
  ]);
}

/** It prints tables: of a run with the number of hosts that succeeded, of a dry run with the number that would change. */
function changesOf({ stdout, stderr }: Measured, scenario: Scenario): number {
  const lines = `${stdout}\n${stderr}`.split('\n').map(line => line.trim().split(/ {2,}/));
  if (scenario !== 'dry') {
    const total = lines.find(([name]) => name === 'Grand total');
    if (total === undefined) throw new Error('pyinfra printed no grand total');
    return Number(total[2] === '-' ? 0 : total[2]);
  }
  const begin = lines.findIndex(([name, change]) => name === 'Operation' && change === 'Change');
  if (begin < 0) throw new Error('pyinfra printed no proposed changes');
  return lines
    .slice(begin + 1)
    .reduce((sum, [, change]) => sum + Number(/^\d+/.exec(change ?? '')?.[0] ?? 0), 0);
}

const template = templateText({
  value: name =>
    ({
      host: '{{ host.name }}',
      address: '{{ host.data.own_address }}',
      app: '{{ app }}',
      item: '{{ one }}',
    })[name],
  each: line => `{% for one in upstreams %}${line}\n{% endfor %}`,
});

const deploy = `import re

from pyinfra import host
from pyinfra.facts.files import File
from pyinfra.operations import files, server

for app in ${JSON.stringify(templates)}:
    files.template(
        name=f"template {app}",
        src="app.conf.j2",
        dest=f"${confOf('{app}')}",
        user="root",
        group="root",
        mode="644",
        app=app,
        upstreams=${JSON.stringify(upstreams)},
    )

for key, value in ${JSON.stringify(parameters)}:
    files.line(
        name=f"line {key}",
        path="${bootFile}",
        line=rf"^{re.escape(key)} = .*$",
        replace=f"{key} = {value}",
    )

for service in ${JSON.stringify(services)}:
    if host.get_fact(File, path=f"${pidFileOf('{service}')}") is None:
        server.shell(name=f"start {service}", commands=[f"${serviceProgram} start {service}"])
`;
