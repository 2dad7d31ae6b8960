// timeout: 1800 s
// grace: 60 s
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { Verdict } from '../../src/verify/verdict.ts';
import { events, Scene } from './scene.ts';
import { good } from './verdicts.ts';

/** Every scheduler on real IPVS keeps what verify holds it to; and verify sees each of them break its promise. */
const test = suite<{ scene: Scene; inventory: string }>('schedulers');

/** A second client, and services that persistence and thresholds change. */
const more = (text: string): string =>
  text
    .replace(
      /^director:/m,
      '  far-client:\n    roles: [client]\n    interfaces: { eth0: 192.168.0.221/24 }\n\ndirector:',
    )
    .concat(
      `
  kept:
    vip: web
    port: 9000
    scheduler: rr
    persistence: 300
    verify: { type: http }
    real_servers: [web01, web02, web03]
  limited:
    vip: web
    port: 7000
    scheduler: rr
    verify: { type: http, requests: 12 }
    real_servers: { web01: { upper_threshold: 2, lower_threshold: 1 }, web02: {}, web03: {} }
`,
    );

const seen = (stdout: string): readonly Verdict[] =>
  events(stdout).flatMap(({ event, result }) => (event === 'verify.done' ? [result as Verdict] : []));

test.before(async context => {
  try {
    context.scene = await Scene.open('t-sched');
    context.inventory = await context.scene.inventory('schedulers', more);
    good(await context.scene.lvsform('lab', 'up', '-i', context.inventory), 'lab up');
    good(
      await context.scene.lvsform('run', 'playbooks/services.yml', '--yes', '-i', context.inventory),
      'run services.yml',
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

test('each scheduler of the kernel keeps its promise, to two clients', async ({ scene, inventory }) => {
  const up = good(await scene.lvsform('up', '--yes', '--json', '-i', inventory), 'up');
  const verdicts = seen(up.stdout);
  assert.is(verdicts.length, 34);
  for (const { client, service, faults } of verdicts) assert.equal(faults, [], `${client} ${service}`);
  const held = verdicts.filter(({ servers }) => servers.some(server => server.held !== undefined));
  assert.equal([...new Set(held.map(({ scheduler }) => scheduler))].sort(), [
    ...['lblcr', 'lc', 'nq', 'ovf', 'sed', 'wlc'],
  ]);
  const kept = verdicts.find(({ service }) => service === 'kept');
  assert.is(new Set(kept?.sequence).size, 1);
  assert.match(kept?.promise ?? '', 'a client stays at one RS for 300 s, whatever rr would do');
});

/** What is done to a service in the table, and the fault that tells of it by what the client saw. */
const sabotage: Readonly<Record<string, readonly [edit: string, fault: RegExp]>> = {
  rr: ['-E -t V:8001 -s sh', /got \d of \d requests, expected/],
  wrr: ['-e -t V:8002 -r 192.168.0.223 -g -w 9', /web01 got \d of \d requests, expected/],
  lc: ['-E -t V:8003 -s rr', /got a connection and has/],
  wlc: ['-E -t V:8004 -s lc', /got a connection and has/],
  lblc: ['-E -t V:8005 -s rr', /answered: lblc sends all that call one VIP to one RS/],
  lblcr: ['-E -t V:8006 -s rr', /got a connection and has/],
  dh: ['-E -t V:8007 -s rr', /answered: dh sends/],
  sh: ['-E -t V:8008 -s rr', /answered: sh keeps a client at one RS/],
  'sh-port': ['-E -t V:8009 -s sh', /they are not spread/],
  mh: ['-E -t V:8010 -s rr', /answered: mh keeps a client at one RS/],
  'mh-port': ['-E -t V:8011 -s mh', /they are not spread/],
  sed: ['-E -t V:8012 -s rr', /got a connection and has/],
  nq: ['-E -t V:8013 -s rr', /got a connection and has/],
  fo: ['-E -t V:8014 -s rr', /the heaviest/],
  ovf: ['-E -t V:8015 -s rr', /answered although web03, which is heavier, was not full/],
  kept: ['-E -t V:9000 -s rr', /answered one client, which should stay at one RS/],
  limited: ['-e -t V:7000 -r 192.168.0.223 -g -w 1 -x 0 -y 0', /more than its upper threshold 2/],
};

test('verify sees each scheduler break its promise, and up mends what was done', async ({
  scene,
  inventory,
}) => {
  const edits = Object.values(sabotage).map(([edit]) => `ipvsadm ${edit.replace('V:', '192.168.0.240:')}`);
  good(await scene.on('lvs01', edits.join(' && ')), 'sabotage');
  const verify = await scene.lvsform('verify', '--json', '--host', 'lan-client', '-i', inventory);
  assert.is(verify.code, 1);
  const told = seen(verify.stdout).map(({ service, faults }) => [service, faults.join('; ')] as const);
  assert.equal(told.map(([service]) => service).sort(), Object.keys(sabotage).sort());
  const missed = told.filter(([service, faults]) => !sabotage[service]?.[1].test(faults));
  assert.equal(missed, []);
  good(await scene.lvsform('up', '--yes', '--no-verify', '-i', inventory), 'up');
});

test('an RS that a director does not use is told by its name, and the others are held to the rest', async ({
  scene,
  inventory,
}) => {
  const out =
    'ipvsadm -d -t 192.168.0.240:8001 -r 192.168.0.225 && ipvsadm -e -t 192.168.0.240:8002 -r 192.168.0.225 -g -w 0';
  good(await scene.on('lvs01', out), 'take out');
  const verify = await scene.lvsform('verify', '--json', '--host', 'far-client', '-i', inventory);
  const faults = Object.fromEntries(seen(verify.stdout).map(({ service, faults }) => [service, faults]));
  assert.equal(faults['rr'], ['web03 is out of service: lvs01 does not have it in its table']);
  assert.equal(faults['wrr'], ['web03 is out of service: lvs01 gives it weight 0']);
  const others = Object.entries(faults).filter(([service]) => service !== 'rr' && service !== 'wrr');
  assert.equal(
    others.filter(([, told]) => told.length > 0),
    [],
  );
});

test('a port that a persistent client uses again is asked for again, and no bypass', async ({ scene }) => {
  // Eight of sixteen ports are even, and connect(2) takes those first; four of them the director knows. It is the RS that closes their
  // connections, so the client may use them at once; the ports that verify uses it may not, so a second round takes the odd ones.
  const use = `for port in 50000 50002 50004 50006; do curl -sS --local-port $port -H "Connection: close" http://192.168.0.240:9000/; done
cat /proc/sys/net/ipv4/ip_local_port_range >/run/ports; echo 50000 50015 >/proc/sys/net/ipv4/ip_local_port_range`;
  good(await scene.on('far-client', use), 'use ports');
  const alone = await scene.inventory('schedulers', text =>
    more(text)
      .replace(/^services:[\s\S]*(?=^ {2}kept:)/m, 'services:\n')
      .replace(/^ {2}limited:[\s\S]*/m, ''),
  );
  const verify = await scene.lvsform('verify', '--json', '--host', 'far-client', '-i', alone);
  good(await scene.on('far-client', 'cat /run/ports >/proc/sys/net/ipv4/ip_local_port_range'), 'ports back');
  assert.is(verify.code, 0, verify.stderr);
  const [kept, ...others] = seen(verify.stdout);
  assert.equal([kept?.service, kept?.scheduled, kept?.faults, others], ['kept', 8, [], []]);
  assert.match(
    kept?.notes.join('\n') ?? '',
    /^asked again: no director counted 4 of 8 replies; IPVS may still know ports/m,
  );
});

test.run();
