// timeout: 180 s
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { dr } from '../roles/clusters.ts';
import { renderedText } from './rendered.ts';
import { Stage, shells } from './stage.ts';

/** lvsform-gateway.sh against a stateful fake of iptables, in each shell that is here. */
const all = suite('lvsform-gateway.sh');
const stages: Stage[] = [];
all.after(() => {
  for (const each of stages) each.end();
});
if (shells.length === 0) all.skip('SKIPPED: root without `unshare -n`: no network to play in');

const foreign = ['filter FORWARD -s 10.0.0.0/8 -j DROP', 'nat POSTROUTING -o eth9 -j MASQUERADE'];

for (const shell of shells) {
  const test = (what: string, body: () => void): void => all(`${shell.join(' ')}: ${what}`, body);

  const stage = (): Stage => {
    const made = new Stage(shell, renderedText(dr, 'gateway', 'lvsform-gateway.sh'));
    stages.push(made);
    made.write('proc/sys/net/ipv4/ip_forward', '1\n');
    made.write('rules', foreign.map(rule => `${rule}\n`).join(''));
    return made;
  };

  test('start adds each rule once, behind what is there', () => {
    const host = stage();
    const { code, stderr, changes } = host.run('start');
    assert.equal([code, stderr, changes.length], [0, '', 3]);
    assert.equal(host.lines('rules').slice(0, 2), foreign);
    for (const verb of ['start', 'reload', 'restart', 'status']) {
      const again = host.run(verb);
      assert.equal([verb, again.code, again.changes], [verb, 0, []]);
    }
  });

  test('start adds only what is missing', () => {
    const host = stage();
    host.run('start');
    host.write('rules', host.read('rules').replace(/^nat PREROUTING.*\n/m, ''));
    assert.is(host.run('status').code, 3);
    const { changes } = host.run('start');
    assert.is(changes.length, 1);
    assert.match(changes[0] ?? '', /-A PREROUTING .* -j DNAT --to-destination 192\.168\.0\.240:80$/);
  });

  test('stop takes away ours, each as often as it is there, and nothing else', () => {
    const host = stage();
    host.run('start');
    host.write('rules', `${host.read('rules')}${host.lines('rules').at(-1)}\n`);
    const { code, changes } = host.run('stop');
    assert.equal([code, changes.length, host.lines('rules')], [0, 4, foreign]);
    assert.equal(host.run('stop').changes, []);
    assert.is(host.run('status').code, 3);
  });

  test('nothing flushes, replaces or sets a policy', () => {
    const host = stage();
    const changes = ['start', 'reload', 'restart', 'stop'].flatMap(verb => host.run(verb).changes);
    assert.equal(
      changes.filter(change => !/^iptables -t \w+ -[AD] /.test(change)),
      [],
    );
  });

  test('where the other backend alone is in use, rules go there, and leave from there', () => {
    const host = stage();
    host.write('rules', '');
    host.write('rules-nft', foreign.map(rule => `${rule}\n`).join(''));
    assert.equal([host.run('start').code, host.lines('rules').length], [0, 0]);
    assert.equal([host.lines('rules-nft').slice(0, 2), host.lines('rules-nft').length], [foreign, 5]);
    assert.equal([host.run('start').changes, host.run('status').code], [[], 0]);
    assert.equal([host.run('stop').code, host.lines('rules-nft')], [0, foreign]);
  });

  test('a look that failed is not "no such rule": nothing is added twice', () => {
    const host = stage();
    host.run('start');
    host.write('locked', '');
    const { code, stderr, changes } = host.run('start');
    assert.equal([code, changes], [1, []]);
    assert.match(stderr, 'currently holding the xtables lock');
  });

  test('it says so when the host does not forward', () => {
    const host = stage();
    host.write('proc/sys/net/ipv4/ip_forward', '0\n');
    assert.match(host.run('start').stderr, 'net.ipv4.ip_forward is not 1');
  });

  test('wrong usage, no root', () => {
    const host = stage();
    assert.is(host.run('flush').code, 2);
    host.write('user', '1000');
    assert.is(host.run('start').code, 4);
  });
}

all.run();
