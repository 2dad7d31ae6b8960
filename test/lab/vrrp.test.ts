// timeout: 1500 s
// runs: asked
// grace: 60 s
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { powerOff } from '../../src/lab/index.ts';
import { Scene } from './scene.ts';
import { good } from './verdicts.ts';

/** inventories/active-active.yml on real hosts, with one real server: what moves the VIPs, and how long that takes. */
const test = suite<{ scene: Scene; inventory: string }>('VRRP');

const vips = { web: '192.168.0.240', files: '192.168.0.241' } as const;
type Name = keyof typeof vips;

const pause = (seconds: number) => new Promise(resolve => setTimeout(resolve, seconds * 1000));

/** Waits until a director has a VIP, on its own clock, and the other has not. */
const mustCarry = async (scene: Scene, host: string, name: Name, seconds = 40): Promise<void> => {
  const other = host === 'lvs01' ? 'lvs02' : 'lvs01';
  const wait = (has: string) =>
    `for n in $(seq ${seconds * 5}); do [ "$(ip -o addr show | grep -c ' ${vips[name]}/')" = ${has} ] && exit; sleep 0.2; done; ip addr show; journalctl -u keepalived --no-pager | tail -20; exit 1`;
  good(await scene.on(host, wait('1')), `${host} does not carry ${name}`);
  good(await scene.on(other, wait('0')), `${other} carries ${name}, too`);
};

const mustAnswer = async (scene: Scene, names: readonly Name[] = ['web', 'files']): Promise<void> => {
  for (const name of names) {
    const { stdout } = good(
      await scene.on('client', `curl -sS -m 5 --retry 3 --retry-all-errors http://${vips[name]}/`),
      name,
    );
    assert.is(stdout.trim(), 'web01', name);
  }
};

/** What the notify script of a director was called with. */
const told = async (scene: Scene, host: string): Promise<readonly string[]> =>
  (await scene.on(host, 'cat /run/vip-moved')).stdout.split('\n').filter(line => line !== '');

