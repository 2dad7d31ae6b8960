// timeout: 900 s
// grace: 60 s
// runs: asked
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { freeze, thaw } from '../../src/lab/index.ts';
import { figure } from '../faults/figure.ts';
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
import { watchOwners } from './owner-watch.ts';
import type { Scene } from './scene.ts';
import { type Steady, steady } from './steady.ts';

/** Clients go on while directors change, and soon after one is lost. The figures are printed. */
const test = suite<Directors>('directors under load');

let asked = 0;
const missed: string[] = [];

/** A load of 50 requests/s while the directors are changed; every miss is kept. */
const load = async (
  scene: Scene,
  what: string,
  seconds: number,
  work: () => Promise<void>,
): Promise<Steady> => {
  const seen = await steady(scene, 'lan-client', vip, { pace: 20, seconds }, work);
  asked += seen.requests;
  missed.push(...seen.failed.map(text => `${what}: ${text}`));
  process.stdout.write(
    `${what}: ${seen.failed.length} of ${seen.requests} failed, longest gap ${seen.gap} ms\n`,
  );
  return seen;
};

const holdsVip = async (scene: Scene) =>
  (await scene.on('lvs01', 'ip -o addr show dev eth0')).stdout.includes(vip);

test.before(async context => {
  Object.assign(context, await openDirectors('t-dirload'));
});

test.after(async ({ scene }) => {
  await scene.end();
});

test('no request fails while both directors are changed, and the VIP never moves', async ({
  scene,
  inventory,
}) => {
  const one = await inventoryOf(scene, withoutSecond);
  const weights = await inventoryOf(scene, text =>
    text.replace('scheduler: rr', 'scheduler: wrr').replace('web02: { weight: 1 }', 'web02: { weight: 3 }'),
  );
  const scheduler = await inventoryOf(scene, text => text.replace('scheduler: rr', 'scheduler: wlc'));
  await up(scene, inventory);
  await until(() => holdsVip(scene), 'lvs01 holds the VIP');
  await load(scene, 'unchanged up', 36, () => up(scene, inventory).then(() => undefined));

  // A request whose header goes on until the drain has begun, so that it ends on a real server of weight 0.
  const hold = () =>
    scene.on(
      'lan-client',
      `exec 3<>/dev/tcp/${vip}/80; printf 'GET / HTTP/1.1\\r\\nHost: x\\r\\n' >&3
until [ -e /tmp/finish ]; do printf 'X-Wait: 1\\r\\n' >&3; sleep 2; done
printf 'Connection: close\\r\\n\\r\\n' >&3; cat <&3`,
    );
  const finish = async () => {
    await until(async () => /0\.224:80 +Route +0 /.test(await tableOf(scene, 'lvs01')), 'web02 is drained');
    await scene.on('lan-client', 'sleep 2; touch /tmp/finish');
  };
  const held = Array.from({ length: 4 }, hold);
  const seen = await watchOwners(scene, directors, 'eth0:240', async () => {
    await load(scene, 'RS removed, after its drain', 42, async () => {
      const [{ stdout }] = await Promise.all([up(scene, one), finish()]);
      assert.match(stdout, 'leaving/real-servers');
    });
    for (const { stdout } of await Promise.all(held)) assert.match(stdout, /^HTTP\/1\.1 200 /);
    for (const host of directors) assert.not.match(await tableOf(scene, host), '192.168.0.224');
    await load(scene, 'RS added', 36, () => up(scene, inventory).then(() => undefined));
    await load(scene, 'weight changed', 36, () => up(scene, weights).then(() => undefined));
    await load(scene, 'scheduler changed', 36, () => up(scene, scheduler).then(() => undefined));
    await load(scene, 'keepalived reloaded', 20, async () => {
      for (const host of directors) good(await scene.on(host, 'systemctl reload keepalived'), 'reload');
    });
  });
  for (const [host, { samples, coarsest, changes }] of seen) {
    process.stdout.write(`${host}: ${samples} samples, ${coarsest} ms at most between two\n`);
    assert.equal(
      changes.map(({ holds }) => holds),
      [host === 'lvs01'],
      `${host} holds the VIP all the time or never`,
    );
  }
  await up(scene, inventory);
  assert.ok(figure('zero-drop-requests', asked, 'requests', { atLeast: 10_000 }));
  assert.ok(figure('zero-drop-failed', missed.length, 'requests', { atMost: 0 }), missed.join('\n'));
});

