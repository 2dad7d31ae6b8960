// timeout: 2400 s
// runs: asked
// grace: 60 s
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { Scene } from './scene.ts';
import { good, mustBeInSync, until, verdicts } from './verdicts.ts';

/** Every kind of service, in mode keepalived and then in mode static: the same table, seen from a client. */
const test = suite<{ scene: Scene; inventory: string; table: string }>('services');

const asked = async (scene: Scene, text: string): Promise<readonly string[]> => {
  const { stdout } = await scene.on('lan-client', text);
  return stdout.split('\n').filter(line => line !== '');
};

const pause = (seconds: number) => new Promise(resolve => setTimeout(resolve, seconds * 1000));

/** The table as ipvsadm saves it, with thresholds, without what connections change. */
const tableOf = async (scene: Scene): Promise<string> => {
  const text =
    'ipvsadm -Sn | sort; ipvsadm -Ln --thresholds | awk \'$1 == "->" && $3 > 0 { print $2, $3, $4 }\'';
  return good(await scene.on('lvs01', text), 'ipvsadm').stdout;
};

const curl = (urls: string) => `curl -sSk --max-time 5 -H 'Connection: close' ${urls} 2>&1`;

/** What a client gets of a service that persistence keeps, over both of its ports. */
const shopping = async (scene: Scene, from = '192.168.0.220'): Promise<readonly string[]> => {
  const seen = await asked(
    scene,
    `${curl(`--interface ${from} 'http://192.168.0.242/?[1-3]'`)}; ${curl(`--interface ${from} 'https://192.168.0.242/?[1-3]'`)}`,
  );
  assert.is(seen.length, 6, seen.join(' '));
  return [...new Set(seen)];
};

const digs =
  'for n in 1 2 3 4; do dig +short +tries=1 +time=9 -b 192.168.0.220#5353 @192.168.0.240 whoami.services; done';

/** A connection with a request, and another one when /tmp/go is there; what was answered goes into /tmp/held. */
const holdOn = `rm -f /tmp/go
cat >/tmp/hold <<'END'
exec 3<>/dev/tcp/192.168.0.240/9000
ask() {
  printf 'GET / HTTP/1.1\\r\\nHost: x\\r\\n\\r\\n' >&3
  while read -r line <&3; do case $line in web0*) echo "$line"; return ;; esac; done
}
ask
until [ -e /tmp/go ]; do sleep 0.5; done
ask
END
setsid bash /tmp/hold >/tmp/held 2>&1 </dev/null & sleep 2; grep -v '^web0[12]$' /tmp/held; :`;

/** Holds connections open, and comes back when they are. */
const hold = async (scene: Scene, count = 1, address = '192.168.0.240', port = 7000): Promise<void> => {
  const open = `ss -Htn state established dst ${address} dport = :${port} | wc -l`;
  const text = `wanted=$(($(${open}) + ${count}))
for n in $(seq ${count}); do (sleep 900 | nc ${address} ${port}) </dev/null >/dev/null 2>&1 & done
for n in $(seq 100); do [ "$(${open})" -ge $wanted ] && exit; sleep 0.3; done; exit 1`;
  good(await scene.on('lan-client', text), 'hold');
};

