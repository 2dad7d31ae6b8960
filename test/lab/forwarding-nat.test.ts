// timeout: 2400 s
// runs: asked
// grace: 60 s
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { Scene } from './scene.ts';
import { good, mustBeInSync, mustServe, until } from './verdicts.ts';
import { captured, macOf, packets } from './wire.ts';

/**
 * NAT, FULLNAT and a mix of methods, on the hosts of inventories/mixed.yml, which are those of nat.yml and fullnat.yml too.
 * The real servers boot without a default route: where one is needed it must be lvsform that sets it.
 */
const test = suite<{ scene: Scene }>('NAT, FULLNAT, and methods mixed');

const servers = ['web01', 'web02'];
const vip = '192.168.0.240';
const outer = '192.168.0.220';

const withoutRoutes = (text: string) => text.replaceAll(/^ *default_route:.*\n/gm, '');
/** One director, no keepalived. */
const alone = (text: string) =>
  text
    .replace(/^ {2}lvs02:\n(?: {4}.*\n)+/m, '')
    .replace(/^vrrp:\n(?: .*\n)+/m, '')
    .replace('mode: keepalived', 'mode: static');

const up = async (scene: Scene, inventory: string): Promise<string> =>
  good(await scene.lvsform('up', '--yes', '--json', '-i', inventory), `up ${inventory}`).stdout;

/** Whom the real servers' web servers have answered since `work` began. */
const callers = async (scene: Scene, work: () => Promise<unknown>): Promise<readonly string[]> => {
  const log = '/var/log/nginx/access.log';
  await Promise.all(servers.map(server => scene.on(server, `: >${log}`)));
  await work();
  const seen = await Promise.all(servers.map(server => scene.on(server, `cut -d' ' -f1 ${log}`)));
  return [...new Set(seen.flatMap(({ stdout }) => stdout.split('\n')))].filter(one => one !== '').sort();
};

/** Pages that the outer client gets, each by a connection of its own. */
const ask = async (scene: Scene, requests = 4, port = 80): Promise<readonly string[]> => {
  const { stdout } = await scene.on(
    'outer-client',
    `for i in $(seq ${requests}); do curl -sS -m 5 http://${vip}:${port}/ || echo failed; done`,
  );
  return stdout.split('\n').filter(line => line !== '');
};

/** Which of a pool's addresses a connection gets, the kernel tells by client and real server (nf_nat_core.c). */
const mustBeOf = (pool: readonly string[], seen: readonly string[]) => {
  assert.ok(seen.length > 0 && seen.every(one => pool.includes(one)), `${seen} of ${pool}`);
};

const holds = (address: string) => `ip -o addr show | grep -qF 'inet ${address}/'`;

/** By what MAC a real server knows its next hop. */
const nextHop = async (scene: Scene, host: string): Promise<string> => {
  const { stdout } = await scene.on(host, 'ping -q -c 1 -W 2 10.0.0.1 >/dev/null; ip neigh show 10.0.0.1');
  return / lladdr (\S+)/.exec(stdout)?.[1] ?? stdout;
};

