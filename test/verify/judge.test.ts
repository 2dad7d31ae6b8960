import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { answers, grown, rs, service, verdict } from './scene.ts';

test('turns are told by the pages', () => {
  const { sequence, faults, servers } = verdict(service(), 'b a b a');
  assert.equal(sequence, ['b', 'a', 'b', 'a']);
  assert.equal(faults, []);
  assert.equal(
    servers.map(({ seen, expected }) => [seen, expected]),
    [
      [2, 2],
      [2, 2],
    ],
  );
});

test('one RS that gets everything is a fault under rr, and what was asked for under persistence', () => {
  assert.is(verdict(service(), 'a a a a').faults.length, 2);
  const sticky = verdict(service({ persistence: 300 }), 'a a a a');
  assert.equal(sticky.faults, []);
  assert.match(sticky.promise, 'persistence: a client stays at one RS for 300 s, whatever rr would do');
});

test('a client that leaves its RS under persistence is a fault, unless calls are what persists', () => {
  assert.match(
    verdict(service({ persistence: 300 }), 'a a b a').faults.join(),
    'a and b answered one client',
  );
  assert.equal(verdict(service({ persistence: 300, persistenceEngine: 'sip' }), 'a b a b').faults, []);
});

test('a template from before explains where a client is, and is held to', () => {
  const kept = { host: 'b', seconds: 240 };
  const good = verdict(service({ persistence: 300 }), 'b b b', { kept });
  assert.equal(good.faults, []);
  assert.match(good.notes.join(), 'an earlier connection keeps this client at b for 240 s more');
  assert.match(
    verdict(service({ persistence: 300 }), 'a a a', { kept }).faults.join(),
    'keeps this client at b',
  );
  const live = { faults: [], notes: [], out: ['b'] };
  assert.equal(verdict(service({ persistence: 300 }), 'a a a', { kept, live }).faults, []);
});

test('a reply that no director counted is a bypass, each method with its own cause', () => {
  const change = { growth: grown(1) };
  assert.match(verdict(service(), 'a b a b', change).faults.join(), 'ARP bypass: 3 of 4 replies');
  const nat = verdict(service({ method: 'NAT' }), 'a b a b', change).faults.join();
  assert.match(nat, 'something else has the VIP');
  assert.not.match(nat, 'ARP');
});

test('a request without an answer is a fault with its reason, and the counters say how far it came', () => {
  assert.match(verdict(service(), 'a -').faults.join(), '1 of 2 requests failed: curl: (28)');
  const nat = service({ method: 'NAT' });
  assert.match(verdict(service(), '- -', { growth: grown(0) }).faults.join(), 'no director scheduled any');
  assert.match(verdict(nat, '- -').faults.join(), 'is it the way of the RS to the client?');
  assert.match(verdict({ ...nat, method: 'FULLNAT' }, '- -').faults.join(), 'its own address');
  const back = { growth: { ...grown(2), outPackets: 9 } };
  assert.not.match(verdict(nat, '- -', back).faults.join(), 'no reply came back');
});

test('a name that is part of another name is not taken for it', () => {
  const [one, two] = rs(1, 1);
  if (one === undefined || two === undefined) throw new Error('two RS');
  const servers = [
    { ...one, host: 'web1' },
    { ...two, host: 'web10', rip: '10.0.0.10' },
  ];
  assert.equal(verdict(service({ realServers: servers }), 'web10 web1').sequence, ['web10', 'web1']);
});

test('answers that name no RS leave the shares to the counters', () => {
  const { sequence, servers, faults, notes } = verdict(service(), '? ? ? ?', { growth: grown(4, 2, 2) });
  assert.equal(sequence, []);
  assert.equal(
    servers.map(({ seen }) => seen),
    [2, 2],
  );
  assert.equal(faults, []);
  assert.match(notes.join(), 'the IPVS counters tell the shares');
  assert.is(verdict(service(), '? ? ? ?', { growth: grown(4, 4, 0) }).faults.length, 2);
});

test('among the connections of others, the shares are of all that the counters saw', () => {
  const busy = verdict(service(), '? ? ? ?', { growth: grown(48, 24, 24) });
  assert.equal(busy.faults, []);
  assert.match(busy.promise, 'within 4 standard deviations of a binomial');
  assert.is(verdict(service(), '? ? ? ?', { growth: grown(48, 47, 1) }).faults.length, 2);
});

test('an RS that is out is a fault by its name, and the others are held to their share of the rest', () => {
  const three = service({ realServers: rs(1, 1, 1) });
  const live = { faults: ['b is out of service: lvs01 does not have it'], notes: [], out: ['b'] };
  assert.equal(verdict(three, 'a c a c', { live }).faults, live.faults);
  assert.is(verdict(three, 'a a a c', { live }).faults.length, 3);
});

test('weight 0 gets nothing under any scheduler', () => {
  for (const scheduler of ['wrr', 'wlc', 'sh', 'fo', 'twos']) {
    const of = service({ scheduler, realServers: rs(0, 1) });
    assert.match(verdict(of, 'a').faults.join(), 'a has weight 0 and got 1 requests', scheduler);
    assert.equal(verdict(of, 'b').faults, [], scheduler);
  }
});

test('an upper threshold is not passed, and shares are not judged where there is one', () => {
  const limited = service({ realServers: rs(1, 1).map(each => ({ ...each, upperThreshold: 2 })) });
  const has = (active: number, inactive: number) => ({
    after: [{ host: 'a', weight: 1, active, inactive }],
  });
  assert.equal(verdict(limited, 'a a b b b b', has(1, 1)).faults, []);
  assert.match(verdict(limited, 'a a a b', has(1, 2)).faults.join(), 'a has 3 connections');
  assert.equal(verdict(limited, 'b b b b', has(1, 2)).faults, []);
  // Full since before the threshold was set: the kernel sees it as it binds one more.
  const before = [{ host: 'a', weight: 1, active: 0, inactive: 6 }];
  assert.equal(verdict(limited, 'a b b b', { ...has(0, 7), before }).faults, []);
  assert.match(verdict(limited, 'a a b b', { ...has(0, 8), before }).faults.join(), 'a has 8 connections');
});

test('whatever a scheduler does not promise, its answers are judged', () => {
  const twos = service({ scheduler: 'twos' });
  assert.equal(verdict(twos, 'a a a a').faults, []);
  assert.match(verdict(twos, 'a a - a').faults.join(), '1 of 4 requests failed');
  assert.is(answers('a -').length, 2);
});

test.run();
