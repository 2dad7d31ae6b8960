// timeout: 1500 s
// runs: asked
// grace: 60 s
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { Scene } from './scene.ts';
import { good, mustBeInSync, until, verdicts } from './verdicts.ts';
import { macOf } from './wire.ts';

/** inventories/guarded.yml on real hosts: passwords, the virtual MAC, a sync group, mails, SNMP, and when checks begin. */
const test = suite<{ scene: Scene; inventory: string }>('guarded VRRP');

const vips = { front: '192.168.0.240', back: '10.9.0.240' } as const;
const has = (name: keyof typeof vips) => `ip -o addr show | grep -q ' ${vips[name]}/'`;

/** Both VIPs are where they have to be, and nowhere else. */
const mustCarry = async (scene: Scene, host: string, seconds = 90): Promise<void> => {
  const other = host === 'lvs01' ? 'lvs02' : 'lvs01';
  await until(scene, host, `${has('front')} && ${has('back')}`, seconds);
  await until(scene, other, `! { ${has('front')} || ${has('back')}; }`, seconds);
};

/** Who answers the client at a VIP, each time by a connection of its own. */
const ask = async (scene: Scene, name: keyof typeof vips = 'front'): Promise<readonly string[]> => {
  const { stdout } = await scene.on(
    'client',
    `curl -sS -m 5 -H 'Connection: close' 'http://${vips[name]}/?[1-4]' 2>&1`,
  );
  return stdout.trim().split('\n').sort();
};

const both = ['web01', 'web01', 'web02', 'web02'];

/** By what MAC the client knows the front VIP. */
const known = async (scene: Scene): Promise<string | undefined> =>
  / lladdr (\S+)/.exec((await scene.on('client', `ip neigh show ${vips.front}`)).stdout)?.[1];

/** MAC of virtual router 61 (RFC 5798, section 7.3). */
const virtualMac = '00:00:5e:00:01:3d';

/** Subjects of the mails that came, in their order. */
const mails = async (scene: Scene): Promise<string> =>
  (await scene.on('client', "grep -a '^\\(Subject\\|From\\|To\\): ' /var/mail/admin")).stdout;

const told = async (scene: Scene, host: string): Promise<readonly string[]> =>
  (await scene.on(host, 'cat /run/lvs-told')).stdout.split('\n').filter(line => line !== '');

