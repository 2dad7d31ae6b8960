import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { expandRange, flatten } from '../../src/author/ansible.ts';
import { parseAnsibleIni } from '../../src/author/ansible-ini.ts';
import { parseAnsibleYaml, vaulted } from '../../src/author/ansible-yaml.ts';
import { type AnsibleHints, fromAnsible } from '../../src/author/from-ansible.ts';
import { hostWords } from '../../src/author/host-words.ts';
import { inventoryText } from '../../src/author/sketch.ts';
import { checkInventory } from '../../src/config/inventory.ts';
import { Problem } from '../../src/model/problem.ts';

/** Ansible's two forms of inventories, and what becomes of them. */
const test = suite('ansible');

const none = { groups: new Map(), hosts: new Map() };
const hints: AnsibleHints = { roles: new Map(), hosts: [], name: 'web', vip: undefined };

const ini = `# the cluster
[directors]
lvs01.example.org ansible_host=192.168.0.210 keepalived_state=MASTER
lvs02.example.org ansible_host=192.168.0.211 keepalived_state=BACKUP ; the second

[webservers]
web[01:02] weight=2 ansible_ssh_private_key_file="/home/me/my key"

[webservers:vars]
site="east # wing"
db_password=hunter2

[lvs:children]
directors
webservers

[all:vars]
ansible_user=admin
ansible_become=true
ansible_become_pass=hunter2
ansible_ssh_common_args='-o ProxyJump=jump@bastion.example.org'
`;

test('an INI file: groups, ranges, quotes, comments, variables of groups above', () => {
  const { hosts } = flatten(parseAnsibleIni('hosts.ini', ini), none);
  assert.equal(
    hosts.map(({ name, groups }) => [name, groups]),
    [
      ['lvs01.example.org', [['directors'], ['lvs']]],
      ['lvs02.example.org', [['directors'], ['lvs']]],
      ['web01', [['webservers'], ['lvs']]],
      ['web02', [['webservers'], ['lvs']]],
    ],
  );
  const web = hosts[2]?.vars ?? {};
  assert.is(web['site'], 'east # wing');
  assert.is(web['weight'], 2);
  assert.is(web['ansible_ssh_private_key_file'], '/home/me/my key');
  assert.is(web['ansible_ssh_common_args'], '-o ProxyJump=jump@bastion.example.org');
  assert.is(web['ansible_become'], true);
});

test('a line that is none of an inventory is told with its place', () => {
  try {
    parseAnsibleIni('hosts.ini', '[web]\nweb01 what is this\n');
    assert.unreachable();
  } catch (problem) {
    assert.ok(problem instanceof Problem);
    assert.is(problem.where, 'hosts.ini:2');
  }
});

test('a YAML file says the same; the own value goes before that of groups, vaulted ones are not copied', () => {
  const text = `all:
  vars: { ansible_user: root, vip: 10.0.0.9 }
  children:
    lb:
      vars: { vip: 192.168.0.240/24, lvs_sched: wlc, virtual_router_id: 77 }
      hosts:
        lb1: { ansible_host: 192.168.0.210, priority: 200, key: !vault "x" }
        lb2: { ansible_host: 192.168.0.211, priority: 100 }
    backend:
      hosts:
        app[a:b]: { ip: 192.168.0.22 }
`;
  const found = parseAnsibleYaml('hosts.yml', text);
  const { hosts } = flatten(found, {
    groups: new Map([['backend', { lvs_port: 8080 }]]),
    hosts: new Map([['appb', { ip: '192.168.0.23' }]]),
  });
  assert.is(hosts[0]?.vars['vip'], '192.168.0.240/24');
  assert.is(hosts[0]?.vars['key'], vaulted);
  // The inventory's own host variables are as near as the file's, and come last.
  assert.is(hosts[3]?.vars['ip'], '192.168.0.22');
});

