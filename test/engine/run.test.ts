// timeout: 480 s
import { writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { Json } from '../../src/model/json.ts';
import { exit, Problem } from '../../src/model/problem.ts';
import { bytesOf } from '../../src/transport/memory/programs/files.ts';
import { differences, done, Fleet, inventory, planned, site, web } from './fleet.ts';

const names = ['lvs01', 'lvs02', 'web01', 'web02', 'lan-client', 'wan-client', 'gateway'];
const modes = ['dr', 'dr-static', 'dr-vrrp'];

const pause = (milliseconds: number) => new Promise(resolve => setTimeout(resolve, milliseconds));

const problem = async (work: Promise<unknown>): Promise<Problem> => {
  try {
    await work;
  } catch (error) {
    if (error instanceof Problem) return error;
    throw error;
  }
  throw new Error('it did not fail');
};

for (const mode of modes) {
  test(`${mode}: the plan is what is done, the second one is empty, and down leaves what was there before`, async () => {
    const fleet = new Fleet(names);
    const file = await inventory(mode);
    const blank = fleet.dump();
    const dry = await fleet.open(file, site);
    assert.equal(differences(blank, fleet.dump()), [], 'a plan writes nothing');
    await dry.close();

    const run = await fleet.open(file, site);
    assert.equal(planned(run), planned(dry));
    await run.apply();
    assert.equal([...done(fleet.events)].sort(), [...planned(run)].sort());
    assert.equal(planned(await fleet.open(file, site)), []);

    const standing = fleet.dump();
    assert.is(await fleet.up(file), 0);
    assert.equal(differences(standing, fleet.dump()), []);

    await fleet.down(file);
    assert.equal(differences(blank, fleet.dump()), []);
  });
}

for (const to of ['dr-vrrp', 'dr-static']) {
  test(`dr to ${to}: what keepalived lets go of is planned, and made after it`, async () => {
    const [fleet, model] = [new Fleet(names), new Fleet(names)];
    await fleet.up(await inventory('dr'));
    await model.up(await inventory(to));
    const [director, like] = [fleet.host('lvs01').state, model.host('lvs01').state];
    Object.assign(director.services, structuredClone(like.services));
    Object.assign(director, { timeouts: like.timeouts, addresses: structuredClone(like.addresses) });
    const run = await fleet.open(await inventory(to), site, { options: { holder: 'a test' } });
    const mine = planned(run).filter(line => line.startsWith('lvs01'));
    const loaded = mine.findIndex(line => line.endsWith(' service/keepalived'));
    const own = to === 'dr-static' ? ['create address/eth0/192.168.0.240/24'] : [];
    for (const line of ['create ipvs-timeouts/ipvs', 'create virtual-server/tcp:192.168.0.240:80', ...own]) {
      assert.ok(mine.indexOf(`lvs01 ${line}`) > loaded, `${line} after ${loaded}: ${mine.join('; ')}`);
    }
    fleet.events.length = 0;
    await run.apply();
    await run.close();
    assert.equal(done(fleet.events), planned(run));
  });
}

test('a keepalived that is too old for its configuration is refused when the plan is made, with the version that is not', async () => {
  const fleet = new Fleet(names);
  const { packages } = fleet.host('lvs01').state;
  packages['keepalived'] = { ...packages['keepalived'], candidate: '1.3.5-19.el7' };
  const before = fleet.dump();
  const refused = await problem(fleet.open(await inventory('dr'), site));
  assert.is(refused.code, exit.input);
  assert.equal(
    fleet.events.flatMap(event =>
      event.event === 'host.failed' ? [`${event.host}: ${event.error.what}`] : [],
    ),
    [
      'lvs01: the host has keepalived 1.3.5; the check of a configuration before it goes live (keepalived -t) needs 2.0.4',
    ],
  );
  assert.equal(differences(before, fleet.dump()), []);
});

test('a run that breaks at any command, or loses its connection there, is finished by the next one', async () => {
  const file = await inventory('dr-vrrp');
  const whole = new Fleet(names);
  await whole.up(file);
  const standing = whole.dump();
  for (const host of ['lvs01', 'web01', 'gateway']) {
    const commands = whole.host(host).counts.commands;
    assert.ok(commands > 15);
    for (let at = 1; at <= commands; at += 1) {
      for (const fault of ['fails', 'cut'] as const) {
        const fleet = new Fleet(names);
        if (fault === 'fails') fleet.host(host).failAt(at);
        else fleet.host(host).cutAfter(at);
        await fleet.up(file).catch((error: unknown) => assert.instance(error, Problem));
        await fleet.up(file);
        assert.equal(differences(standing, fleet.dump()), [], `${host}: command ${at} ${fault}`);
        assert.equal(planned(await fleet.open(file, site)), [], `${host}: command ${at} ${fault}`);
      }
    }
  }
});

test('a run that broke half-way is taken back whole by down', async () => {
  const file = await inventory('dr');
  for (let at = 4; at <= 24; at += 4) {
    const fleet = new Fleet(names);
    const blank = fleet.dump();
    fleet.host('lvs02').cutAfter(at);
    await problem(fleet.up(file));
    await fleet.down(file);
    assert.equal(differences(blank, fleet.dump()), [], `cut after ${at}`);
  }
});

test('a host that cannot be reached stops a run before the first write', async () => {
  const fleet = new Fleet(names);
  const blank = fleet.dump();
  fleet.dead.add('lvs01');
  const failure = await problem(fleet.up(await inventory('dr')));
  assert.is(failure.code, exit.unreachable);
  assert.equal(differences(blank, fleet.dump()), []);
});

test('the MASTER is not touched when its BACKUP fails', async () => {
  const fleet = new Fleet(names);
  const blank = fleet.host('lvs01').dump();
  fleet.host('lvs02').failAt(12);
  await problem(fleet.up(await inventory('dr')));
  assert.equal(differences(blank, fleet.host('lvs01').dump()), []);
});

test('hosts that are to come last do so after all other waves, but before what nobody wants goes', async () => {
  const fleet = new Fleet(names);
  await fleet.up(await inventory('dr'));
  const changed = await inventory('dr', text =>
    text.replace('auth_pass: "1111"', 'auth_pass: "2222"').replace(/ +web02: \{ weight: 1 \}\n/, ''),
  );
  const order: string[] = [];
  fleet.on(
    event => event.event === 'stage.started' && order.push(`${event.stage}: ${event.hosts.join(' ')}`) < 0,
    () => undefined,
  );
  const run = await fleet.open(changed, site, { options: { holder: 'a test' } });
  const deaf = run.plan.hosts.flatMap(({ host, changes }) =>
    changes.flatMap(({ address, deafens }) => (deafens ? [`${host} ${address} ${deafens.join()}`] : [])),
  );
  assert.equal(deaf.sort(), [
    'lvs01 file//etc/keepalived/keepalived.conf web: password',
    'lvs02 file//etc/keepalived/keepalived.conf web: password',
  ]);
  await run.apply({ last: (host, wave) => host === 'lvs02' && wave === 'backup directors' });
  await run.close();
  assert.equal(order.slice(-3), ['master directors: lvs01', 'backup directors: lvs02', 'removal: web02']);
});

test('while nobody is served, hosts go through the stages of site.yml each by itself, and end as they do one after the other', async () => {
  const [fleet, ordered] = [new Fleet(names), new Fleet(names)];
  const file = await inventory('dr');
  await ordered.up(file);
  const blank = fleet.dump();
  fleet.host('web01').failAt(8);
  const started = () =>
    fleet.events.flatMap(event => (event.event === 'stage.started' ? [event.hosts.join(' ')] : []));
  const up = async () => {
    const run = await fleet.open(file, site, { options: { holder: 'a test', parallel: 64 } });
    await run.apply({ idle: true }).finally(() => run.close());
  };
  await problem(up());
  assert.equal(started(), ['web01 web02 lan-client wan-client gateway lvs02 lvs01']);
  assert.not.equal(differences(blank, fleet.dump()), []);
  await up();
  assert.equal(started().slice(1), ['web01']);
  assert.equal(differences(ordered.dump(), fleet.dump()), []);
});

test('a playbook that does not say so keeps to its stages, also while nobody is served', async () => {
  const fleet = new Fleet(names);
  const own = join(tmpdir(), `lvsform-stages-${process.pid}.yml`);
  const stages = ['web01', 'web02'].map(
    host => `  - { name: ${host}, hosts: [${host}], resources: [{ directory: { path: /opt-of-ours } }] }\n`,
  );
  await writeFile(own, `version: 1\nname: own\nstages:\n${stages.join('')}`);
  const run = await fleet.open(await inventory('dr'), own, { options: { holder: 'a test' } });
  await run.apply({ idle: true });
  await run.close();
  const started = fleet.events.flatMap(event => (event.event === 'stage.started' ? [event.stage] : []));
  assert.equal(started, ['web01', 'web02']);
});

test('two runs do not meet on a host', async () => {
  const fleet = new Fleet(names);
  const file = await inventory('dr');
  const first = await fleet.open(file, site, { options: { holder: 'ann, since noon' } });
  const failure = await problem(fleet.open(file, site, { options: { holder: 'bob' } }));
  assert.is(failure.code, exit.locked);
  const told = fleet.events.find(event => event.event === 'host.failed');
  assert.match(told?.event === 'host.failed' ? (told.error.why ?? '') : '', 'ann, since noon');
  await first.close();
  await (await fleet.open(file, site, { options: { holder: 'bob' } })).close();
});

test('a run that may wait for a lock gets it when the other is done, and not before; else it says how long it waited', async () => {
  const fleet = new Fleet(names);
  const file = await inventory('dr');
  const first = await fleet.open(file, site, { options: { holder: 'ann, since noon' } });
  const waiting = fleet.open(file, site, { options: { holder: 'bob', lockTimeout: 20, parallel: 64 } });
  const seen = waiting.then(() => 'open');
  assert.is(await Promise.race([seen, pause(1200).then(() => 'waiting')]), 'waiting');
  await first.close();
  const second = await waiting;
  const waits = fleet.events.filter(event => event.event === 'note' && /waits for its lock/.test(event.text));
  assert.is(waits.length, names.length, 'it says so once a host');
  const failure = await problem(fleet.open(file, site, { options: { holder: 'eve', lockTimeout: 1 } }));
  assert.is(failure.code, exit.locked);
  const told = fleet.events.flatMap(event => (event.event === 'host.failed' ? [event.error.why] : []));
  assert.match(told[0] ?? '', 'the lock is held by bob; waited 1 s for it');
  await second.close();
});

test('what an inventory no longer names goes away; what another playbook made stays', async () => {
  const fleet = new Fleet(names);
  await fleet.up(await inventory('dr'), web);
  const served = fleet.host('web02').dump();
  const file = await inventory('dr');
  await fleet.up(file);
  const one = await inventory('dr', text => text.replace('      web02: { weight: 1 }\n', ''));
  await fleet.up(one);
  const { files } = fleet.host('web02').state;
  delete files['/var/lib/lvsform/ledger.json'];
  const before = JSON.parse(JSON.stringify(served)) as { files: { [path: string]: Json } };
  delete before.files['/var/lib/lvsform/ledger.json'];
  assert.equal(differences(before, fleet.host('web02').dump()), []);
});

test('what two playbooks want goes when the last of them lets go, whichever of them made it', async () => {
  const fleet = new Fleet(['web01']);
  const playbook = async (name: string, ...paths: string[]) => {
    const path = join(tmpdir(), `lvsform-${process.pid}-${name}.yml`);
    const files = paths.map(one => `      - file: { path: ${one}, content: "x" }`).join('\n');
    await writeFile(
      path,
      `version: 1\nname: ${name}\nstages:\n  - name: all\n    hosts: [web01]\n    resources:\n${files}\n`,
    );
    return path;
  };
  const file = await inventory('dr');
  const run = async (path: string) => fleet.up(file, path, ['web01']);
  await run(await playbook('a', '/etc/shared', '/etc/a'));
  await run(await playbook('b', '/etc/shared'));
  await run(await playbook('a', '/etc/a'));
  assert.ok(fleet.host('web01').state.files['/etc/shared']);
  await run(await playbook('b', '/etc/b'));
  assert.not(fleet.host('web01').state.files['/etc/shared']);
});

test('a run that is narrowed to some hosts leaves the others alone', async () => {
  const fleet = new Fleet(names);
  const file = await inventory('dr');
  await fleet.up(file);
  const one = await inventory('dr', text => text.replace('      web02: { weight: 1 }\n', ''));
  const before = fleet.host('web02').dump();
  await fleet.up(one, site, ['lvs01', 'lvs02']);
  assert.equal(differences(before, fleet.host('web02').dump()), []);
});

test('what was there before lvsform came stays when it goes', async () => {
  const fleet = new Fleet(names);
  const { state } = fleet.host('lvs01');
  const keepalived = state.packages['keepalived'];
  if (keepalived) keepalived.installed = keepalived.candidate ?? '';
  const needed = state.packages['libnl-3-200'];
  if (needed) Object.assign(needed, { installed: needed.candidate, auto: true });
  state.units['keepalived'] = { file: 'enabled', active: false, starts: 0, reloads: 0 };
  state.files['/etc/keepalived'] = { type: 'directory', owner: 'root', group: 'root', mode: '0755' };
  state.sysctls['net/ipv4/ip_forward'] = '1';
  const blank = fleet.dump();
  const file = await inventory('dr');
  await fleet.up(file);
  await fleet.down(file);
  assert.equal(differences(blank, fleet.dump()), []);
});

test('a crash between the write of a file and its reload is mended by the next run', async () => {
  const fleet = new Fleet(names);
  await fleet.up(await inventory('dr'));
  const changed = await inventory('dr', text => text.replace('delay_loop: 6', 'delay_loop: 7'));
  const reloads = () => fleet.host('lvs01').state.units['keepalived']?.reloads ?? 0;
  const before = reloads();
  const run = await fleet.open(changed, site, { only: ['lvs01'] });
  assert.equal(planned(run), [
    'lvs01 update file//etc/keepalived/keepalived.conf',
    'lvs01 update service/keepalived',
  ]);
  fleet.on(
    event => event.event === 'change.done' && event.address.endsWith('keepalived.conf'),
    () => fleet.host('lvs01').cutAfter(0),
  );
  await problem(run.apply());
  const told = fleet.events.find(event => event.event === 'host.failed');
  assert.match(
    told?.error.why ?? '',
    /it was at service\/keepalived: reload keepalived, which may be done or not; the \d+ steps? before/,
  );
  assert.is(reloads(), before);
  const again = await fleet.open(changed, site, { only: ['lvs01'] });
  assert.equal(planned(again), ['lvs01 update service/keepalived']);
  await again.apply();
  assert.is(reloads(), before + 1);
});

test('an edit by hand is drift: it is shown, repaired, and the service loads the repaired file', async () => {
  const fleet = new Fleet(names);
  const file = await inventory('dr');
  await fleet.up(file);
  const standing = fleet.dump();
  const { files } = fleet.host('lvs01').state;
  const conf = files['/etc/keepalived/keepalived.conf'];
  if (conf?.type !== 'file') throw new Error('no keepalived.conf');
  files['/etc/keepalived/keepalived.conf'] = {
    ...conf,
    bytes: Buffer.from('# mine\n').toString('base64'),
    inode: 9,
  };
  const run = await fleet.open(file, site);
  assert.equal(planned(run), [
    'lvs01 update file//etc/keepalived/keepalived.conf',
    'lvs01 update service/keepalived',
  ]);
  await run.apply();
  assert.equal(
    differences(standing, fleet.dump()).filter(line => !line.includes('/edited')),
    [],
  );
  const place = Object.keys(files).find(path => path.includes('/edited/')) ?? '';
  assert.is(bytesOf(fleet.host('lvs01').state, place)?.toString(), '# mine\n');
  assert.match(JSON.stringify(run.plan), `a copy stays in ${place}`);
  assert.equal(planned(await fleet.open(file, site)), []);
  await fleet.down(file);
  assert.equal(
    Object.keys(files).filter(path => path.startsWith('/var/lib/lvsform')),
    [],
  );
});

test('what lvsform wrote itself is replaced without a copy, also after a run that broke off in between', async () => {
  const file = await inventory('dr');
  const again = await inventory('dr', text => text.replace('delay_loop: 6', 'delay_loop: 7'));
  for (let at = 1; at <= 12; at += 1) {
    const fleet = new Fleet(names);
    await fleet.up(file);
    fleet.host('lvs01').cutAfter(at);
    await fleet.up(again).catch((error: unknown) => assert.instance(error, Problem));
    await fleet.up(again);
    const copies = Object.keys(fleet.host('lvs01').state.files).filter(path => path.includes('/edited/'));
    assert.equal(copies, [], `cut after ${at}`);
  }
});

test('a host costs one batch to read, and one more to act and one to check where it differs', async () => {
  const fleet = new Fleet(names);
  const file = await inventory('dr');
  await fleet.up(file);
  const { batches } = fleet.host('web01').counts;
  await fleet.up(file);
  assert.is(fleet.host('web01').counts.batches - batches, 1);
});

test('a cluster goes from any mode to any other, and down leaves what was there before all of them', async () => {
  for (const from of modes) {
    for (const to of modes.filter(mode => mode !== from)) {
      const fleet = new Fleet(names);
      const blank = fleet.dump();
      await fleet.up(await inventory(from));
      const file = await inventory(to);
      await fleet.up(file);
      assert.equal(planned(await fleet.open(file, site)), [], `${from} to ${to}`);
      await fleet.down(await inventory('dr'));
      assert.equal(differences(blank, fleet.dump()), [], `${from} to ${to}, down`);
    }
  }
});

test('what a change undoes of that which was there already is put back in the same run', async () => {
  const fleet = new Fleet(names);
  await fleet.up(await inventory('dr-vrrp'));
  const wrr = await inventory('dr-vrrp', text => text.replace('advert_interval: 1', 'advert_interval: 2'));
  const { services } = fleet.host('lvs01').state;
  const table = structuredClone(services['-t 192.168.0.240:80']);
  const run = await fleet.open(wrr, site);
  fleet.on(
    event =>
      event.event === 'change.done' && event.address === 'service/keepalived' && event.host === 'lvs01',
    () => delete services['-t 192.168.0.240:80'],
  );
  await run.apply();
  assert.equal(services['-t 192.168.0.240:80'], table);
  assert.ok(done(fleet.events).includes('lvs01 create virtual-server/tcp:192.168.0.240:80'));
});

test('a module that something else still uses stays loaded, which is told and no failure', async () => {
  const fleet = new Fleet(names);
  const file = await inventory('dr');
  await fleet.up(file);
  const { modules, services } = fleet.host('lvs01').state;
  services['-t 10.0.0.1:25'] = { words: ['-s', 'rr'], servers: {} };
  const module = modules['ip_vs'];
  if (module) module.users = 1;
  await fleet.down(file);
  assert.ok(modules['ip_vs']?.loaded);
  const notes = fleet.events.flatMap(event =>
    event.event === 'note' ? [`${event.host}: ${event.text}`] : [],
  );
  assert.ok(notes.includes('lvs01: ip_vs stays loaded: something still uses it'), notes.join('\n'));
  assert.equal(planned(await fleet.openDown(file)), []);
});

test('no secret is in a plan, nor in any event', async () => {
  const fleet = new Fleet(names);
  const canary = 'c4n4ry77';
  const file = await inventory('dr', text => text.replace('auth_pass: "1111"', `auth_pass: "${canary}"`));
  const { planJson } = await import('../../src/report/plan-json.ts');
  const run = await fleet.open(file, site);
  await run.apply();
  assert.not.match(planJson(run.plan), canary);
  const { withoutSecrets } = await import('../../src/report/plan-json.ts');
  const told = fleet.events.map(event => (event.event === 'plan.made' ? withoutSecrets(event.plan) : event));
  assert.not.match(JSON.stringify(told), canary);
  for (const { argv } of fleet.host('lvs01').log) assert.not.match(argv.join('\n'), canary);
  const conf = fleet.host('lvs01').state.files['/etc/keepalived/keepalived.conf'];
  const content = conf?.type === 'file' ? Buffer.from(conf.bytes, 'base64').toString() : '';
  assert.match(content, `auth_pass ${canary}`);
});

test.run();
