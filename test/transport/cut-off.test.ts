// timeout: 150 s
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { actArmed, type Hands } from '../../src/engine/armed.ts';
import { askLedger, ledgerProbe } from '../../src/engine/ledger.ts';
import { read } from '../../src/engine/read.ts';
import type { Change } from '../../src/model/change.ts';
import type { Host } from '../../src/model/cluster.ts';
import type { Command } from '../../src/model/command.ts';
import type { Event } from '../../src/model/event.ts';
import { exit, Problem } from '../../src/model/problem.ts';
import type { Transport } from '../../src/model/transport.ts';
import { connector } from '../../src/transport/index.ts';
import { cannotRunSshd, family, type Sshd, startSshd, unless } from './sshd.ts';

/** A change that cuts us off from a real sshd, which it stops in its tracks; taken back, sshd goes on. */
const cutOff = suite('cut off');
const real = unless(cannotRunSshd(), cutOff);
let sshd: Sshd;
const connections = connector({ home: '/nonexistent', agent: '' });
const host = { name: 'web01' } as Host;

cutOff.before(async () => {
  if (cannotRunSshd() === undefined) sshd = await startSshd({ ownFiles: true });
});
cutOff.after(async () => {
  await connections.close();
  await sshd?.stop();
});

const inRoot = (name: string): boolean => existsSync(join(sshd.folder, 'root', name));

const change = (
  name: string,
  more: { steps?: readonly Command[]; undo?: readonly Command[] } = {},
): Change => ({
  address: `route/${name}`,
  action: 'create',
  cuts: true,
  steps: [{ argv: ['touch', `/root/${name}`] }, ...(more.steps ?? [])],
  undo: [...(more.undo ?? []), { argv: ['rm', '-f', '--', `/root/${name}`] }],
});

const signal = (name: string, pids: readonly number[]): Command => ({
  argv: ['/bin/kill', '-s', name, ...pids.map(String)],
});

async function handsOn(
  events: Event[],
  confirmTimeout: number,
): Promise<Hands & { readonly transport: Transport }> {
  const connect = () => connections.connect(sshd.settings({ timeout: 5 }));
  return {
    host,
    transport: await connect(),
    report: event => events.push(event),
    connect,
    confirmTimeout,
  };
}

const undoOn = async (transport: Transport) =>
  (await read(transport, host.name, [askLedger])).get(ledgerProbe, askLedger.key)?.undo;

real('what a login anew confirms stays, and nothing else is left of it', async () => {
  const events: Event[] = [];
  const hands = await handsOn(events, 5);
  await actArmed(hands, [change('a'), change('b')], []);
  assert.equal(
    events.map(({ event }) => event).filter(event => event.startsWith('undo')),
    ['undo.armed', 'undo.disarmed'],
  );
  assert.is(await undoOn(hands.transport), undefined);
  await sleep(7000);
  assert.ok(inRoot('a') && inRoot('b'));
  await hands.transport.close();
});

real('a change that cuts us off is an error within 30 s, and undone within the limit and 5 s', async () => {
  const events: Event[] = [];
  const limit = 26;
  const hands = await handsOn(events, limit);
  await hands.transport.run([{ argv: ['true'] }]);
  const all = family(sshd.pid).filter(isSshd);
  const stop = { steps: [signal('STOP', all)], undo: [signal('CONT', all)] };
  const since = performance.now();
  const seconds = () => (performance.now() - since) / 1000;
  const later: Change = {
    address: 'file/later',
    action: 'create',
    steps: [{ argv: ['touch', '/root/later'] }],
    undo: [],
  };
  const error: unknown = await actArmed(hands, [change('c', stop), change('d'), later], []).catch(
    (reason: unknown) => reason,
  );
  if (!(error instanceof Problem)) throw error;
  assert.is(error.code, exit.unreachable);
  assert.ok(seconds() < 30, `${seconds()} s`);
  assert.match(
    error.why ?? '',
    `takes back by itself, within ${limit} s, what was begun of route/c, route/d`,
  );
  assert.ok(inRoot('c'));
  process.stderr.write(`cut off: told after ${seconds().toFixed(1)} s\n`);
  while (inRoot('c')) {
    if (seconds() > limit + 5) throw new Error(`not undone after ${seconds()} s`);
    await sleep(100);
  }
  process.stderr.write(`cut off: undone after ${seconds().toFixed(1)} s, limit ${limit} s\n`);
  const next = await connections.connect(sshd.settings());
  const undo = await undoOn(next);
  assert.equal([undo?.state, undo?.changes, undo?.failed], ['fired', ['route/c', 'route/d'], 0]);
  assert.not.ok(inRoot('d') || inRoot('later'));
  await next.close();
});

function isSshd(pid: number): boolean {
  try {
    return readFileSync(`/proc/${pid}/comm`, 'utf8').startsWith('sshd');
  } catch {
    return false;
  }
}

cutOff.run();
