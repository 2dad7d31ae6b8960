// timeout: 1200 s
// runs: asked
// grace: 60 s
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { type Ended, Scene } from './scene.ts';

/** Every kind of service, in mode keepalived and then in mode static: the same table, seen from a client. */
const test = suite<{ scene: Scene; inventory: string; table: string }>('services');

const good = (ended: Ended, what: string): Ended => {
  if (ended.code !== 0) throw new Error(`${what}: exit code ${ended.code}\n${ended.stdout}\n${ended.stderr}`);
  return ended;
};

const asked = async (scene: Scene, text: string): Promise<readonly string[]> => {
  const { stdout } = await scene.on('lan-client', text);
  return stdout.split('\n').filter(line => line !== '');
};

/** The table as ipvsadm saves it, with thresholds, without what connections change. */
const tableOf = async (scene: Scene): Promise<string> => {
  const text =
    'ipvsadm -Sn | sort; ipvsadm -Ln --thresholds | awk \'$1 == "->" && $3 > 0 { print $2, $3, $4 }\'';
  return good(await scene.on('lvs01', text), 'ipvsadm').stdout;
};

const isInSync = async (scene: Scene, inventory: string) => {
  const plan = await scene.lvsform('plan', '-i', inventory, '--detailed-exitcode');
  assert.is(plan.code, 0, `${plan.stdout}\n${plan.stderr}`);
};

const curl = (urls: string) => `curl -sS --max-time 3 -H 'Connection: close' ${urls} 2>&1`;

/** What a client gets of every service. */
const clientSees = async (scene: Scene): Promise<void> => {
  const both = new Set(['web01', 'web02']);
  // TCP on two VIPs, and over IPv6; web03 has weight 0.
  for (const vip of ['192.168.0.240', '192.168.0.241', '[fd00::240]']) {
    const seen = await asked(scene, curl(`'http://${vip}/?[1-6]'`));
    assert.equal([seen.length, new Set(seen)], [6, both], vip);
  }
  // One mark: the client stays at one real server over both ports.
  const shop = await asked(scene, curl("'http://192.168.0.240:{8080,8443}/?[1-3]'"));
  assert.is(shop.length, 6);
  assert.is(new Set(shop).size, 1, shop.join(' '));
  // Each port of a range; by address and port, so that many connections meet both.
  const range = await asked(
    scene,
    curl("'http://192.168.0.240:[8000-8010]/?[1-3]' http://192.168.0.240:9000/"),
  );
  assert.equal([range.length, new Set(range)], [34, both]);
  const range6 = await asked(scene, curl("'http://[fd00::240]:{8000,8010}/?[1-8]'"));
  assert.equal([range6.length, new Set(range6)], [16, both]);
  // UDP from one port: one-packet scheduling sends each question on by itself.
  const dns = await asked(
    scene,
    'for n in 1 2 3 4; do echo q | socat -t2 - UDP4:192.168.0.240:53,sourceport=5353,reuseaddr; done',
  );
  assert.equal([dns.length, new Set(dns)], [4, both]);
  // SIP: a call stays at its real server, whatever port it comes from, and the next call goes to the other one.
  const message = 'OPTIONS sip:a@b SIP/2.0\\r\\nCall-ID: %s@lvsform\\r\\n\\r\\n';
  const call = `exec 3<>/dev/udp/192.168.0.240/5060; env printf '${message}' $id >&3; timeout 9 head -n 1 <&3`;
  const calls = `id=$(date +%s); for id in $id $id x$id; do ${call}; done`;
  const [first, ...others] = await asked(scene, calls);
  assert.equal(others, [first, first === 'web01' ? 'web02' : 'web01']);
  const sctp = 'for n in 1 2; do (echo q; sleep 1) | socat -t3 - SCTP4:192.168.0.240:2905; done';
  const signals = await asked(scene, sctp);
  assert.equal([signals.length, new Set(signals)], [2, both]);
};

