import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { exit, Problem } from '../../src/model/problem.ts';
import { Fleet, inventory, site } from './fleet.ts';

/** inventories/active-active.yml on directors whose keepalived is older than what it asks for. */
const test = suite('versions of keepalived');

/** What the plan says of lvs01, which has this version; undefined where it can be made. */
async function refusal(version: string): Promise<string | undefined> {
  const fleet = new Fleet(['lvs01', 'lvs02', 'web01', 'web02', 'client']);
  const { packages } = fleet.host('lvs01').state;
  packages['keepalived'] = { ...packages['keepalived'], candidate: version };
  try {
    await (await fleet.open(await inventory('active-active'), site)).close();
    return undefined;
  } catch (problem) {
    if (!(problem instanceof Problem)) throw problem;
    assert.is(problem.code, exit.input);
    return fleet.events
      .flatMap(event => (event.event === 'host.failed' ? [event.error.what] : []))
      .join('\n');
  }
}

test('each word that it does not know is named with the version that does', async () => {
  assert.is(
    await refusal('1:2.0.10-1'),
    'the host has keepalived 2.0.10; vrrp_startup_delay needs 2.0.14, vrrp_track_process needs 2.0.11, track_process needs 2.0.11',
  );
  assert.is(await refusal('2.0.13-2.el8'), 'the host has keepalived 2.0.13; vrrp_startup_delay needs 2.0.14');
});

test('the version that knows them all is no matter', async () => {
  assert.is(await refusal('2.0.14'), undefined);
  assert.is(await refusal('1:2.2.7-1+b2'), undefined);
});

test.run();
