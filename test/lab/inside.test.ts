// timeout: 600 s
// runs: asked
// grace: 60 s
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { Verdict } from '../../src/verify/verdict.ts';
import { events, Scene } from './scene.ts';
import { good, mustBeInSync } from './verdicts.ts';

/** Real servers that are no web, behind IPVS: asked in their own protocols, told apart by counters and answers. */
const test = suite<{ scene: Scene; inventory: string }>('inside services');

const seen = (stdout: string): ReadonlyMap<string, Verdict> =>
  new Map(
    events(stdout).flatMap(({ event, result }) =>
      event === 'verify.done' ? [[(result as Verdict).service, result as Verdict] as const] : [],
    ),
  );

const hosts = ['data01', 'data02'];

test.before(async context => {
  try {
    context.scene = await Scene.open('t-inside');
    context.inventory = await context.scene.inventory('inside');
    good(await context.scene.lvsform('lab', 'up', '-i', context.inventory), 'lab up');
    good(
      await context.scene.lvsform('run', 'playbooks/inside.yml', '--yes', '-i', context.inventory),
      'run inside.yml',
    );
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.stack : String(error)}\n`);
    await context.scene?.end();
    throw error;
  }
});

test.after(async ({ scene }) => {
  await scene.end();
});

test('memcached, Redis, PostgreSQL and DNS over UDP and TCP answer by the VIP, shared as promised', async ({
  scene,
  inventory,
}) => {
  const up = good(await scene.lvsform('up', '--yes', '--json', '-i', inventory), 'up');
  const verdicts = seen(up.stdout);
  assert.equal([...verdicts.keys()].sort(), ['cache', 'database', 'dns', 'dns-tcp', 'keys']);
  for (const { service, faults, answered, requests, servers } of verdicts.values()) {
    assert.equal(faults, [], service);
    assert.is(answered, requests, service);
    assert.ok(
      servers.every(({ seen }) => seen > 0),
      service,
    );
  }
  // Their own answers name them, where the protocol lets them; memcached is told by the counters.
  for (const name of ['keys', 'database', 'dns', 'dns-tcp']) {
    assert.equal([...new Set(verdicts.get(name)?.sequence)].sort(), hosts, name);
  }
  assert.equal(verdicts.get('cache')?.sequence, []);
  // Held connections: as many to each, and by weight.
  assert.equal(
    verdicts.get('keys')?.servers.map(({ held }) => held),
    [6, 6],
  );
  assert.equal(
    verdicts.get('database')?.servers.map(({ held }) => held),
    [3, 6],
  );
  await mustBeInSync(scene, inventory);
});

test('a connection that is open stays at its RS and is still counted, and verify leaves none behind', async ({
  scene,
}) => {
  const { stdout } = good(
    await scene.on(
      'lan-client',
      `for i in 1 2 3 4; do (echo CLIENT ID; sleep 6; echo GET whoami; sleep 1) | redis-cli -h 192.168.0.240 & done; wait`,
    ),
    'held',
  );
  assert.equal(
    stdout
      .split('\n')
      .filter(line => hosts.includes(line))
      .sort(),
    [...hosts, ...hosts].sort(),
  );
  const open = await scene.on(
    'lan-client',
    'ss -Htn state established dst 192.168.0.240 | wc -l; pgrep -x sleep | wc -l',
  );
  assert.equal(open.stdout.split('\n').slice(0, 2), ['0', '0']);
});

test('a server that is no longer there is a fault that says which requests failed', async ({
  scene,
  inventory,
}) => {
  await scene.on('data02', 'systemctl stop dnsmasq memcached');
  const verify = await scene.lvsform('verify', '--json', '-i', inventory);
  await scene.on('data02', 'systemctl start dnsmasq memcached');
  assert.is(verify.code, 1);
  const verdicts = seen(verify.stdout);
  assert.match(verdicts.get('dns')?.faults.join() ?? '', /\d of \d requests failed/);
  assert.match(verdicts.get('cache')?.faults.join() ?? '', /\d of \d requests failed/);
  assert.equal(verdicts.get('database')?.faults, []);
});

test.run();
