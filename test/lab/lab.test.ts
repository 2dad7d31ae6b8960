// timeout: 600 s
// grace: 60 s
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, readdir, readFile, readlink, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import {
  execIn,
  freeze,
  type LabSpec,
  labDown,
  labNames,
  labStatus,
  labUp,
  openLab,
  plug,
  powerOff,
  powerOn,
  type RunningLab,
  reboot,
  sshArgv,
  thaw,
  unplug,
} from '../../src/lab/index.ts';

/** Three real hosts on two segments; the gateway is on both, and the others know only it. */
const spec: LabSpec = {
  name: `t${process.pid}`,
  hosts: [
    {
      name: 'client',
      nics: [{ name: 'eth0', addresses: ['10.8.1.2/24', '2001:db8:1::2/64'], segment: 'outside' }],
      defaultRoute: '10.8.1.1',
    },
    {
      name: 'gw',
      nics: [
        { name: 'eth0', addresses: ['10.8.1.1/24', '2001:db8:1::1/64'], segment: 'outside' },
        { name: 'eth1', addresses: ['10.8.2.1/24'], segment: 'inside' },
      ],
    },
    {
      name: 'rs',
      nics: [{ name: 'ens4', addresses: ['10.8.2.2/24'], segment: 'inside' }],
      defaultRoute: '10.8.2.1',
    },
  ],
};
const killed: LabSpec = { ...spec, name: `k${process.pid}` };
const upScript = fileURLToPath(new URL('up-script.ts', import.meta.url));

process.once('SIGTERM', () => {
  void Promise.allSettled([labDown(spec.name), labDown(killed.name)]).then(() => process.exit(143));
});

async function ssh(lab: RunningLab, host: string, ...command: string[]): Promise<string> {
  return output(lab, sshArgv(lab, host, command));
}

async function output(lab: RunningLab, argv: readonly string[]): Promise<string> {
  const child = execIn(lab, argv, { stdio: ['ignore', 'pipe', 'pipe'] });
  let text = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding('utf8').on('data', (part: string) => {
      text += part;
    });
  }
  const [code] = await once(child, 'close');
  if (code !== 0) throw new Error(`${argv.join(' ')} ended with ${code}: ${text}`);
  return text.trim();
}

async function lab(): Promise<RunningLab> {
  const found = await openLab(spec.name);
  if (found === undefined) throw new Error('the lab did not come up');
  return found;
}

/** What is left of a lab anywhere on this machine. */
async function remains(name: string): Promise<string[]> {
  const pids = (await readdir('/proc')).filter(entry => /^\d+$/.test(entry) && Number(entry) !== process.pid);
  // A console's reader has no arguments, but writes to a file of the lab's.
  const traces = await Promise.all(
    pids.flatMap(pid => [
      readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => ''),
      readlink(`/proc/${pid}/fd/1`).catch(() => ''),
    ]),
  );
  const paths = [`/run/netns/lvsform-${name}`, `/run/lvsform/lab/${name}`, `/var/lib/lvsform-lab/${name}`];
  return [
    ...traces.filter(trace => trace.includes(`/${name}/`)),
    ...[...paths, `/run/lvsform/lab/${name}.lock`].filter(existsSync),
  ];
}

test('three hosts come up and are who they say, by key and known_hosts alone', async () => {
  const lab = await labUp(spec);
  assert.equal(await Promise.all(spec.hosts.map(host => ssh(lab, host.name, 'hostname'))), [
    'client',
    'gw',
    'rs',
  ]);
  assert.is(await ssh(lab, 'rs', 'systemctl', 'is-system-running', '--wait'), 'running');
  assert.match(await ssh(lab, 'rs', 'ip', '-brief', 'address', 'show', 'ens4'), '10.8.2.2/24');
  const asUser = sshArgv(lab, 'rs').map(word => word.replace('root@', 'lab@'));
  assert.is(await output(lab, [...asUser, 'sudo', 'id', '-u']), '0');
});