test.before(async context => {
  try {
    context.scene = await Scene.open('t-nat');
    const blank = await context.scene.inventory('mixed', text =>
      withoutRoutes(text).replace('method: NAT', 'method: FULLNAT'),
    );
    good(await context.scene.lvsform('lab', 'up', '-i', blank), 'lab up');
    good(await context.scene.lvsform('run', 'playbooks/web.yml', '--yes', '-i', blank), 'run web.yml');
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.stack : String(error)}\n`);
    await context.scene?.end();
    throw error;
  }
});

test.after(async ({ scene }) => {
  await scene.end();
});

test('NAT by one director of mode static: the real servers answer on another port, by a route that lvsform set', async ({
  scene,
}) => {
  assert.is((await scene.on('web01', 'ip route show default')).stdout, '');
  const inventory = await scene.inventory('nat', alone);
  const seen = await callers(scene, async () =>
    mustServe(await up(scene, inventory), ['client http'], servers),
  );
  assert.equal(seen, [outer]);
  assert.match((await scene.on('web01', 'ip route show default')).stdout, 'default via 10.0.0.1 ');
  const { in: inwards, out } = await packets(scene, 'lvs01', `${vip}:80`);
  assert.ok(inwards > 0 && out > 0, `${inwards} in, ${out} out`);
});

test('NAT by two directors of mode keepalived, in place; both VIPs go to the BACKUP, and back', async ({
  scene,
}) => {
  const inventory = await scene.inventory('nat');
  mustServe(await up(scene, inventory), ['client http'], servers);
  const [first, second] = await Promise.all(['lvs01', 'lvs02'].map(host => macOf(scene, host, 'eth1')));
  assert.is(await nextHop(scene, 'web01'), first);

  // Only the inner leg is cut, and the outer VIP goes too: half a NAT director would lose every reply.
  await scene.on('lvs01', 'ip link set eth1 down');
  try {
    await until(scene, 'lvs02', `${holds('10.0.0.1')} && ${holds(vip)}`);
    await until(scene, 'lvs01', `! { ${holds('10.0.0.1')} || ${holds(vip)}; }`);
    assert.equal([...new Set(await ask(scene))].sort(), servers);
    assert.is(await nextHop(scene, 'web01'), second);
    assert.is(await nextHop(scene, 'web02'), second);
  } finally {
    await scene.on('lvs01', 'ip link set eth1 up');
  }
  await until(scene, 'lvs01', `${holds('10.0.0.1')} && ${holds(vip)}`);
  await until(scene, 'lvs02', `! { ${holds('10.0.0.1')} || ${holds(vip)}; }`);
  assert.equal([...new Set(await ask(scene))].sort(), servers);
  assert.is(await nextHop(scene, 'web01'), first);
});

test('services of NAT, DR and FULLNAT side by side', async ({ scene }) => {
  const inventory = await scene.inventory('mixed');
  const asked = ['outer-client http', 'outer-client status', 'inner-client http-inside'];
  mustServe(await up(scene, inventory), asked, servers);
  await mustBeInSync(scene, inventory);
  assert.equal(await callers(scene, () => ask(scene)), [outer]);
  assert.equal(await callers(scene, () => ask(scene, 4, 8000)), ['10.0.0.11']);
});

test('DR: requests go to the director, replies come straight from the real servers', async ({ scene }) => {
  const director = await macOf(scene, 'lvs01', 'eth1');
  const rs = await Promise.all(servers.map(server => macOf(scene, server)));
  const before = await packets(scene, 'lvs01', '10.0.0.240:80');
  const frames = await captured(scene, 'inner-client', {
    nic: 'eth0',
    filter: 'host 10.0.0.240 and tcp port 80',
    work: () => scene.on('inner-client', 'for i in 1 2 3 4; do curl -sS -m 5 http://10.0.0.240/; done'),
  });
  const replies = frames.filter(({ from }) => from === '10.0.0.240.80');
  const requests = frames.filter(({ to }) => to === '10.0.0.240.80');
  assert.ok(replies.length >= 16 && requests.length >= 16, `${replies.length} and ${requests.length} frames`);
  assert.equal([...new Set(replies.map(({ fromMac }) => fromMac))].sort(), [...rs].sort());
  assert.equal([...new Set(requests.map(({ toMac }) => toMac))], [director]);
  const after = await packets(scene, 'lvs01', '10.0.0.240:80');
  assert.is(after.connections - before.connections, 4);
  assert.is(after.in - before.in, requests.length);
  assert.is(after.out, 0);
  const rewritten = await packets(scene, 'lvs01', `${vip}:80`);
  assert.ok(rewritten.out > 0);
});

test('from the mix to FULLNAT in place: what the other methods needed on the real servers goes', async ({
  scene,
}) => {
  const inventory = await scene.inventory('fullnat');
  mustServe(await up(scene, inventory), ['client http'], servers);
  for (const server of servers) {
    const left = await scene.on(server, 'ip route show default; ip -o -4 addr show lo scope global');
    assert.is(left.stdout, '', server);
    const { code } = await scene.on(server, `ip route get ${outer}`);
    assert.is.not(code, 0, `${server} has a route to the client`);
  }
  mustBeOf(['10.0.0.101', '10.0.0.102'], await callers(scene, () => ask(scene)));
});

test('FULLNAT: the MASTER reboots, and each director calls by its own local addresses', async ({ scene }) => {
  const inventory = await scene.inventory('fullnat');
  const rebooted = scene.reboot(['lvs01']);
  await until(scene, 'lvs02', holds(vip));
  mustBeOf(['10.0.0.103', '10.0.0.104'], await callers(scene, () => ask(scene)));
  await rebooted;
  await until(scene, 'lvs01', holds(vip));
  await mustBeInSync(scene, inventory);
  const afterwards = await callers(scene, async () => {
    assert.equal([...new Set(await ask(scene))].sort(), servers);
  });
  mustBeOf(['10.0.0.101', '10.0.0.102'], afterwards);
});

test('FULLNAT by one director of mode static, in place; the other one is as it was before', async ({
  scene,
}) => {
  const both = await scene.inventory('fullnat');
  const site = ['-p', 'playbooks/site.yml', '--yes'];
  good(await scene.lvsform('down', ...site, '--host', 'lvs02', '-i', both), 'down lvs02');
  const one = await scene.inventory('fullnat', alone);
  mustServe(await up(scene, one), ['client http'], servers);
  mustBeOf(['10.0.0.101', '10.0.0.102'], await callers(scene, () => ask(scene)));
  good(await scene.lvsform('down', ...site, '-i', one), 'down');
  for (const host of ['lvs01', 'lvs02']) {
    const { stdout } = await scene.on(
      host,
      'iptables-save -t nat | grep ^-A; cat /proc/sys/net/ipv4/ip_forward; ls /usr/local/sbin; ip -o -4 addr show eth1',
    );
    assert.match(stdout, /^0\n[^\n]*inet 10\.0\.0\.1[12]\/24 [^\n]*\n$/, host);
  }
});

test.run();
