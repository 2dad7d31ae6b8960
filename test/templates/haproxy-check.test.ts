import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { Cluster } from '../../src/model/cluster.ts';
import type { ProxyPool, ProxySettings } from '../../src/model/proxy.ts';
import { proxied } from '../roles/clusters.ts';
import { renderedText } from './rendered.ts';
import { isHere } from './stage.ts';

/** What the real HAProxy says of our configurations. */
const test = suite('haproxy -c');
const directory = mkdtempSync(join(tmpdir(), 'lvsform-haproxy-'));
test.after(() => rmSync(directory, { recursive: true, force: true }));

const [, version] =
  /version (\d+\.\d+\.\d+)/.exec(spawnSync('haproxy', ['-v']).stdout?.toString() ?? '') ?? [];
const unable =
  !isHere('haproxy') || version === undefined
    ? 'there is no haproxy here (apt-get install haproxy)'
    : undefined;

/** What it says, and its code. */
function verdict(text: string): string {
  const file = join(directory, 'haproxy.cfg');
  writeFileSync(file, text);
  const { status, stderr } = spawnSync('haproxy', ['-c', '-q', '-f', file], { encoding: 'utf8' });
  return `${stderr}code ${status}`;
}

function withProxy(change: (settings: ProxySettings) => Partial<ProxySettings>): Cluster {
  const { proxy } = proxied;
  return { ...proxied, proxy: proxy && { ...proxy, ...change(proxy) } };
}

function withPools(change: Partial<ProxyPool>): Cluster {
  return withProxy(({ pools }) => ({ pools: pools.map(pool => ({ ...pool, ...change })) }));
}

const configurations: readonly (readonly [what: string, cluster: Cluster])[] = [
  ['every pattern, check and way', proxied],
  ['no rules', withProxy(({ listeners }) => ({ listeners: listeners.map(one => ({ ...one, rules: [] })) }))],
  ...['roundrobin', 'leastconn', 'random', 'source', 'uri'].map(
    balance => [`balance ${balance}`, withPools({ balance })] as const,
  ),
  ...(['forwarded', 'proxy_protocol', 'none'] as const).map(
    clientAddress => [`client_address ${clientAddress}`, withPools({ clientAddress })] as const,
  ),
  [
    'as many patterns as a rule takes',
    withProxy(({ listeners }) => ({
      listeners: listeners.map(one => ({
        ...one,
        rules: one.rules.map(rule => ({
          ...rule,
          hosts: Array.from({ length: 100 }, (_, index) => ({ type: 'any', name: `h${index}.example.org` })),
        })),
      })),
    })),
  ],
  [
    'an HTTP check without a host',
    withPools({
      check: { type: 'http', path: '/', host: undefined, status: 204, interval: 1, rise: 1, fall: 1 },
    }),
  ],
];

if (unable !== undefined) test.skip(`SKIPPED, ${unable}`);
else {
  for (const [what, cluster] of configurations) {
    for (const known of [version, '2.2.9', undefined]) {
      test(`${what}, version ${known ?? 'not known'}`, () => {
        assert.is(verdict(renderedText(cluster, 'web01', 'haproxy.cfg', undefined, known)), 'code 0');
      });
    }
  }

  test('the check can say no', () => {
    const text = renderedText(proxied, 'web01', 'haproxy.cfg', undefined, version);
    assert.match(verdict(text.replace('balance leastconn', 'balance no-such')), 'code 1');
  });
}

test.run();
