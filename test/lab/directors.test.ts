// timeout: 900 s
// grace: 60 s
// runs: asked
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import {
  type Directors,
  directors,
  good,
  inventoryOf,
  openDirectors,
  tableOf,
  until,
  up,
  vip,
  withoutSecond,
} from './directors-scene.ts';

/** Directors that change in use: what would cut clients off is refused, drained or waited for, and faults are named. */
const test = suite<Directors>('change of directors');

test.before(async context => {
  Object.assign(context, await openDirectors('t-dir'));
});

test.after(async ({ scene }) => {
  await scene.end();
});

test('a virtual router that is no director of ours is heard before it is fought, and named', async ({
  scene,
  inventory,
}) => {
  const foreign = `export DEBIAN_FRONTEND=noninteractive
{ apt-get update -qq && apt-get install -y -qq --no-install-recommends keepalived; } >/dev/null || exit 1
cat >/root/vrrp.conf <<'END'
vrrp_instance foreign {
  state BACKUP
  interface eth0
  virtual_router_id 55
  priority 77
  virtual_ipaddress {
    192.168.0.99/24
  }
}
END
keepalived -f /root/vrrp.conf -p /run/foreign.pid -r /run/foreign-vrrp.pid -P`;
  good(await scene.on('gateway', foreign), 'a foreign keepalived');
  try {
    await new Promise(resolve => setTimeout(resolve, 6000));
    for (const command of [['plan'], ['up', '--yes']]) {
      const refused = await scene.lvsform(...command, '-i', inventory);
      assert.is(refused.code, 1, refused.stdout);
      assert.match(refused.stderr, 'virtual_router_id 55 is in use on the segment of eth0');
      assert.match(refused.stderr, '192.168.0.100 sends VRRP with it (priority 77)');
    }
    assert.is(
      (await scene.on('lvs02', 'test -e /etc/keepalived/keepalived.conf')).code,
      1,
      'nothing was written',
    );
  } finally {
    await scene.on('gateway', 'kill "$(cat /run/foreign.pid)"; sleep 2');
  }
});

test('a VIP that somebody on the segment has already, and one that a host of ours has, are refused', async ({
  scene,
  inventory,
}) => {
  for (const host of ['web02', 'lan-client']) {
    await scene.on(host, `ip addr add ${vip}/24 dev eth0`);
    const refused = await scene.lvsform('plan', '-i', inventory);
    assert.is(refused.code, 1, refused.stdout);
    assert.match(refused.stderr, `${host} holds the VIP ${vip} itself`);
    const narrow = await scene.lvsform('plan', '--role', 'director', '-i', inventory);
    assert.is(narrow.code, 1, narrow.stdout);
    assert.match(narrow.stderr, /answers ARP for it on eth0/);
    await scene.on(host, `ip addr del ${vip}/24 dev eth0`);
  }
});

test('an interface that is not there, and a subnet that is not its own, are named', async ({ scene }) => {
  const other = (text: string) =>
    text
      .replaceAll('interfaces: { eth0: 192.168.0.21', 'interfaces: { eth7: 192.168.0.21')
      .replace('"eth0:240"', '"eth7:240"');
  const refused = await scene.lvsform('plan', '--role', 'director', '-i', await inventoryOf(scene, other));
  assert.is(refused.code, 1, refused.stdout);
  assert.match(refused.stderr, 'there is no interface eth7');
  const outside = await inventoryOf(scene, text => text.replace('192.168.0.240/24', '192.168.9.240/24'));
  assert.is(
    (await scene.lvsform('plan', '-i', outside)).code,
    3,
    'lint refuses what is outside of every subnet',
  );
});