/** What a client gets of every service. */
const clientSees = async (scene: Scene): Promise<void> => {
  const both = new Set(['web01', 'web02']);
  // TCP on two VIPs, and over IPv6; web03 has weight 0.
  for (const vip of ['192.168.0.240', '192.168.0.241', '[fd00::240]']) {
    const seen = await asked(scene, curl(`'http://${vip}/?[1-6]'`));
    assert.equal([seen.length, new Set(seen)], [6, both], vip);
  }
  // One mark: the client stays at one real server over both ports.
  const shop = await shopping(scene);
  assert.is(shop.length, 1, shop.join(' '));
  // Each port of a range; by address and port, so that many connections meet both.
  const range = await asked(
    scene,
    curl("'http://192.168.0.240:[8000-8010]/?[1-3]' http://192.168.0.240:9000/"),
  );
  assert.equal([range.length, new Set(range)], [34, both]);
  const range6 = await asked(scene, curl("'http://[fd00::240]:{8000,8010}/?[1-8]'"));
  assert.equal([range6.length, new Set(range6)], [16, both]);
  // UDP from one port: one-packet scheduling sends each question on by itself.
  const dns = await asked(scene, digs);
  assert.equal([dns.length, new Set(dns)], [4, new Set(['192.168.0.223', '192.168.0.224'])]);
  // SIP: a call stays at its real server, whatever port it comes from, and the next call goes to the other one.
  const message = 'OPTIONS sip:a@b SIP/2.0\\r\\nCall-ID: %s@lvsform\\r\\n\\r\\n';
  const call = `exec 3<>/dev/udp/192.168.0.240/5060; env printf '${message}' $id >&3; timeout 9 head -n 1 <&3`;
  const calls = `id=$(date +%s); for id in $id $id x$id; do ${call}; done`;
  const [first, ...others] = await asked(scene, calls);
  assert.equal(others, [first, first === 'web01' ? 'web02' : 'web01']);
  const sctp = 'for n in 1 2; do (echo q; sleep 1) | socat -t20 - SCTP4:192.168.0.240:2905; done';
  const signals = await asked(scene, sctp);
  assert.equal([signals.length, new Set(signals)], [2, both]);
};