test('what makes directors deaf to each other is changed with one owner of each VIP at any time, and no request fails', async ({
  scene,
  inventory,
}) => {
  const password = await inventoryOf(scene, text => text.replace(/^( +)(auth_pass: ).*$/m, '$1$2"another"'));
  const address = await inventoryOf(scene, text =>
    text
      .replace(/^( +)(auth_pass: ).*$/m, '$1$2"another"')
      .replace(/^vips:\n/m, 'vips:\n  more: { address: 192.168.0.241/24 }\n'),
  );
  const third = await inventoryOf(scene, text =>
    text
      .replace('    advert_interval: 1\n', '    version: 3\n    advert_interval: 1\n')
      .replace(/ +# For a password.*\n +auth_pass.*\n/, ''),
  );
  await until(() => holdsVip(scene), 'lvs01 holds the VIP');
  const missing = missed.length;
  const seen = await watchOwners(scene, directors, 'eth0:240', async () => {
    for (const [what, file] of Object.entries({ password, address, third, inventory })) {
      await load(scene, `deaf: ${what}`, 40, async () => {
        const { stderr } = await up(scene, file);
        assert.match(stderr, 'keepalived stops on lvs02 while lvs01 changes', what);
      });
    }
  });
  for (const [host, { changes }] of seen)
    assert.equal(
      changes.map(({ holds }) => holds),
      [host === 'lvs01'],
      `${host} holds the VIP all the time or never`,
    );
  assert.equal(missed.slice(missing), []);
});

test('a planned failover is short', async ({ scene }) => {
  const close = await inventoryOf(scene, text =>
    text.replace('priority: 150', 'priority: 254').replace('priority: 100', 'priority: 250'),
  );
  await up(scene, close);
  await until(() => holdsVip(scene), 'lvs01 holds the VIP');
  const seen = await watchOwners(scene, directors, 'eth0:240', async () => {
    const { gap } = await steady(
      scene,
      'lan-client',
      vip,
      { pace: 10, seconds: 14, patience: 300 },
      async () => {
        good(await scene.on('lvs01', 'systemctl stop keepalived'), 'stop');
      },
    );
    assert.ok(figure('planned-failover-gap', gap, 'ms', { atMost: 150 }));
  });
  assert.equal(
    seen.get('lvs02')?.changes.map(({ holds }) => holds),
    [false, true],
  );
  await scene.on('lvs01', 'systemctl start keepalived');
});

for (const [name, interval, goal] of [
  ['director-lost-at-1s', '1', 4000],
  ['director-lost-at-200ms', '0.2', 1000],
] as const) {
  test(`the loss of a director that advertises every ${interval} s is bridged`, async ({ scene }) => {
    const inventory = await inventoryOf(scene, text =>
      interval === '1'
        ? text
        : text
            .replace('    advert_interval: 1\n', `    version: 3\n    advert_interval: ${interval}\n`)
            .replace(/ +# For a password.*\n +auth_pass.*\n/, ''),
    );
    await up(scene, inventory);
    const lab = await scene.lab();
    await until(() => holdsVip(scene), 'lvs01 holds the VIP');
    const { gap } = await steady(scene, 'lan-client', vip, { pace: 10, seconds: 20, patience: 300 }, () =>
      freeze(lab, 'lvs01'),
    );
    await thaw(lab, 'lvs01');
    await new Promise(resolve => setTimeout(resolve, 5000));
    assert.ok(figure(name, gap, 'ms', { atMost: goal }));
  });
}

test.run();
