import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { Standstill } from '../../src/commands/standstill.ts';
import type { Plan } from '../../src/model/change.ts';
import type { Event } from '../../src/model/event.ts';
import type { Transport } from '../../src/model/transport.ts';
import { memoryHost } from '../../src/transport/memory/index.ts';
import type { Deaf } from '../../src/verify/directors/deaf.ts';

const change = {
  address: 'file//etc/keepalived/keepalived.conf',
  action: 'update' as const,
  deafens: ['web: version 2 -> 3'],
  steps: [],
  undo: [],
};
const drained = { address: 'leaving/real-servers', action: 'delete' as const, steps: [], undo: [] };
const plan: Plan = {
  playbook: 'site',
  inventory: 'dr.yml',
  hosts: [
    ...['lvs01', 'lvs02'].map(host => ({ host, stage: 'before', changes: [drained] })),
    { host: 'lvs02', stage: 'backup directors', changes: [change] },
    { host: 'lvs01', stage: 'master directors', changes: [change] },
  ],
};
const deaf: Deaf = {
  first: ['lvs01'],
  waiting: ['lvs02'],
  stopping: ['lvs02'],
  why: ['web: version 2 -> 3'],
};

/** A standstill of two hosts, with keepalived at work on both. */
const scene = async () => {
  const hosts = new Map(['lvs01', 'lvs02'].map(name => [name, memoryHost()]));
  for (const { state } of hosts.values())
    state.units['keepalived'] = { ...state.units['keepalived'], active: true, enabled: true } as never;
  const transports = new Map(
    await Promise.all([...hosts].map(async ([name, host]) => [name, await host.connect()] as const)),
  );
  const transportOf = (host: string): Transport => {
    const transport = transports.get(host);
    if (transport === undefined) throw new Error(`no host ${host}`);
    return transport;
  };
  const events: Event[] = [];
  const standstill = new Standstill(deaf, plan, transportOf, event => void events.push(event));
  const works = (host: string) => hosts.get(host)?.state.units['keepalived']?.active === true;
  const notes = () => events.flatMap(event => (event.event === 'note' ? [event.text] : []));
  return { standstill, works, notes };
};

test('who waits stops before who carries the VIP changes, and only there; its own change starts it', async () => {
  const { standstill, works, notes } = await scene();
  standstill.tell();
  assert.match(notes()[0] ?? '', 'keepalived stops on lvs02 while lvs01 changes');
  assert.is(standstill.comesLast('lvs02', 'backup directors'), true);
  assert.is(standstill.comesLast('lvs02', 'before'), false);
  assert.is(standstill.comesLast('lvs01', 'master directors'), false);
  await standstill.before('before', ['lvs01', 'lvs02']);
  assert.equal([works('lvs01'), works('lvs02')], [true, true]);
  await standstill.before('master directors', ['lvs01']);
  assert.equal([works('lvs01'), works('lvs02')], [true, false]);
  assert.equal(standstill.working(['lvs01', 'lvs02']), ['lvs01']);
  await standstill.before('backup directors', ['lvs02']);
  await standstill.end();
  assert.is(works('lvs02'), false, 'that is for the change itself to do');
});

test('where the run ends in between, who waits is started as it was', async () => {
  const { standstill, works, notes } = await scene();
  await standstill.before('master directors', ['lvs01']);
  assert.is(works('lvs02'), false);
  await standstill.end();
  assert.is(works('lvs02'), true);
  assert.match(notes().at(-1) ?? '', 'works again');
  await standstill.end();
  assert.is(notes().length, 1);
});

test.run();
