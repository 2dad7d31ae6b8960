// timeout: 120 s
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { copyFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { loadInventory } from '../../src/config/inventory.ts';
import { renderedText } from './rendered.ts';
import { isHere } from './stage.ts';

/**
 * The directors of inventories/active-active.yml, as namespaces of this machine. The lab's kernel tells nobody of
 * processes (CONFIG_PROC_EVENTS), and this machine's may: a director whose SNMP agent is gone is the lesser one.
 */
const test = suite('track_process');

const root = new URL('../..', import.meta.url).pathname;
const directory = mkdtempSync(join(tmpdir(), 'lvsform-track-'));
const names = { lvs01: 'lvsform-track-1', lvs02: 'lvsform-track-2' } as const;
type Name = keyof typeof names;
/** Stands for snmpd, which this machine may have itself. */
const followed = 'lvsf-snmpd';
const running: ChildProcess[] = [];

const network = `set -e
for n in "$1" "$2"; do ip netns add "$n"; ip -n "$n" link set lo up; done
for nic in eth0 eth1; do
  ip -n "$1" link add "$nic" type veth peer name "$nic" netns "$2"
  for n in "$1" "$2"; do ip -n "$n" link set "$nic" up; done
done
for at in "$1 192.168.0.210/24 10.9.0.1/24" "$2 192.168.0.211/24 10.9.0.2/24"; do
  set -- $at
  ip -n "$1" addr add "$2" dev eth0
  ip -n "$1" addr add "$3" dev eth1
done`;

const forget = (): void => {
  for (const name of Object.values(names)) spawnSync('ip', ['netns', 'delete', name]);
};

const why =
  process.getuid?.() !== 0 || !isHere('keepalived') || !isHere('ip')
    ? 'it takes root, keepalived and ip'
    : spawnSync('sh', ['-c', 'zcat /proc/config.gz || cat "/boot/config-$(uname -r)"'])
          .stdout.toString()
          .includes('CONFIG_PROC_EVENTS=y')
      ? undefined
      : 'this kernel tells nobody of processes';

/** The rendered configuration, in a namespace; without what takes IPVS or programs that are not here. */
const start = async (name: Name): Promise<void> => {
  const { cluster } = await loadInventory(join(root, 'inventories', 'active-active.yml'));
  const [, version] = /v(\d+\.\d+\.\d+)/.exec(spawnSync('keepalived', ['--version']).stderr.toString()) ?? [];
  const text = renderedText(cluster, name, 'keepalived.conf', version)
    .replace('process snmpd\n', `process ${followed}\n`)
    .replace(/^ *(lvs_sync_daemon|notify\w*|enable_snmp\w*) .*\n/gm, '')
    .replace(/^ *enable_snmp\w*\n/gm, '')
    .replace(/^ {4}track_script \{\n[^}]*\}\n/gm, '')
    .replace(/^vrrp_script [^}]*\}\n/gm, '');
  assert.match(text, /track_process \{\n *snmpd weight -60\n/);
  // lvs02 is on the same machine, so it would lose its process, too.
  const own = name === 'lvs01' ? text : text.replace(/^ {4}track_process \{\n[^}]*\}\n/gm, '');
  const file = join(directory, `${name}.conf`);
  writeFileSync(file, `net_namespace ${names[name]}\n${own}`);
  const pids = ['-p', `${file}.pid`, '-r', `${file}.vrrp`];
  const daemon = spawn('keepalived', ['--vrrp', '--dont-fork', '--log-console', '-D', '-f', file, ...pids], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  for (const stream of [daemon.stdout, daemon.stderr])
    stream?.setEncoding('utf8').on('data', (part: string) => {
      log += part;
    });
  running.push(daemon);
};

let log = '';

const carries = (name: Name): boolean =>
  spawnSync('ip', ['-n', names[name], '-o', 'addr', 'show']).stdout.toString().includes(' 192.168.0.240/');

const becomes = async (carrier: Name): Promise<void> => {
  const other = carrier === 'lvs01' ? 'lvs02' : 'lvs01';
  for (const deadline = Date.now() + 40_000; !carries(carrier) || carries(other); ) {
    if (Date.now() > deadline) throw new Error(`${carrier} does not carry the VIP alone\n${log}`);
    await new Promise(resolve => setTimeout(resolve, 200));
  }
};

/** A process of the followed name. */
const agent = (): ChildProcess => {
  const child = spawn(join(directory, followed), ['300'], { stdio: 'ignore' });
  running.push(child);
  return child;
};

test.after(async () => {
  const over = running
    .filter(child => child.exitCode === null && child.signalCode === null)
    .map(child => new Promise(resolve => child.once('exit', resolve)));
  for (const child of running) child.kill('SIGTERM');
  await Promise.all(over);
  forget();
  rmSync(directory, { recursive: true, force: true });
});

(why === undefined ? test : test.skip)(
  `a director whose process is gone gives its VIP to the other one, and takes it back${why === undefined ? '' : ` (SKIPPED: ${why})`}`,
  async () => {
    forget();
    const made = spawnSync('sh', ['-c', network, 'sh', names.lvs01, names.lvs02]);
    assert.is(made.status, 0, made.stderr.toString());
    copyFileSync('/bin/sleep', join(directory, followed));
    const first = agent();
    await start('lvs01');
    await start('lvs02');
    await becomes('lvs01');
    first.kill('SIGKILL');
    await becomes('lvs02');
    agent();
    await becomes('lvs01');
  },
);

test.run();
