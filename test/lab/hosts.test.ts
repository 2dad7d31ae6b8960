// timeout: 900 s
// runs: asked
// grace: 60 s
import { mkdir, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { debianSource } from './debian-source.ts';
import { events, Scene } from './scene.ts';
import { good } from './verdicts.ts';

const test = suite<{ scene: Scene; inventory: string; tarball: Promise<Buffer> }>('hosts of many kinds');

const words = (text: string): readonly string[] => text.split(/\s+/).filter(word => word !== '');

test.before(async context => {
  try {
    context.scene = await Scene.open('t-hosts');
    context.inventory = await context.scene.inventory('hosts');
    context.tarball = debianSource();
    // Where lvsform keeps its images does not change with the home directory that it finds ~/.ssh/config in.
    process.env['XDG_CACHE_HOME'] ??= join(homedir(), '.cache');
    process.env['HOME'] = context.scene.directory;
    process.env['SUDO_PASSWORD'] = 'lab';
    const config = 'Host old-director\n  HostName 192.168.0.211\n';
    await mkdir(join(context.scene.directory, '.ssh'), { mode: 0o700 });
    await writeFile(join(context.scene.directory, '.ssh', 'config'), config, { mode: 0o600 });
    good(await context.scene.lvsform('lab', 'up', '-i', context.inventory), 'lab up');
  } catch (error) {
    await context.scene?.end();
    throw error;
  }
});

test.after(async ({ scene }) => {
  await scene?.end();
});

test('the hosts are of the kinds that they say', async ({ scene }) => {
  const rpm = good(
    await scene.on('lvs01', 'command -v dnf; command -v apt-get dpkg-query; rpm -qa'),
    'lvs01',
  );
  assert.equal(words(rpm.stdout), ['/usr/bin/dnf', 'lab-base-1-1.noarch']);
  const sysv = await scene.on('lvs02', 'ls -d /run/systemd; command -v ipvsadm; cat /proc/1/comm');
  assert.equal(words(sysv.stdout), ['init']);
});

test('up serves them all: by dnf and apt, with units and scripts, ipvsadm from a package and from source', async ({
  scene,
  inventory,
  tarball,
}) => {
  // The lab has no way out: its client plays Debian's mirror for the old director.
  const path = '/var/www/html/debian/pool/main/i/ipvsadm/ipvsadm_1.31.orig.tar.gz';
  await scene.put('client', path, await tarball);
  good(await scene.on('client', 'systemctl start nginx'), 'mirror');
  good(await scene.on('lvs02', 'echo 192.168.0.220 mirror.example.org >>/etc/hosts'), 'name of the mirror');

  good(await scene.lvsform('run', 'playbooks/web.yml', '--yes', '-i', inventory), 'web.yml');
  const { stdout } = good(await scene.lvsform('up', '--yes', '--json', '-i', inventory), 'up');
  const done = events(stdout).flatMap(({ event, host, address }) =>
    event === 'change.done' ? [`${host} ${address}`] : [],
  );
  for (const change of [
    'lvs01 package/ipvsadm',
    'lvs01 package/keepalived',
    'lvs01 file//etc/systemd/system/lvsform-ipvs.service',
    'lvs02 source-build/ipvsadm',
    'lvs02 file//etc/init.d/lvsform-ipvs',
  ])
    assert.ok(done.includes(change), `${change} is not among ${done.join(', ')}`);
  const verdicts = events(stdout).filter(({ event }) => event === 'verify.done');
  assert.is(verdicts.length, 1);
  const [{ result } = { result: undefined }] = verdicts;
  const { faults, sequence } = result as { faults: readonly string[]; sequence: readonly string[] };
  assert.equal(faults, []);
  assert.equal([...new Set(sequence)].sort(), ['web01', 'web02', 'web03']);
});

test('a second plan is empty', async ({ scene, inventory }) => {
  const plan = await scene.lvsform('plan', '-i', inventory, '--detailed-exitcode');
  assert.is(plan.code, 0, `${plan.stdout}\n${plan.stderr}`);
});

test('the old director has its rules again after a reboot, and takes over', async ({ scene, inventory }) => {
  const boot = 'cat /proc/sys/kernel/random/boot_id';
  const before = (await scene.on('lvs02', boot)).stdout;
  await scene.on('lvs02', 'reboot');
  const holds = `pidof keepalived >/dev/null && /usr/local/sbin/ipvs_server.sh status >/dev/null && ${boot}`;
  for (const deadline = Date.now() + 240_000; ; ) {
    await new Promise(resolve => setTimeout(resolve, 2000));
    const { code, stdout } = await scene.on('lvs02', holds);
    if (code === 0 && stdout !== before) break;
    assert.ok(Date.now() < deadline, 'lvs02 is not back');
  }
  assert.is((await scene.on('lvs02', 'command -v ipvsadm')).stdout, '/usr/local/sbin/ipvsadm\n');
  good(await scene.on('lvs01', 'systemctl stop keepalived'), 'stop');
  const ask = 'for n in 1 2 3 4 5 6; do curl -s -m 2 http://192.168.0.240/; done';
  let answers: readonly string[] = [];
  for (const deadline = Date.now() + 60_000; answers.length < 6 && Date.now() < deadline; )
    answers = words((await scene.on('client', ask)).stdout);
  assert.equal([...new Set(answers)].sort(), ['web01', 'web02', 'web03']);
  assert.match((await scene.on('lvs02', 'ip -br addr show dev eth0')).stdout, '192.168.0.240/24');
  good(await scene.lvsform('up', '--yes', '-i', inventory), 'up mends what was stopped');
});

test('down takes everything away again, by the manager that brought it', async ({ scene, inventory }) => {
  good(await scene.lvsform('down', '--yes', '-i', inventory), 'down');
  const rpm = await scene.on(
    'lvs01',
    'rpm -q ipvsadm keepalived; ls -d /etc/keepalived /usr/local/sbin/ipvs_server.sh',
  );
  assert.equal(rpm.stdout.trim().split('\n'), [
    'package ipvsadm is not installed',
    'package keepalived is not installed',
  ]);
  const left =
    'ls -d /etc/init.d/lvsform* /etc/rc?.d/*lvsform* /usr/local/sbin/* /var/lib/lvsform/built; pidof keepalived';
  assert.is((await scene.on('lvs02', left)).stdout, '');
});

test.run();