test('the first up is no fault; status tells who is MASTER and whom the tables use', async ({
  scene,
  inventory,
}) => {
  good(await scene.lvsform('up', '--yes', '-i', inventory), 'up');
  const { stdout } = good(await scene.lvsform('status', '-i', inventory), 'status');
  assert.match(stdout, /lvs01 {2}keepalived works, web MASTER/);
  assert.match(stdout, /lvs02 {2}keepalived works, web BACKUP/);
  assert.match(stdout, `${vip}  at lvs01`);
  assert.match(stdout, 'nothing is wrong');
  const json = good(await scene.lvsform('status', '--json', '-i', inventory), 'status').stdout;
  const { result } = JSON.parse(json.split('\n').find(line => line.includes('status.done')) ?? '{}');
  assert.equal(result.vips, [{ vip: 'web', address: vip, owners: ['lvs01'] }]);
});

test('the last real server that works is not taken away, nor drained; --accept-gap goes on', async ({
  scene,
  inventory,
}) => {
  const one = await inventoryOf(scene, withoutSecond);
  good(await scene.on('web01', 'systemctl stop nginx'), 'stop nginx');
  const serves = async () => (await tableOf(scene, 'lvs01')).includes('192.168.0.223');
  await until(async () => !(await serves()), 'web01 is taken out');
  for (const command of [['plan'], ['up', '--yes']]) {
    const refused = await scene.lvsform(...command, '-i', one);
    assert.is(refused.code, 1, refused.stdout);
    assert.match(refused.stderr, 'http would be left without a real server that is known to work');
    assert.match(refused.stderr, 'web02 (192.168.0.224:80)');
    assert.match(refused.stderr, '--accept-gap');
  }
  const drained = await scene.lvsform('drain', 'web02', '--yes', '-i', inventory);
  assert.is(drained.code, 1, drained.stdout);
  assert.match(drained.stderr, 'known to work');
  assert.match(await tableOf(scene, 'lvs01'), /192\.168\.0\.224:80 +Route +1 /);
  good(await scene.lvsform('plan', '--accept-gap', '-i', one), 'plan --accept-gap');
  const status = await scene.lvsform('status', '-i', inventory);
  assert.is(status.code, 1, status.stdout);
  assert.match(status.stdout, /web01 is out of service: http: lvs01 does not have it in its table/);
  good(await scene.on('web01', 'systemctl start nginx'), 'start nginx');
  await until(serves, 'web01 is back');
});

test('drain gives weight 0 on both directors, waits for who is connected and tells what is left; --undo gives it back', async ({
  scene,
  inventory,
}) => {
  const hold = (seconds: number) =>
    Promise.all(
      [1, 2].map(() =>
        scene.on(
          'lan-client',
          `exec 3<>/dev/tcp/${vip}/80; printf 'GET / HTTP/1.1\\r\\n' >&3; sleep ${seconds}`,
        ),
      ),
    );
  const long = hold(30);
  await new Promise(resolve => setTimeout(resolve, 2000));
  const impatient = await scene.lvsform('drain', 'web02', '--yes', '--timeout', '2', '-i', inventory);
  assert.is(impatient.code, 1, impatient.stderr);
  assert.match(impatient.stdout, /lvs01 {2}web02 of http: weight 1 -> 0/);
  assert.match(impatient.stdout, /lvs02 {2}web02 of http: weight 1 -> 0/);
  assert.match(impatient.stdout, /web02 of http: 1 active connection left/);
  for (const host of directors) assert.match(await tableOf(scene, host), /192\.168\.0\.224:80 +Route +0 /);
  await long;
  const quiet = good(await scene.lvsform('drain', 'web02', '--yes', '-i', inventory), 'drain');
  assert.match(quiet.stdout, 'no active connections are left');
  good(await scene.lvsform('drain', 'web02', '--undo', '--yes', '-i', inventory), 'drain --undo');
  for (const host of directors) assert.match(await tableOf(scene, host), /192\.168\.0\.224:80 +Route +1 /);
});

