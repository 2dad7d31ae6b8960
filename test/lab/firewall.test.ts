// timeout: 2400 s
// runs: asked
// grace: 60 s
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { Scene } from './scene.ts';
import { good } from './verdicts.ts';

const directors = ['lvs01', 'lvs02'];
const filtering = [...directors, 'web01', 'gateway'];

const test = suite<{ scene: Scene; inventory: string; foreign: ReadonlyMap<string, string> }>('firewall');

/**
 * What an owner of such hosts has: a script that drops all that it does not know, loaded at boot before the network. It
 * answers no TCP of its own: not even answers to what the host itself asks are let in.
 */
const filter = `set -e
cat >/etc/iptables.rules <<END
*filter
:INPUT DROP [0:0]
:FORWARD DROP [0:0]
:OUTPUT ACCEPT [0:0]
-A INPUT -i lo -j ACCEPT
-A INPUT -p tcp -m tcp --dport 22 -m comment --comment "by hand: SSH" -j ACCEPT
-A INPUT -m comment --comment "by hand: the rest" -j DROP
COMMIT
*nat
-A POSTROUTING -s 10.99.0.0/16 -o eth9 -j MASQUERADE
COMMIT
END
cat >/etc/systemd/system/netfilter-persistent.service <<END
[Unit]
DefaultDependencies=no
Before=network-pre.target
Wants=network-pre.target
[Service]
Type=oneshot
RemainAfterExit=yes
ExecStart=/usr/sbin/iptables-restore /etc/iptables.rules
[Install]
WantedBy=multi-user.target
END
systemctl daemon-reload
systemctl enable --now netfilter-persistent`;

/** UML's kernel has no nf_tables for IPv4, so firewalld uses iptables here. */
const firewalld = `set -e
sed -i 's/^FirewallBackend=.*/FirewallBackend=iptables/' /etc/firewalld/firewalld.conf
systemctl enable --now firewalld
firewall-cmd -q --zone=public --add-rich-rule='rule family="ipv4" source address="10.99.0.1" accept'`;

/** Pages and TXT records that tell the real servers apart; on web02 a port that is forwarded straight to it. */
const servers = `mkdir -p /srv/page && hostname >/srv/page/index.html
for unit in 'page busybox httpd -f -p 80 -h /srv/page' 'other busybox httpd -f -p 8005 -h /srv/page' \\
    'datagram socat UDP4-RECVFROM:8006,fork EXEC:hostname' \\
    "name dnsmasq --keep-in-foreground --no-resolv --no-hosts --txt-record=who.test,$(hostname)"; do
  set -- $unit
  name=$1; shift
  printf '[Service]\\nExecStart=%s\\n[Install]\\nWantedBy=multi-user.target\\n' "$(command -v $1) $(shift; echo "$@")" >/etc/systemd/system/$name.service
  systemctl enable --now $name
done`;

/** The rules that are not ours, of both backends and firewalld, without counters. */
const others = `iptables-save | sed -n '/lvsform:/d; s/ \\[[0-9:]*\\]$//; /^[*:-]/p' | sort
systemctl is-active -q firewalld && { firewall-cmd --list-all-zones; firewall-cmd --permanent --list-all-zones; }
:`;

const each = async (scene: Scene, hosts: readonly string[], text: string): Promise<readonly string[]> =>
  Promise.all(hosts.map(async host => good(await scene.on(host, text), `${host}: ${text}`).stdout));

const foreignRules = async (scene: Scene, hosts: readonly string[]): Promise<ReadonlyMap<string, string>> => {
  const shown = await each(scene, hosts, others);
  return new Map(hosts.map((host, index) => [host, shown[index] ?? '']));
};

/** Line by line, so that a difference can be read. */
const mustBeSame = (now: ReadonlyMap<string, string>, before: ReadonlyMap<string, string>): void => {
  for (const [host, text] of now) {
    assert.ok(text.includes('-A '), `${host} has rules`);
    assert.equal(text.split('\n'), before.get(host)?.split('\n'), host);
  }
};

const owners = async (scene: Scene): Promise<readonly string[]> => {
  const shown = await each(scene, directors, 'ip -o -4 addr show dev eth0');
  return directors.filter((_, index) => shown[index]?.includes(' 192.168.0.240/'));
};

