import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { file } from '../../src/kinds/file.ts';
import { keepalivedFaults } from '../../src/kinds/keepalived-faults.ts';
import { readKeepalivedText } from '../../src/kinds/keepalived-text.ts';
import { Problem } from '../../src/model/problem.ts';
import { dr, nat, rich } from '../roles/clusters.ts';
import { bad, base } from '../templates/bad-configurations.ts';
import { renderedText } from '../templates/rendered.ts';

const test = suite('faults of keepalived.conf');

const told = (text: string, addresses?: readonly string[]) =>
  keepalivedFaults(text, { addresses }).map(({ line, message }) => `${line}: ${message}`);

test('blocks, quotes, comments and braces are read as keepalived reads them', () => {
  const text = `# vrrp_instance no {
vrrp_instance "a b" { # virtual_router_id 1
    virtual_router_id 5 ! priority 3
}
@lvs02 vrrp_instance c
{
    unicast_peer { 10.0.0.1 }
    notify "/bin/x { y # z" root
}
`;
  const plain = (entries: ReturnType<typeof readKeepalivedText>): unknown =>
    entries.map(({ word, args, line, conditional, entries: inside }) => [
      `${line}${conditional ? '@' : ''}`,
      word,
      ...args,
      ...(inside.length > 0 ? [plain(inside)] : []),
    ]);
  assert.equal(plain(readKeepalivedText(text)), [
    ['2', 'vrrp_instance', 'a b', [['3', 'virtual_router_id', '5']]],
    [
      '5@',
      'vrrp_instance',
      'c',
      [
        ['7', 'unicast_peer', [['7', '10.0.0.1']]],
        ['8', 'notify', '/bin/x { y # z', 'root'],
      ],
    ],
  ]);
});

test('what our own templates give has no fault, and neither has the base of the bad ones', () => {
  for (const cluster of [dr, rich, nat]) {
    const addresses = cluster.hosts[0]?.interfaces.flatMap(each => each.addresses.map(({ ip }) => ip));
    assert.equal(
      told(renderedText(cluster, 'lvs01', 'keepalived.conf', '2.2.7'), addresses),
      [],
      cluster.name,
    );
  }
  assert.equal(told(base, ['192.168.0.210']), []);
});

for (const { name, text, ours } of bad) {
  test(`${name}: ${ours === undefined ? 'left to keepalived -t' : 'refused by us'}`, () => {
    const faults = told(text, ['192.168.0.210']);
    if (ours === undefined) assert.equal(faults, []);
    else
      assert.ok(
        faults.some(fault => fault.includes(ours)),
        `${ours} is not in: ${faults.join('; ')}`,
      );
  });
}

test('conditional lines may say the same for two hosts', () => {
  const text = base.replace('    priority 150\n', '    @lvs01 priority 150\n    @lvs02 priority 100\n');
  assert.equal(told(text, ['192.168.0.210']), []);
});

test('a file of that name is read before it is written, whoever wrote it; the message names line and reason', () => {
  const spec = { path: '/etc/keepalived/keepalived.conf', content: '# nothing\n' };
  const context = { answers: { get: () => undefined } as never, render: () => '' };
  try {
    file.want(spec, context);
    assert.unreachable();
  } catch (error) {
    assert.instance(error, Problem);
    assert.match((error as Problem).why ?? '', /^line 1: it configures nothing/);
    assert.is((error as Problem).where, spec.path);
  }
  assert.ok(file.want({ ...spec, content: base }, context));
  assert.ok(file.want({ ...spec, path: '/etc/motd' }, context));
});

test.run();
