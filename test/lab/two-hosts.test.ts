// timeout: 700 s
// runs: asked
// grace: 60 s
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { Scene } from './scene.ts';
import { good, mustBeInSync, mustServe, until } from './verdicts.ts';

/** inventories/two-hosts.yml: two hosts that are director and real server both; a director that receives leaves packets alone. */
const test = suite<{ scene: Scene; inventory: string }>('two hosts');

const hosts = ['lvs01', 'lvs02'];
const vip = '192.168.0.240';
const connections = `ipvsadm -Ln --stats --exact | awk '$2 == "${vip}:80" { print $3 }'`;

/** Pages that the client gets, and how many connections each director scheduled for them. */
const asked = async (scene: Scene) => {
  const counted = async () =>
    Promise.all(hosts.map(async host => Number((await scene.on(host, `sleep 2.5; ${connections}`)).stdout)));
  const before = await counted();
  const { stdout } = await scene.on(
    'client',
    `curl -sS -m 3 -H 'Connection: close' 'http://${vip}/?[1-8]' 2>&1`,
  );
  const after = await counted();
  return {
    pages: stdout.trim().split('\n'),
    scheduled: after.map((count, index) => count - (before[index] ?? 0)),
  };
};

test.before(async context => {
  try {
    context.scene = await Scene.open('t-two');
    const { scene } = context;
    context.inventory = await scene.inventory('two-hosts');
    good(await scene.lvsform('lab', 'up', '-i', context.inventory), 'lab up');
    good(await scene.lvsform('run', 'playbooks/web.yml', '--yes', '-i', context.inventory), 'web.yml');
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.stack : String(error)}\n`);
    await context.scene?.end();
    throw error;
  }
});

test.after(async ({ scene }) => {
  await scene.end();
});

test('both hosts answer, the MASTER alone schedules', async ({ scene, inventory }) => {
  const up = good(await scene.lvsform('up', '--yes', '--json', '-i', inventory), 'up');
  mustServe(up.stdout, ['client http'], hosts);
  assert.match((await scene.on('lvs02', 'ipvsadm -L -n --daemon')).stdout, 'backup sync daemon');
  const { pages, scheduled } = await asked(scene);
  assert.equal(pages.sort(), [...hosts, ...hosts, ...hosts, ...hosts].sort());
  assert.equal(scheduled, [8, 0]);
  await mustBeInSync(scene, inventory);
});

test('without backup_only the other director schedules what it is sent, and requests come back; plan tells', async ({
  scene,
  inventory,
}) => {
  await scene.on('lvs02', 'sysctl -qw net.ipv4.vs.backup_only=0');
  const { pages, scheduled } = await asked(scene);
  assert.ok((scheduled[1] ?? 0) > 0, `${scheduled}: ${pages.join(' ')}`);
  const plan = await scene.lvsform('plan', '--detailed-exitcode', '-i', inventory);
  assert.is(plan.code, 2);
  assert.match(plan.stdout, 'net.ipv4.vs.backup_only');
  good(await scene.lvsform('up', '--yes', '--no-verify', '-i', inventory), 'up');
  assert.equal((await asked(scene)).scheduled, [8, 0]);
});

test('the MASTER stops: the other one schedules for both, and gives the VIP back', async ({
  scene,
  inventory,
}) => {
  await scene.on('lvs01', 'systemctl stop keepalived');
  await until(scene, 'lvs02', `ip -o addr show dev eth0 | grep -q ' ${vip}/'`);
  const { pages } = await asked(scene);
  assert.equal([...new Set(pages)].sort(), hosts);
  good(await scene.lvsform('up', '--yes', '-i', inventory), 'up');
  await until(scene, 'lvs02', `! ip -o addr show dev eth0 | grep -q ' ${vip}/'`);
  await mustBeInSync(scene, inventory);
});

test.run();