/** Waits for what keepalived and its checks settle by themselves. */
const soon = async (what: string, question: () => Promise<boolean>): Promise<void> => {
  const deadline = Date.now() + 90_000;
  while (!(await question())) {
    if (Date.now() > deadline) throw new Error(`not within 90 s: ${what}`);
    await new Promise(resolve => setTimeout(resolve, 1000));
  }
};

/** Who answered a client outside: pages by TCP, names by UDP, and ports that go straight to a host. */
const served = async (scene: Scene): Promise<{ readonly [what: string]: readonly string[] }> => {
  const asked = `for i in 1 2 3 4; do curl -sS -m 5 http://192.168.200.100/ 2>&1; done
echo; for i in 1 2; do dig +short +tries=1 +time=5 TXT who.test @192.168.200.101; done
echo; curl -sS -m 5 http://192.168.200.101:8005/ 2>&1
echo; nc -w 5 192.168.200.101 2201 </dev/null | cut -c1-4
echo; echo q | socat -t5 - UDP4:192.168.200.101:8006`;
  const { stdout } = await scene.on('wan-client', asked);
  const [pages, names, straight, ssh, datagram] = stdout.split('\n\n').map(part =>
    part
      .split('\n')
      .filter(line => line !== '')
      .sort(),
  );
  return {
    pages: pages ?? [],
    names: names ?? [],
    straight: straight ?? [],
    ssh: ssh ?? [],
    datagram: datagram ?? [],
  };
};

const all = {
  pages: ['web01', 'web01', 'web02', 'web02'],
  names: ['"web01"', '"web01"'],
  straight: ['web02'],
  ssh: ['SSH-'],
  datagram: ['web02'],
};

/** Neighbours that asked while there were two MASTERs, or none, forget it after a while. */
const mustBeServed = async (scene: Scene): Promise<void> => {
  let seen = await served(scene);
  const deadline = Date.now() + 60_000;
  while (JSON.stringify(seen) !== JSON.stringify(all) && Date.now() < deadline) seen = await served(scene);
  assert.equal(seen, all);
};

/** Each call of firewall-cmd takes seconds in UML: the DNS service is web01's alone here. */
const forTest = (text: string): string =>
  text.replace(/(record: TXT }\n {4}real_servers: \[web01), web02\]/, '$1]');

