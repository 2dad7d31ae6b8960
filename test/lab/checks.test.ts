// timeout: 2400 s
// runs: asked
// grace: 60 s
import { cp, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { execIn } from '../../src/lab/index.ts';
import { figure } from '../faults/figure.ts';
import { bad } from '../templates/bad-configurations.ts';
import { Scene } from './scene.ts';
import { good, until } from './verdicts.ts';

/** inventories/checks.yml on the lab: every check, then every bad configuration on a director that serves a client. */
const test = suite<{ scene: Scene; inventory: string }>('checks');

const vip = '192.168.0.240';

/** Ports of the services by what checks them. */
const ports = {
  http: 80,
  https: 443,
  tcp: 7001,
  smtp: 25,
  dns: 53,
  script: 7002,
  udp: 7003,
  ping: 7004,
  file: 7005,
  bfd: 7006,
} as const;

type Table = Readonly<Record<string, Readonly<Record<string, number>>>>;

const hostOf: Readonly<Record<string, string>> = {
  '192.168.0.221': 'rs1',
  '192.168.0.222': 'rs2',
  '192.168.0.223': 'sorry01',
};

/** The director's IPVS table: weights by service and real server. */
const table = async (scene: Scene): Promise<Table> => {
  const { stdout } = good(await scene.on('lvs01', 'ipvsadm -Sn'), 'ipvsadm');
  const found: Record<string, Record<string, number>> = {};
  for (const line of stdout.split('\n')) {
    const [, port, rip, weight] = /^-a -[tu] \S+:(\d+) -r ([\d.]+):\d+ .*-w (\d+)/.exec(line) ?? [];
    const [name] = Object.entries(ports).find(([, each]) => each === Number(port)) ?? [];
    if (name === undefined || rip === undefined) continue;
    found[name] = { ...found[name], [hostOf[rip] ?? rip]: Number(weight) };
  }
  return found;
};

/** Waits until the table is as wanted, and fails with the last one seen. */
const becomes = async (scene: Scene, wanted: Table, seconds = 60): Promise<void> => {
  const deadline = Date.now() + seconds * 1000;
  for (;;) {
    const seen = await table(scene);
    const sorted = (all: Table) =>
      JSON.stringify(
        Object.entries(all)
          .map(([name, each]) => [name, Object.entries(each).sort()])
          .sort(),
      );
    if (sorted(seen) === sorted(wanted)) return;
    if (Date.now() > deadline) assert.equal(seen, wanted);
    await new Promise(resolve => setTimeout(resolve, 1000));
  }
};

const healthy: Table = {
  http: { rs1: 2, rs2: 1, sorry01: 0 },
  https: { rs1: 1, rs2: 1 },
  tcp: { rs1: 1, rs2: 1 },
  smtp: { rs1: 1, rs2: 1 },
  dns: { rs1: 1, rs2: 1 },
  script: { rs1: 5, rs2: 5 },
  udp: { rs1: 1, rs2: 1 },
  ping: { rs1: 1, rs2: 1 },
  file: { rs1: 1, rs2: 1 },
  bfd: { rs1: 1, rs2: 1 },
};

/**
 * All that `keepalived -t` accepts, and each third of the others (the tests of templates have it refuse them all). No
 * template can hold a NUL.
 */
const tried = bad.filter(
  ({ text, ours }, index) => !text.includes('\0') && (ours !== undefined || index % 3 === 0),
);

/** What the client gets, asking each service four times in its own protocol. */
const answers = async (scene: Scene): Promise<Readonly<Record<string, readonly string[]>>> => {
  const four = (text: string) => `for n in 1 2 3 4; do ${text}; done`;
  const page = (name: keyof typeof ports) =>
    four(`echo "${name} $(curl -s -m 5 http://${vip}:${ports[name]}/)"`);
  const { stdout } = good(
    await scene.on(
      'client',
      [
        page('http'),
        four(`echo "https $(curl -sk -m 5 https://${vip}/)"`),
        four(`echo "tcp $(socat -T 5 -u TCP:${vip}:${ports.tcp} -)"`),
        four(
          `echo "smtp $(printf 'QUIT\\r\\n' | socat -t 5 -T 5 - TCP:${vip}:25,crnl | sed -n 's/^220 \\([a-z0-9]*\\).*/\\1/p')"`,
        ),
        four(`echo "dns $(dig +short +time=5 +tries=2 @${vip} www.example.org)"`),
        page('script'),
        four(`echo "udp $(echo pong | nc -u -W 1 -w 5 ${vip} ${ports.udp})"`),
        page('ping'),
        page('file'),
        page('bfd'),
      ].join('\n'),
    ),
    'client',
  );
  const heard: Record<string, string[]> = {};
  for (const line of stdout.split('\n').filter(each => each !== '')) {
    const [name = '', ...rest] = line.split(' ');
    heard[name] = [...(heard[name] ?? []), hostOf[rest.join(' ')] ?? rest.join(' ')];
  }
  return heard;
};

test.before(async context => {
  try {
    context.scene = await Scene.open('t-checks');
    context.inventory = await context.scene.inventory('checks');
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

test('a script that is missing is told before the configuration is written', async ({ scene, inventory }) => {
  const up = await scene.lvsform('up', '--yes', '--no-verify', '--host', 'lvs01', '-i', inventory);
  assert.is(up.code, 1, up.stdout);
  assert.match(`${up.stdout}${up.stderr}`, /there is no \/usr\/local\/bin\/lvs-event/);
  const { stdout } = await scene.on(
    'lvs01',
    'test -e /etc/keepalived/keepalived.conf || echo none; ipvsadm -Sn',
  );
  assert.is(stdout, 'none\n');
});

test('all ten services stand, each with both real servers', async ({ scene, inventory }) => {
  good(await scene.lvsform('run', 'playbooks/checks.yml', '--yes', '-i', inventory), 'run checks.yml');
  good(await scene.lvsform('up', '--yes', '--no-verify', '-i', inventory), 'up');
  await becomes(scene, healthy);
  const heard = await answers(scene);
  for (const name of Object.keys(ports)) {
    if (name === 'udp') assert.equal(heard[name], ['pong', 'pong', 'pong', 'pong']);
    else assert.equal([...new Set(heard[name])].sort(), ['rs1', 'rs2'], name);
  }
  const { stdout } = await scene.on('lvs01', 'cat /var/lib/lvs-health/events');
  assert.match(stdout, /^rs1 up$/m);
  assert.match(stdout, /^quorum up$/m);
});

test('under each of the ten checks a real server that fails gets nothing more', async ({ scene }) => {
  await Promise.all([
    scene.on(
      'rs1',
      `mv /var/www/html/health.txt /root/http; mv /var/www/tls/health.txt /root/https
       systemctl stop lvs-tcp opensmtpd dnsmasq lvs-udp keepalived
       sysctl -qw net.ipv4.icmp_echo_ignore_all=1`,
    ),
    scene.on(
      'lvs01',
      `cd /var/lib/lvs-health; echo 1 >rs1; echo 1 >rs1.script
       echo 9 >rs2.script; echo 4 >rs2.more`,
    ),
  ]);
  // The hysteresis keeps the quorum of http; a failed server of tcp stays with weight 0; script and file say weights.
  await becomes(scene, {
    http: { rs2: 1, sorry01: 0 },
    https: { rs2: 1 },
    tcp: { rs1: 0, rs2: 1 },
    smtp: { rs2: 1 },
    dns: { rs2: 1 },
    script: { rs2: 7 },
    udp: { rs2: 1 },
    ping: { rs2: 1 },
    file: { rs2: 5 },
    bfd: { rs2: 1 },
  });
  const heard = await answers(scene);
  for (const name of Object.keys(ports)) {
    const one = name === 'udp' ? 'pong' : 'rs2';
    assert.equal(heard[name], [one, one, one, one], name);
  }
});

test('a real server that is asked over another way is judged by what it says there', async ({ scene }) => {
  const { stdout } = await scene.on('rs2', 'sort -u /run/lvs-asked');
  assert.is(stdout, '10.9.0.10\n');
  const down = 'ipvsadm -Sn | grep -q -- "-r 192.168.0.222:7001 -g -w 0"';
  await scene.on('rs2', 'systemctl stop lvs-asked');
  await until(scene, 'lvs01', down);
  await scene.on('rs2', 'systemctl start lvs-asked');
  await until(scene, 'lvs01', `! ${down}`);
});

test('when all fail the sorry server answers, and the scripts have run', async ({ scene }) => {
  await scene.on('rs2', 'mv /var/www/html/health.txt /root/http');
  const deadline = Date.now() + 60_000;
  for (;;) {
    const { http } = await table(scene);
    if (JSON.stringify(http) === '{"sorry01":1}') break;
    if (Date.now() > deadline) assert.equal(http, { sorry01: 1 });
  }
  assert.equal((await answers(scene))['http'], ['sorry01', 'sorry01', 'sorry01', 'sorry01']);
  const { stdout } = await scene.on('lvs01', 'cat /var/lib/lvs-health/events');
  const last = (word: string) =>
    stdout
      .trimEnd()
      .split('\n')
      .filter(line => line.startsWith(word))
      .at(-1);
  assert.equal([last('quorum'), last('rs1')], ['quorum down', 'rs1 down']);
});

test('mended real servers come back, and a reload keeps the weights that scripts and files say', async ({
  scene,
}) => {
  await Promise.all([
    scene.on(
      'rs1',
      `mv /root/http /var/www/html/health.txt; mv /root/https /var/www/tls/health.txt
       systemctl start lvs-tcp opensmtpd dnsmasq lvs-udp keepalived
       sysctl -qw net.ipv4.icmp_echo_ignore_all=0`,
    ),
    scene.on('rs2', 'mv /root/http /var/www/html/health.txt'),
    scene.on('lvs01', 'cd /var/lib/lvs-health; echo 0 >rs1; rm -f rs1.script'),
  ]);
  const mended = { ...healthy, script: { rs1: 5, rs2: 7 }, file: { rs1: 1, rs2: 5 } };
  await becomes(scene, mended);
  await scene.on('lvs01', 'systemctl reload keepalived; sleep 3');
  await becomes(scene, mended);
  await scene.on('lvs01', 'cd /var/lib/lvs-health; echo 0 >rs2.more; rm -f rs2.script');
  await becomes(scene, healthy);
  const { stdout } = await scene.on('lvs01', 'tail -n 20 /var/lib/lvs-health/events');
  assert.match(stdout, /quorum up\n(.*\n)*$/);
});

test('none of the bad configurations becomes live, nor does the client notice', async ({
  scene,
  inventory,
}) => {
  assert.ok(tried.length >= 31);
  const playbooks = await Promise.all(
    tried.map(async ({ text }, index) => {
      const directory = join(scene.directory, `bad-${index}`);
      await mkdir(join(directory, 'templates'), { recursive: true });
      await writeFile(
        join(directory, 'site.yml'),
        'version: 1\nname: bad\nstages:\n  - { name: directors, hosts: [director], roles: [director] }\n',
      );
      await writeFile(join(directory, 'templates', 'keepalived.conf.hbs'), text.replaceAll('{{', '\\{{'));
      return join(directory, 'site.yml');
    }),
  );
  // One line for each state that the director was seen in, each second; and every answer to the client.
  const watch = `{ sha256sum </etc/keepalived/keepalived.conf; systemctl show -p MainPID --value keepalived; ip -o addr show eth0 | grep -c ${vip}/; ipvsadm -Sn | grep -- ^-A | sha256sum; } | tr '\\n' ' '; echo`;
  const background = (text: string) => `rm -f /root/stop; nohup sh -c '${text}' >/dev/null 2>&1 </dev/null &`;
  await scene.on(
    'lvs01',
    `cat >/root/watch <<'END'\n${watch}\nEND\n${background('while [ ! -e /root/stop ]; do sh /root/watch; sleep 1; done | uniq >/root/states')}`,
  );
  await scene.on(
    'client',
    background(
      `while [ ! -e /root/stop ]; do curl -s -m 5 -o /dev/null -w "%{http_code}\\n" http://${vip}/; sleep 0.5; done >/root/answers`,
    ),
  );

  const driver = new URL('corpus-driver.ts', import.meta.url).pathname;
  const lab = await scene.lab();
  const child = execIn(lab, [process.execPath, '--import', 'tsx', driver, inventory, ...playbooks], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, LVSFORM_NETNS: lab.namespace },
  });
  let said = '';
  child.stdout?.setEncoding('utf8').on('data', (part: string) => {
    said += part;
  });
  await new Promise((resolve, reject) => child.once('error', reject).once('close', resolve));
  const verdicts = said
    .split('\n')
    .filter(line => line.startsWith('{'))
    .map(line => JSON.parse(line) as { code: number; text: string });
  assert.is(verdicts.length, tried.length, said);

  tried.forEach(({ name, ours }, index) => {
    const { code, text } = verdicts[index] ?? { code: 0, text: '' };
    assert.is.not(code, 0, `${name}\n${text}`);
    const reason = ours ?? 'refuses the new one';
    assert.ok(text.includes(reason), `${name}: ${reason} is not in\n${text}`);
  });

  const states = good(
    await scene.on('lvs01', 'touch /root/stop; sleep 1; cat /root/states'),
    'states',
  ).stdout;
  const seen = states.trim().split('\n').length;
  figure('bad-configurations-tried', tried.length, 'files', { atLeast: 31 });
  figure('bad-configurations-live', seen - 1, 'files', { atMost: 0 });
  assert.is(seen, 1, states);
  const { stdout } = await scene.on('client', 'touch /root/stop; sleep 1; sort /root/answers | uniq -c');
  assert.match(stdout, /^ *\d+ 200\n$/);
  await becomes(scene, healthy);
});

test("a word that the host's keepalived does not know is refused when the plan is made", async ({
  scene,
  inventory,
}) => {
  const root = new URL('../..', import.meta.url).pathname;
  const folder = join(scene.directory, 'newer');
  await cp(join(root, 'playbooks'), folder, { recursive: true });
  await cp(join(root, 'templates'), join(folder, 'templates'), { recursive: true });
  const template = join(folder, 'templates', 'keepalived', 'vrrp.hbs');
  const text = await readFile(template, 'utf8');
  await writeFile(
    template,
    text.replace('    version {{version}}\n', '    version {{version}}\n    auth_hmac sha256\n'),
  );
  const before = (await scene.on('lvs01', 'keepalived --version 2>&1 | head -1; sha256sum /etc/keepalived/*'))
    .stdout;
  assert.match(before, 'Keepalived v2.2.7');
  const plan = await scene.lvsform(
    'plan',
    '-p',
    join(folder, 'site.yml'),
    '--host',
    'lvs01',
    '-i',
    inventory,
  );
  assert.is.not(plan.code, 0);
  const said = `${plan.stdout}${plan.stderr}`;
  for (const word of ['auth_hmac', '2.4.0', '2.2.7']) assert.ok(said.includes(word), said);
  assert.is(
    (await scene.on('lvs01', 'keepalived --version 2>&1 | head -1; sha256sum /etc/keepalived/*')).stdout,
    before,
  );
});

test('the good configuration is still what is wanted', async ({ scene, inventory }) => {
  const plan = await scene.lvsform('plan', '-i', inventory, '--detailed-exitcode');
  assert.is(plan.code, 0, `${plan.stdout}\n${plan.stderr}`);
});

test.run();
