// timeout: 300 s
import { writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { Event } from '../../src/model/event.ts';
import type { Json } from '../../src/model/json.ts';
import { exit, Problem } from '../../src/model/problem.ts';
import type { HostState } from '../../src/transport/memory/state.ts';
import { differences, Fleet, inventory, planned, site } from './fleet.ts';

/** A configuration that does not come through its load is undone by the run itself. */
const undone = suite('undone by itself');

const names = ['lvs01', 'lvs02', 'web01', 'web02', 'lan-client', 'wan-client', 'gateway'];
const conf = '/etc/keepalived/keepalived.conf';
const vip = { interface: 'eth0', address: '192.168.0.240/24', scope: 'global' };

const problem = async (work: Promise<unknown>): Promise<Problem> => {
  const error: unknown = await work.then(
    () => new Error('it did not fail'),
    (reason: unknown) => reason,
  );
  if (error instanceof Problem) return error;
  throw error;
};

/** The words that the host's failure was told with. */
function told(events: readonly Event[], host: string): string {
  return events
    .flatMap(event => (event.event === 'host.failed' && event.host === host ? [event.error] : []))
    .map(({ what, why, next }) => [what, why, next].join('\n'))
    .join('\n');
}

const loaded = (host: string) => (event: Event) =>
  event.event === 'change.done' && event.host === host && event.address === 'service/keepalived';

/** What keepalived holds while it works, which a memory host does not do by itself. */
function serve(state: HostState): void {
  state.addresses.push({ ...vip });
  state.services['-t 192.168.0.240:80'] = {
    words: ['-s', 'rr'],
    servers: Object.fromEntries(
      ['192.168.0.223:80', '192.168.0.224:80'].map(name => [
        name,
        { method: '-g', weight: 1, upper: 0, lower: 0, active: 0 },
      ]),
    ),
  };
}

function drop(state: HostState, what: 'VIP' | 'RS'): void {
  if (what === 'VIP') state.addresses = state.addresses.filter(({ address }) => address !== vip.address);
  else
    for (const service of Object.values(state.services))
      for (const name of Object.keys(service.servers)) delete service.servers[name];
}

type Fault = (fleet: Fleet, host: string) => void;

/** Each happens when the service has loaded the new file, or is about to, and not again. */
const faults: { readonly [name: string]: { readonly fault: Fault; readonly says: RegExp } } = {
  'the reload fails': {
    fault: (fleet, host) => {
      const { state } = fleet.host(host);
      let times = 0;
      fleet.on(
        event =>
          event.event === 'change.started' && event.host === host && event.address === 'service/keepalived',
        () => {
          const unit = state.units['keepalived'];
          times += 1;
          if (unit) unit.broken = times === 1;
          if (unit && times > 1) delete unit.broken;
        },
      );
    },
    says: /reload keepalived failed with exit code/,
  },
  'the daemon ends': {
    fault: (fleet, host) => {
      let times = 0;
      fleet.on(loaded(host), () => {
        const unit = fleet.host(host).state.units['keepalived'];
        times += 1;
        if (unit && times === 1) unit.active = false;
      });
    },
    says: /does not keep what was set: service\/keepalived/,
  },
  'the VIP is lost': {
    fault: (fleet, host) => {
      let times = 0;
      fleet.on(loaded(host), () => {
        times += 1;
        if (times === 1) drop(fleet.host(host).state, 'VIP');
        if (times === 2) serve(fleet.host(host).state);
      });
    },
    says: /VIP 192\.168\.0\.240 was lost/,
  },
  'all real servers fail their checks': {
    fault: (fleet, host) => {
      let times = 0;
      fleet.on(loaded(host), () => {
        times += 1;
        if (times === 1) drop(fleet.host(host).state, 'RS');
        else serve({ ...fleet.host(host).state, addresses: [] });
      });
    },
    says: /a healthy real server of service \S+ was lost/,
  },
};

async function standing(): Promise<Fleet> {
  const fleet = new Fleet(names);
  await fleet.up(await inventory('dr'));
  serve(fleet.host('lvs01').state);
  return fleet;
}

/** What differs from before, but for the ledger: that has on record what was tried. */
const unlikeBefore = (before: Json, now: Json): readonly string[] =>
  differences(before, now).filter(line => !line.includes('/var/lib/lvsform/ledger.json'));

const changed = () => inventory('dr', text => text.replace('delay_loop: 6', 'delay_loop: 7'));

for (const [name, { fault, says }] of Object.entries(faults)) {
  undone(`a change of the MASTER: ${name}; what was live before is live again`, async () => {
    const fleet = await standing();
    const file = await changed();
    fault(fleet, 'lvs01');
    const before = fleet.host('lvs01').dump();
    const failure = await problem(fleet.up(file, site, ['lvs01']));
    assert.is(failure.code, exit.failed);
    const words = told(fleet.events, 'lvs01');
    assert.match(words, says);
    assert.match(words, /; undone\n/);
    assert.match(
      words,
      /as before this run, and loaded so: file\/\/etc\/keepalived\/keepalived.conf, service\/keepalived/,
    );
    assert.equal(unlikeBefore(before, fleet.host('lvs01').dump()), []);
    assert.equal(
      planned(await fleet.open(await inventory('dr'), site)),
      [],
      'the old inventory has nothing to do',
    );

    const mended = new Fleet(names);
    await mended.up(file, site);
    serve(mended.host('lvs01').state);
    // The hooks have done their work: this is the same host, mended.
    const again = await fleet.up(file, site, ['lvs01']).catch(() => fleet.up(file, site, ['lvs01']));
    assert.ok(again > 0);
    assert.equal(differences(mended.host('lvs01').dump(), fleet.host('lvs01').dump()), []);
    assert.is(await fleet.up(file, site, ['lvs01']), 0, 'a third run changes nothing');
  });
}

undone('a first set-up that fails leaves none of its configuration live', async () => {
  const fleet = new Fleet(names);
  const { state } = fleet.host('lvs02');
  let broken = true;
  fleet.on(
    event =>
      event.event === 'change.started' && event.host === 'lvs02' && event.address === 'service/keepalived',
    () => {
      const unit = state.units['keepalived'];
      if (unit) unit.broken = broken;
    },
  );
  const untouched = fleet.host('lvs01').dump();
  const file = await inventory('dr');
  await problem(fleet.up(file));
  assert.not.ok(state.files[conf]);
  assert.equal([state.units['keepalived']?.active, state.units['keepalived']?.file], [false, 'disabled']);
  assert.match(
    told(fleet.events, 'lvs02'),
    'as before, there is none of: file//etc/keepalived/keepalived.conf',
  );
  assert.equal(differences(untouched, fleet.host('lvs01').dump()), [], 'the MASTER is not touched');
  broken = false;
  await fleet.up(file);
  assert.is(await fleet.up(file), 0);
});

undone('an interruption ends the wait for signs at once, and undoes nothing', async () => {
  const fleet = await standing();
  const interrupt = new AbortController();
  const stop = new Problem('interrupted', { code: exit.interrupted });
  const file = await inventory('dr', text => text.replace('retries: 3', 'retries: 2'));
  fleet.on(loaded('lvs01'), () => setTimeout(() => interrupt.abort(stop), 1000));
  const run = await fleet.open(file, site, {
    only: ['lvs01'],
    options: { watch: 30, signal: interrupt.signal, holder: 'a test' },
  });
  const since = performance.now();
  assert.is((await problem(run.apply())).code, exit.interrupted);
  assert.ok(performance.now() - since < 5000);
  await run.close();
  assert.is(await fleet.up(file, site, ['lvs01']), 0, 'the new file is live');
});

undone('what cannot be undone is named', async () => {
  const fleet = await standing();
  fleet.on(loaded('lvs01'), () => drop(fleet.host('lvs01').state, 'VIP'));
  await problem(fleet.up(await changed(), site, ['lvs01']));
  const words = told(fleet.events, 'lvs01');
  assert.match(words, /and it could not all be undone\n/);
  assert.match(words, /not as before: VIP 192\.168\.0\.240/);
});

undone('a VIP that leaves for a director which the inventory puts first is not lost', async () => {
  const fleet = await standing();
  const swapped = await inventory('dr', text => text.replace('priority: 150', 'priority: 99'));
  fleet.on(loaded('lvs01'), () => {
    drop(fleet.host('lvs01').state, 'VIP');
    fleet.host('lvs02').state.addresses.push({ ...vip });
  });
  await fleet.up(swapped);
  assert.is(await fleet.up(swapped), 0);
});

undone('whatever command fails in a change, the old or the new configuration is live, whole', async () => {
  const [old, file] = [await inventory('dr'), await changed()];
  const whole = await standing();
  const before = whole.host('lvs01').counts.commands;
  await whole.up(file, site, ['lvs01']);
  const commands = whole.host('lvs01').counts.commands - before;
  for (let at = 1; at <= commands; at += 1) {
    for (const fault of ['fails', 'cut'] as const) {
      const fleet = await standing();
      if (fault === 'fails') fleet.host('lvs01').failAt(at);
      else fleet.host('lvs01').cutAfter(at);
      await fleet.up(file, site, ['lvs01']).catch((error: unknown) => assert.instance(error, Problem));
      const [left, ahead] = [await fleet.open(old, site), await fleet.open(file, site, { only: ['lvs01'] })];
      const both = [planned(left), planned(ahead)];
      const isOld = both[0]?.length === 0;
      const isNew = both[1]?.length === 0;
      // After a cut nobody could undo or go on: the daemon has the old file or the new one, and the next run finishes.
      if (fault === 'fails') assert.ok(isOld || isNew, `command ${at} ${fault}: ${JSON.stringify(both)}`);
      await fleet.up(file, site, ['lvs01']);
      assert.equal(
        differences(whole.host('lvs01').dump(), fleet.host('lvs01').dump()),
        [],
        `command ${at} ${fault}`,
      );
      assert.is(await fleet.up(file, site, ['lvs01']), 0);
    }
  }
});

undone('what was written for a service goes back when another of its files is refused', async () => {
  const fleet = new Fleet(['lvs01']);
  const { state } = fleet.host('lvs01');
  state.units['app'] = { file: 'enabled', active: true, starts: 1, reloads: 0 };
  const playbook = async (a: string, b: string) => {
    const path = join(tmpdir(), `lvsform-${process.pid}-app.yml`);
    const validate = '{ argv: [keepalived, -t, -f, "%s"] }';
    await writeFile(
      path,
      `version: 1
name: app
stages:
  - name: all
    hosts: [lvs01]
    resources:
      - package: { name: keepalived }
      - file: { path: /etc/app.a, content: "${a}" }
      - file: { path: /etc/app.b, content: "${b}", validate: ${validate} }
      - service: { name: app, reload_on: [/etc/app.a, /etc/app.b] }
`,
    );
    return path;
  };
  const file = await inventory('dr');
  await fleet.up(file, await playbook('one', 'one'), ['lvs01']);
  const before = fleet.host('lvs01').dump();
  await problem(fleet.up(file, await playbook('two', 'INVALID'), ['lvs01']));
  assert.match(told(fleet.events, 'lvs01'), /write \/etc\/app\.b failed.*; undone\n/);
  assert.equal(unlikeBefore(before, fleet.host('lvs01').dump()), []);
  assert.is(await fleet.up(file, await playbook('one', 'one'), ['lvs01']), 0);
});

undone(
  'a director that goes into FAULT state by its change gets its old configuration back, and the next one is not touched',
  async () => {
    const fleet = new Fleet(names);
    await fleet.up(await inventory('dr'));
    const before = fleet.dump();
    const { state } = fleet.host('lvs02');
    state.vrrp = { web: 'BACKUP' };
    fleet.on(loaded('lvs02'), () => {
      const node = state.files[conf];
      const text = node?.type === 'file' ? Buffer.from(node.bytes, 'base64').toString() : '';
      state.vrrp = { web: text.includes('advert_int 2') ? 'FAULT' : 'BACKUP' };
    });
    const slower = await inventory('dr', text => text.replace('advert_interval: 1', 'advert_interval: 2'));
    await problem(fleet.up(slower));
    assert.match(told(fleet.events, 'lvs02'), /VRRP instance web out of FAULT state was lost; undone/);
    delete state.vrrp;
    const changed = differences(before, fleet.dump());
    assert.ok(
      changed.every(line => line.includes('lvs02 > files > /var/lib/lvsform/ledger.json')),
      changed.join(),
    );
  },
);

undone.run();