test.before(async context => {
  try {
    context.scene = await Scene.open('t-vrrp');
    const { scene } = context;
    context.inventory = await scene.inventory('active-active', text =>
      text.replace(/ {2}web02:\n {4}roles.*\n {4}interfaces.*\n/, '').replaceAll(/ {6}web02: .*\n/g, ''),
    );
    good(await scene.lvsform('lab', 'up', '-i', context.inventory), 'lab up');
    for (const playbook of ['web', 'directors']) {
      const { inventory } = context;
      good(await scene.lvsform('run', `playbooks/${playbook}.yml`, '--yes', '-i', inventory), playbook);
    }
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.stack : String(error)}\n`);
    await context.scene?.end();
    throw error;
  }
});

test.after(async ({ scene }) => {
  await scene.end();
});

test('a script that others may change is refused before anything of keepalived is touched', async ({
  scene,
  inventory,
}) => {
  await scene.on('lvs02', 'chmod o+w /usr/local/sbin/vip-moved');
  const refused = await scene.lvsform('up', '--yes', '--no-verify', '--host', 'lvs02', '-i', inventory);
  assert.is(refused.code, 1);
  assert.match(refused.stdout + refused.stderr, 'others than root may write to /usr/local/sbin/vip-moved');
  assert.is((await scene.on('lvs02', 'systemctl is-active keepalived')).stdout.trim(), 'inactive');
  await scene.on('lvs02', 'chmod o-w /usr/local/sbin/vip-moved');
});

test('both directors work: each is MASTER of one VIP, and the client is answered by both', async ({
  scene,
  inventory,
}) => {
  good(await scene.lvsform('up', '--yes', '-i', inventory), 'up');
  await mustCarry(scene, 'lvs01', 'web');
  await mustCarry(scene, 'lvs02', 'files');
  await mustAnswer(scene);
  const daemons = async (host: string) => (await scene.on(host, 'ipvsadm -L -n --daemon')).stdout;
  assert.match(await daemons('lvs01'), /master sync daemon \(mcast=eth1, syncid=55/);
  assert.match(await daemons('lvs02'), /backup sync daemon \(mcast=eth1, syncid=55/);
  const args = await scene.on('lvs01', 'tr "\\0" " " </proc/$(cat /run/keepalived.pid)/cmdline');
  assert.match(args.stdout, '--log-detail');
  const plan = await scene.lvsform('plan', '--detailed-exitcode', '-i', inventory);
  assert.is(plan.code, 0, plan.stdout);
});

test('advertisements go from director to director, not to a group; SNMP tells the states', async ({
  scene,
}) => {
  const { stdout } = await scene.on('lvs02', 'timeout 10 tcpdump -lnni eth0 -c 6 ip proto 112 2>/dev/null');
  assert.match(stdout, '192.168.0.210 > 192.168.0.211: VRRPv3, Advertisement, vrid 55, prio 150');
  assert.match(stdout, '192.168.0.211 > 192.168.0.210: VRRPv3, Advertisement, vrid 56, prio 150');
  assert.not.match(stdout, '224.0.0.18');
  // KEEPALIVED-MIB, vrrpInstanceTable: vrrpInstanceName 2, vrrpInstanceState 4 (2 is master, 1 backup).
  const table = '.1.3.6.1.4.1.9586.100.5.2.3.1';
  const states = await scene.on(
    'lvs01',
    `snmpwalk -v2c -c public -Oqn 127.0.0.1 ${table}.2; snmpwalk -v2c -c public -Oqn 127.0.0.1 ${table}.4`,
  );
  assert.match(states.stdout, `${table}.2.1 "web"`);
  assert.match(states.stdout, `${table}.4.1 2`);
  assert.match(states.stdout, `${table}.4.2 1`);
});

test('a tracked script moves the VIP away and back; the notify script is told each time', async ({
  scene,
}) => {
  await scene.on('lvs01', 'touch /run/unfit; : >/run/vip-moved');
  await mustCarry(scene, 'lvs02', 'web');
  await mustAnswer(scene);
  await scene.on('lvs01', 'rm /run/unfit');
  await mustCarry(scene, 'lvs01', 'web');
  const lines = await told(scene, 'lvs01');
  assert.ok(lines.includes('INSTANCE web FAULT 150'), lines.join('\n'));
  assert.is(lines.filter(line => line.startsWith('INSTANCE')).at(-1), 'INSTANCE web MASTER 150');
});

test('so does a tracked interface, by its weight', async ({ scene }) => {
  // The link of a UML guest does not notice that the cable is pulled; it is taken down from the inside.
  await scene.on('lvs01', 'ip link set eth1 down');
  await mustCarry(scene, 'lvs02', 'web');
  await mustAnswer(scene);
  await scene.on('lvs01', 'ip link set eth1 up');
  await mustCarry(scene, 'lvs01', 'web');
});

test('with nopreempt the VIP stays where it went', async ({ scene }) => {
  await scene.on('lvs02', 'systemctl stop keepalived');
  await mustCarry(scene, 'lvs01', 'files');
  await scene.on('lvs02', 'systemctl start keepalived');
  await pause(5);
  await mustCarry(scene, 'lvs01', 'files');
  const lines = (await told(scene, 'lvs02')).filter(line => line.startsWith('files'));
  assert.is(lines.at(-1), 'files went', lines.join('\n'));
});

test('the power of the MASTER fails: the VIP is back within a second or two, and a held connection goes on', async ({
  scene,
}) => {
  const lab = await scene.lab();
  const seconds = 12;
  // One connection with ten requests a second (a second one would count in num_connects), and fifty new ones a second.
  const held = scene.on(
    'client',
    `curl -sS -m 60 --rate 10/s -o /dev/null -w '%{num_connects} %{http_code}\\n' 'http://${vips.web}/?n=[1-${seconds * 10}]'`,
  );
  const load = scene.on(
    'client',
    `curl -sS --http1.1 -H 'Connection: close' --connect-timeout 0.2 -m 1 --rate 50/s -o /dev/null -w '%{http_code} %{time_total}\\n' 'http://${vips.web}/?n=[1-${seconds * 50}]' 2>/dev/null; :`,
  );
  await pause(4);
  await powerOff(lab, 'lvs01');
  const [kept, fresh] = await Promise.all([held, load]);
  const answers = good(kept, 'the held connection').stdout.trim().split('\n');
  assert.is(answers.length, seconds * 10);
  assert.equal(
    answers.slice(1).filter(line => line !== '0 200'),
    [],
  );
  assert.is(answers[0], '1 200');
  const rows = fresh.stdout
    .trim()
    .split('\n')
    .map(row => row.split(' '));
  const failed = rows.filter(([code]) => code !== '200');
  const gap = failed.reduce((sum, [, time]) => sum + Number(time), 0);
  process.stdout.write(`failover: ${failed.length} requests failed in ${gap.toFixed(2)} s\n`);
  assert.ok(failed.length > 0, 'nobody noticed');
  assert.ok(gap < 2, `${gap} s without an answer; three advertisements of 0.2 s and a part of one are 0.7 s`);
  assert.match((await scene.on('lvs02', 'ipvsadm -L -n --daemon')).stdout, 'master sync daemon');
});

test.run();
