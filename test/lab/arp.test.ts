// timeout: 600 s
// grace: 60 s
// runs: asked
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { Change } from '../../src/model/change.ts';
import { quote } from '../../src/model/quote.ts';
import { type Directors, good, openDirectors, vip } from './directors-scene.ts';

/** A real server that is half set up, or half taken down, never answers ARP for the VIP. */
const test = suite<Directors>('ARP of a real server');

test.before(async context => {
  Object.assign(context, await openDirectors('t-dirarp'));
});

test.after(async ({ scene }) => {
  await scene.end();
});

test('however far up comes on a real server, it never answers ARP for the VIP; nor however far down comes', async ({
  scene,
  inventory,
}) => {
  const answers = async () =>
    (
      await scene.on(
        'lan-client',
        `ip neigh flush to ${vip} dev eth0; echo x >/dev/udp/${vip}/9; sleep 0.7; ip neigh show ${vip} dev eth0`,
      )
    ).stdout.includes('lladdr');
  const stepsOf = (changes: readonly Change[]) => changes.flatMap(({ steps }) => steps);
  const walk = async (changes: readonly Change[]) => {
    for (const { argv, stdin = '' } of stepsOf(changes)) {
      const text = `printf %s ${quote(stdin)} | ${argv.map(quote).join(' ')}`;
      good(await scene.on('web01', text), argv.join(' ').slice(0, 80));
      assert.is(await answers(), false, `after ${argv.slice(3).join(' ')}`);
    }
    return stepsOf(changes).length;
  };
  const { stdout } = good(
    await scene.lvsform('plan', '--format', 'json', '--host', 'web01', '-i', inventory),
    'plan',
  );
  const made = (JSON.parse(stdout) as { hosts: { changes: Change[] }[] }).hosts.flatMap(
    ({ changes }) => changes,
  );
  assert.is(await answers(), false, 'nobody has the VIP yet');
  const steps = await walk(made);
  assert.match((await scene.on('web01', 'ip -o addr show dev lo')).stdout, vip);
  assert.ok(steps > 8, String(steps));
  const undone = await walk([...made].reverse().map(change => ({ ...change, steps: change.undo })));
  assert.not.match((await scene.on('web01', 'ip -o addr show dev lo')).stdout, vip);
  assert.ok(undone > 8, String(undone));
});

test.run();