test('a second up changes nothing and is quick', async () => {
  const before = await labStatus(spec.name);
  const told: string[] = [];
  await labUp(spec, { onProgress: event => told.push(event.text) });
  assert.equal(told, []);
  assert.equal(
    (await labStatus(spec.name))?.hosts.map(({ pid, state }) => [pid, state]),
    before?.hosts.map(({ pid }) => [pid, 'up']),
  );
  assert.ok((await labNames()).includes(spec.name));
});

test('a host that is defined otherwise is refused while the lab is up', async () => {
  const [client, gw, rs] = spec.hosts;
  const other = { ...spec, hosts: [client, gw, { ...rs, defaultRoute: '10.8.2.9' }] } as LabSpec;
  const refusal = await labUp(other).then(String, (error: Error) => error.message);
  assert.match(refusal, 'is up with other hosts');
});

test('the machine itself has no part in the lab', async () => {
  assert.not.match(await readFile('/proc/net/dev', 'utf8'), /gw\.eth|br\.inside/);
  assert.not.match(await readFile('/proc/net/route', 'utf8'), /\b000208 0A/);
});

test('packages install without a network, and iptables is the one that this kernel has', async () => {
  const running = await lab();
  const install = (...names: string[]) => [
    'DEBIAN_FRONTEND=noninteractive',
    'apt-get',
    '-qy',
    'install',
    ...names,
  ];
  await Promise.all([
    ssh(running, 'gw', ...install('ipvsadm', 'keepalived', 'iptables')),
    ssh(running, 'rs', ...install('nginx-light')),
    ssh(running, 'client', ...install('curl')),
  ]);
  assert.match(await ssh(running, 'gw', 'iptables', '--version'), 'legacy');
  await ssh(running, 'gw', 'modprobe', 'ip_vs');
  const schedulers = 'rr wrr lc wlc lblc lblcr dh sh sed nq fo ovf mh'
    .split(' ')
    .map(name => `ip_vs_${name}`);
  await ssh(running, 'gw', 'modprobe', '--all', ...schedulers);
});

test('iptables stays the right one when it is removed and installed again', async () => {
  const running = await lab();
  await ssh(running, 'gw', 'apt-get', '-qy', 'purge', 'iptables');
  await ssh(running, 'gw', 'apt-get', '-qy', 'install', 'iptables');
  assert.match(await ssh(running, 'gw', 'iptables', '--version'), 'legacy');
});

test('a gateway forwards, by DNAT and by IPVS, and large transfers arrive whole', async () => {
  const running = await lab();
  await ssh(running, 'gw', 'sysctl', '-qw', 'net.ipv4.ip_forward=1', 'net.ipv4.vs.conntrack=1');
  await ssh(running, 'client', 'ping', '-c1', '-W5', '10.8.2.2');
  const dnat = '-t nat -A PREROUTING -d 10.8.1.1 -p tcp --dport 8080 -j DNAT --to-destination 10.8.2.2:80';
  await ssh(running, 'gw', 'iptables', ...dnat.split(' '));
  await ssh(running, 'gw', 'iptables', ...'-t nat -A POSTROUTING -o eth1 -j MASQUERADE'.split(' '));
  await ssh(running, 'gw', 'ipvsadm', ...'-A -t 10.8.1.1:80 -s rr'.split(' '));
  await ssh(running, 'gw', 'ipvsadm', ...'-a -t 10.8.1.1:80 -r 10.8.2.2:80 -m'.split(' '));
  await ssh(running, 'rs', 'head -c 20000000 /dev/urandom >/var/www/html/large');
  const sum = (await ssh(running, 'rs', 'sha256sum </var/www/html/large')).trim();
  for (const port of [8080, 80]) {
    const fetched = `curl --silent --fail --max-time 60 http://10.8.1.1:${port}/large | sha256sum`;
    assert.is(await ssh(running, 'client', fetched), sum, `port ${port}`);
  }
  assert.match(await ssh(running, 'client', 'ping', '-c1', '-W5', '2001:db8:1::1'), '1 received');
});