test.before(async context => {
  try {
    context.scene = await Scene.open('t-services');
    context.inventory = await context.scene.inventory('services');
    good(await context.scene.lvsform('lab', 'up', '-i', context.inventory), 'lab up');
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.stack : String(error)}\n`);
    await context.scene?.end();
    throw error;
  }
});

test.after(async ({ scene }) => {
  await scene.end();
});

test('mode keepalived: every service answers', async context => {
  const { scene, inventory } = context;
  good(await scene.lvsform('run', 'playbooks/services.yml', '--yes', '-i', inventory), 'run services.yml');
  good(await scene.lvsform('up', '--yes', '--no-verify', '-i', inventory), 'up');
  await clientSees(scene);
  context.table = await tableOf(scene);
  assert.match(context.table, '-A -f 5 -s rr -p 120 -M 255.255.255.0\n');
  assert.match(context.table, '-A -u 192.168.0.240:5060 -s rr -p 60 --pe sip\n');
  assert.match(context.table, '-A -f 7 -6 -s mh -b mh-port\n');
  assert.match(context.table, '192.168.0.223:7000 2 1\n');
  await isInSync(scene, inventory);
});

test('mode static: the same table, live and again after a reboot, and every service answers', async context => {
  const { scene, table } = context;
  const inventory = await scene.inventory('services', text =>
    text.replace('mode: keepalived', 'mode: static'),
  );
  context.inventory = inventory;
  good(await scene.lvsform('up', '--yes', '--no-verify', '-i', inventory), 'up');
  assert.equal(await tableOf(scene), table);
  await scene.reboot(['lvs01', 'web01']);
  assert.equal(await tableOf(scene), table);
  await isInSync(scene, inventory);
  await clientSees(scene);
});

test('a real server at its upper threshold gets no more', async ({ scene }) => {
  // Held connections: web01 takes two, whatever comes.
  const hold = 'for n in 1 2 3 4 5 6 7 8; do (sleep 20 | nc 192.168.0.240 7000 >/dev/null) & done; sleep 3';
  await scene.on('lan-client', `${hold} </dev/null >/dev/null 2>&1`);
  const { stdout } = await scene.on(
    'lvs01',
    "ipvsadm -Lnc | awk '$5 ~ /:7000$/ { print $6 }' | sort | uniq -c",
  );
  assert.match(stdout.trim().replace(/\s+/g, ' '), /^2 192\.168\.0\.223:7000 6 192\.168\.0\.224:7000$/);
});

test('real servers are silent when neighbours are solicited for an IPv6 VIP, and the director announces it', async ({
  scene,
}) => {
  const mac = async (host: string) => (await scene.on(host, 'cat /sys/class/net/eth0/address')).stdout.trim();
  const known = async () =>
    (await scene.on('lan-client', 'ip -6 neigh show fd00::240')).stdout.match(/lladdr (\S+)/)?.[1];
  const solicit = 'ip -6 neigh flush dev eth0; ping -6 -c 1 -W 2 fd00::240 >/dev/null; :';
  const director = await mac('lvs01');
  await scene.on('lan-client', solicit);
  assert.is(await known(), director);
  // Without the director nobody answers, though every real server has the address.
  await scene.on('lvs01', 'ip addr del fd00::240/128 dev eth0');
  assert.match((await scene.on('web01', 'ip -6 addr show dev lo')).stdout, 'fd00::240/128');
  await scene.on('lan-client', solicit);
  assert.is(await known(), undefined);
  // Who knows another owner learns of the director when it takes the address back.
  const other = await mac('web01');
  await scene.on('lan-client', `ip -6 neigh replace fd00::240 lladdr ${other} dev eth0 nud stale`);
  await scene.on('lvs01', 'systemctl restart lvsform-ipvs; sleep 4');
  assert.is(await known(), director);
});

test('an edit keeps connections, and a kernel that defends itself is no drift', async ({ scene }) => {
  const edited = await scene.inventory('services', text =>
    text
      .replace('mode: keepalived', 'mode: static')
      .replace('prefix: 24 }', 'prefix: 16 }')
      .replace('    one_packet: true\n', '')
      .replace('[mh-port]', '[mh-port, mh-fallback]'),
  );
  await scene.on(
    'lan-client',
    '(sleep 60 | nc 192.168.0.240 8080 >/dev/null) </dev/null >/dev/null 2>&1 & sleep 1',
  );
  const held =
    "ipvsadm -Lnc | grep -c 'ESTABLISHED.*192.168.0.240:8080'; ipvsadm -Ln -f 5 | awk '$5 == 1 { print $2 }'";
  const before = (await scene.on('lvs01', held)).stdout;
  assert.match(before, '1\n');
  good(await scene.lvsform('up', '--yes', '--no-verify', '-i', edited), 'up');
  assert.match(await tableOf(scene), '-A -f 5 -s rr -p 120 -M 255.255.0.0\n');
  assert.match(await tableOf(scene), '-A -u 192.168.0.240:53 -s rr\n');
  assert.is((await scene.on('lvs01', held)).stdout, before);
  // Memory that counts as short: the kernel turns 1 into 2 by itself.
  await scene.on('lvs01', 'sysctl -qw net.ipv4.vs.amemthresh=2000000; sleep 3');
  assert.is((await scene.on('lvs01', 'sysctl -n net.ipv4.vs.drop_entry')).stdout, '2\n');
  await isInSync(scene, edited);
});

test.run();
