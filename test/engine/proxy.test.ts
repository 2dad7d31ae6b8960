// timeout: 120 s
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { Problem } from '../../src/model/problem.ts';
import { differences, Fleet, inventory, planned, site } from './fleet.ts';

/** A cluster with proxies, on memory hosts: from end to end, and with a configuration that HAProxy refuses. */
const test = suite<{ folder: string }>('proxies');
const names = ['lvs01', 'proxy01', 'proxy02', 'app01', 'static01', 'client'];
const pools = new URL('../../playbooks/pools.yml', import.meta.url).pathname;

test.before(async context => {
  context.folder = await mkdtemp(join(tmpdir(), 'lvsform-proxy-'));
});
test.after(async ({ folder }) => rm(folder, { recursive: true }));

test('up does what the plan says, the second plan is empty, down leaves what was there before', async () => {
  const fleet = new Fleet(names);
  const file = await inventory('proxy');
  const blank = fleet.dump();
  await fleet.up(file, pools);
  await fleet.up(file);
  assert.is(fleet.host('proxy02').state.units['haproxy']?.active, true);
  assert.equal(planned(await fleet.open(file, site)), []);
  assert.equal(planned(await fleet.open(file, pools)), []);
  await fleet.down(file);
  assert.equal(differences(blank, fleet.dump()), []);
});

test('proxies are ready after the servers of their pools and before the directors', async () => {
  const fleet = new Fleet(names);
  await fleet.up(await inventory('proxy'));
  const stages = fleet.events.flatMap(event =>
    event.event === 'stage.started' && event.hosts.some(host => /^(proxy|lvs)/.test(host))
      ? [event.stage]
      : [],
  );
  assert.equal(stages, ['real servers, gateways, clients', 'proxies', 'master directors']);
});

test('a changed rule is one file and one reload on each proxy', async () => {
  const fleet = new Fleet(names);
  await fleet.up(await inventory('proxy'));
  const changed = await inventory('proxy', text => text.replace('path_prefix: /api', 'path_prefix: /rest'));
  const run = await fleet.open(changed, site);
  assert.equal(
    planned(run),
    ['proxy01', 'proxy02'].flatMap(host => [
      `${host} update file//etc/haproxy/haproxy.cfg`,
      `${host} update service/haproxy`,
    ]),
  );
  const starts = fleet.host('proxy01').state.units['haproxy']?.starts;
  await run.apply();
  assert.is(fleet.host('proxy01').state.units['haproxy']?.starts, starts);
  assert.is(fleet.host('proxy01').state.units['haproxy']?.reloads, 1);
});

test('a configuration that HAProxy refuses never becomes live', async ({ folder }) => {
  const fleet = new Fleet(names);
  const file = await inventory('proxy');
  await fleet.up(file);
  const standing = fleet.dump();
  const playbook = join(folder, 'site.yml');
  await cp(site, playbook);
  await cp(join(site, '..', '..', 'templates'), join(folder, 'templates'), { recursive: true });
  const template = join(folder, 'templates', 'haproxy.cfg.hbs');
  await writeFile(template, `${await readFile(template, 'utf8')}INVALID\n`);
  try {
    await fleet.up(file, playbook);
    assert.unreachable('it was taken');
  } catch (error) {
    assert.instance(error, Problem);
  }
  // The ledger has on record what was tried.
  assert.equal(
    differences(standing, fleet.dump()).filter(line => !line.includes('/var/lib/lvsform/ledger.json')),
    [],
  );
  assert.is(fleet.host('proxy01').state.units['haproxy']?.reloads, 0);
});

test.run();
