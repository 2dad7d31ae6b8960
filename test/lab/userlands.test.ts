// timeout: 600 s
// grace: 30 s
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { labSpec } from '../../src/commands/lab-spec.ts';
import { loadInventory } from '../../src/config/inventory.ts';
import { NamespaceHosts } from './namespace-hosts.ts';
import { good } from './verdicts.ts';

/**
 * What of inventories/systems.yml takes no IPVS, on this machine's kernel and so in seconds: packages by yum and by zypper, and
 * a real server that has busybox's tools. The whole of it is in systems.test.ts.
 */
const test = suite<{ hosts: NamespaceHosts; inventory: string }>('userlands');

const root = new URL('../..', import.meta.url).pathname;
const example = join(root, 'inventories', 'systems.yml');
const directors = ['lvs01', 'lvs02'];
const onDirectors = directors.flatMap(host => ['--host', host]);

const words = (text: string): readonly string[] => text.split(/\s+/).filter(word => word !== '');

const packages = `version: 1
name: packages
stages:
  - name: directors
    hosts: [director]
    resources:
      - package: { name: ipvsadm }
      - package: { name: keepalived }
`;

test.before(async context => {
  const spec = labSpec((await loadInventory(example)).cluster, example);
  const named = [...directors, 'web01'];
  context.hosts = await NamespaceHosts.open({
    ...spec,
    name: 'land',
    hosts: spec.hosts.filter(({ name }) => named.includes(name)),
  });
  const { hosts } = context;
  context.inventory = join(hosts.folder, 'inventory.yml');
  const text = readFileSync(example, 'utf8')
    .replace(/^lab: .*\n/m, '')
    .replace(/^ssh:\n {2}user: root\n/m, hosts.ssh());
  writeFileSync(context.inventory, text);
  writeFileSync(join(hosts.folder, 'packages.yml'), packages);
});

test.after(async ({ hosts }) => {
  await hosts?.end();
});

test('packages come by yum and by zypper, with what they need; a second plan is empty; down takes them away', async ({
  hosts,
  inventory,
}) => {
  const managers = 'for name in apt-get dpkg-query dnf yum zypper; do command -v $name; done; rpm -qa';
  assert.equal(words((await hosts.on('lvs01', managers)).stdout), ['/usr/bin/yum', 'lab-base-1-1.noarch']);
  assert.equal(words((await hosts.on('lvs02', managers)).stdout), ['/usr/bin/zypper', 'lab-base-1-1.noarch']);
  const run = ['run', join(hosts.folder, 'packages.yml'), ...onDirectors, '-i', inventory];
  good(await hosts.lvsform(...run, '--yes'), 'run');
  for (const host of directors) {
    const installed = await hosts.on(
      host,
      'rpm -q --qf "%{NAME} " ipvsadm keepalived; rpm -qa | wc -l; keepalived --version 2>&1 | head -1',
    );
    const [first, second, count, ...version] = words(installed.stdout);
    assert.equal([first, second], ['ipvsadm', 'keepalived'], host);
    assert.ok(Number(count) > 5, `${host}: what they need came along`);
    assert.match(version.join(' '), /^Keepalived v2\./);
  }
  const again = await hosts.lvsform(...run, '--yes');
  assert.match(good(again, 'again').stdout, 'No changes');
  good(await hosts.lvsform('down', '--yes', ...onDirectors, '-i', inventory), 'down');
  for (const host of directors)
    assert.equal(words((await hosts.on(host, 'rpm -qa')).stdout), ['lab-base-1-1.noarch'], host);
});

test('a real server with the sh and the tools of busybox: up, a loss of power, drift, down', async ({
  hosts,
  inventory,
}) => {
  const tools =
    'command -v bash dash; for name in sh stat ip sed; do readlink -f "$(command -v $name)"; done | sort -u';
  assert.equal(words((await hosts.on('web01', tools)).stdout), ['/usr/bin/busybox']);
  const up = ['up', '--yes', '--no-verify', '--host', 'web01', '-i', inventory];
  const plan = () => hosts.lvsform('plan', '--detailed-exitcode', '--host', 'web01', '-i', inventory);
  good(await hosts.lvsform(...up), 'up');
  good(await plan(), 'plan');
  const live = `/usr/local/sbin/rs_server.sh status | grep -c '^present'; cat /proc/sys/net/ipv4/conf/all/arp_ignore
ip addr show dev lo | grep -c 192.168.0.240`;
  assert.equal(words((await hosts.on('web01', live)).stdout), ['5', '1', '1']);
  await hosts.reboot('web01');
  assert.equal(words((await hosts.on('web01', live)).stdout), ['5', '1', '1']);
  good(await plan(), 'plan after a loss of power');
  await hosts.on(
    'web01',
    'ip addr del 192.168.0.240/32 dev lo; rm /usr/local/sbin/rs_server.sh; sysctl -w net.ipv4.conf.all.arp_ignore=0',
  );
  const drift = await plan();
  assert.is(drift.code, 2, drift.stderr);
  for (const what of ['address/lo/192.168.0.240', 'rs_server.sh', 'arp_ignore'])
    assert.match(drift.stdout, what);
  good(await hosts.lvsform(...up), 'up');
  assert.equal(words((await hosts.on('web01', live)).stdout), ['5', '1', '1']);
  good(await hosts.lvsform('down', '--yes', '--host', 'web01', '-i', inventory), 'down');
  const left =
    'ls -d /etc/init.d/lvsform* /etc/rc2.d/*lvsform* /usr/local/sbin/* /var/lib/lvsform/*; cat /proc/sys/net/ipv4/conf/all/arp_ignore; ip addr show dev lo | grep 192.168';
  assert.is((await hosts.on('web01', left)).stdout, '0\n');
});

test.run();