test.before(async context => {
  try {
    context.scene = await Scene.open('t-fw');
    context.inventory = await context.scene.inventory('firewall', forTest);
    good(await context.scene.lvsform('lab', 'up', '-i', context.inventory), 'lab up');
    await Promise.all([
      each(context.scene, filtering, filter),
      each(context.scene, ['web02'], firewalld),
      each(context.scene, ['web01', 'web02'], servers),
    ]);
    context.foreign = await foreignRules(context.scene, [...filtering, 'web02']);
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.stack : String(error)}\n`);
    await context.scene?.end();
    throw error;
  }
});

test.after(async ({ scene }) => {
  await scene.end();
});

test('directors that drop what they do not know hold the VIP both, and serve nobody', async ({ scene }) => {
  const closed = await scene.inventory('firewall', text =>
    forTest(text).replace('open: true', 'open: false').replace('{ backend: firewalld }', '{ open: false }'),
  );
  good(await scene.lvsform('up', '--yes', '--no-verify', '-i', closed), 'up');
  await soon('two MASTERs', async () => (await owners(scene)).length === 2);
  assert.equal(
    (await served(scene))['names'],
    [
      ';; communications error to 192.168.200.101#53: timed out',
      ';; communications error to 192.168.200.101#53: timed out',
      ';; no servers could be reached',
      ';; no servers could be reached',
    ].sort(),
  );
});

test('with what LVS needs let in there is one MASTER, and clients outside are served over TCP and UDP', async ({
  scene,
  inventory,
}) => {
  good(await scene.lvsform('up', '--yes', '--no-verify', '-i', inventory), 'up');
  await soon('one MASTER', async () => (await owners(scene)).join() === 'lvs01');
  await soon('all real servers healthy', async () => {
    const { stdout } = await scene.on('lvs01', 'ipvsadm -Ln');
    return stdout.split('\n').filter(line => /^ {2}-> 192\.168\.0\.22[34]:/.test(line)).length === 3;
  });
  await mustBeServed(scene);
  const { stdout: counted } = await scene.on(
    'web01',
    "iptables -L INPUT -vnx | awk '/lvsform/ && $4 == 4 { n += $1 } END { print n + 0 }'",
  );
  assert.ok(Number(counted) >= 2, 'the tunnel was opened for the packets that came through it');
});

test('copies of connections come to the BACKUP, because they are let in', async ({ scene, inventory }) => {
  const known = "ipvsadm -Lnc | grep -c ' 192.168.200.200:.* 192.168.0.240:80 '; :";
  const hold = (): Promise<unknown> =>
    scene.on(
      'wan-client',
      `exec 3<>/dev/tcp/192.168.200.100/80; for n in 1 2 3 4 5; do printf 'x' >&3; sleep 1; done; (sleep 120 <&3) >/dev/null 2>&1 &`,
    );
  await hold();
  await soon('a copy', async () => (await scene.on('lvs02', known)).stdout !== '0\n');
  const close = `iptables -S INPUT | grep -e '--dport 8848 ' | sed 's/^-A/iptables -D/' | sh -e
iptables -S INPUT | grep -c -e '--dport 8848 '; ipvsadm -C; systemctl restart keepalived; sleep 8; ipvsadm -Lnc | grep -c 240:80; :`;
  assert.is((await scene.on('lvs02', close)).stdout, '0\n0\n');
  await hold();
  await new Promise(resolve => setTimeout(resolve, 5000));
  assert.match((await scene.on('lvs01', known)).stdout, /^[1-9]/);
  assert.is((await scene.on('lvs02', known)).stdout, '0\n');
  good(await scene.lvsform('up', '--yes', '--no-verify', '-i', inventory), 'up');
  await hold();
  await soon('a copy', async () => (await scene.on('lvs02', known)).stdout !== '0\n');
});

test('web01 calls the outside by its own address of the gateway, others by the common one', async ({
  scene,
}) => {
  const hear = `rm -f /tmp/callers; timeout 120 socat -u UDP4-RECVFROM:9999,fork SYSTEM:'echo $SOCAT_PEERADDR >>/tmp/callers'`;
  await scene.on('wan-client', `(${hear}) >/dev/null 2>&1 </dev/null & sleep 3`);
  for (const host of ['web01', 'lvs01']) {
    good(await scene.on(host, 'echo called | socat -u - UDP4:192.168.200.200:9999'), host);
  }
  const callers = async () => (await scene.on('wan-client', 'sort /tmp/callers')).stdout;
  await soon('two callers', async () => (await callers()).split('\n').length === 3);
  assert.is(await callers(), '192.168.200.100\n192.168.200.101\n');
});

test("others' rules are as they were, and so they are after a reboot, which keeps ours", async ({
  scene,
  inventory,
  foreign,
}) => {
  mustBeSame(await foreignRules(scene, filtering), foreign);
  await scene.reboot(['lvs01', 'gateway']);
  await soon('one MASTER', async () => (await owners(scene)).join() === 'lvs01');
  const plan = await scene.lvsform('plan', '-i', inventory, '--detailed-exitcode');
  assert.is(plan.code, 0, `${plan.stdout}\n${plan.stderr}`);
  await mustBeServed(scene);
  mustBeSame(await foreignRules(scene, filtering), foreign);
});

test("firewalld's rules are permanent", async ({ scene }) => {
  const { stdout } = await scene.on(
    'web02',
    'firewall-cmd --permanent --list-rich-rules; echo; firewall-cmd --list-rich-rules',
  );
  const [permanent = '', runtime = ''] = stdout.trim().split('\n\n');
  const ours = permanent.split('\n').sort();
  assert.ok(
    ours.includes(
      'rule family="ipv4" destination address="192.168.0.240" port port="80" protocol="tcp" accept',
    ),
  );
  assert.equal(
    runtime
      .split('\n')
      .filter(rule => !rule.includes('10.99.0.1'))
      .sort(),
    ours,
  );
});

test('down takes ours away, and leaves the others', async ({ scene, inventory, foreign }) => {
  good(await scene.lvsform('down', '--yes', '-i', inventory), 'down');
  mustBeSame(await foreignRules(scene, [...filtering, 'web02']), foreign);
  const left = await each(scene, filtering, 'iptables-save | grep -c lvsform: ; ls /usr/local/sbin; :');
  assert.equal(
    left.map(text => text.trim()),
    filtering.map(() => '0'),
  );
});

test.run();