test.before(async context => {
  try {
    context.scene = await Scene.open('t-guarded');
    const { scene } = context;
    context.inventory = await scene.inventory('guarded');
    good(await scene.lvsform('lab', 'up', '-i', context.inventory), 'lab up');
    for (const playbook of ['web', 'guarded']) {
      const { inventory } = context;
      good(await scene.lvsform('run', `playbooks/${playbook}.yml`, '--yes', '-i', inventory), playbook);
    }
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.stack : String(error)}\n`);
    await context.scene?.end();
    throw error;
  }
});

test.after(async ({ scene }) => {
  await scene.end();
});

test('a client is served at both VIPs, and knows the front one by the virtual MAC', async ({
  scene,
  inventory,
}) => {
  // Checks begin within twenty seconds: verify would not wait for them.
  good(await scene.lvsform('up', '--yes', '--no-verify', '-i', inventory), 'up');
  await mustCarry(scene, 'lvs01');
  await until(scene, 'lvs01', '[ "$(ipvsadm -Sn | grep -c -- ^-a)" = 6 ]');
  const seen = verdicts(good(await scene.lvsform('verify', '--json', '-i', inventory), 'verify').stdout);
  assert.equal(seen.map(({ service, faults }) => [service, ...faults]).sort(), [
    ['http:80'],
    ['http:8080'],
    ['inside'],
  ]);
  assert.is(await known(scene), virtualMac);
  await mustBeInSync(scene, inventory);
});

test('an advertisement with another password is not believed, and up mends it', async ({
  scene,
  inventory,
}) => {
  const frames = await scene.on('client', 'timeout 8 tcpdump -lnnvi eth0 -c 2 ip proto 112 2>/dev/null');
  assert.match(frames.stdout, /VRRPv2, Advertisement, vrid 61, prio 150, authtype simple/);
  const signed = await scene.on('client', 'timeout 8 tcpdump -lnni eth1 -c 2 ip proto 51 2>/dev/null');
  assert.match(signed.stdout, /AH\(spi=/);
  await scene.on(
    'lvs02',
    "sed -i 's/front-61\\|back--62/stranger/' /etc/keepalived/keepalived.conf; systemctl reload keepalived",
  );
  await until(scene, 'lvs02', `${has('front')} && ${has('back')}`);
  good(await scene.on('lvs01', `${has('front')} && ${has('back')}`), 'two MASTERs');
  good(await scene.lvsform('up', '--yes', '--no-verify', '-i', inventory), 'up');
  await mustCarry(scene, 'lvs01');
});

test('one network is lost: both VIPs go, the client keeps the MAC that it knows', async ({ scene }) => {
  await scene.on('lvs01', ': >/run/lvs-told');
  assert.equal(await ask(scene), both);
  await scene.on('lvs01', 'ip link set eth1 down');
  await mustCarry(scene, 'lvs02');
  assert.equal([await ask(scene), await ask(scene, 'back')], [both, both]);
  assert.is(await known(scene), virtualMac);
  assert.is.not(virtualMac, await macOf(scene, 'lvs02'));
  assert.match((await told(scene, 'lvs01')).join('\n'), /^GROUP both FAULT /m);
});

test('the network is back: lvs01 waits for the six seconds of preempt_delay', async ({ scene }) => {
  const { stdout } = good(
    await scene.on(
      'lvs01',
      `ip link set eth1 up; from=$(date +%s%N); until ${has('front')}; do sleep 0.1; [ $(($(date +%s%N) - from)) -lt 60000000000 ] || exit 1; done; echo $((($(date +%s%N) - from) / 1000000))`,
    ),
    'front comes back',
  );
  assert.ok(Number(stdout) >= 6000, `${stdout} ms`);
  await mustCarry(scene, 'lvs01');
  assert.match((await told(scene, 'lvs01')).join('\n'), /^GROUP both MASTER /m);
});

test('mails tell of the VIPs, and of a real server that fails and comes back; so do SNMP and its traps', async ({
  scene,
}) => {
  // KEEPALIVED-MIB, virtualServerTable: virtualServerRealServersUp.
  const states = async () =>
    (
      await scene.on('lvs01', 'snmpwalk -v2c -c public -Oqv 127.0.0.1 .1.3.6.1.4.1.9586.100.5.3.3.1.21')
    ).stdout
      .trim()
      .split('\n');
  // Those of the network that was lost have to be checked anew first.
  await until(scene, 'lvs01', '[ "$(ipvsadm -Sn | grep -c -- ^-a)" = 6 ]');
  assert.equal(await states(), ['2', '2', '2']);
  const traps = scene.on(
    'client',
    'timeout 60 tcpdump -lnni eth0 -c 1 udp dst port 162 2>/dev/null | grep -o "9586.100.5.3.*" | head -c 400',
  );
  await scene.on('web02', 'sleep 3; systemctl stop nginx');
  await until(scene, 'lvs01', '[ "$(ipvsadm -Sn | grep -c -- ^-a)" = 3 ]');
  assert.match((await traps).stdout, /9586\.100\.5\.3/);
  assert.equal(await states(), ['1', '1', '1']);
  await scene.on('web02', 'systemctl start nginx');
  await until(scene, 'lvs01', '[ "$(ipvsadm -Sn | grep -c -- ^-a)" = 6 ]');
  await until(scene, 'client', "grep -qa 'Subject: .*192.168.0.224.*UP' /var/mail/admin");
  const came = await mails(scene);
  assert.match(came, /^Subject: \[guarded\] Realserver \[192\.168\.0\.224\]:tcp:80 .*- DOWN$/m);
  assert.match(came, /^Subject: \[guarded\] Realserver \[192\.168\.0\.224\]:tcp:80 .*- UP$/m);
  assert.match(came, /^Subject: \[guarded\] VRRP (Group|Instance) .*MASTER/im);
  assert.match(came, /^From: keepalived@lab\.example\.org$/m);
  assert.match(came, /^To: admin@lab\.example\.org$/m);
  // RFC 2787: vrrpOperState, 3 is master; and the log as local3 (16 + 3).
  const rest = await scene.on(
    'lvs01',
    'snmpwalk -v2c -c public -Oqv 127.0.0.1 .1.3.6.1.2.1.68.1.3.1.3; journalctl -q --no-pager SYSLOG_FACILITY=19 -o cat | grep -c .',
  );
  assert.match(rest.stdout, /^(3\n)+[1-9]\d*\n$/);
});

test('when keepalived stops, omega runs the scripts; when it starts, alpha holds back who is not checked yet', async ({
  scene,
  inventory,
}) => {
  await scene.on('lvs01', ': >/run/lvs-told; systemctl stop keepalived');
  // keepalived starts its scripts and waits for none of them.
  const wanted = ['quorum down', 'web01 80 down', 'web01 8080 down'];
  const there = wanted.map(line => `grep -qx '${line}' /run/lvs-told`).join(' && ');
  await scene.on('lvs01', `for i in 1 2 3 4 5 6 7 8 9 10; do { ${there}; } && break; sleep 1; done`);
  const lines = await told(scene, 'lvs01');
  for (const line of wanted) assert.ok(lines.includes(line), `${line} is not in ${lines.join(', ')}`);
  await mustCarry(scene, 'lvs02');
  // One line for each change: milliseconds since the start, real servers of http, whether the VIP is here.
  const watch = `from=$(date +%s%N); : >/run/lvs-told; systemctl start keepalived; last=
until [ $(($(date +%s%N) - from)) -gt 40000000000 ]; do
  now="$(ipvsadm -Sn | grep -c -- '^-a -t 192.168.0.240') $(ip -o addr show | grep -c ' ${vips.front}/')"
  [ "$now" = "$last" ] || echo $((($(date +%s%N) - from) / 1000000)) $now
  last=$now
  sleep 0.1
done`;
  const { stdout } = good(await scene.on('lvs01', watch), 'watch');
  const rows = stdout
    .trim()
    .split('\n')
    .map(row => row.split(' ').map(Number));
  const since = (fits: (row: readonly number[]) => boolean) => rows.find(fits)?.[0] ?? Number.NaN;
  const all = since(([, servers]) => servers === 4);
  // Four checks, each within twenty seconds: that none comes later than delay_loop is chance of 1 in 10000.
  assert.is(rows[0]?.[1], 0, stdout);
  assert.ok(all > 2000 && all < 30_000, stdout);
  // Three seconds of vrrp_startup_delay, and six of preempt_delay, which run at the same time or one after the other.
  assert.ok(since(([, , vip]) => vip === 1) >= 6000, stdout);
  assert.match(
    (await scene.on('lvs01', 'journalctl -q --no-pager -u keepalived -o cat')).stdout,
    /[Dd]elay.* 3(\.0*)? sec/,
  );
  assert.ok((await told(scene, 'lvs01')).includes('quorum up'));
  await mustCarry(scene, 'lvs01');
  await mustBeInSync(scene, inventory);
});

test('passwords stand in keepalived.conf alone: not in the journal, a log, an argv, an environment or a copy', async ({
  scene,
}) => {
  // Put together there, so that the search does not find itself.
  const search = `a=front-6 b=back--6; a=\${a}1 b=\${b}2
journalctl -q --no-pager -o export | grep -aF -e "$a" -e "$b" | sed 's/^/journal: /'
grep -raFl -e "$a" -e "$b" /var/log /run/log /tmp /var/tmp /var/lib/lvsform 2>/dev/null
for f in /proc/[0-9]*/cmdline /proc/[0-9]*/environ; do grep -aqsF -e "$a" -e "$b" "$f" && echo "$f"; done
stat -c %a /etc/keepalived/keepalived.conf; grep -cF -e "$a" -e "$b" /etc/keepalived/keepalived.conf
ls /var/lib/lvsform/edited; cat /var/lib/lvsform/edited/*.* | grep -c stranger`;
  for (const host of ['lvs01', 'lvs02']) {
    const { stdout } = await scene.on(host, search);
    // lvs02 had its passwords changed by hand: the copy of that has none.
    const copy =
      host === 'lvs02' ? /^600\n2\netc%keepalived%keepalived\.conf\.\w{12}\n0\n$/ : /^600\n2\n0\n$/;
    assert.match(stdout, copy, host);
  }
});

test.run();
