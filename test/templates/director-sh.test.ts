// timeout: 180 s
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { fullNat } from '../roles/clusters.ts';
import { renderedText } from './rendered.ts';
import { Stage, shells } from './stage.ts';

/** lvsform-director.sh against stateful fakes of iptables and ip, in each shell that is here. */
const all = suite('lvsform-director.sh');
const stages: Stage[] = [];
all.after(() => {
  for (const each of stages) each.end();
});
if (shells.length === 0) all.skip('SKIPPED: root without `unshare -n`: no network to play in');

const foreign = ['nat POSTROUTING -o eth9 -j MASQUERADE'];
const own = 'eth1.7 10.7.0.12/24 eth1.7';

for (const shell of shells) {
  const test = (what: string, body: () => void): void => all(`${shell.join(' ')}: ${what}`, body);

  const stage = (host = 'lvs02'): Stage => {
    // It names nothing below /proc, /run or /sys, of which the stage has its own.
    const text = `${renderedText(fullNat, host, 'lvsform-director.sh')}# nothing=/proc/\n`;
    const made = new Stage(shell, text);
    stages.push(made);
    made.write('sys/class/net/eth1.7', '');
    made.write('addresses', `${own}\n`);
    made.write('rules', foreign.map(rule => `${rule}\n`).join(''));
    return made;
  };

  test('start adds the local addresses, then the rule that writes them; again it changes nothing', () => {
    const host = stage();
    const { code, stderr, changes } = host.run('start');
    assert.equal([code, stderr, changes.length], [0, '', 4]);
    assert.equal(
      changes.slice(0, 3),
      [31, 32, 33].map(last => `ip addr add 10.7.0.${last}/32 dev eth1.7`),
    );
    assert.match(changes[3] ?? '', /-A POSTROUTING .* -j SNAT --to-source 10\.7\.0\.31-10\.7\.0\.33$/);
    for (const verb of ['start', 'reload', 'restart', 'status']) {
      const again = host.run(verb);
      assert.equal([verb, again.code, again.changes], [verb, 0, []]);
    }
  });

  test('start adds only what is missing, and status says what that is', () => {
    const host = stage();
    host.run('start');
    host.write('addresses', host.read('addresses').replace(/^.*10\.7\.0\.32.*\n/m, ''));
    const { code, stdout } = host.run('status');
    assert.is(code, 3);
    assert.match(stdout, 'missing  10.7.0.32/32 on eth1.7');
    assert.equal(host.run('start').changes, ['ip addr add 10.7.0.32/32 dev eth1.7']);
  });

  test('stop takes away what is ours, rules first, and a second time does nothing', () => {
    const host = stage();
    host.run('start');
    const { code, changes } = host.run('stop');
    assert.is(code, 0);
    assert.match(changes[0] ?? '', /^iptables -t nat -D POSTROUTING /);
    assert.is(changes.length, 4);
    assert.equal([host.lines('rules'), host.lines('addresses')], [foreign, [own]]);
    assert.equal(host.run('stop').changes, []);
    assert.is(host.run('status').code, 3);
  });

  test('a director without local addresses has the rule alone', () => {
    const host = stage('lvs01');
    const { changes } = host.run('start');
    assert.is(changes.length, 1);
    assert.match(changes[0] ?? '', / -j SNAT --to-source 10\.7\.0\.11$/);
  });

  test('a look that failed is not "no such rule": nothing is added twice', () => {
    const host = stage();
    host.run('start');
    host.write('locked', '');
    const { code, stderr, changes } = host.run('start');
    assert.equal([code, changes], [1, []]);
    assert.match(stderr, 'currently holding the xtables lock');
  });

  test('wrong usage, no root', () => {
    const host = stage();
    assert.is(host.run('flush').code, 2);
    host.write('user', '1000');
    assert.is(host.run('start').code, 4);
  });
}

all.run();
