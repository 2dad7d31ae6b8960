// timeout: 1200 s
// runs: asked
// grace: 60 s
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { figure } from '../faults/figure.ts';
import { type Ended, events, Scene } from './scene.ts';
import { good } from './verdicts.ts';

/** What undoes itself, on real hosts: a host that is cut off by a change, and a keepalived that does not come through one. */
const test = suite<{ scene: Scene; inventory: string }>('undone by itself');

const vip = '192.168.0.240';

const quickChecks = (text: string): string =>
  text
    .replace('delay_loop: 6', 'delay_loop: 2')
    .replace(
      'connect_timeout: 8, retries: 3, retry_delay: 3',
      'connect_timeout: 2, retries: 1, retry_delay: 1',
    );

/** The words with which a run told of failures. */
const told = ({ stdout }: Ended): string =>
  events(stdout)
    .filter(({ event }) => event === 'host.failed' || event === 'note')
    .map(event => JSON.stringify(event))
    .join('\n');

test.before(async context => {
  try {
    context.scene = await Scene.open('t-undo');
    const { scene } = context;
    context.inventory = await scene.inventory('dr', text =>
      quickChecks(text.replace(/^lab: \{(.*)\}$/m, 'lab: {$1, preinstalled: true }')),
    );
    const { inventory } = context;
    good(await scene.lvsform('lab', 'up', '-i', inventory), 'lab up');
    good(await scene.lvsform('run', 'playbooks/web.yml', '--yes', '-i', inventory), 'web');
    good(await scene.lvsform('up', '--yes', '-i', inventory), 'up');
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.stack : String(error)}\n`);
    await context.scene?.end();
    throw error;
  }
});

test.after(async ({ scene }) => {
  await scene.end();
});

/** Answers the path of a playbook for web01 with these resources. */
const playbook = async (scene: Scene, ...resources: readonly string[]): Promise<string> => {
  const path = join(scene.directory, 'cut.yml');
  const lines = resources.map(one => `      - ${one}\n`).join('');
  const stage = `  - name: all\n    hosts: [web01]\n    resources:${lines === '' ? ' []\n' : `\n${lines}`}`;
  await writeFile(path, `version: 1\nname: cut\nstages:\n${stage}`);
  return path;
};

/** Of iptables the rules, and policies that are none of the kernel's own: a table that was only looked at is there, empty. */
const live = `ip -o addr; ip route; iptables-save | grep -e '^-' -e '^:[^ ]* [DQR]'; cat /proc/sys/net/ipv4/ip_forward`;

/**
 * How each cuts off, and after how many seconds the host undoes it. An open connection that goes dead is noticed after some 15 s; by
 * then a host with a shorter limit lets us in again, and says that it undid.
 */
let undone = 0;
const cuts: { readonly [what: string]: readonly [number, (controller: string) => string] } = {
  'a rule of the firewall': [
    30,
    () => 'iptables: { chain: INPUT, place: insert, rule: [-p, tcp, --dport, "22", -j, DROP] }',
  ],
  'a route, its clock a day behind,': [
    10,
    controller => `route: { to: ${controller}/32, via: 192.168.0.99 }`,
  ],
  'an address': [10, controller => `address: { interface: lo, address: ${controller}/32 }`],
};

const day = 86_400;

/** Sets a host's clock forward, or back. */
const shiftClock = async (scene: Scene, host: string, seconds: number): Promise<void> => {
  good(await scene.on(host, `date -s "@$(($(date +%s) + ${seconds}))"`), 'date');
};

for (const [what, [limit, resource]] of Object.entries(cuts)) {
  test(`cut off by ${what}, the host takes it back within ${limit} + 5 s, and just that`, async ({
    scene,
    inventory,
  }) => {
    const [controller = ''] = (await scene.on('web01', 'echo "$SSH_CLIENT"')).stdout.split(' ');
    const before = good(await scene.on('web01', live), 'before').stdout;
    const path = await playbook(
      scene,
      'sysctl: { key: net.ipv4.ip_forward, value: "1" }',
      resource(controller),
      'file: { path: /root/after, content: "never\\n" }',
    );
    const behind = what.includes('a day behind');
    if (behind) await shiftClock(scene, 'web01', -day);
    const began = performance.now();
    const ended = await scene.lvsform(
      ...['run', path, '--yes', '--json', '--confirm-timeout', String(limit), '-i', inventory],
    );
    const seconds = (performance.now() - began) / 1000;
    assert.is(ended.code, 4, told(ended));
    const words = limit === 30 ? `takes back by itself, within ${limit} s` : 'the host took changes back';
    assert.match(told(ended), words);
    assert.ok(seconds < 45, `${seconds} s until the error`);

    let back: Ended = { code: -1, stdout: '', stderr: '' };
    for (let tries = 0; back.code !== 0 && tries < 10; tries += 1) back = await scene.on('web01', live);
    assert.is(back.stdout, before, 'all is as it was before');
    const times = (
      await scene.on('web01', 'cd /var/lib/lvsform/undo && stat -c %Y begun failures && cat failures')
    ).stdout;
    const [begun = 0, fired = 0, failures] = times.split('\n').map(Number);
    assert.is(failures, 0);
    assert.ok(fired - begun <= limit + 5, `undone ${fired - begun} s after the last change`);
    assert.is((await scene.on('web01', 'test -e /root/after')).code, 1);

    const plan = good(await scene.lvsform('plan', '-i', inventory), 'plan');
    assert.match(
      plan.stdout + plan.stderr,
      'an earlier run was cut off here, and the host took its changes back',
    );
    good(await scene.lvsform('run', await playbook(scene), '--yes', '-i', inventory), 'mended');
    assert.is((await scene.on('web01', live)).stdout, before);
    assert.is((await scene.on('web01', 'test -e /var/lib/lvsform/undo')).code, 1);
    if (behind) await shiftClock(scene, 'web01', day);
    undone += 1;
  });
}

test('each cut was undone', () => {
  const all = Object.keys(cuts).length;
  assert.ok(figure('undone-after-cut-off', (100 * undone) / all, '%', { atLeast: 100 }));
});

test('clocks that are off by a day, and are set right again, change nothing', async ({
  scene,
  inventory,
}) => {
  const inSync = async (file: string) =>
    good(await scene.lvsform('plan', '--detailed-exitcode', '-i', file), 'plan');
  const other = await scene.inventory('dr', text =>
    quickChecks(text.replace(/^lab: \{(.*)\}$/m, 'lab: {$1, preinstalled: true }')).replace(
      'delay_loop: 2',
      'delay_loop: 3',
    ),
  );
  await Promise.all([shiftClock(scene, 'lvs01', -day), shiftClock(scene, 'lvs02', day)]);
  await inSync(inventory);
  good(await scene.lvsform('up', '--yes', '-i', other), 'up');
  await inSync(other);
  await Promise.all([shiftClock(scene, 'lvs01', day), shiftClock(scene, 'lvs02', -day)]);
  await inSync(other);
  good(await scene.lvsform('up', '--yes', '-i', inventory), 'up');
  await inSync(inventory);
});

/** Asks the VIP ten times a second for some seconds; answers how many requests were not served. */
const load = async (
  scene: Scene,
  seconds: number,
): Promise<{ readonly asked: number; readonly failed: number }> => {
  const text = `n=0 bad=0; end=$(($(date +%s) + ${seconds}))
while [ "$(date +%s)" -lt "$end" ]; do n=$((n + 1)); curl -s -o /dev/null -m 2 http://${vip}/ || bad=$((bad + 1)); sleep 0.1; done
echo "$n $bad"`;
  const [asked = 0, failed = 0] = good(await scene.on('lan-client', text), 'load')
    .stdout.split(' ')
    .map(Number);
  return { asked, failed };
};

const conf = 'sha256sum </etc/keepalived/keepalived.conf';

test('checks that all fail: the BACKUP takes its old file on again, the MASTER is not touched, all are served', async ({
  scene,
  inventory,
}) => {
  const before = await Promise.all(['lvs01', 'lvs02'].map(host => scene.on(host, conf)));
  const wrong = await scene.inventory('dr', text =>
    quickChecks(text.replace(/^lab: \{(.*)\}$/m, 'lab: {$1, preinstalled: true }')).replace(
      'type: tcp,',
      'type: tcp, connect_port: 81,',
    ),
  );
  const [ended, { asked, failed }] = await Promise.all([
    scene.lvsform('up', '--yes', '--json', '-i', wrong),
    load(scene, 45),
  ]);
  assert.is(ended.code, 1, told(ended));
  assert.match(told(ended), /a healthy real server of service http was lost; undone/, told(ended));
  const after = await Promise.all(['lvs01', 'lvs02'].map(host => scene.on(host, conf)));
  assert.equal(
    after.map(({ stdout }) => stdout),
    before.map(({ stdout }) => stdout),
  );
  assert.is(failed, 0, `${failed} of ${asked}`);
  assert.match((await scene.on('lvs02', 'ipvsadm -Ln')).stdout, '192.168.0.223:80');
  good(
    await scene.lvsform('plan', '--detailed-exitcode', '-i', inventory),
    'the old inventory has nothing to do',
  );
});

test('a VIP that is lost by a reload comes back with the old file', async ({ scene, inventory }) => {
  const before = (await scene.on('lvs01', conf)).stdout;
  const wrong = await scene.inventory('dr', text =>
    quickChecks(text.replace(/^lab: \{(.*)\}$/m, 'lab: {$1, preinstalled: true }'))
      .replace('advert_interval: 1\n', 'advert_interval: 1\n    track_script: { never: {} }\n')
      .replace(
        /^vrrp:/m,
        'keepalived:\n  track_scripts:\n    never: { script: [/bin/false], interval: 1, fall: 1 }\n\nvrrp:',
      ),
  );
  const ended = await scene.lvsform('up', '--yes', '--json', '--host', 'lvs01', '-i', wrong);
  assert.is(ended.code, 1, told(ended));
  // Whether the instance is read in FAULT state along with the lost VIP, or a moment later, is chance.
  const lost = /VIP 192\.168\.0\.240(, VRRP instance web out of FAULT state)? was lost; undone/;
  assert.match(told(ended), lost, told(ended));
  assert.is((await scene.on('lvs01', conf)).stdout, before);
  good(await scene.on('lvs01', `ip -o addr show | grep -F ' ${vip}/'`), 'lvs01 carries the VIP');
  assert.not.equal((await scene.on('lvs02', `ip -o addr show | grep -F ' ${vip}/'`)).code, 0, 'one owner');
  good(await scene.lvsform('up', '--yes', '-i', inventory), 'the old inventory is in force');
});

test.run();
