// timeout: 120 s
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { Fleet, inventory, planned, site } from './fleet.ts';

/** Who leaves the table: weight 0 on every director first, and nobody else touched. */
const test = suite('draining');
const names = ['lvs01', 'lvs02', 'web01', 'web02', 'lan-client', 'wan-client', 'gateway'];

const server = (active: number) => ({ method: '-g', weight: 1, upper: 0, lower: 0, active });

/** Both directors as keepalived would have them, and with a service of somebody else's. */
async function cluster(file: string): Promise<Fleet> {
  const fleet = new Fleet(names);
  await fleet.up(file);
  for (const name of ['lvs01', 'lvs02']) {
    const { services } = fleet.host(name).state;
    const table = () => ({ '192.168.0.223:80': server(0), '192.168.0.224:80': server(2) });
    services['-t 192.168.0.240:80'] = { words: ['-s', 'rr'], servers: table() };
    services['-t 192.168.0.240:8080'] = { words: ['-s', 'rr'], servers: table() };
    services['-t 192.168.0.99:80'] = { words: ['-s', 'rr'], servers: table() };
  }
  return fleet;
}

const weights = (fleet: Fleet, name: string, service: string) =>
  Object.values(fleet.host(name).state.services[`-t 192.168.0.${service}`]?.servers ?? {}).map(
    ({ weight }) => weight,
  );

test('a real server gets weight 0 on both directors before one of them changes', async () => {
  const both = await inventory('dr');
  const fleet = await cluster(both);
  const one = await inventory('dr', text => text.replace('      web02: { weight: 1 }\n', ''));
  const run = await fleet.open(one, site);
  assert.equal(planned(run).slice(0, 2), [
    'lvs01 delete leaving/real-servers',
    'lvs02 delete leaving/real-servers',
  ]);
  assert.equal(
    planned(run)
      .filter(line => line.endsWith('keepalived.conf'))
      .map(line => line.slice(0, 5)),
    ['lvs02', 'lvs01'],
  );
  // As keepalived does, once it has loaded its file.
  const before = new Map<string, readonly number[]>();
  for (const name of ['lvs01', 'lvs02'])
    fleet.on(
      event => event.event === 'change.done' && event.host === name && event.address === 'service/keepalived',
      () => {
        before.set(name, weights(fleet, name, '240:80'));
        delete fleet.host(name).state.services['-t 192.168.0.240:80']?.servers['192.168.0.224:80'];
      },
    );
  await run.apply();
  for (const name of ['lvs01', 'lvs02']) {
    assert.equal(before.get(name), [1, 0]);
    assert.equal(weights(fleet, name, '240:80'), [1]);
    assert.equal(weights(fleet, name, '240:8080'), [1, 1], 'no service of ours');
    assert.equal(weights(fleet, name, '99:80'), [1, 1], 'no service of ours');
  }
  const notes = fleet.events.flatMap(event => (event.event === 'note' ? [event.text] : []));
  assert.match(notes[0] ?? '', '192.168.0.224:80 of 192.168.0.240:80: clients are still connected');
});

test('a service that goes is drained as a whole, as keepalived had it', async () => {
  const second = (text: string) =>
    text.replace(
      '\ngateway:\n',
      '\n  other:\n    vip: web\n    port: 8080\n    real_servers: { web01: {}, web02: {} }\n\ngateway:\n',
    );
  const fleet = await cluster(await inventory('dr', second));
  const run = await fleet.open(await inventory('dr'), site);
  assert.equal(planned(run).slice(0, 2), [
    'lvs01 delete leaving/real-servers',
    'lvs02 delete leaving/real-servers',
  ]);
  await run.apply();
  assert.equal(weights(fleet, 'lvs01', '240:8080'), [0, 0]);
  assert.equal(weights(fleet, 'lvs01', '240:80'), [1, 1]);
  assert.equal(weights(fleet, 'lvs01', '99:80'), [1, 1]);
});

