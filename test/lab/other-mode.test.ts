// timeout: 1800 s
// runs: asked
// grace: 60 s
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { events, Scene } from './scene.ts';
import { good, mustBeInSync, verdicts } from './verdicts.ts';

/** What the examples of mode static promise, in mode keepalived; and a share among others who are served meanwhile. */
const test = suite<{ scene: Scene }>('mode keepalived');

/** The inventory with keepalived, and how many verdicts `up` ends with. */
const examples = {
  schedulers: { playbook: 'services', verdicts: 15 },
  inside: { playbook: 'inside', verdicts: 5 },
  proxy: { playbook: 'pools', verdicts: 1 },
} as const;

const kept = (text: string): string =>
  text.replace('mode: static', 'mode: keepalived').replace(/^services:/m, match => {
    const [, vip = ''] = /^vips:\n {2}(\w+):/m.exec(text) ?? [];
    return `vrrp:\n  ${vip}: { virtual_router_id: 51 }\n\n${match}`;
  });

test.before.each(async context => {
  context.scene = await Scene.open('t-other');
});

test.after.each(async ({ scene }) => {
  await scene.end();
});

for (const [example, { playbook, verdicts: count }] of Object.entries(examples)) {
  test(`${example}: verify sees what it sees in mode static`, async ({ scene }) => {
    const inventory = await scene.inventory(example, kept);
    good(await scene.lvsform('lab', 'up', '-i', inventory), 'lab up');
    good(await scene.lvsform('run', `playbooks/${playbook}.yml`, '--yes', '-i', inventory), playbook);
    const up = good(await scene.lvsform('up', '--yes', '--json', '-i', inventory), 'up');
    const seen = verdicts(up.stdout);
    assert.is(seen.length, count);
    for (const { service, faults } of seen) assert.equal(faults, [], service);
    const rules = events(up.stdout).filter(({ event }) => event === 'verify.rule');
    assert.is(rules.length, example === 'proxy' ? 4 : 0);
    await mustBeInSync(scene, inventory);
    const { stdout } = await scene.on('lvs01', 'systemctl is-active keepalived; ls /usr/local/sbin');
    assert.is(stdout, 'active\n');
  });
}

test('while others are served, wrr is held to a binomial within four standard deviations', async ({
  scene,
}) => {
  const inventory = await scene.inventory('schedulers', text =>
    kept(text)
      .replace(
        /^director:/m,
        '  other:\n    roles: [client]\n    interfaces: { eth0: 192.168.0.221/24 }\n\ndirector:',
      )
      .replace(/(port: 8002\n {4}scheduler: wrr\n {4}verify: \{ type: http)/, '$1, requests: 60'),
  );
  good(await scene.lvsform('lab', 'up', '-i', inventory), 'lab up');
  good(await scene.lvsform('run', 'playbooks/services.yml', '--yes', '-i', inventory), 'services.yml');
  good(await scene.lvsform('up', '--yes', '--no-verify', '-i', inventory), 'up');
  const load = `touch /tmp/load; (while [ -e /tmp/load ]; do curl -s -m 5 -o /dev/null -H 'Connection: close' 'http://192.168.0.240:8002/?[1-50]'; done) >/dev/null 2>&1 </dev/null &`;
  await scene.on('other', load);
  const wrr = async () => {
    const verify = await scene.lvsform('verify', '--json', '--host', 'lan-client', '-i', inventory);
    const verdict = verdicts(verify.stdout).find(({ service }) => service === 'wrr');
    if (verdict === undefined) throw new Error(`${verify.stdout}${verify.stderr}`);
    assert.is(verdict.sequence.length, 60);
    return verdict;
  };
  const fair = await wrr();
  assert.is(
    fair.promise,
    'turns by weight, 1:2:3, within 4 standard deviations of a binomial: others were served',
  );
  assert.equal(fair.faults, []);
  good(await scene.on('lvs01', 'ipvsadm -e -t 192.168.0.240:8002 -r 192.168.0.223 -g -w 9'), 'sabotage');
  assert.match((await wrr()).faults.join(), /web01 got \d+ of 60 requests, expected 0 to 2\d/);
  await scene.on('other', 'rm /tmp/load');
});

test.run();
