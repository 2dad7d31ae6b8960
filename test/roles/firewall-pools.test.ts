import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { poolOpenings } from '../../src/roles/firewall-pools.ts';
import { proxied } from './clusters.ts';

/** What proxies and the servers of their pools let in of each other where they filter. */
const test = suite('pools behind a filter');

const openings = (name: string): readonly unknown[] => {
  const host = proxied.hosts.find(each => each.name === name);
  if (host === undefined) throw new Error(`no host ${name}`);
  return poolOpenings(proxied, host).map(({ spec }) => spec);
};

test('a server of a pool lets each proxy in, port by port', () => {
  const to = '192.168.0.231';
  assert.equal(
    openings('app01'),
    ['8080', '8081'].flatMap(port =>
      ['192.168.0.223', '192.168.0.224'].map(from => ({ protocol: 'tcp', from, to, port })),
    ),
  );
});

test('a proxy lets answers in, over IPv6 too', () => {
  const answers = { protocol: 'tcp', answers: true };
  assert.equal(openings('web01'), [
    { ...answers, from: '192.168.0.231', from_port: '8080' },
    { ...answers, from: '192.168.0.232', from_port: '8080' },
    { ...answers, from: '192.168.0.231', from_port: '8081' },
    { ...answers, from: 'fd00::232', from_port: '8080', family: 6 },
  ]);
});

test('nobody else has to do with them', () => {
  assert.equal(openings('lvs01'), []);
  assert.equal(openings('lan-client'), []);
});

test.run();
