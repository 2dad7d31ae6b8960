import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { loadInventory } from '../../src/config/inventory.ts';
import type { Change, Plan } from '../../src/model/change.ts';
import type { Cluster } from '../../src/model/cluster.ts';
import type { VrrpWord } from '../../src/model/keepalived-log.ts';
import { objections, unready } from '../../src/verify/directors/change.ts';
import { deafness, deafOf } from '../../src/verify/directors/deaf.ts';
import { leftOf, membersOf, weighings } from '../../src/verify/directors/drain.ts';
import { nobodyAnswers } from '../../src/verify/directors/first.ts';
import { ailments } from '../../src/verify/directors/health.ts';
import { parseHeard } from '../../src/verify/directors/listen.ts';
import { doubleOwners, ownersOf, stateOf } from '../../src/verify/directors/owners.ts';
import { misplaced, newcomers, taken } from '../../src/verify/directors/segments.ts';
import { parseStanding, type Standing } from '../../src/verify/directors/standing.ts';
import { statusOf } from '../../src/verify/directors/status.ts';

/** What is made of what directors say: who owns, who is healthy, what a plan may do to them. */
const test = suite('directors');

const inventories = new URL('../../inventories/', import.meta.url).pathname;
const { cluster: dr } = await loadInventory(`${inventories}dr.yml`);
const vip = '192.168.0.240';

const live = (...weights: readonly number[]) =>
  new Map([
    [
      `TCP ${vip}:80`,
      {
        scheduler: 'rr',
        servers: new Map(
          weights.map((weight, index) => [
            `192.168.0.${223 + index}:80`,
            { weight, active: index, inactive: 7 },
          ]),
        ),
      },
    ],
  ]);

const standing = (director: string, more: Partial<Standing> = {}): Standing => ({
  director,
  active: true,
  established: true,
  states: new Map([['web', director === 'lvs01' ? 'MASTER' : 'BACKUP']]),
  addresses: [
    { interface: 'lo', ip: '127.0.0.1' },
    { interface: 'eth0', ip: director === 'lvs01' ? '192.168.0.210' : '192.168.0.211' },
    ...(director === 'lvs01' ? [{ interface: 'eth0', ip: vip }] : []),
  ],
  table: live(1, 1),
  ...more,
});
const [lvs01, lvs02] = [standing('lvs01'), standing('lvs02')];
const withVip = { addresses: [{ interface: 'eth0', ip: vip }] };

const change = (address: string, more: Partial<Change> = {}): Change => ({
  ...{ address, action: 'update', steps: [], undo: [] },
  ...more,
});
const conf = 'file//etc/keepalived/keepalived.conf';
const plan = (...hosts: readonly (readonly [string, ...Change[]])[]): Plan => ({
  playbook: 'site',
  inventory: 'dr.yml',
  hosts: hosts.map(([host, ...changes]) => ({ host, stage: 'x', changes })),
});
const without = (cluster: Cluster, host: string): Cluster => ({
  ...cluster,
  services: cluster.services.map(service => ({
    ...service,
    realServers: service.realServers.filter(server => server.host !== host),
  })),
});
const said = (problems: readonly Error[]) => problems.map(({ message }) => message);

test('what a director printed is read, and what was cut is refused', () => {
  const lines = [
    'daemon active',
    'loaded yes',
    'log journal',
    'state MASTER web',
    'state BACKUP web',
    'address lo 127.0.0.1',
    `address eth0 ${vip}`,
    'end',
    '',
  ];
  const stdout = lines.join('\n');
  assert.equal(parseStanding({ code: 0, stdout, stderr: '' }), {
    active: true,
    established: true,
    states: new Map([['web', 'MASTER']]),
    addresses: [
      { interface: 'lo', ip: '127.0.0.1' },
      { interface: 'eth0', ip: vip },
    ],
  });
  assert.is(parseStanding({ code: 0, stdout: 'log no\nend\n', stderr: '' }).states, undefined);
  assert.throws(() => parseStanding({ code: 0, stdout: stdout.slice(0, -5), stderr: '' }), /stands/);
  assert.throws(() => parseStanding({ code: 1, stdout, stderr: 'ip: not found' }), /stands/);
});

test('two owners of a VIP are both named; an address on lo owns nothing', () => {
  assert.equal(doubleOwners(dr.vips, [lvs01, lvs02]), []);
  const [told = ''] = doubleOwners(dr.vips, [lvs01, standing('lvs02', withVip)]);
  assert.match(told, 'lvs01 and lvs02 both hold 192.168.0.240');
  const [web] = dr.vips;
  assert.ok(web);
  assert.equal(ownersOf(web, [standing('lvs02', { addresses: [{ interface: 'lo', ip: vip }] })]), []);
});

