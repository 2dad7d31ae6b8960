import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { Cluster } from '../../src/model/cluster.ts';
import { keepalivedCheck } from '../../src/roles/keepalived-test.ts';
import { checked } from '../roles/checked-cluster.ts';
import { dr, followed, httpCheck, inMode, nat, rich, withMethod, withServices } from '../roles/clusters.ts';
import { bad, base } from './bad-configurations.ts';
import { renderedText } from './rendered.ts';
import { isHere } from './stage.ts';

/** What the real keepalived says of our configurations, with the interfaces that they name in a network of their own. */
const test = suite('keepalived -t');
const directory = mkdtempSync(join(tmpdir(), 'lvsform-keepalived-'));
test.after(() => rmSync(directory, { recursive: true, force: true }));

const [, version] = /v(\d+\.\d+\.\d+)/.exec(spawnSync('keepalived', ['--version']).stderr?.toString()) ?? [];
const unable = !isHere('keepalived')
  ? 'there is no keepalived here (apt-get install keepalived)'
  : spawnSync('unshare', ['-n', 'true']).status !== 0
    ? 'unshare -n is not allowed (are you root?)'
    : version === undefined
      ? 'keepalived does not tell its version'
      : undefined;

/** Everything that it says, and its code, as lvsform judges them: any complaint is a refusal. */
function verdict(text: string): string {
  const file = join(directory, 'keepalived.conf');
  writeFileSync(file, text);
  const check = keepalivedCheck.map(word => (word === '%s' ? file : word));
  const { status, stderr } = spawnSync('unshare', ['-n', 'sh', '-c', network, 'network', file, ...check], {
    encoding: 'utf8',
  });
  return `${stderr}code ${status}`;
}

/** A bridge is the one device that every kernel can make. */
const network = `
ip link set lo up
for device in eth0 eth1.7; do
  ip link add "$device" type bridge && ip link set "$device" up || exit 99
done
shift
exec "$@"
`;

const configurations: readonly (readonly [what: string, cluster: Cluster])[] = [
  ['the main experiment', dr],
  ['VRRP alone', inMode(dr, 'vrrp')],
  ['weight 0, persistence, HTTP check, UDP, two VIPs, no password', rich],
  ['TUN', withMethod(dr, 'TUN')],
  ['NAT with a sync group', nat],
  ['everything of VRRP and the daemon', followed],
  ['every check, quorum, sorry server, scripts', checked],
  ['no checks', withServices(dr, { checks: [] })],
  ['an HTTP check of another port', withServices(nat, { checks: [httpCheck] })],
  ...['rr', 'wrr', 'lc', 'wlc', 'lblc', 'lblcr', 'sh', 'mh', 'dh', 'fo', 'ovf', 'sed', 'nq', 'twos'].map(
    scheduler => [`scheduler ${scheduler}`, withServices(dr, { scheduler })] as const,
  ),
];

if (unable !== undefined) test.skip(`SKIPPED, ${unable}`);
else {
  for (const [what, cluster] of configurations) {
    for (const known of [version, undefined]) {
      test(`${what}, version ${known ?? 'not known'}`, () => {
        assert.is(verdict(renderedText(cluster, 'lvs01', 'keepalived.conf', known)), 'code 0');
      });
    }
  }

  // What `keepalived -t` does not refuse, lvsform does: test/kinds/keepalived-faults.test.ts.
  for (const { name, text } of bad.filter(({ ours }) => ours === undefined)) {
    test(`${name} is refused`, () => {
      assert.is.not(verdict(text), 'code 0');
    });
  }

  test('the base of the bad configurations is good', () => {
    assert.is(verdict(base), 'code 0');
  });

  test('the check can say no', () => {
    const text = renderedText(dr, 'lvs01', 'keepalived.conf', version);
    assert.is.not(verdict(text.replace('lvs_sched rr', 'lvs_sched no-such')), 'code 0');
  });
}

test.run();
