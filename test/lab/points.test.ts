// timeout: 2400 s
// runs: asked
// grace: 60 s
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { plug, unplug } from '../../src/lab/index.ts';
import { figure } from '../faults/figure.ts';
import { program } from '../program.ts';
import { Scene } from './scene.ts';
import { differences, snapshots } from './snapshot.ts';
import { good } from './verdicts.ts';

/**
 * A full `up` and a full `down` of directors, real servers and a gateway, each broken off again and again until it comes to its end: the
 * run that goes on from where one was killed, interrupted or cut off meets the next fault a change later. What is there
 * then must be what an undisturbed run leaves.
 */
const test = suite<{ scene: Scene; inventory: string; blank: States; whole: States }>('points');

type States = ReadonlyMap<string, string>;

const hosts = ['lvs01', 'lvs02', 'web01', 'web02', 'gateway'];
const directors = ['lvs01', 'lvs02'];
const vip = '192.168.0.240';
const enough = 60;
/** In turn; what takes long comes less often. */
const faults = ['kill', 'interrupt', 'cut', 'keepalived', 'kill', 'interrupt', 'cut', 'unplug'] as const;
type Fault = (typeof faults)[number];
let points = 0;
let kept = 0;

/** Without what each run does anew: connections that IPVS counts, and the times of the files that services have loaded. */
const states = async (scene: Scene): Promise<States> => {
  const taken = await snapshots(scene, hosts);
  return new Map(
    [...taken].map(([host, text]) => [
      host,
      text
        .split('\n')
        .filter(line => !line.includes('/var/lib/lvsform/loaded/'))
        .map(line => line.replace(/^( *-> .*?) +\d+ +\d+ *$/, '$1'))
        .join('\n'),
    ]),
  );
};

/** Waits until the hosts are as they should be: keepalived takes a moment to find its real servers. */
const becomes = async (scene: Scene, wanted: States): Promise<readonly string[]> => {
  const deadline = Date.now() + 60_000;
  for (;;) {
    const left = differences(wanted, await states(scene));
    if (left.length === 0 || Date.now() > deadline) return left;
    await new Promise(resolve => setTimeout(resolve, 3000));
  }
};

const look = `export PATH=$PATH:/usr/sbin:/sbin
for f in /etc/keepalived/.lvsform.* /usr/local/sbin/.lvsform.* /etc/sysctl.d/.lvsform.*; do [ ! -e "$f" ] || echo "left $f"; done
if [ -s /etc/keepalived/keepalived.conf ]; then keepalived -t 2>&1 || echo 'bad keepalived.conf'; fi
for d in eth0 lo; do ip -o addr show dev $d | grep -q ' ${vip}/' && echo "has $d"; done
echo "arp $(cat /proc/sys/net/ipv4/conf/all/arp_ignore) $(cat /proc/sys/net/ipv4/conf/all/arp_announce)"
:`;

/** What is broken between two runs, once the host is through with the step that it was at, and VRRP with who is MASTER. */
const truth = async (scene: Scene): Promise<readonly string[]> => {
  const deadline = Date.now() + 8000;
  for (;;) {
    await new Promise(resolve => setTimeout(resolve, 1000));
    const broken = await brokenNow(scene);
    if (broken.length === 0 || Date.now() > deadline) return broken;
  }
};

/** I2 and I3: nothing half-made, at most one owner of the VIP, real servers that have it keep quiet. */
const brokenNow = async (scene: Scene): Promise<readonly string[]> => {
  const seen = await Promise.all(
    hosts.map(async host => ({ host, text: good(await scene.on(host, look), `look at ${host}`).stdout })),
  );
  const owners = seen.filter(({ host, text }) => host.startsWith('lvs') && text.includes('has eth0'));
  const loud = seen.filter(
    ({ host, text }) => host.startsWith('web') && text.includes('has lo') && !text.includes('arp 1 2'),
  );
  return [
    ...(owners.length > 1 ? ['I3: two directors have the VIP'] : []),
    ...loud.map(({ host }) => `I3: ${host} has the VIP and answers ARP for it`),
    ...seen.flatMap(({ host, text }) =>
      text.split('\n').flatMap(line => (/^(left|bad)/.test(line) ? [`I2: ${host}: ${line}`] : [])),
    ),
  ];
};

/** Every session of a host's sshd ends, but for the one that says so. */
const endSessions = `for p in $(pidof sshd); do [ "$p" = "$(cat /run/sshd.pid)" ] || echo $p; done | xargs -r kill`;