test('two owners of a VIP are both named, by status and by verify', async ({ scene, inventory }) => {
  await scene.on('lvs02', `ip addr add ${vip}/24 dev eth0`);
  for (const command of ['status', 'verify']) {
    const { code, stdout } = await scene.lvsform(command, '-i', inventory);
    assert.is(code, 1, stdout);
    assert.match(stdout, `lvs01 and lvs02 both hold ${vip}`);
  }
  await scene.on('lvs02', `ip addr del ${vip}/24 dev eth0`);
});

test('where no director is healthy a change is refused; a BACKUP that its change makes sick is undone, and the MASTER is left alone', async ({
  scene,
  inventory,
}) => {
  const changed = await inventoryOf(scene, text => text.replace('retries: 3', 'retries: 2'));
  for (const host of directors) await scene.on(host, 'systemctl stop keepalived');
  const refused = await scene.lvsform('up', '--yes', '-i', changed);
  assert.is(refused.code, 1, refused.stdout);
  assert.match(refused.stderr, 'no director is healthy');
  assert.match(refused.stderr, 'lvs01: keepalived does not work');
  assert.match(refused.stderr, '--accept-gap');
  good(await scene.lvsform('up', '--yes', '--no-verify', '--accept-gap', '-i', inventory), 'up --accept-gap');

  // A BACKUP whose keepalived is in FAULT state after its change: the interface that it follows is down.
  const following = await inventoryOf(scene, text =>
    text
      .replace('    advert_interval: 1\n', '    advert_interval: 1\n    track_interface: { dummy7: {} }\n')
      .replace(/eth0: 192\.168\.0\.21(\d)\/24/g, '$&, dummy7: 10.99.0.1$1/24'),
  );
  const dummy = (host: string, state: string) =>
    scene.on(host, `ip link add dummy7 type dummy 2>/dev/null; ip link set dummy7 ${state}`);
  await dummy('lvs01', 'up');
  await dummy('lvs02', 'down');
  const read = 'cat /etc/keepalived/keepalived.conf';
  const files = () => Promise.all(directors.map(async host => (await scene.on(host, read)).stdout));
  const before = await files();
  const stopped = await scene.lvsform('up', '--yes', '--no-verify', '-i', following);
  assert.is(stopped.code, 1, stopped.stdout);
  assert.match(stopped.stderr, 'VRRP instance web out of FAULT state was lost; undone');
  assert.equal(await files(), before);
  const status = good(await scene.lvsform('status', '-i', inventory), 'status');
  assert.not.match(status.stdout, 'FAULT');
  await dummy('lvs02', 'up');
  await up(scene, inventory);
  for (const host of directors) await scene.on(host, 'ip link del dummy7');
});

test('where a BACKUP loses a real server by its change, the MASTER is left as it was', async ({
  scene,
  inventory,
}) => {
  await scene.on('web02', 'echo fine >/var/www/html/only-here');
  const only = await inventoryOf(scene, text =>
    text.replace(
      /check: \{.*\}/,
      'check: { type: http, path: /only-here, connect_timeout: 1, retries: 1, retry_delay: 1 }',
    ),
  );
  const read = 'cat /etc/keepalived/keepalived.conf';
  const before = (await scene.on('lvs01', read)).stdout;
  const stopped = await scene.lvsform('up', '--yes', '--no-verify', '-i', only);
  assert.is(stopped.code, 1, stopped.stdout);
  assert.match(stopped.stderr, /lvs02 changed and is not healthy: lvs01 is left as it was/);
  assert.match(stopped.stderr, 'web01 of http got requests before, and does not now');
  assert.is((await scene.on('lvs01', read)).stdout, before);
  await up(scene, inventory);
});

