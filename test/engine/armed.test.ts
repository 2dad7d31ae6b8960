// timeout: 300 s
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { partsOf } from '../../src/engine/armed.ts';
import type { Change } from '../../src/model/change.ts';
import type { Event } from '../../src/model/event.ts';
import { exit, Problem } from '../../src/model/problem.ts';
import { differences, Fleet, inventory, planned, site } from './fleet.ts';

/** What could cut the controller off is undone by the host itself, unless a login anew confirms it. */
const armed = suite('timed undo');

const names = ['lvs01', 'lvs02', 'web01', 'web02', 'lan-client', 'wan-client', 'gateway'];

async function failureOf(work: Promise<unknown>): Promise<Problem> {
  const error: unknown = await work.then(
    () => new Error('it did not fail'),
    (reason: unknown) => reason,
  );
  if (error instanceof Problem) return error;
  throw error;
}

function told(events: readonly Event[]): string {
  return events
    .flatMap(event => (event.event === 'host.failed' ? [event.error] : []))
    .map(({ what, why, next }) => [what, why, next].join('\n'))
    .join('\n');
}

const notes = (events: readonly Event[]): string =>
  events.flatMap(event => (event.event === 'note' ? [event.text] : [])).join('\n');

/** What was armed on a host, each time. */
const armedOn = (events: readonly Event[], host: string) =>
  events.flatMap(event => (event.event === 'undo.armed' && event.host === host ? [event.changes] : []));

const cutting = /^(address|route|iptables|sysctl)\//;

armed(
  'changes are armed from the first to the last that may cut off, over others of their kinds alone',
  () => {
    const change = (address: string, cuts = false): Change => ({
      address,
      action: 'create',
      steps: [],
      undo: [],
      ...(cuts && { cuts: true }),
    });
    const cut = (...changes: Change[]) =>
      partsOf(changes).map(part => [part.plain, part.armed].map(list => list.map(({ address }) => address)));
    assert.equal(cut(), []);
    assert.equal(cut(change('file/a'), change('service/b')), [[['file/a', 'service/b'], []]]);
    assert.equal(
      cut(
        change('package/a'),
        change('sysctl/x', true),
        change('sysctl/y'),
        change('address/v', true),
        change('sysctl/z'),
        change('file/c'),
        change('address/w', true),
      ),
      [
        [['package/a'], ['sysctl/x', 'sysctl/y', 'address/v']],
        [['sysctl/z', 'file/c'], ['address/w']],
      ],
    );
  },
);

armed('a first up logs in once more on a host with such changes; a second one arms nothing', async () => {
  const fleet = new Fleet(names);
  const file = await inventory('dr');
  await fleet.up(file);
  assert.is(armedOn(fleet.events, 'web01').length, 1);
  assert.is(fleet.logins.get('web01'), 2);
  assert.is(fleet.logins.get('lan-client'), 1);
  fleet.events.length = 0;
  await fleet.up(file);
  assert.equal(
    fleet.events.filter(({ event }) => event === 'undo.armed'),
    [],
  );
  assert.is(fleet.logins.get('web01'), 3);
});

