// timeout: 1500 s
// grace: 60 s
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { Change } from '../../src/model/change.ts';
import { events, Scene } from './scene.ts';
import { differences, snapshots, touched } from './snapshot.ts';
import { good } from './verdicts.ts';

const hosts = ['lvs01', 'lvs02', 'web01', 'web02', 'lan-client', 'wan-client', 'gateway'];
const directors = ['lvs01', 'lvs02'];
const clients = ['lan-client', 'wan-client'];

const test = suite<{ scene: Scene; inventory: string; blank: ReadonlyMap<string, string> }>('main job');

/** host and address of each change that a run made, sorted. */
const made = (stdout: string): readonly string[] =>
  events(stdout)
    .filter(({ event }) => event === 'change.done')
    .map(({ host, action, address }) => `${host} ${action} ${address}`)
    .sort();

/** The same of what a plan says. */
const promises = async (scene: Scene, inventory: string): Promise<readonly string[]> => {
  const { stdout } = good(await scene.lvsform('plan', '--format', 'json', '-i', inventory), 'plan');
  const { hosts: planned } = JSON.parse(stdout) as { hosts: { host: string; changes: Change[] }[] };
  return planned
    .flatMap(({ host, changes }) => changes.map(({ address, action }) => `${host} ${action} ${address}`))
    .sort();
};

/** What both clients saw: the RS in turn. */
const turns = (
  stdout: string,
): readonly { client: string; faults: readonly string[]; sequence: readonly string[] }[] =>
  events(stdout).flatMap(({ event, result }) => (event === 'verify.done' ? [result as never] : []));

const alternate = (sequence: readonly string[]): boolean =>
  sequence.length >= 4 && sequence.every((name, index) => index === 0 || name !== sequence[index - 1]);

const mustTakeTurns = (stdout: string, clients: readonly string[]) => {
  const seen = turns(stdout);
  assert.equal(seen.map(({ client }) => client).sort(), [...clients].sort());
  for (const { client, sequence, faults } of seen) {
    assert.equal(faults, [], client);
    assert.ok(alternate(sequence), `${client} saw ${sequence.join(', ')}`);
  }
};

const isInSync = async (scene: Scene, inventory: string) => {
  const plan = await scene.lvsform('plan', '-i', inventory, '--detailed-exitcode');
  assert.is(plan.code, 0, `${plan.stdout}\n${plan.stderr}`);
};

/** 50 requests/s from a client while something is done; the rows that were no 200. */
const underLoad = async (
  scene: Scene,
  seconds: number,
  work: () => Promise<void>,
): Promise<readonly string[]> => {
  const count = seconds * 50;
  const load = scene.on(
    'lan-client',
    `curl -sS --http1.1 -H 'Connection: close' -m 2 --rate 50/s -o /dev/null -w '%{http_code} %{errormsg}\\n' 'http://192.168.0.240/?n=[1-${count}]' 2>/dev/null; :`,
  );
  await work();
  const { stdout } = await load;
  const rows = stdout.split('\n').filter(row => row !== '');
  assert.is(rows.length, count);
  return rows.filter(row => !row.startsWith('200'));
};