test('real servers and services that somebody takes out of the table of keepalived are put back; those that a check took out are not', async ({
  scene,
  inventory,
}) => {
  const server = (ip: string) => `-t ${vip}:80 -r 192.168.0.${ip}:80`;
  const table = async (): Promise<string> => {
    const { stdout } = await scene.on('lvs01', `ipvsadm -Sn | grep -F -- "-t ${vip}:80"`);
    return stdout;
  };
  const planOf = () => scene.lvsform('plan', '--host', 'lvs0*', '--detailed-exitcode', '-i', inventory);
  const whole = await table();
  assert.match(whole, server('223'));
  const edits = [
    `ipvsadm -d ${server('223')} && ipvsadm -a ${server('99')} -g -w 1`,
    `ipvsadm -D -t ${vip}:80`,
  ];
  for (const edit of edits) {
    good(await scene.on('lvs01', edit), edit);
    const plan = await planOf();
    assert.is(plan.code, 2, plan.stdout);
    assert.match(plan.stdout, '192.168.0.223:80 is there again');
    await up(scene, inventory);
    assert.equal((await table()).split('\n').sort(), whole.split('\n').sort());
    assert.is((await planOf()).code, 0);
  }
  await scene.on('web01', 'systemctl stop nginx');
  await until(async () => !(await table()).includes(server('223')), 'web01 is taken out');
  const plan = await planOf();
  assert.is(plan.code, 0, plan.stdout);
  await scene.on('web01', 'systemctl start nginx');
  await until(async () => (await table()).includes(server('223')), 'web01 comes back');
});

const foreignRule = 'iptables -S INPUT | grep 203.0.113.9';

test('what others have on the hosts stays, and what somebody changed by hand is shown and set right', async ({
  scene,
  inventory,
}) => {
  const foreign = [
    'ipvsadm -A -t 192.168.0.210:8888 -s rr && ipvsadm -a -t 192.168.0.210:8888 -r 192.168.0.223:80 -m',
    'echo mine >/etc/keepalived/notes.txt',
    'ip addr add 192.168.0.213/24 dev eth0',
  ].join(' && ');
  for (const host of directors) good(await scene.on(host, foreign), 'foreign things');
  good(await scene.on('gateway', 'iptables -A INPUT -s 203.0.113.9 -j DROP'), 'a foreign rule');
  const theirs = async (host: string) =>
    (
      await scene.on(
        host,
        'ipvsadm -Sn | grep 8888; cat /etc/keepalived/notes.txt; ip -o -4 addr show dev eth0 | grep -o 192.168.0.213',
      )
    ).stdout;
  const [before] = await Promise.all(directors.map(theirs));
  await scene.on('lvs02', 'echo "# by hand" >>/etc/keepalived/keepalived.conf');
  await scene.on('web01', `ip addr del ${vip}/32 dev lo; sysctl -qw net.ipv4.conf.all.arp_ignore=0`);
  const plan = await scene.lvsform('plan', '--detailed-exitcode', '-i', inventory);
  assert.is(plan.code, 2, plan.stdout);
  assert.match(plan.stdout, /- +# by hand/);
  assert.match(plan.stdout, `address/lo/${vip}/32`);
  assert.match(plan.stdout, 'net.ipv4.conf.all.arp_ignore');
  good(await scene.lvsform('up', '--yes', '-i', inventory), 'up');
  assert.is((await scene.lvsform('plan', '--detailed-exitcode', '-i', inventory)).code, 0);
  for (const host of directors) assert.is(await theirs(host), before);
  good(await scene.on('gateway', foreignRule), 'the foreign rule');
});

test('after down what others have is still there', async ({ scene, inventory }) => {
  good(await scene.lvsform('down', '--yes', '-i', inventory), 'down');
  for (const host of directors) {
    // ipvsadm has gone with what lvsform installed.
    const { stdout } = await scene.on(host, 'cat /proc/net/ip_vs /etc/keepalived/notes.txt');
    assert.match(stdout, 'C0A800D2:22B8 rr');
    assert.match(stdout, 'mine');
  }
  // So has iptables; the kernel still has the rule.
  const install =
    'DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends iptables >/dev/null 2>&1';
  const look = foreignRule.replace('iptables', 'iptables-legacy');
  good(await scene.on('gateway', `${install}; ${look}`), 'the foreign rule');
});

test.run();