test('ranges of numbers keep their zeros, letters go by the alphabet, steps and several ranges work', () => {
  assert.equal(expandRange('web[08:11].x'), ['web08.x', 'web09.x', 'web10.x', 'web11.x']);
  assert.equal(expandRange('db-[a:c]'), ['db-a', 'db-b', 'db-c']);
  assert.equal(expandRange('n[0:4:2]'), ['n0', 'n2', 'n4']);
  assert.equal(expandRange('r[1:2]u[1:2]'), ['r1u1', 'r1u2', 'r2u1', 'r2u2']);
  assert.equal(expandRange('plain'), ['plain']);
});

const given = [hostWords('web01=192.168.0.221/24'), hostWords('web02=192.168.0.222/24')];
const vars = new Map([
  ['directors', { vip: '192.168.0.240', auth_pass: 'hunter2', lvs_sched: 'wrr', x: '{{ y }}' }],
]);

test('an inventory that passes validation comes out, without any secret', () => {
  const inventory = flatten(parseAnsibleIni('hosts.ini', ini), { groups: vars, hosts: new Map() });
  const text = inventoryText(fromAnsible('hosts.ini', inventory, { ...hints, hosts: given }));
  assert.not.match(text, /hunter|\{\{/);
  const { cluster, warnings } = checkInventory('inventory.yml', text);
  assert.equal(warnings, []);
  assert.equal(
    cluster.hosts.map(({ name, roles, priority }) => [name, ...roles, priority]),
    [
      ['lvs01', 'director', 150],
      ['lvs02', 'director', 100],
      ['web01', 'real_server', undefined],
      ['web02', 'real_server', undefined],
    ],
  );
  const [service] = cluster.services;
  assert.is(service?.vip.address.ip, '192.168.0.240');
  assert.is(service?.scheduler, 'wrr');
  assert.equal(
    service?.realServers.map(({ weight }) => weight),
    [2, 2],
  );
  const ssh = cluster.hosts[0]?.ssh;
  assert.is(ssh?.user, 'admin');
  assert.is(ssh?.proxyJump, 'jump@bastion.example.org');
  assert.ok(ssh?.become?.password);
});

test('the same hosts in the YAML form, as ansible-inventory --list --yaml prints it, come out as the same inventory', () => {
  const yaml = `all:
  children:
    ungrouped: {}
    lvs:
      children:
        directors:
          hosts:
            lvs01.example.org:
              ansible_host: 192.168.0.210
              keepalived_state: MASTER
            lvs02.example.org:
              ansible_host: 192.168.0.211
              keepalived_state: BACKUP
        webservers:
          hosts:
            web[01:02]:
              weight: 2
              ansible_ssh_private_key_file: /home/me/my key
          vars:
            site: "east # wing"
            db_password: hunter2
  vars:
    ansible_user: admin
    ansible_become: true
    ansible_become_pass: hunter2
    ansible_ssh_common_args: -o ProxyJump=jump@bastion.example.org
`;
  const [first, second] = [parseAnsibleIni('hosts', ini), parseAnsibleYaml('hosts', yaml)].map(found => {
    const inventory = flatten(found, { groups: vars, hosts: new Map() });
    return inventoryText(fromAnsible('hosts', inventory, { ...hints, hosts: given })).split('\n');
  });
  assert.ok(first?.some(line => line.includes('192.168.0.240')));
  assert.equal(second, first);
});

test('a host without an address, and a file without known groups, are told with the option that helps', () => {
  const inventory = flatten(parseAnsibleIni('hosts.ini', ini), none);
  const next = (work: () => unknown): string => {
    try {
      work();
    } catch (problem) {
      if (problem instanceof Problem) return problem.next ?? '';
    }
    return '';
  };
  assert.is(
    next(() => fromAnsible('hosts.ini', inventory, hints)),
    '--address web01=ADDRESS/PREFIX --address web02=ADDRESS/PREFIX',
  );
  const odd = flatten(parseAnsibleIni('x', '[blue]\na ansible_host=10.0.0.1\n'), none);
  assert.match(
    next(() => fromAnsible('x', odd, hints)),
    '--group GROUP=director',
  );
  const told = fromAnsible('x', odd, { ...hints, roles: new Map([['blue', 'director']]) });
  assert.equal((told.data['hosts'] as { a: { roles: unknown } }).a.roles, ['director']);
});

test.run();
