// timeout: 1800 s
// runs: asked
// grace: 60 s
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { debianSource } from './debian-source.ts';
import { events, Scene } from './scene.ts';
import { good } from './verdicts.ts';

/** inventories/systems.yml on real hosts: yum, zypper, an ipvsadm from a tarball of this machine, busybox. */
const test = suite<{ scene: Scene; inventory: string }>('systems');

const directors = ['lvs01', 'lvs02', 'lvs03'];

const words = (text: string): readonly string[] => text.split(/\s+/).filter(word => word !== '');

/** Who answers the client, by name. */
const answering = async (scene: Scene): Promise<readonly string[]> => {
  const ask = 'for n in 1 2 3 4 5 6; do curl -s -m 2 http://192.168.0.240/; done';
  return [...new Set(words((await scene.on('client', ask)).stdout))].sort();
};

const soon = async (what: string, seconds: number, question: () => Promise<boolean>): Promise<void> => {
  for (const deadline = Date.now() + seconds * 1000; !(await question()); ) {
    if (Date.now() > deadline) throw new Error(`not within ${seconds} s: ${what}`);
    await new Promise(resolve => setTimeout(resolve, 1000));
  }
};

test.before(async context => {
  try {
    context.scene = await Scene.open('t-systems');
    // The lab has no way out, so the tarball is a file beside the inventory.
    const tarball = await debianSource();
    await writeFile(join(context.scene.directory, 'ipvsadm.tar.gz'), tarball);
    context.inventory = await context.scene.inventory('systems', text =>
      text.replace(/source: http:.*/, 'source: ipvsadm.tar.gz'),
    );
    good(await context.scene.lvsform('lab', 'up', '-i', context.inventory), 'lab up');
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.stack : String(error)}\n`);
    await context.scene?.end();
    throw error;
  }
});

test.after(async ({ scene }) => {
  await scene?.end();
});

test('the hosts are of the systems that they say', async ({ scene }) => {
  const managers = 'for name in apt-get dpkg-query dnf yum zypper; do command -v $name; done; rpm -qa';
  assert.equal(words((await scene.on('lvs01', managers)).stdout), ['/usr/bin/yum', 'lab-base-1-1.noarch']);
  assert.equal(words((await scene.on('lvs02', managers)).stdout), ['/usr/bin/zypper', 'lab-base-1-1.noarch']);
  const old = 'ls -d /run/systemd; command -v ipvsadm; cat /proc/1/comm';
  assert.equal(words((await scene.on('lvs03', old)).stdout), ['init']);
  const tools =
    'command -v bash dash; for name in sh stat ip sed; do readlink -f "$(command -v $name)"; done | sort -u';
  for (const host of ['web01', 'client'])
    assert.equal(words((await scene.on(host, tools)).stdout), ['/usr/bin/busybox'], host);
});

test('up serves them all: by yum, by zypper, from a tarball that is sent, and on busybox', async ({
  scene,
  inventory,
}) => {
  good(await scene.lvsform('run', 'playbooks/web.yml', '--yes', '-i', inventory), 'web.yml');
  const { stdout } = good(await scene.lvsform('up', '--yes', '--json', '-i', inventory), 'up');
  const done = events(stdout).flatMap(({ event, host, address }) =>
    event === 'change.done' ? [`${host} ${address}`] : [],
  );
  for (const change of [
    'lvs01 package/ipvsadm',
    'lvs01 package/keepalived',
    'lvs02 package/ipvsadm',
    'lvs02 package/keepalived',
    'lvs03 file//var/lib/lvsform/ipvsadm.tar',
    'lvs03 source-build/ipvsadm',
    'web01 file//usr/local/sbin/rs_server.sh',
  ])
    assert.ok(done.includes(change), `${change} is not among ${done.join(', ')}`);
  for (const host of ['lvs01', 'lvs02']) {
    const installed = await scene.on(host, 'rpm -q --qf "%{NAME} " ipvsadm keepalived');
    assert.is(installed.stdout, 'ipvsadm keepalived ');
  }
  const verdicts = events(stdout).filter(({ event }) => event === 'verify.done');
  assert.is(verdicts.length, 1);
  const [{ result } = { result: undefined }] = verdicts;
  const { faults, sequence } = result as { faults: readonly string[]; sequence: readonly string[] };
  assert.equal(faults, []);
  assert.equal([...new Set(sequence)].sort(), ['web01', 'web02']);
  const plan = await scene.lvsform('plan', '-i', inventory, '--detailed-exitcode');
  assert.is(plan.code, 0, `${plan.stdout}\n${plan.stderr}`);
});

test('each director serves while the others do not: its rules are whole, whoever installed ipvsadm', async ({
  scene,
  inventory,
}) => {
  const version = await scene.on('lvs03', 'command -v ipvsadm; ipvsadm -v');
  assert.match(version.stdout, /^\/usr\/local\/sbin\/ipvsadm\nipvsadm v1\.31 /);
  for (const alone of directors) {
    const stop =
      'if [ -d /run/systemd/system ]; then systemctl stop keepalived; else /etc/init.d/keepalived stop; fi';
    const start = stop.replaceAll(' stop', ' start');
    for (const host of directors) good(await scene.on(host, host === alone ? start : stop), host);
    await soon(`${alone} serves`, 60, async () => (await answering(scene)).join() === 'web01,web02');
    const { stdout } = await scene.on(alone, 'ip -o -4 addr show dev eth0');
    assert.match(stdout, ' 192.168.0.240/');
  }
  good(await scene.lvsform('up', '--yes', '--no-verify', '-i', inventory), 'up mends what was stopped');
});

test('a busybox host is what it was after a reboot; drift on it is seen and mended', async ({
  scene,
  inventory,
}) => {
  await scene.reboot(['web01']);
  const plan = await scene.lvsform('plan', '-i', inventory, '--detailed-exitcode');
  assert.is(plan.code, 0, `${plan.stdout}\n${plan.stderr}`);
  await soon('both answer', 30, async () => (await answering(scene)).join() === 'web01,web02');
  await scene.on(
    'web01',
    'ip addr del 192.168.0.240/32 dev lo; rm /usr/local/sbin/rs_server.sh; sysctl -w net.ipv4.conf.all.arp_ignore=0',
  );
  const drift = await scene.lvsform('plan', '-i', inventory, '--detailed-exitcode');
  assert.is(drift.code, 2);
  for (const what of ['192.168.0.240', 'rs_server.sh', 'arp_ignore']) assert.match(drift.stdout, what);
  good(await scene.lvsform('up', '--yes', '-i', inventory), 'up');
});

test('down takes everything away again, by the manager that brought it', async ({ scene, inventory }) => {
  good(await scene.lvsform('down', '--yes', '-i', inventory), 'down');
  for (const host of ['lvs01', 'lvs02']) {
    const rpm = await scene.on(
      host,
      'rpm -q ipvsadm keepalived; ls -d /etc/keepalived /usr/local/sbin/ipvs_server.sh',
    );
    assert.equal(rpm.stdout.trim().split('\n'), [
      'package ipvsadm is not installed',
      'package keepalived is not installed',
    ]);
  }
  const old =
    'ls -d /etc/init.d/lvsform* /usr/local/sbin/* /var/lib/lvsform/*; pidof keepalived; command -v gcc';
  // The compiler was there before.
  assert.equal(words((await scene.on('lvs03', old)).stdout), ['/usr/bin/gcc']);
  const left =
    'ls -d /etc/systemd/system/lvsform* /usr/local/sbin/* /var/lib/lvsform/*; ip -o addr show dev lo | grep -F 192.168';
  assert.is((await scene.on('web01', left)).stdout, '');
});

test.run();