test('where none of those who stay gets requests yet, nobody is drained', async () => {
  const fleet = await cluster(await inventory('dr'));
  const moved = await inventory('dr', text =>
    text.replace('192.168.0.223/24', '192.168.0.225/24').replace('192.168.0.224/24', '192.168.0.226/24'),
  );
  const run = await fleet.open(moved, site);
  assert.equal(
    planned(run).filter(line => line.includes('leaving/')),
    [],
  );
});

test('where nobody leaves there is nothing to do, and the ledger keeps nothing of it', async () => {
  const both = await inventory('dr');
  const fleet = await cluster(both);
  assert.equal(planned(await fleet.open(both, site)), []);
  const ledger = fleet.host('lvs01').state.files['/var/lib/lvsform/ledger.json'];
  assert.ok(ledger?.type === 'file');
  assert.not.match(Buffer.from(ledger.bytes, 'base64').toString(), 'leaving/');
});

test('what another hand changed in the table that keepalived keeps is shown, and set right', async () => {
  const both = await inventory('dr');
  const fleet = await cluster(both);
  const { services } = fleet.host('lvs01').state;
  const edited = services['-t 192.168.0.240:80'];
  const foreign = services['-t 192.168.0.99:80'];
  assert.ok(edited && foreign);
  edited.words = ['-s', 'wrr', '-p', '60'];
  edited.servers['192.168.0.223:80'] = { ...server(0), weight: 9 };
  edited.servers['192.168.0.224:80'] = { ...server(0), weight: 0 };
  foreign.words = ['-s', 'wlc'];
  const run = await fleet.open(both, site);
  assert.equal(planned(run), ['lvs01 delete kept-table/keepalived']);
  await run.apply();
  assert.equal(edited.words, ['-s', 'rr', '-p', '60']);
  assert.equal(weights(fleet, 'lvs01', '240:80'), [1, 0], 'weight 0 may be a check of keepalived');
  assert.equal(foreign.words, ['-s', 'wlc']);
  assert.equal(planned(await fleet.open(both, site)), []);
});

test('a real server that somebody took out of that table is put back, one that its check took out is not, a stranger goes', async () => {
  const both = await inventory('dr');
  const fleet = await cluster(both);
  const director = fleet.host('lvs01').state;
  const kept = director.services['-t 192.168.0.240:80'];
  assert.ok(kept);
  delete kept.servers['192.168.0.223:80'];
  for (const word of ['unknown', 'out']) {
    director.checks = { '192.168.0.223': word };
    assert.equal(planned(await fleet.open(both, site)), [], word);
  }
  kept.servers['192.168.0.99:80'] = server(0);
  director.checks = { '192.168.0.223': 'watched' };
  const run = await fleet.open(both, site);
  assert.equal(planned(run), ['lvs01 delete leaving/real-servers', 'lvs01 delete kept-table/keepalived']);
  await run.apply();
  assert.equal(Object.keys(kept.servers).sort(), ['192.168.0.223:80', '192.168.0.224:80']);
  delete director.services['-t 192.168.0.240:80'];
  director.checks = { '192.168.0.223': 'watched', '192.168.0.224': 'out' };
  await fleet.up(both);
  assert.equal(Object.keys(director.services['-t 192.168.0.240:80']?.servers ?? {}), ['192.168.0.223:80']);
  director.checks = {};
});

test('where the file changes too, keepalived sets its table itself', async () => {
  const both = await inventory('dr');
  const fleet = await cluster(both);
  const weighted = await inventory('dr', text =>
    text.replace('web02: { weight: 1 }', 'web02: { weight: 3 }'),
  );
  assert.equal(planned(await fleet.open(weighted, site)), [
    'lvs02 update file//etc/keepalived/keepalived.conf',
    'lvs02 update service/keepalived',
    'lvs01 update file//etc/keepalived/keepalived.conf',
    'lvs01 update service/keepalived',
  ]);
});

test.run();