test('who holds the VIPs is MASTER; else the log tells; a daemon that does not work is nothing', () => {
  const [instance] = dr.vrrp;
  assert.ok(instance);
  assert.is(stateOf(instance, standing('lvs02', withVip), [instance]), 'MASTER');
  assert.is(stateOf(instance, lvs02, [instance]), 'BACKUP');
  assert.is(stateOf(instance, standing('lvs01', { active: false }), [instance]), undefined);
  assert.is(stateOf(instance, standing('lvs02', { states: undefined }), [instance]), undefined);
  const renamed = (word: VrrpWord) => standing('lvs02', { states: new Map([['outside', word]]) });
  assert.is(stateOf(instance, renamed('BACKUP'), [instance]), 'BACKUP');
  assert.is(stateOf(instance, renamed('MASTER'), [instance]), 'BACKUP');
  assert.is(stateOf(instance, renamed('FAULT'), [instance]), 'FAULT');
  assert.is(stateOf(instance, standing('lvs02', { states: new Map() }), [instance]), undefined);
});

test('what ails a director', () => {
  assert.equal(ailments(dr, lvs02), []);
  assert.equal(ailments(dr, standing('lvs02', { active: false })), ['keepalived does not work there']);
  assert.match(ailments(dr, standing('lvs02', { states: new Map([['web', 'FAULT']]) }))[0] ?? '', 'FAULT');
  assert.match(ailments(dr, standing('lvs02', { states: new Map() }))[0] ?? '', 'not known');
  assert.equal(ailments(dr, standing('lvs02', { states: undefined })), []);
  assert.match(ailments(dr, standing('lvs02', { table: new Map() }))[0] ?? '', 'IPVS table');
});

test('a change is refused where no director is healthy, and not on hosts that nobody relies on', () => {
  const update = plan(['lvs02', change(conf)], ['lvs01', change(conf)]);
  const dead = (name: string, established = true) => standing(name, { active: false, established });
  assert.equal(objections(dr, update, [lvs01, lvs02], []), []);
  assert.equal(objections(dr, update, [lvs01, dead('lvs02')], []), []);
  assert.match(
    said(objections(dr, update, [dead('lvs01'), dead('lvs02')], []))[0] ?? '',
    'no director is healthy',
  );
  assert.equal(objections(dr, update, [dead('lvs01', false), dead('lvs02', false)], []), []);
});

test('a MASTER does not restart where nobody could take over', () => {
  const restart = change('service/keepalived', { steps: [{ argv: ['true'], label: 'restart keepalived' }] });
  const reload = change('service/keepalived', { steps: [{ argv: ['true'], label: 'reload keepalived' }] });
  const sick = standing('lvs02', { active: false });
  assert.equal(objections(dr, plan(['lvs01', restart]), [lvs01, lvs02], []), []);
  assert.equal(objections(dr, plan(['lvs01', reload]), [lvs01, sick], []), []);
  assert.match(
    said(objections(dr, plan(['lvs01', restart]), [lvs01, sick], []))[0] ?? '',
    'take over from lvs01',
  );
  assert.match(
    said(objections(dr, plan(['lvs01', restart]), [lvs01], ['lvs02']))[0] ?? '',
    'take over from lvs01',
  );
  assert.equal(objections(dr, plan(['lvs02', restart]), [lvs01, sick], []), [], 'the BACKUP may');
});

test('the last real server that works is not taken away', () => {
  const update = plan(['lvs02', change(conf)], ['lvs01', change(conf)]);
  const one = without(dr, 'web02');
  assert.equal(objections(one, update, [lvs01, lvs02], []), [], 'web01 stays');
  const onlySecond = standing('lvs01', { table: live(0, 1) });
  const [problem] = objections(one, update, [onlySecond, lvs02], []);
  assert.match(problem?.message ?? '', 'http would be left without a real server');
  assert.match(problem?.why ?? '', 'web02 (192.168.0.224:80)');
  assert.match(problem?.next ?? '', '--accept-gap');
  assert.equal(objections(one, plan(['lvs01', change('sysctl/x')]), [onlySecond, lvs02], []), []);
  const ported = {
    ...dr,
    services: dr.services.map(service => ({
      ...service,
      realServers: service.realServers.map(server => ({ ...server, port: 8080 })),
    })),
  };
  assert.equal(objections(ported, update, [lvs01, lvs02], []), [], 'the same two, by another port');
  const nobody = standing('lvs01', { table: live(0, 0) });
  assert.equal(objections(one, update, [nobody], []), [], 'nobody works, so nobody is lost');
});

