// timeout: 180 s
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { filtering } from '../roles/clusters.ts';
import { renderedText } from './rendered.ts';
import { Stage, shells } from './stage.ts';

/** lvsform-firewall.sh against a stateful fake of iptables, in each shell that is here. */
const all = suite('lvsform-firewall.sh');
const stages: Stage[] = [];
all.after(() => {
  for (const each of stages) each.end();
});
if (shells.length === 0) all.skip('SKIPPED: root without `unshare -n`: no network to play in');

const foreign = ['filter INPUT -p tcp --dport 22 -j ACCEPT', 'filter INPUT -j DROP'];
const ours = 7;

for (const shell of shells) {
  const test = (what: string, body: () => void): void => all(`${shell.join(' ')}: ${what}`, body);

  const stage = (): Stage => {
    const made = new Stage(shell, renderedText(filtering, 'lvs01', 'lvsform-firewall.sh'));
    stages.push(made);
    made.write('rules', foreign.map(rule => `${rule}\n`).join(''));
    return made;
  };

  test('start adds each rule once, in front of what drops', () => {
    const host = stage();
    const { code, stderr, changes } = host.run('start');
    assert.equal([code, stderr, changes.length], [0, '', ours]);
    assert.equal(host.lines('rules').slice(ours), foreign);
    assert.match(host.read('rules'), /^filter INPUT .*-s 192\.168\.0\.211 -p 112 -j ACCEPT$/m);
    for (const verb of ['start', 'reload', 'restart', 'status']) {
      const again = host.run(verb);
      assert.equal([verb, again.code, again.changes], [verb, 0, []]);
    }
  });

  test('where both backends have rules of others, each gets all of ours', () => {
    const host = stage();
    host.write('rules-nft', 'filter INPUT -j DROP\n');
    assert.is(host.run('start').changes.length, 2 * ours);
    assert.equal(host.lines('rules-nft').at(-1), 'filter INPUT -j DROP');
    assert.is(host.run('stop').changes.length, 2 * ours);
    assert.equal([host.lines('rules'), host.lines('rules-nft')], [foreign, ['filter INPUT -j DROP']]);
  });

  test('where nobody has rules, they go where iptables itself writes', () => {
    const host = stage();
    host.write('rules', '');
    assert.is(host.run('start').code, 0);
    assert.equal([host.lines('rules').length, host.lines('rules-nft').length], [ours, 0]);
  });

  test('stop takes away ours, and nothing else', () => {
    const host = stage();
    host.run('start');
    assert.is(host.run('status').code, 0);
    const { code, changes } = host.run('stop');
    assert.equal([code, changes.length, host.lines('rules')], [0, ours, foreign]);
    assert.equal([host.run('stop').changes, host.run('status').code], [[], 3]);
  });

  test('a look that failed is not "no such rule": nothing is added twice', () => {
    const host = stage();
    host.run('start');
    host.write('locked', '');
    const { code, stderr, changes } = host.run('start');
    assert.equal([code, changes], [1, []]);
    assert.match(stderr, 'currently holding the xtables lock');
  });

  test('where firewalld runs it adds nothing, and still takes away', () => {
    const host = stage();
    host.run('start');
    host.write('firewalld', '');
    host.write('rules', foreign.map(rule => `${rule}\n`).join(''));
    const { code, stdout, changes } = host.run('start');
    assert.equal([code, changes], [0, []]);
    assert.match(stdout, 'firewalld runs');
    assert.is(host.run('stop').code, 0);
  });
}

all.run();
