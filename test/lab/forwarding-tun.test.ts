// timeout: 1500 s
// runs: asked
// grace: 60 s
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { Scene } from './scene.ts';
import { good, mustBeInSync, mustServe } from './verdicts.ts';
import { captured, macOf, packets } from './wire.ts';

/** TUN to real servers behind a router, on hosts as strict as some distributions make them. */
const test = suite<{ scene: Scene; inventory: string }>('TUN');

const servers = ['web01', 'web02'];
const vip = '192.168.0.240';

/** A page of 100 KB, asked for by a request that fills more than one packet: `code bytes`. */
const exchange = async (scene: Scene): Promise<string> => {
  const ask = `pad=$(head -c 4000 /dev/zero | tr '\\0' x); curl -s -m 6 -H "X-Pad: $pad" -o /dev/null -w '%{http_code} %{size_download}' http://${vip}/large; :`;
  return (await scene.on('client', ask)).stdout;
};

test.before(async context => {
  try {
    context.scene = await Scene.open('t-tun');
    const { scene } = context;
    context.inventory = await scene.inventory('tun');
    good(await scene.lvsform('lab', 'up', '-i', context.inventory), 'lab up');
    good(await scene.lvsform('run', 'playbooks/web.yml', '--yes', '-i', context.inventory), 'run web.yml');
    for (const host of [...servers, 'router']) {
      const strict = 'for f in /proc/sys/net/ipv4/conf/*/rp_filter; do echo 1 >$f; done';
      good(await scene.on(host, strict), `strict ${host}`);
    }
    for (const server of servers) {
      await scene.on(server, "head -c 102400 /dev/zero | tr '\\0' x >/var/www/html/large");
    }
    // The client stands behind a filter that drops all ICMP, as many do: nobody can tell it of a smaller MTU.
    good(await scene.on('client', 'iptables -A INPUT -p icmp -j DROP'), 'drop ICMP');
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.stack : String(error)}\n`);
    await context.scene?.end();
    throw error;
  }
});

test.after(async ({ scene }) => {
  await scene.end();
});

test('real servers behind a router answer, by the VIP on tunl0', async ({ scene, inventory }) => {
  const up = good(await scene.lvsform('up', '--yes', '--json', '-i', inventory), 'up');
  mustServe(up.stdout, ['client http'], servers);
  const { stdout } = await scene.on('web01', 'ip -o -4 addr show dev tunl0; cat /sys/class/net/tunl0/flags');
  assert.match(stdout, `inet ${vip}/32 `);
});

test('requests arrive in IPIP packets, replies leave straight for the client', async ({ scene }) => {
  const [router, before] = await Promise.all([
    macOf(scene, 'router', 'eth2'),
    packets(scene, 'lvs01', `${vip}:80`),
  ]);
  const frames = await captured(scene, 'web01', {
    nic: 'eth0',
    filter: `ip proto 4 or src host ${vip}`,
    work: () => scene.on('client', `for i in 1 2 3 4; do curl -sS -m 5 http://${vip}/; done`),
  });
  const packed = frames.filter(({ from, to }) => from === '192.168.0.210' && to === '10.2.0.21');
  const replies = frames.filter(({ from }) => from === `${vip}.80`);
  assert.ok(packed.length >= 8 && replies.length >= 8, JSON.stringify(frames));
  assert.is(packed.length + replies.length, frames.length);
  for (const { rest } of packed) assert.match(rest, `192.168.200.200.`);
  for (const { to, toMac } of replies)
    assert.equal([to.startsWith('192.168.200.200.'), toMac], [true, router]);
  const after = await packets(scene, 'lvs01', `${vip}:80`);
  assert.is(after.connections - before.connections, 4);
  assert.is(after.out, 0);
});

test('full-sized requests and a page of 100 KB come through, though no ICMP does', async ({
  scene,
  inventory,
}) => {
  for (const _ of servers) assert.is(await exchange(scene), '200 102400');
  // The kernel's own default leaves it to ICMP: the request never gets into the tunnel.
  await scene.on('lvs01', 'sysctl -qw net.ipv4.vs.pmtu_disc=1; ip route flush cache');
  assert.is(await exchange(scene), '000 0');
  const plan = await scene.lvsform('plan', '--detailed-exitcode', '-i', inventory);
  assert.is(plan.code, 2);
  assert.match(plan.stdout, 'net.ipv4.vs.pmtu_disc');
  good(await scene.lvsform('up', '--yes', '--no-verify', '-i', inventory), 'up');
  assert.is(await exchange(scene), '200 102400');
});

test('after a reboot of director and real servers nothing is left to do', async ({ scene, inventory }) => {
  await scene.reboot(['lvs01', ...servers]);
  await mustBeInSync(scene, inventory);
  assert.is(await exchange(scene), '200 102400');
});

test('from mode static to mode keepalived, in place', async ({ scene }) => {
  const inventory = await scene.inventory('tun', text =>
    text.replace('mode: static', 'mode: keepalived\n\nvrrp:\n  web: { virtual_router_id: 51 }'),
  );
  const up = good(await scene.lvsform('up', '--yes', '--json', '-i', inventory), 'up');
  mustServe(up.stdout, ['client http'], servers);
  assert.is(await exchange(scene), '200 102400');
});

test.run();
