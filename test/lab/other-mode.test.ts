// timeout: 1800 s
// runs: asked
// grace: 60 s
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { Scene } from './scene.ts';
import { good, mustBeInSync, verdicts } from './verdicts.ts';

/** What an example of mode static promises, in mode keepalived. */
const test = suite<{ scene: Scene }>('mode keepalived');

/** The inventory with keepalived, and how many verdicts `up` ends with. */
const examples = {
  schedulers: { playbook: 'services', verdicts: 15 },
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
    await mustBeInSync(scene, inventory);
    const { stdout } = await scene.on('lvs01', 'systemctl is-active keepalived; ls /usr/local/sbin');
    assert.is(stdout, 'active\n');
  });
}

test.run();
