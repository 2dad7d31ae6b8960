import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { type CompileOptions, compile } from '../../src/config/compile.ts';
import { loadInventory } from '../../src/config/inventory.ts';
import type { LoadedPlaybook } from '../../src/config/playbook.ts';
import { selectHosts } from '../../src/config/select-hosts.ts';
import { parseSource } from '../../src/config/source.ts';
import { kinds } from '../../src/kinds/index.ts';
import { kernelModule } from '../../src/kinds/kernel-module.ts';
import type { Cluster } from '../../src/model/cluster.ts';
import { address, resource } from '../../src/model/kind.ts';
import type { Stage } from '../../src/model/playbook.ts';

/** Which hosts a stage means, and what is wanted there. */
const test = suite('compile');

const right = new URL('../fixtures/inventories/right/', import.meta.url).pathname;
const env = { SUDO_PASSWORD: 'hunter2' };
const { cluster: dr } = await loadInventory(`${right}dr.yml`);
const { cluster: both } = await loadInventory(`${right}active-active.yml`);
const { cluster: tunnel } = await loadInventory(`${right}tunnel.yml`, { env });

/** Roles that want a module of their own name, and one that all want in the same words. */
const roles: CompileOptions['roles'] = {
  director: () => [resource(kernelModule, { name: 'director' }), resource(kernelModule, { name: 'all' })],
  real_server: () => [
    resource(kernelModule, { name: 'real_server' }),
    resource(kernelModule, { name: 'all' }),
  ],
  draining: () => [],
  proxy: () => [],
  gateway: () => [],
  client: () => [],
};

function playbook(...stages: readonly Partial<Stage>[]): LoadedPlaybook {
  return {
    name: 'test',
    atOnceWhileIdle: false,
    stages: stages.map((stage, index) => ({
      name: `stage ${index}`,
      hosts: ['all'],
      roles: [],
      resources: [],
      ...stage,
    })),
    source: parseSource('test.yml', 'stages: []'),
  };
}

function wanted(cluster: Cluster, ...stages: readonly Partial<Stage>[]): readonly string[] {
  return compile(playbook(...stages), cluster, { kinds, roles }).stages.flatMap(stage =>
    stage.hosts.flatMap(({ host, resources }) =>
      resources.map(({ kind, spec }) => `${stage.name}: ${host.name} ${address(kind, kind.subject(spec))}`),
    ),
  );
}

const named = (cluster: Cluster, selector: string): readonly string[] | string => {
  const selected = selectHosts(cluster, selector);
  return 'hosts' in selected ? selected.hosts.map(({ name }) => name) : selected.why;
};

test('groups, names and patterns mean hosts in the order of the inventory', () => {
  assert.is(named(dr, 'all').length, dr.hosts.length);
  assert.equal(named(dr, 'real_server'), ['web01', 'web02']);
  assert.equal(named(dr, 'director_master'), ['lvs01']);
  assert.equal(named(dr, 'director_backup'), ['lvs02']);
  assert.equal(named(dr, 'client'), []);
  assert.equal(named(dr, 'web02'), ['web02']);
  assert.equal(named(dr, '*0?'), ['lvs01', 'lvs02', 'web01', 'web02']);
  assert.equal(named(tunnel, 'director_master'), ['lvs']);
});

test('directors that are MASTER of one instance each are never changed at the same time', () => {
  assert.equal(named(both, 'director_master'), ['a']);
  assert.equal(named(both, 'director_backup'), ['b']);
});

test('a role applies to hosts that have it, and to no other', () => {
  assert.equal(wanted(dr, { hosts: ['web01', 'gateway', 'lvs02'], roles: ['real_server', 'director'] }), [
    'stage 0: lvs02 kernel-module/director',
    'stage 0: lvs02 kernel-module/all',
    'stage 0: web01 kernel-module/real_server',
    'stage 0: web01 kernel-module/all',
  ]);
});

test('what is wanted twice in the same words is wanted once', () => {
  const entry = { kind: 'kernel-module', spec: { name: 'all' } };
  assert.equal(
    wanted(
      dr,
      { hosts: ['lvs01'], roles: ['director'] },
      { hosts: ['lvs01'], roles: ['director'], resources: [entry] },
    ),
    ['stage 0: lvs01 kernel-module/director', 'stage 0: lvs01 kernel-module/all'],
  );
});

function specOn(cluster: Cluster, host: string, kind: string, spec: unknown): unknown {
  const program = compile(playbook({ hosts: [host], resources: [{ kind, spec }] }), cluster, {
    kinds,
    roles,
  });
  return program.stages[0]?.hosts[0]?.resources[0]?.spec;
}

test('texts are rendered for each host, deep inside of a spec too', () => {
  const spec = {
    name: 'x',
    run: ['echo', '{{host.name}}', '{{cluster.vips.web.address}}'],
    unless: ['false'],
  };
  assert.equal(specOn(dr, 'web01', 'command', spec), { ...spec, run: ['echo', 'web01', '192.168.0.240'] });
  const servers =
    '{{#each cluster.services.http.real_servers}}{{host}}={{rip}}:{{port}}*{{weight}} {{/each}}';
  const file = { path: '/etc/x', content: servers };
  const content = 'web01=192.168.0.223:80*1 web02=192.168.0.224:80*1 ';
  assert.equal(specOn(dr, 'web01', 'file', file), { path: '/etc/x', content });
  const own = {
    path: '/etc/x',
    content: '{{host.interfaces.eth0.address}} {{host.default_route}} {{vars.site}}',
  };
  assert.equal(specOn(tunnel, 'web01', 'file', own), { ...own, content: '10.2.0.11 10.2.0.254 east' });
});

test('an expression alone keeps its type where the kind wants it, and is a text where the kind wants that', () => {
  assert.equal(specOn(tunnel, 'web01', 'service', { name: 'x', running: '{{vars.tls.on}}' }), {
    name: 'x',
    running: true,
  });
  assert.equal(specOn(dr, 'lvs01', 'sysctl', { key: 'kernel.x', value: '{{host.priority}}' }), {
    key: 'kernel.x',
    value: '150',
  });
});

test('a template of a file sees what expressions see, and its own data first', () => {
  const spec = { path: '/etc/x', template: 'x', data: { vars: { mine: '{{host.name}}' } } };
  const found = specOn(dr, 'web01', 'file', spec) as { data: Record<string, Record<string, unknown>> };
  assert.equal(found.data['vars'], { mine: 'web01' });
  assert.is(found.data['host']?.['name'], 'web01');
  assert.not.match(JSON.stringify(found), /1111|secret/);
});

test.run();