test('before the next director changes, the one that has is healthy, uses whom it used, and each VIP has one owner', () => {
  const before = [lvs01, lvs02];
  assert.equal(unready(dr, before, [lvs01, lvs02], ['lvs02']), []);
  const sick = standing('lvs02', { active: false });
  assert.match(unready(dr, before, [lvs01, sick], ['lvs02'])[0] ?? '', 'lvs02: keepalived does not work');
  assert.equal(unready(dr, before, [lvs01, sick], ['lvs01']), [], 'it has not changed');
  assert.match(
    unready(dr, before, [lvs01, standing('lvs02', { table: live(1) })], ['lvs02'])[0] ?? '',
    'web02 of http',
  );
  assert.match(unready(dr, before, [lvs01, standing('lvs02', withVip)], ['lvs02'])[0] ?? '', 'both hold');
  assert.match(
    unready(dr, before, [standing('lvs01', { addresses: [] }), lvs02], ['lvs02'])[0] ?? '',
    'no director holds 192.168.0.240',
  );
  const blank = [
    standing('lvs01', { addresses: [], table: new Map() }),
    standing('lvs02', { table: new Map() }),
  ];
  assert.equal(unready(dr, blank, blank, ['lvs02']), [], 'nothing was there');
});

test('a drain gives weight 0 where it is not yet, its undo the weights of the inventory', () => {
  const members = membersOf(dr, new Set(['web02']));
  assert.equal(
    weighings([lvs01, standing('lvs02', { table: live(1, 0) })], members, false).map(each => [
      each.director,
      each.server.host,
      each.from,
      each.to,
    ]),
    [['lvs01', 'web02', 1, 0]],
  );
  assert.equal(
    weighings([lvs01, standing('lvs02', { table: live(1, 0) })], members, true).map(each => each.director),
    ['lvs02'],
  );
  assert.equal(leftOf([lvs01], members), [
    { director: 'lvs01', service: 'http', server: 'web02', active: 1, inactive: 7 },
  ]);
});

test('the status names owners, states, weights, strangers and all that is wrong', () => {
  const odd = standing('lvs02', { ...withVip, table: live(1, 0, 5) });
  const status = statusOf(dr, [lvs01, odd], ['lvs03']);
  assert.equal(status.vips, [{ vip: 'web', address: vip, owners: ['lvs01', 'lvs02'] }]);
  assert.equal(
    status.directors.map(({ states, reached }) => [reached, states['web'] ?? null]),
    [
      [true, 'MASTER'],
      [true, 'MASTER'],
      [false, null],
    ],
  );
  assert.equal(
    status.services[0]?.directors[1]?.servers.map(({ server, weight, health }) => [server, weight, health]),
    [
      ['web01', 1, 'up'],
      ['web02', 0, 'out'],
      ['192.168.0.225:80', 5, 'foreign'],
    ],
  );
  assert.equal(status.faults.length, 2);
  assert.equal(
    status.out.map(({ how }) => how),
    ['http: lvs02 gives it weight 0'],
  );
  assert.equal(statusOf(dr, [lvs01, lvs02], []).faults, []);
});

test('only a virtual router that a director does not have yet is looked for on the segment', () => {
  const content = (id: number) => `vrrp_instance web {\n  interface eth0\n  virtual_router_id ${id}\n}\n`;
  const runs = change('service/keepalived', { from: { running: true } });
  const edit = (from: number) => change(conf, { from: { content: content(from) } });
  const hosts = (made: Plan) => newcomers(dr, made).map(({ host }) => host.name);
  assert.equal(hosts(plan(['lvs01', edit(55), runs])), [], 'another part of the file');
  assert.equal(hosts(plan(['lvs01', edit(54), runs])), ['lvs01']);
  assert.equal(hosts(plan(['lvs02', change(conf, { action: 'create' }), change('service/keepalived')])), [
    'lvs02',
  ]);
  assert.equal(hosts(plan(['lvs02', change('service/keepalived', { from: { running: false } })])), ['lvs02']);
  assert.equal(hosts(plan(['lvs01', change('sysctl/x')], ['web01', change(conf)])), []);
  assert.equal(hosts(plan(['lvs01', change(`address/eth0/${vip}/24`, { action: 'create' })])), ['lvs01']);
});

test('interfaces that are not there, and subnets that are not theirs, are named', () => {
  const [newcomer] = newcomers(dr, plan(['lvs01', change('service/keepalived')]));
  assert.ok(newcomer);
  const at = (ip: string) => ({ director: 'lvs01', addresses: [{ interface: 'eth0', ip }] });
  const names = new Set(['lo', 'eth0']);
  assert.equal(misplaced(newcomer, names, at('192.168.0.210')), []);
  assert.match(
    said(misplaced(newcomer, new Set(['lo', 'ens3']), at('192.168.0.210')))[0] ?? '',
    'no interface eth0',
  );
  assert.match(said(misplaced(newcomer, names, at('10.0.0.1')))[0] ?? '', 'no address in the subnet');
  assert.match(
    said(misplaced(newcomer, names, at(vip)))[0] ?? '',
    'no address in the subnet',
    'the VIP is none of its own',
  );
});