test.before(async context => {
  try {
    context.scene = await Scene.open('t-services');
    context.inventory = await context.scene.inventory('services');
    good(await context.scene.lvsform('lab', 'up', '-i', context.inventory), 'lab up');
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.stack : String(error)}\n`);
    await context.scene?.end();
    throw error;
  }
});

test.after(async ({ scene }) => {
  await scene.end();
});

test('mode keepalived: every service answers, and does so after a reboot', async context => {
  const { scene, inventory } = context;
  good(await scene.lvsform('run', 'playbooks/services.yml', '--yes', '-i', inventory), 'run services.yml');
  good(await scene.lvsform('up', '--yes', '--no-verify', '-i', inventory), 'up');
  await clientSees(scene);
  assert.is((await scene.on('lvs01', 'ipvsadm -L --timeout')).stdout, 'Timeout (tcp tcpfin udp): 900 5 60\n');
  context.table = await tableOf(scene);
  assert.match(context.table, '-A -f 5 -s rr -p 120 -M 255.255.255.0\n');
  assert.match(context.table, '-A -u 192.168.0.240:5060 -s rr -p 60 --pe sip\n');
  assert.match(context.table, '-A -f 7 -6 -s mh -b mh-port\n');
  assert.match(context.table, '192.168.0.223:7000 2 1\n');
  await scene.reboot(['lvs01']);
  await mustBeInSync(scene, inventory);
  await clientSees(scene);
});

test('verify asks every service that is TCP or DNS, and says of a kept client that it is kept', async ({
  scene,
  inventory,
}) => {
  const verify = good(await scene.lvsform('verify', '--json', '-i', inventory), 'verify');
  const seen = new Map(verdicts(verify.stdout).map(each => [each.service, each]));
  assert.equal(
    [...seen.keys()].sort(),
    ['dns', 'http@other', 'http@web', 'http@web6', 'kept', 'limited', 'range', 'range6', 'shop'].sort(),
  );
  for (const { service, faults } of seen.values()) assert.equal(faults, [], service);
  for (const name of ['shop', 'kept']) assert.is(new Set(seen.get(name)?.sequence).size, 1, name);
  assert.match(seen.get('kept')?.promise ?? '', 'a client stays at one RS for 10 s, whatever rr would do');
});

test('persistence takes a network of clients for one, and ends', async ({ scene }) => {
  // Neighbours of the client, and one of another network, which real servers answer by way of the client.
  await scene.on('lan-client', 'ip addr add 192.168.0.230/32 dev eth0; ip addr add 192.168.77.1/32 dev lo');
  for (const host of ['lvs01', 'web01', 'web02'])
    good(await scene.on(host, 'ip route add 192.168.77.0/24 via 192.168.0.220'), host);
  const [own, neighbour, stranger] = [
    await shopping(scene),
    await shopping(scene, '192.168.0.230'),
    await shopping(scene, '192.168.77.1'),
  ];
  assert.is(own.length, 1);
  assert.equal(neighbour, own);
  assert.equal(stranger, own[0] === 'web01' ? ['web02'] : ['web01']);
  // Ten seconds after a connection of five: rr would have taken turns, and does afterwards.
  const kept = async () =>
    (await asked(scene, curl("'http://192.168.0.240:9001/?[1-3]'"))).filter(
      (one, at, all) => one !== all[at - 1],
    );
  await pause(16);
  const first = await kept();
  await pause(16);
  assert.equal([first.length, await kept()], [1, first[0] === 'web01' ? ['web02'] : ['web01']]);
});

test('mode static: the same table, live and again after a reboot, and every service answers', async context => {
  const { scene, table } = context;
  const inventory = await scene.inventory('services', text =>
    text.replace('mode: keepalived', 'mode: static'),
  );
  context.inventory = inventory;
  good(await scene.lvsform('up', '--yes', '--no-verify', '-i', inventory), 'up');
  assert.equal(await tableOf(scene), table);
  const held = await scene.on('lan-client', holdOn);
  assert.is(held.stdout, '');
  await scene.reboot(['lvs01']);
  // sloppy_tcp: the director takes up a connection that it never saw begin, and sh sends it where it was.
  await scene.on('lan-client', 'touch /tmp/go; sleep 5');
  assert.match((await scene.on('lan-client', 'cat /tmp/held')).stdout, /^(web0[12])\n\1\n$/);
  await scene.reboot(['web01']);
  assert.equal(await tableOf(scene), table);
  await mustBeInSync(scene, inventory);
  await clientSees(scene);
});

test('a real server at its upper threshold gets no more until it is below the lower one', async ({
  scene,
}) => {
  const held = "ipvsadm -Lnc | awk '$5 ~ /:7000$/ { print $6 }' | sort | uniq -c | tr -s ' ' | tr '\\n' ';'";
  /** Closes one held connection with web01; IPVS forgets it tcp_fin seconds later. */
  const close = `port=$(ipvsadm -Lnc | awk '$3 == "ESTABLISHED" && $6 == "192.168.0.223:7000" { sub(/.*:/, "", $4); print $4; exit }'); echo $port`;
  const closed = async () => {
    const port = (await scene.on('lvs01', close)).stdout.trim();
    good(
      await scene.on('lan-client', `kill $(ss -Htnp sport = :${port} | sed 's/.*pid=\\([0-9]*\\).*/\\1/')`),
      'close',
    );
    await until(scene, 'lvs01', `! ipvsadm -Lnc | grep -q ':${port} '`);
  };
  // web01 takes two, whatever comes.
  await hold(scene, 8);
  assert.is((await scene.on('lvs01', held)).stdout, ' 2 192.168.0.223:7000; 6 192.168.0.224:7000;');
  // One is not below one.
  await closed();
  await hold(scene, 3);
  assert.is((await scene.on('lvs01', held)).stdout, ' 1 192.168.0.223:7000; 9 192.168.0.224:7000;');
  await closed();
  await hold(scene, 4);
  assert.is((await scene.on('lvs01', held)).stdout, ' 2 192.168.0.223:7000; 11 192.168.0.224:7000;');
  await scene.on('lan-client', 'kill $(pidof nc)');
});

test('with its fallback a hash passes over who takes nothing new; without it those clients get nothing', async ({
  scene,
}) => {
  const with0 = (text: string) =>
    text
      .replace('mode: keepalived', 'mode: static')
      .replace(
        /(flags: \[sh-port, sh-fallback\]\n {4}real_servers: )\[web01, web02\]/,
        '$1{ web01: {}, web02: { weight: 0 } }',
      )
      .replace(
        /(flags: )\[mh-port\](\n {4}real_servers: )\[web01, web02\]/,
        '$1[mh-port, mh-fallback]$2{ web01: {}, web02: { upper_threshold: 1 } }',
      );
  const failed = async (urls: string) => {
    const rows = await asked(
      scene,
      `curl -s -m 20 -o /dev/null -w '%{http_code}\\n' -H 'Connection: close' ${urls}`,
    );
    assert.is(rows.length, 24);
    return rows.filter(row => row !== '200').length;
  };
  const sh = "'http://192.168.0.240:9000/?[1-24]'";
  const mh = "'http://[fd00::240]:8000/?[1-24]'";
  const up = async (inventory: string) =>
    good(await scene.lvsform('up', '--yes', '--no-verify', '-i', inventory), 'up');
  await up(await scene.inventory('services', with0));
  assert.equal([await failed(sh), await failed(mh)], [0, 0]);
  await up(await scene.inventory('services', text => with0(text).replaceAll(/, [sm]h-fallback/g, '')));
  for (const urls of [sh, mh]) {
    const count = await failed(urls);
    assert.ok(count > 0 && count < 24, `${count} of 24 failed: ${urls}`);
  }
});

test('each defence against floods does what it says', async ({ scene }) => {
  const defended = (text: string) =>
    scene.inventory('services', whole =>
      whole.replace('mode: keepalived', 'mode: static').replace(/defences: .*/, `defences: { ${text} }`),
    );
  const up = async (inventory: string) =>
    good(await scene.lvsform('up', '--yes', '--no-verify', '-i', inventory), 'up');
  const connects = async () =>
    (await asked(scene, `${curl("'http://192.168.0.241/?[1-6]'")} -o /dev/null -w '%{time_connect}\\n'`)).map(
      Number,
    );
  /** Connections that never come to be: the client is deaf to answers, and gives up after a second. */
  const flood = `for n in $(seq 60); do nc -w1 192.168.0.241 80 </dev/null & done; wait`;
  const half = async () => {
    const { stdout } = await scene.on(
      'lvs01',
      'ipvsadm -Lnc | awk \'$5 == "192.168.0.241:80" { print $3 }\' | sort | uniq -c',
    );
    return stdout.trim().split(/\s+/);
  };

  const off = await defended('drop_entry: off, drop_packet: off, secure_tcp: off');
  await up(off);
  const quick = await connects();
  assert.ok(quick.filter(seconds => seconds < 0.9).length >= 4, quick.join(' '));
  // What was closed is forgotten after tcp_fin, 5 s.
  await until(scene, 'lvs01', '! ipvsadm -Lnc | grep -q FIN_WAIT', 30);
  const deaf = '-p tcp --sport 80 --tcp-flags SYN,ACK SYN,ACK -j DROP';
  good(await scene.on('lan-client', `iptables -I INPUT ${deaf}; ${flood}`), 'flood');
  assert.equal(await half(), ['60', 'SYN_RECV']);
  // secure_tcp follows other states (tcp_states_dos in net/netfilter/ipvs/ip_vs_proto_tcp.c).
  await up(await defended('drop_entry: off, drop_packet: off, secure_tcp: always'));
  await until(scene, 'lvs01', '! ipvsadm -Lnc | grep -q SYN_RECV', 90);
  await scene.on('lan-client', flood);
  assert.equal(await half(), ['60', 'SYNACK']);
  // drop_entry forgets some of those each second, and none that is established.
  await hold(scene);
  await up(await defended('drop_entry: always, drop_packet: off, secure_tcp: off'));
  await pause(15);
  const [left = '0'] = await half();
  // All are of one age: while some are left, none of the others went by itself.
  assert.ok(Number(left) > 0 && Number(left) < 60, `${left} of 60 are left`);
  assert.match((await scene.on('lvs01', 'ipvsadm -Lnc')).stdout, /ESTABLISHED .*:7000 /);
  good(await scene.on('lan-client', `iptables -D INPUT ${deaf}`), 'hear again');
  // drop_packet loses the first packet of every second connection: the client asks again a second later.
  await up(await defended('drop_entry: off, drop_packet: always, secure_tcp: off'));
  // Its timer takes the rate on within a second, once its count by the old rate, 10, is over (ip_vs_todrop).
  await scene.on('lvs01', 'sysctl -qw net.ipv4.vs.am_droprate=2; sleep 2');
  await connects();
  await connects();
  const slow = await connects();
  assert.ok(slow.filter(seconds => seconds >= 0.9).length >= 3, slow.join(' '));
});

test('real servers are silent when neighbours are solicited for an IPv6 VIP, and the director announces it', async ({
  scene,
}) => {
  const mac = async (host: string) => (await scene.on(host, 'cat /sys/class/net/eth0/address')).stdout.trim();
  const known = async () =>
    (await scene.on('lan-client', 'ip -6 neigh show fd00::240')).stdout.match(/lladdr (\S+)/)?.[1];
  const solicit = 'ip -6 neigh flush dev eth0; ping -6 -c 1 -W 2 fd00::240 >/dev/null; :';
  const director = await mac('lvs01');
  await scene.on('lan-client', solicit);
  assert.is(await known(), director);
  // Without the director nobody answers, though every real server has the address.
  await scene.on('lvs01', 'ip addr del fd00::240/128 dev eth0');
  assert.match((await scene.on('web01', 'ip -6 addr show dev lo')).stdout, 'fd00::240/128');
  await scene.on('lan-client', solicit);
  assert.is(await known(), undefined);
  // Who knows another owner learns of the director when it takes the address back.
  const other = await mac('web01');
  await scene.on('lan-client', `ip -6 neigh replace fd00::240 lladdr ${other} dev eth0 nud stale`);
  await scene.on('lvs01', 'systemctl restart lvsform-ipvs; sleep 4');
  assert.is(await known(), director);
});

test('an edit keeps connections, and a kernel that defends itself is no drift', async ({ scene }) => {
  const edited = await scene.inventory('services', text =>
    text
      .replace('mode: keepalived', 'mode: static')
      .replace('prefix: 24 }', 'prefix: 16 }')
      .replace('    one_packet: true\n', '')
      .replace('[mh-port]', '[mh-port, mh-fallback]'),
  );
  await hold(scene, 1, '192.168.0.242', 80);
  const held =
    "ipvsadm -Lnc | grep -c 'ESTABLISHED.*192.168.0.242:80 '; ipvsadm -Ln -f 5 | awk '$5 == 1 { print $2 }'";
  const before = (await scene.on('lvs01', held)).stdout;
  assert.match(before, '1\n');
  good(await scene.lvsform('up', '--yes', '--no-verify', '-i', edited), 'up');
  assert.match(await tableOf(scene), '-A -f 5 -s rr -p 120 -M 255.255.0.0\n');
  assert.match(await tableOf(scene), '-A -u 192.168.0.240:53 -s rr\n');
  // Now the questions from one port are one connection.
  assert.is(new Set(await asked(scene, digs)).size, 1);
  assert.is((await scene.on('lvs01', held)).stdout, before);
  // Memory that counts as short: the kernel turns 1 into 2 by itself.
  await scene.on('lvs01', 'sysctl -qw net.ipv4.vs.amemthresh=2000000; sleep 3');
  assert.is((await scene.on('lvs01', 'sysctl -n net.ipv4.vs.drop_entry')).stdout, '2\n');
  await mustBeInSync(scene, edited);
});

test.run();