/** Has a fault befall a run (its process group) that is at work on a host. */
const befall = async (scene: Scene, fault: Fault, host: string, group: number): Promise<void> => {
  if (fault === 'kill') process.kill(-group, 'SIGKILL');
  else if (fault === 'interrupt') process.kill(-group, 'SIGINT');
  else if (fault === 'cut') await scene.on(host, endSessions);
  else if (fault === 'unplug') await unplug(await scene.lab(), host, 'eth0');
  else await Promise.all(directors.map(one => scene.on(one, 'pkill -KILL keepalived')));
};

/** Runs a verb until it begins or ends a change, and has a fault befall it then. Answers its code, and whether it was hit. */
const disturbed = async (
  scene: Scene,
  argv: readonly string[],
  number: number,
): Promise<{ code: number | null; hit: string | undefined }> => {
  const fault = faults[number % faults.length] ?? 'kill';
  // So that each fault comes at both.
  const mark = (number + Math.floor(number / faults.length)) % 2 === 0 ? 'change.done' : 'change.started';
  const child = spawn(program[0], [program[1], ...argv, '--yes', '--json'], {
    stdio: ['ignore', 'pipe', 'ignore'],
    detached: true,
  });
  const group = child.pid ?? 0;
  let hit: string | undefined;
  let hitHost = '';
  let befalls: Promise<unknown> = Promise.resolve();
  createInterface({ input: child.stdout }).on('line', line => {
    if (hit !== undefined || !line.includes(`"event":"${mark}"`)) return;
    const { host, address } = JSON.parse(line) as { host: string; address: string };
    hit = `${fault} at ${mark} of ${address} on ${host}`;
    hitHost = host;
    befalls = befall(scene, fault, host, group);
  });
  const [code] = (await once(child, 'close')) as [number | null];
  await befalls;
  if (hit !== undefined && fault === 'unplug') await plug(await scene.lab(), hitHost, 'eth0');
  return { code, hit };
};

/** Breaks a verb off at one change after the other until it is done. */
const chain = async (scene: Scene, argv: readonly string[]): Promise<void> => {
  for (let turn = 0; turn < 80; turn++) {
    const { code, hit } = await disturbed(scene, argv, points);
    if (hit === undefined) {
      assert.is(code, 0, `${argv[0]} that nothing befell`);
      return;
    }
    points += 1;
    const broken = await truth(scene);
    if (broken.length === 0) kept += 1;
    process.stdout.write(
      `point ${points}: ${argv[0]}: ${hit}, exit ${code}${broken.map(one => `\n  ${one}`).join('')}\n`,
    );
  }
  throw new Error(`${argv[0]} does not come to its end`);
};

test.before(async context => {
  try {
    context.scene = await Scene.open('t-points');
    const { scene } = context;
    context.inventory = await scene.inventory('dr', text =>
      text
        .replace(/^lab: \{(.*)\}$/m, 'lab: {$1, preinstalled: true }')
        .replace('delay_loop: 6', 'delay_loop: 2')
        .replace(
          'connect_timeout: 8, retries: 3, retry_delay: 3',
          'connect_timeout: 2, retries: 1, retry_delay: 1',
        ),
    );
    const { inventory } = context;
    good(await scene.lvsform('lab', 'up', '-i', inventory), 'lab up');
    good(await scene.lvsform('run', 'playbooks/web.yml', '--yes', '-i', inventory), 'web');
    context.blank = await states(scene);
    good(await scene.lvsform('up', '--yes', '--no-verify', '-i', inventory), 'up');
    await new Promise(resolve => setTimeout(resolve, 5000));
    context.whole = await states(scene);
    good(await scene.lvsform('down', '--yes', '-p', 'playbooks/site.yml', '-i', inventory), 'down');
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.stack : String(error)}\n`);
    await context.scene?.end();
    throw error;
  }
});

test.after(async ({ scene }) => {
  await scene.end();
});

test(`at ${enough} points at least, each run goes on to what an undisturbed one leaves`, async ({
  scene,
  inventory,
  blank,
  whole,
}) => {
  const wrong: string[] = [];
  while (points < enough) {
    await chain(scene, ['up', '--no-verify', '--lock-timeout', '60', '-i', inventory]);
    wrong.push(...(await becomes(scene, whole)));
    const plan = await scene.lvsform('plan', '--detailed-exitcode', '-i', inventory);
    if (plan.code !== 0) wrong.push(`I1: plan exits ${plan.code} after up:\n${plan.stdout}`);
    await chain(scene, ['down', '--lock-timeout', '60', '-p', 'playbooks/site.yml', '-i', inventory]);
    wrong.push(...(await becomes(scene, blank)));
    if (wrong.length > 0) break;
  }
  figure('lab-points', points, 'points', { atLeast: enough });
  figure('lab-points-kept', wrong.length === 0 && points > 0 ? (100 * kept) / points : 0, '%', {
    atLeast: 100,
  });
  assert.is(wrong.join('\n'), '');
  assert.is(kept, points);
});

test.run();