test('who has the virtual router id or the VIP already is named, and directors may', () => {
  const [newcomer] = newcomers(dr, plan(['lvs01', change('service/keepalived')]));
  assert.ok(newcomer);
  const heard = (...lines: readonly string[]) =>
    parseHeard({ code: 0, stdout: [...lines, 'end', ''].join('\n'), stderr: '' });
  const none = [{ ...lvs01, addresses: [] }, lvs02];
  assert.equal(taken(newcomer, heard('vrrp eth0 192.168.0.211 55 100'), none, dr), [], 'its own BACKUP');
  assert.equal(taken(newcomer, heard('vrrp eth0 192.168.0.9 56 100'), none, dr), [], 'another id');
  const [foreign] = taken(
    newcomer,
    heard('vrrp eth0 192.168.0.9 55 77', 'vrrp eth0 192.168.0.9 56 77'),
    none,
    dr,
  );
  assert.match(foreign?.message ?? '', 'virtual_router_id 55 is in use on the segment of eth0');
  assert.match(foreign?.why ?? '', '192.168.0.9 sends VRRP with it (priority 77)');
  assert.match(foreign?.next ?? '', '57 was not heard');
  const [used] = taken(newcomer, heard(`arp eth0 ${vip} 02:00:00:00:00:09`), none, dr);
  assert.match(used?.why ?? '', '02:00:00:00:00:09 answers ARP');
  assert.equal(taken(newcomer, heard(`arp eth0 ${vip} 02:00:00:00:00:09`), [lvs01, lvs02], dr), []);
  const [held] = taken(newcomer, heard(), [...none, { director: 'web01', ...withVip }], dr);
  assert.match(held?.message ?? '', 'web01 holds the VIP 192.168.0.240 itself');
  assert.throws(() => parseHeard({ code: 0, stdout: 'vrrp eth0', stderr: '' }), /listened/);
  assert.ok(heard('deaf').deaf);
});

test('who carries the VIP changes first where a change makes directors deaf to each other, and the others wait', () => {
  const deafens = { ...change(conf), deafens: ['web: version 2 -> 3'] };
  const both = plan(['lvs02', deafens], ['lvs01', deafens]);
  const met = new Set(['lvs01', 'lvs02']);
  assert.equal(deafOf(dr, both, [lvs01, lvs02]), {
    first: ['lvs01'],
    waiting: ['lvs02'],
    stopping: ['lvs02'],
    why: ['web: version 2 -> 3'],
  });
  assert.equal(deafness(dr, both, [lvs01, lvs02], met), []);
  assert.is(deafOf(dr, plan(['lvs02', change(conf)], ['lvs01', change(conf)]), [lvs01, lvs02]), undefined);
  const stopped = deafOf(dr, both, [lvs01, standing('lvs02', { active: false })]);
  assert.equal([stopped?.waiting, stopped?.stopping], [['lvs02'], []]);
  // The other has changed already, or nobody carries a VIP.
  assert.is(deafOf(dr, plan(['lvs02', deafens]), [lvs01, lvs02]), undefined);
  assert.is(deafOf(dr, both, [lvs02]), undefined);
  // One of them has no part in the run; both carry VIPs.
  assert.match(
    said(deafness(dr, plan(['lvs01', deafens]), [lvs01, lvs02], new Set(['lvs01'])))[0] ?? '',
    'hear',
  );
  assert.match(said(deafness(dr, both, [lvs01, standing('lvs02', withVip)], met))[0] ?? '', 'hear');
});

test('directors answer nobody while none works, holds a VIP, has a service or was brought up before', () => {
  const idle: Partial<Standing> = {
    active: false,
    established: false,
    addresses: [{ interface: 'lo', ip: vip }],
    table: new Map(),
  };
  const pair = (more: Partial<Standing>) => [
    standing('lvs01', idle),
    standing('lvs02', { ...idle, ...more }),
  ];
  assert.ok(nobodyAnswers(dr, pair({}), []));
  for (const more of [{ active: true }, { established: true }, withVip, { table: live(1) }])
    assert.not.ok(nobodyAnswers(dr, pair(more), []), JSON.stringify(more));
  assert.not.ok(nobodyAnswers(dr, [standing('lvs01', idle)], ['lvs02']), 'one that was not read may answer');
  assert.not.ok(nobodyAnswers(dr, [], []));
});

test.run();
