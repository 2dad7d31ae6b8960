import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { stringify } from 'yaml';
import type { Measured } from '../measure.ts';
import {
  confOf,
  parameters,
  pidFileOf,
  serviceProgram,
  services,
  templates,
  templateText,
  upstreams,
} from '../work.ts';
import { demand, type Scenario, type Target, type Tool } from './tool.ts';

/** lvsform as it is released: every check on, the ledger written, the lock taken, each run a process of its own. */
export function lvsform(program: readonly [string, ...string[]], version: string): Tool {
  return {
    name: 'lvsform',
    title: `lvsform ${version}`,
    does: ['first', 'again', 'drift', 'dry'],
    prepare(target) {
      mkdirSync(join(target.folder, 'templates'), { recursive: true });
      writeFileSync(
        join(target.folder, 'inventory.yml'),
        stringify(inventory(target), { aliasDuplicateObjects: false }),
      );
      writeFileSync(join(target.folder, 'bench.yml'), stringify(playbook, { aliasDuplicateObjects: false }));
      writeFileSync(join(target.folder, 'templates/app.conf.hbs'), template);
    },
    invocation: ({ folder }, scenario) => ({
      argv: [...program, ...command(scenario), '-i', 'inventory.yml', '--role', 'client', '--json'],
      env: { HOME: folder },
      cwd: folder,
    }),
    changed: (measured, _target, scenario) => {
      demand(measured, 'lvsform');
      return changesOf(measured, scenario);
    },
  };
}

function command(scenario: Scenario): readonly string[] {
  return scenario === 'dry' ? ['plan', '-p', 'bench.yml'] : ['run', 'bench.yml', '--yes'];
}

const template = templateText({
  value: name =>
    ({ host: '{{host.name}}', address: '{{host.address}}', app: '{{app}}', item: '{{this}}' })[name],
  each: line => `{{#each vars.upstreams}}\n${line}\n{{/each}}\n`,
});

function inventory({ world, hosts, detour }: Target): object {
  return {
    version: 1,
    name: 'bench',
    ssh: { user: 'root', identity_file: world.identity, known_hosts_file: world.knownHosts },
    hosts: {
      // An inventory has a director; this one is not there, and `--role client` leaves it alone.
      director: { roles: ['director'], interfaces: { eth0: '10.77.254.1/16' } },
      ...Object.fromEntries(
        hosts.map(({ name, address }) => [
          name,
          {
            roles: ['client'],
            interfaces: { eth0: `${address}/16` },
            vars: { upstreams },
            ...(detour && { ssh: { host: detour.address, port: detour.port } }),
          },
        ]),
      ),
    },
  };
}

const playbook = {
  version: 1,
  name: 'bench',
  stages: [
    {
      name: 'work',
      hosts: ['client'],
      resources: [
        ...templates.map(app => ({ file: { path: confOf(app), template: 'app.conf', data: { app } } })),
        ...parameters.map(([key, value]) => ({ sysctl: { key, value } })),
        ...services.map(name => ({
          command: {
            name,
            run: [serviceProgram, 'start', name],
            unless: ['test', '-e', pidFileOf(name)],
          },
        })),
      ],
    },
  ],
};

interface SomeEvent {
  readonly event: string;
  readonly changed?: number;
  readonly changes?: number;
}

/** The changes that the events of a run tell. */
export function changesOf({ stdout }: Measured, scenario: Scenario): number {
  const events = stdout
    .split('\n')
    .filter(Boolean)
    .map(line => JSON.parse(line) as SomeEvent);
  const [name, field] =
    scenario === 'dry' ? (['host.planned', 'changes'] as const) : (['host.done', 'changed'] as const);
  return events.reduce((sum, event) => sum + (event.event === name ? (event[field] ?? 0) : 0), 0);
}