test.before(async context => {
  try {
    context.scene = await Scene.open('t-main');
    context.inventory = await context.scene.inventory('dr');
    good(await context.scene.lvsform('lab', 'up', '-i', context.inventory), 'lab up');
    context.blank = await snapshots(context.scene, hosts);
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.stack : String(error)}\n`);
    await context.scene?.end();
    throw error;
  }
});

test.after(async ({ scene }) => {
  await scene.end();
});

test('mode static: a plan of blank hosts writes nothing, up makes just what it said, the clients see the RS take turns', async ({
  scene,
  blank,
}) => {
  const inventory = await scene.inventory('dr-static');
  good(await scene.lvsform('run', 'playbooks/web.yml', '--yes', '-i', inventory), 'run web.yml');
  const before = await snapshots(scene, hosts);
  assert.is.not(differences(blank, before).length, 0);
  const promised = await promises(scene, inventory);
  assert.equal(differences(before, await snapshots(scene, hosts)), []);

  const up = good(await scene.lvsform('up', '--yes', '--json', '-i', inventory), 'up');
  assert.equal(made(up.stdout), promised);
  assert.ok(promised.length > 20);
  mustTakeTurns(up.stdout, clients);
  await isInSync(scene, inventory);
  await scene.reboot(['lvs01', 'web01']);
  await isInSync(scene, inventory);
  mustTakeTurns(good(await scene.lvsform('verify', '--json', '-i', inventory), 'verify').stdout, clients);
});

test('from mode static to mode keepalived, in place', async ({ scene, inventory }) => {
  const promised = await promises(scene, inventory);
  const up = good(await scene.lvsform('up', '--yes', '--json', '-i', inventory), 'up');
  assert.equal(made(up.stdout), promised);
  mustTakeTurns(up.stdout, clients);
});

test('status tells who is MASTER, and whom the tables use', async ({ scene, inventory }) => {
  const { stdout } = good(await scene.lvsform('status', '-i', inventory), 'status');
  assert.match(stdout, 'web MASTER');
  assert.match(stdout, '192.168.0.240  at lvs01');
  assert.match(stdout, 'nothing is wrong');
});

test('the second run changes nothing: no file touched, nothing reloaded', async ({ scene, inventory }) => {
  await isInSync(scene, inventory);
  const reloads = async () =>
    (
      await Promise.all(
        directors.map(host =>
          scene.on(
            host,
            'journalctl -u keepalived --no-pager | grep -ci reload; systemctl show -p MainPID keepalived',
          ),
        ),
      )
    ).map(({ stdout }) => stdout);
  const [files, loaded] = [await touched(scene, hosts), await reloads()];
  const up = good(await scene.lvsform('up', '--yes', '--json', '-i', inventory), 'up');
  assert.equal(made(up.stdout), []);
  assert.equal(differences(files, await touched(scene, hosts)), []);
  assert.equal(await reloads(), loaded);
});

test('no request fails while nothing is changed, an RS is added, and the scheduler is changed', async ({
  scene,
  inventory,
}) => {
  const one = await scene.inventory('dr', text => text.replace('      web02: { weight: 1 }\n', ''));
  const weighted = await scene.inventory('dr', text => text.replace('scheduler: rr', 'scheduler: wrr'));
  const up = async (file: string) => {
    good(await scene.lvsform('up', '--yes', '--no-verify', '-i', file), 'up');
  };
  assert.equal(await underLoad(scene, 30, () => up(inventory)), []);
  await up(one);
  assert.equal(await underLoad(scene, 40, () => up(inventory)), []);
  assert.equal(await underLoad(scene, 40, () => up(weighted)), []);
  await up(inventory);
});

test('the VIP goes to the BACKUP and back, and the clients go on', async ({ scene, inventory }) => {
  const stopped = good(await scene.lvsform('verify', '--failover', '-i', inventory), 'verify --failover');
  assert.match(stopped.stdout, 'the VIP went to lvs02');
  assert.match(stopped.stdout, 'the VIP came back to lvs01');
  process.stdout.write(stopped.stdout);
});

test('after a reboot of every host nothing is left to do', async ({ scene, inventory }) => {
  await scene.reboot(hosts);
  await isInSync(scene, inventory);
  mustTakeTurns(good(await scene.lvsform('verify', '--json', '-i', inventory), 'verify').stdout, [
    'lan-client',
    'wan-client',
  ]);
});

test('an RS that answers ARP for the VIP is found, though no request fails', async ({ scene, inventory }) => {
  const own =
    'sysctl -qw net.ipv4.conf.all.arp_ignore=0 net.ipv4.conf.lo.arp_ignore=0 net.ipv4.conf.all.arp_announce=0 net.ipv4.conf.lo.arp_announce=0';
  await scene.on('web01', own);
  const mac = (await scene.on('web01', 'cat /sys/class/net/eth0/address')).stdout.trim();
  await scene.on('lan-client', `ip neigh replace 192.168.0.240 lladdr ${mac} dev eth0 nud reachable`);
  const verify = await scene.lvsform('verify', '-i', inventory, '--host', 'lan-client');
  assert.is(verify.code, 1);
  assert.match(verify.stdout, 'ARP bypass');
  await scene.on('lan-client', 'ip neigh flush dev eth0');
  const plan = await scene.lvsform('plan', '--detailed-exitcode', '-i', inventory);
  assert.is(plan.code, 2);
  assert.match(plan.stdout, 'net.ipv4.conf.all.arp_ignore');
  good(await scene.lvsform('up', '--yes', '-i', inventory), 'up');
});

test('a saved plan is applied while it fits, and refused when it does not', async ({ scene, inventory }) => {
  const changed = await scene.inventory('dr', text => text.replace('delay_loop: 6', 'delay_loop: 7'));
  const file = `${scene.directory}/plan.json`;
  good(await scene.lvsform('plan', '--out', file, '-i', changed), 'plan --out');
  await scene.on('lvs01', 'echo "# by hand" >> /etc/keepalived/keepalived.conf');
  const refused = await scene.lvsform('up', file, '--yes', '-i', changed);
  assert.is(refused.code, 1);
  assert.match(refused.stderr, 'no longer fits');
  assert.match((await scene.on('lvs01', 'cat /etc/keepalived/keepalived.conf')).stdout, '# by hand');
  good(await scene.lvsform('up', '--yes', '--no-verify', '-i', inventory), 'up');
  good(await scene.lvsform('up', file, '--yes', '-i', changed), 'up PLANFILE');
});

test('from mode keepalived to mode vrrp, in place; the VIP goes to the BACKUP and back; a reboot changes nothing', async ({
  scene,
}) => {
  const inventory = await scene.inventory('dr-vrrp');
  const up = good(await scene.lvsform('up', '--yes', '--json', '-i', inventory), 'up');
  mustTakeTurns(up.stdout, clients);
  await isInSync(scene, inventory);
  good(await scene.lvsform('verify', '--failover', '-i', inventory), 'verify --failover');
  await scene.reboot(directors);
  await isInSync(scene, inventory);
  mustTakeTurns(good(await scene.lvsform('verify', '--json', '-i', inventory), 'verify').stdout, clients);
});

test('each up made what its plan had said, and nothing else', ({ scene }) => {
  assert.equal(scene.predictions.wrong, []);
});

test('after down each host is as it was before the first up', async ({ scene, inventory, blank }) => {
  good(await scene.lvsform('down', '--yes', '-i', inventory), 'down');
  assert.equal(differences(blank, await snapshots(scene, hosts)), []);
});

test.run();
