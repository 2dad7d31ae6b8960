// timeout: 600 s
// grace: 30 s
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { suite, type Test } from 'uvu';
import * as assert from 'uvu/assert';
import { labSpec } from '../../src/commands/lab-spec.ts';
import { loadInventory } from '../../src/config/inventory.ts';
import { NamespaceHosts } from './namespace-hosts.ts';
import type { Ended } from './scene.ts';
import { good } from './verdicts.ts';

/**
 * iptables over nf_tables, which the lab's kernel has not and this machine's may have: a gateway whose iptables is
 * iptables-nft, and a real server whose iptables is the legacy one while its owner's rules are in nf_tables.
 */
const test = suite<{ hosts: NamespaceHosts; inventory: string; foreign: ReadonlyMap<string, string> }>(
  'nf_tables',
);

const root = new URL('../..', import.meta.url).pathname;
const ours = ['gateway', 'web01'];
const only = ours.flatMap(host => ['--host', host]);

/** inventories/firewall.yml without what takes IPVS, tunnels or firewalld; its hosts are reached by `ssh`. */
const edited = (ssh: string): string =>
  readFileSync(join(root, 'inventories', 'firewall.yml'), 'utf8')
    .replace(/^lab: .*\n/m, '')
    .replace(/^ssh:\n {2}user: root\n/m, ssh)
    .replace(/^ {2}dns:\n(?: {4}.*\n)+/m, '')
    .replace(/.*to: dns.*\n/, '')
    .replaceAll('to: 192.168.0.224', 'to: 192.168.0.223');

/** A whole ruleset, loaded at boot by its owner's script, which drops all that it does not know; and a table of nft's own. */
const owner = `set -e
cat >/etc/owner.rules <<END
*filter
:INPUT DROP [0:0]
:FORWARD DROP [0:0]
:OUTPUT ACCEPT [0:0]
-A INPUT -i lo -j ACCEPT
-A INPUT -s 192.168.0.254/32 -p tcp -m tcp --dport 22 -m comment --comment "by hand: SSH" -j ACCEPT
-A INPUT -m conntrack --ctstate ESTABLISHED -j ACCEPT
-A INPUT -m comment --comment "by hand: the rest" -j DROP
COMMIT
*nat
-A POSTROUTING -s 10.99.0.0/16 -o eth9 -j MASQUERADE
COMMIT
END
cat >/etc/init.d/iptables <<'END'
#!/bin/sh
### BEGIN INIT INFO
# Provides: iptables
# Required-Start:
# Required-Stop:
# Default-Start: 2 3 4 5
# Default-Stop:
### END INIT INFO
[ "\${1-}" = start ] || exit 0
iptables-nft-restore /etc/owner.rules
nft add table inet owner
nft 'add chain inet owner seen { type filter hook input priority 10; policy accept; }'
nft add rule inet owner seen tcp dport 9999 drop
END
chmod 0755 /etc/init.d/iptables
update-rc.d iptables defaults
/etc/init.d/iptables start`;

/** The rules that are not ours, in every form; without counters. */
const others = `iptables-nft-save | sed -n '/lvsform:/d; s/ \\[[0-9:]*\\]$//; /^[*:-]/p'
nft list table inet owner`;
/** How many rules of ours a backend has; a table of legacy's that is not there is not made by asking. */
const nft = 'iptables-nft-save | grep -c lvsform:; :';
const legacy = 'cat /proc/net/ip_tables_names';

/** On web01: a page, and an answer to a word over UDP, on ports of the range that is forwarded. */
const servers = `mkdir -p /srv/page && hostname >/srv/page/index.html
busybox httpd -p 8005 -h /srv/page
setsid socat -T5 UDP-RECVFROM:8007,fork 'SYSTEM:echo web01 hears $SOCAT_PEERADDR' >/dev/null 2>&1 </dev/null &`;
/** Outside: tells each caller by which address it came. */
const outside = `setsid socat TCP-LISTEN:7000,fork,reuseaddr 'SYSTEM:echo $SOCAT_PEERADDR' >/dev/null 2>&1 </dev/null &
sleep 0.5`;

/** What a client outside gets by the gateway, over TCP and UDP, and how hosts inside look from outside. */
async function seen(hosts: NamespaceHosts): Promise<readonly string[]> {
  const asked = await hosts.on(
    'wan-client',
    `nc -w 5 192.168.200.101 2201 </dev/null | cut -c1-4
curl -sS -m 5 http://192.168.200.101:8005/ 2>/dev/null
timeout 5 bash -c 'exec 3<>/dev/udp/192.168.200.101/8007; echo word >&3; head -n 1 <&3'`,
  );
  const calling = 'socat -T5 -u TCP:192.168.200.200:7000,connect-timeout=5 - 2>/dev/null; :';
  const called = await Promise.all(['web01', 'web02'].map(host => hosts.on(host, calling)));
  return [asked, ...called].flatMap(({ stdout }) => stdout.split('\n').filter(line => line !== ''));
}

const everything = ['SSH-', 'web01', 'web01 hears 192.168.200.200', '192.168.200.101', '192.168.200.100'];

/** On a busy machine an answer may be late. */
async function mustBeServed(hosts: NamespaceHosts): Promise<void> {
  let found = await seen(hosts);
  for (const deadline = Date.now() + 30_000; found.join() !== everything.join() && Date.now() < deadline; )
    found = await seen(hosts);
  assert.equal(found, everything);
}

async function foreignRules(hosts: NamespaceHosts): Promise<ReadonlyMap<string, string>> {
  const shown = await Promise.all(ours.map(host => hosts.on(host, others)));
  return new Map(ours.map((host, index) => [host, good(shown[index] as Ended, host).stdout]));
}