armed(
  'cut off by any change: exit 4, the host undoes just what was begun, and the next run finishes',
  async () => {
    const file = await inventory('dr-static');
    const whole = new Fleet(names);
    await whole.up(file);
    for (const host of ['web01', 'lvs01', 'gateway']) {
      const all = armedOn(whole.events, host).flat();
      assert.ok(all.length > 0, host);
      for (const fatal of all.filter(address => cutting.test(address))) {
        const fleet = new Fleet(names);
        // What an earlier login confirmed stays: it counts what was there when the last undo was armed.
        let before = fleet.host(host).dump();
        let live = true;
        fleet.on(
          event => live && event.event === 'undo.armed' && event.host === host,
          () => {
            before = fleet.host(host).dump();
          },
        );
        fleet.on(
          event => live && event.event === 'change.done' && event.host === host && event.address === fatal,
          () => fleet.dead.add(host),
        );
        const failure = await failureOf(fleet.up(file));
        live = false;
        assert.is(failure.code, exit.unreachable, `${host} ${fatal}`);
        assert.match(told(fleet.events), /takes back by itself, within 30 s/);
        assert.match(told(fleet.events), 'run the same command again');
        fleet.host(host).expire();
        const left = differences(before, fleet.host(host).dump()).filter(line =>
          /> (addresses|routes|rules|sysctls) > (?!net\/ipv4\/vs\/)/.test(line),
        );
        assert.equal(left, [], `${host} ${fatal}: what was not confirmed is back`);
        assert.is(fleet.host(host).state.undo?.failed, 0);

        fleet.dead.delete(host);
        await fleet.up(file);
        assert.match(
          notes(fleet.events),
          /an earlier run was cut off here, and the host took its changes back/,
        );
        assert.equal(differences(whole.dump(), fleet.dump()), [], `${host} ${fatal}`);
        assert.is(await fleet.up(file), 0);
      }
    }
  },
);

armed('killed at any command while it is armed: fired or found armed, the next run finishes', async () => {
  const file = await inventory('dr-static');
  const whole = new Fleet(names);
  await whole.up(file);
  const commands = whole.host('web01').log.map(({ argv }) => argv[3] ?? '');
  const [first, last] = [commands.indexOf('lvsform-arm-undo'), commands.indexOf('lvsform-confirm-undo')];
  assert.ok(first > 0 && last > first);
  for (let at = first; at <= last; at += 1) {
    for (const fires of [true, false]) {
      const fleet = new Fleet(names);
      fleet.host('web01').cutAfter(at);
      let live = true;
      fleet.on(
        event => live && event.event === 'undo.armed' && event.host === 'web01',
        () => fleet.dead.add('web01'),
      );
      await failureOf(fleet.up(file));
      live = false;
      if (fires) fleet.host('web01').expire();
      fleet.dead.clear();
      assert.match(
        fleet.host('web01').state.undo?.phase ?? 'none',
        at === first ? 'none' : fires ? 'fired' : 'armed',
      );
      const seen = await fleet.open(file, site);
      if (at > first)
        assert.match(notes(fleet.events), fires ? 'took its changes back' : 'takes them back in');
      await seen.close();
      await fleet.up(file);
      assert.equal(differences(whole.dump(), fleet.dump()), [], `command ${at}`);
      assert.is(await fleet.up(file), 0);
    }
  }
});

armed('an undo that fires while its changes are still being made stops them', async () => {
  const fleet = new Fleet(names);
  const file = await inventory('dr');
  let fired = false;
  fleet.on(
    event =>
      !fired &&
      event.event === 'change.done' &&
      event.host === 'web01' &&
      event.address.startsWith('sysctl/'),
    () => {
      fired = true;
      fleet.host('web01').expire();
    },
  );
  const failure = await failureOf(fleet.up(file));
  assert.is(failure.code, exit.unreachable);
  assert.match(told(fleet.events), /took changes back: they were not confirmed in time/);
  await fleet.up(file);
  assert.equal(planned(await fleet.open(file, site)), []);
});

armed('a step that fails while it is armed: what was done stays, nothing stays armed', async () => {
  const fleet = new Fleet(names);
  const file = await inventory('dr');
  fleet.on(
    event =>
      event.event === 'change.started' && event.host === 'web01' && event.address.startsWith('address/'),
    () => fleet.host('web01').failAt(1),
  );
  const failure = await failureOf(fleet.up(file));
  assert.is(failure.code, exit.failed);
  assert.is(fleet.host('web01').state.undo, undefined);
  assert.is(fleet.host('web01').state.sysctls['net/ipv4/conf/all/arp_ignore'], '1');
});

armed.run();