test('a reboot comes back with what was set up before it', async () => {
  const running = await lab();
  await ssh(running, 'rs', 'echo ip_vs_wrr >/etc/modules-load.d/lab.conf; echo changed >/etc/hostname; sync');
  const bootId = await ssh(running, 'rs', 'cat', '/proc/sys/kernel/random/boot_id');
  await reboot(running, ['rs', 'gw']);
  await ssh(running, 'gw', 'sysctl', '-qw', 'net.ipv4.ip_forward=1');
  assert.is.not(await ssh(running, 'rs', 'cat', '/proc/sys/kernel/random/boot_id'), bootId);
  assert.is(await ssh(running, 'rs', 'cat', '/etc/hostname'), 'changed');
  assert.match(await ssh(running, 'rs', 'lsmod'), 'ip_vs_wrr');
  assert.match(await ssh(running, 'client', 'curl', '-sI', '--max-time', '10', 'http://10.8.2.2/'), '200 OK');
});

test('hosts freeze and thaw, lose power and cables, and get them back', async () => {
  const running = await lab();
  const answers = () =>
    ssh(running, 'gw', 'ping', '-c1', '-W1', '10.8.2.2').then(
      () => true,
      () => false,
    );
  // A busy machine may take a while until a thawed host has caught up.
  const answersAgain = async () => {
    for (let tries = 0; tries < 20; tries += 1) if (await answers()) return true;
    return false;
  };
  await freeze(running, 'rs');
  assert.is((await labStatus(spec.name))?.hosts[2]?.state, 'frozen');
  assert.not(await answers());
  await thaw(running, 'rs');
  assert.ok(await answersAgain());
  // What rs sends all the time meets a cable that is gone.
  await ssh(running, 'rs', 'systemd-run', '--quiet', 'ping', '-q', '-i', '0.1', '10.8.2.1');
  await unplug(running, 'rs', 'ens4');
  await sleep(3000);
  assert.not(await answers());
  await plug(running, 'rs', 'ens4');
  assert.ok(await answersAgain());
  await powerOff(running, 'rs');
  assert.is((await labStatus(spec.name))?.hosts[2]?.state, 'off');
  assert.not(await answers());
  await powerOn(running, 'rs');
  assert.is(await ssh(running, 'rs', 'cat', '/etc/hostname'), 'changed');
});

test('up boots what is off', async () => {
  const running = await lab();
  await powerOff(running, 'client');
  const told: string[] = [];
  await labUp(spec, { onProgress: event => told.push(`${event.host} ${event.text.split(' ')[0]}`) });
  assert.equal(told, ['client booting', 'client up']);
});

test('down leaves nothing, and again finds nothing', async () => {
  const report = await labDown(spec.name);
  assert.ok(report.existed);
  await sleep(200);
  assert.equal(await remains(spec.name), []);
  assert.equal(await labDown(spec.name), { name: spec.name, existed: false, processes: 0 });
  assert.is(await labStatus(spec.name), undefined);
});

/** Kills a `lab up` by SIGKILL as soon as it says something, and what its down leaves. */
async function killedAt(told: RegExp, env: NodeJS.ProcessEnv): Promise<string[]> {
  const child = spawn(process.execPath, ['--import', 'tsx', upScript, JSON.stringify(killed)], {
    env,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let reached = false;
  for await (const line of createInterface({ input: child.stdout })) {
    if (!told.test(line)) continue;
    reached = true;
    child.kill('SIGKILL');
  }
  await labDown(killed.name);
  await sleep(200);
  assert.ok(reached, `an up never said ${told}`);
  return remains(killed.name);
}

test('a lab up that is killed among its boots leaves nothing after a down', async () => {
  assert.equal(await killedAt(/rs booting/, process.env), []);
});

test('a lab up that is killed in building its image leaves no build behind', async () => {
  const cache = await mkdtemp(join(tmpdir(), 'lvsform-cache-'));
  const before = process.env['LVSFORM_CACHE'];
  process.env['LVSFORM_CACHE'] = cache;
  try {
    assert.equal(await killedAt(/installing remaining packages/, process.env), []);
    assert.equal(await readdir(join(cache, 'lab')), ['lock']);
  } finally {
    if (before === undefined) delete process.env['LVSFORM_CACHE'];
    else process.env['LVSFORM_CACHE'] = before;
    await rm(cache, { recursive: true, force: true });
  }
});

test.after(async () => {
  await labDown(spec.name);
  await labDown(killed.name);
});

test.run();