function mustBeSame(now: ReadonlyMap<string, string>, before: ReadonlyMap<string, string>): void {
  for (const [host, text] of now) {
    assert.ok(text.includes('by hand: the rest') && text.includes('9999'), `${host} has rules`);
    assert.equal(text.split('\n'), before.get(host)?.split('\n'), host);
  }
}

async function isInSync(hosts: NamespaceHosts, inventory: string): Promise<void> {
  const plan = await hosts.lvsform('plan', '--detailed-exitcode', ...only, '-i', inventory);
  assert.is(plan.code, 0, `${plan.stdout}\n${plan.stderr}`);
}

const named = ['gateway', 'web01', 'web02', 'wan-client'];
let opened: NamespaceHosts | undefined;
let lack: string | undefined;
const example = join(root, 'inventories', 'firewall.yml');
const spec = labSpec((await loadInventory(example)).cluster, example);
try {
  opened = await NamespaceHosts.open({
    ...spec,
    name: 'nft',
    hosts: spec.hosts.filter(({ name }) => named.includes(name)),
  });
  const tried = await opened.on('gateway', 'iptables-nft -S && iptables-nft -t nat -S && nft list tables');
  if (tried.code !== 0) lack = `this machine's kernel has no nf_tables: ${tried.stderr.trim()}`;
} catch (error) {
  lack = `no hosts in namespaces of this machine: ${error instanceof Error ? error.message : String(error)}`;
}
if (lack !== undefined) process.stderr.write(`skipped: ${lack}\n`);
const where: Test<{
  hosts: NamespaceHosts;
  inventory: string;
  foreign: ReadonlyMap<string, string>;
}>['skip'] = lack === undefined ? test : test.skip;

test.before(async context => {
  if (lack !== undefined || opened === undefined) return;
  const hosts = opened;
  context.hosts = hosts;
  context.inventory = join(hosts.folder, 'inventory.yml');
  writeFileSync(context.inventory, edited(hosts.ssh()));
  const choose = (which: string) => `update-alternatives --quiet --set iptables /usr/sbin/iptables-${which}`;
  good(await hosts.on('gateway', choose('nft')), 'gateway');
  good(await hosts.on('web01', choose('legacy')), 'web01');
  for (const host of ours) good(await hosts.on(host, owner), host);
  good(await hosts.on('web01', servers), 'web01');
  good(await hosts.on('wan-client', outside), 'wan-client');
  context.foreign = await foreignRules(hosts);
});

test.after(async () => {
  await opened?.end();
});

where('hosts that filter by nf_tables let nobody in, and nothing through', async ({ hosts }) => {
  assert.equal(await seen(hosts), []);
});

where(
  'up opens them where their rules are: clients outside are served over TCP and UDP, hosts inside get out',
  async ({ hosts, inventory, foreign }) => {
    good(await hosts.lvsform('up', '--yes', '--no-verify', ...only, '-i', inventory), 'up');
    await mustBeServed(hosts);
    for (const host of ours) {
      assert.ok(Number((await hosts.on(host, nft)).stdout) > 2, host);
      assert.is((await hosts.on(host, legacy)).stdout, '', `${host}: nothing is in the legacy backend`);
    }
    mustBeSame(await foreignRules(hosts), foreign);
  },
);

where(
  'a second plan is empty, and a second start of the scripts adds nothing',
  async ({ hosts, inventory }) => {
    await isInSync(hosts, inventory);
    for (const host of ours) {
      const before = (await hosts.on(host, 'iptables-nft-save | grep lvsform:')).stdout;
      const again =
        'for script in /etc/init.d/lvsform-*; do $script start && $script status; done >/dev/null';
      good(await hosts.on(host, again), host);
      assert.is((await hosts.on(host, 'iptables-nft-save | grep lvsform:')).stdout, before);
    }
  },
);

where('a rule that somebody took away is seen, and put back', async ({ hosts, inventory, foreign }) => {
  good(
    await hosts.on(
      'gateway',
      `iptables-nft -t nat -D PREROUTING "$(iptables-nft -t nat -L PREROUTING --line-numbers -n | awk '/lvsform:/ && /udp/ { print $1; exit }')"`,
    ),
    'gateway',
  );
  assert.not((await seen(hosts)).includes('web01 hears 192.168.200.200'));
  const plan = await hosts.lvsform('plan', '--detailed-exitcode', ...only, '-i', inventory);
  assert.is(plan.code, 2, plan.stderr);
  good(await hosts.lvsform('up', '--yes', '--no-verify', ...only, '-i', inventory), 'up');
  await mustBeServed(hosts);
  mustBeSame(await foreignRules(hosts), foreign);
});

where(
  'after a loss of power the scripts of /etc/init.d bring everything back',
  async ({ hosts, inventory, foreign }) => {
    for (const host of ours) await hosts.reboot(host);
    good(await hosts.on('web01', servers), 'web01');
    await mustBeServed(hosts);
    mustBeSame(await foreignRules(hosts), foreign);
    await isInSync(hosts, inventory);
  },
);

where('down takes ours away, and leaves the others', async ({ hosts, inventory, foreign }) => {
  good(await hosts.lvsform('down', '--yes', ...only, '-i', inventory), 'down');
  mustBeSame(await foreignRules(hosts), foreign);
  for (const host of ours) {
    const left = await hosts.on(
      host,
      'iptables-nft-save | grep -c lvsform:; ls /etc/init.d | grep lvsform; :',
    );
    assert.is(left.stdout, '0\n', host);
  }
  assert.equal(await seen(hosts), []);
});

test.run();
