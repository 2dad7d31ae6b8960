// timeout: 900 s
// runs: asked
// grace: 60 s
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { execIn } from '../../src/lab/index.ts';
import type { Change } from '../../src/model/change.ts';
import { program } from '../program.ts';
import { Scene } from './scene.ts';
import { good, mustBeInSync } from './verdicts.ts';

/** `import live` of a director whose table was made by ipvsadm, without keepalived; and `import ansible` of the same hosts. */
const test = suite<{ scene: Scene; first: string }>('import of a table');

const root = new URL('../..', import.meta.url).pathname;
const name = 't-table';

const byHand: Readonly<Record<string, string>> = {
  lvs01: `ip addr add 192.168.0.240/32 dev eth0 label eth0:240
modprobe ip_vs
ipvsadm -A -t 192.168.0.240:80 -s wrr
ipvsadm -a -t 192.168.0.240:80 -r 192.168.0.223 -g -w 1
ipvsadm -a -t 192.168.0.240:80 -r 192.168.0.224 -g -w 3
ipvsadm -A -t 192.168.0.240:8080 -s rr -p 300
ipvsadm -a -t 192.168.0.240:8080 -r 192.168.0.223 -g -w 1 -x 100 -y 50
ipvsadm --set 900 60 120
arping -U -c 3 -I eth0 192.168.0.240 >/dev/null; :`,
  web01: `sysctl -qw net.ipv4.conf.all.arp_ignore=1 net.ipv4.conf.all.arp_announce=2 net.ipv4.conf.lo.arp_ignore=1 net.ipv4.conf.lo.arp_announce=2
ip addr add 192.168.0.240/32 dev lo label lo:240`,
};

const changes = async (scene: Scene, inventory: string): Promise<readonly string[]> => {
  const { stdout } = good(await scene.lvsform('plan', '--format', 'json', '-i', inventory), 'plan');
  const { hosts } = JSON.parse(stdout) as { hosts: { host: string; changes: Change[] }[] };
  return hosts.flatMap(({ host, changes }) =>
    changes.map(({ action, address }) => `${host} ${action} ${address}`),
  );
};

/** Imports from inside the lab's network, with its key. */
const imported = async (scene: Scene, out: string): Promise<void> => {
  const lab = await scene.lab();
  const words = ['import', 'live', '--host', '192.168.0.210', '--user', 'root', '--name', name];
  const keys = ['--identity', lab.identityFile, '--known-hosts', lab.knownHostsFile, '--out', out];
  const self = [...program, ...words, ...keys];
  const child = execIn(lab, self, { cwd: root, stdio: ['ignore', 'ignore', 'pipe'] });
  let said = '';
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    said += text;
  });
  const code = await new Promise(resolve => child.once('close', resolve));
  assert.is(code, 0, said);
};

/** What was written, as an inventory of the lab, with its client. */
const inLab = async (file: string): Promise<void> => {
  const text = await readFile(file, 'utf8');
  const client = 'hosts:\n  client:\n    roles: [client]\n    interfaces: { eth0: 192.168.0.220/24 }\n';
  await writeFile(
    file,
    text
      .replace(`name: ${name}\n`, `name: ${name}\nlab: { preinstalled: true }\n`)
      .replace(/^hosts:\n/m, client),
  );
};

test.before(async context => {
  try {
    context.scene = await Scene.open(name);
    const { scene } = context;
    const [ini, file] = [join(scene.directory, 'hosts.ini'), join(scene.directory, 'first.yml')];
    context.first = file;
    await writeFile(
      ini,
      `[directors]
lvs01 ansible_host=192.168.0.210

[real_servers]
web01 ansible_host=192.168.0.223
web02 ansible_host=192.168.0.224

[clients]
client ansible_host=192.168.0.220

[all:vars]
ansible_user=root
`,
    );
    good(
      await scene.lvsform(
        'import',
        'ansible',
        ini,
        '--name',
        name,
        '--vip',
        '192.168.0.240/24',
        '--out',
        file,
      ),
      'import ansible',
    );
    const text = await readFile(file, 'utf8');
    await writeFile(file, text.replace(`name: ${name}\n`, `name: ${name}\nlab: { preinstalled: true }\n`));
    good(await scene.lvsform('lab', 'up', '-i', file), 'lab up');
    good(await scene.lvsform('run', 'playbooks/web.yml', '--yes', '-i', file), 'web.yml');
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.stack : String(error)}\n`);
    await context.scene?.end();
    throw error;
  }
});

test.after(async ({ scene }) => {
  await scene.end();
});

test('what was read of an Ansible inventory stands up, is verified, and goes again', async ({
  scene,
  first,
}) => {
  good(await scene.lvsform('up', '--yes', '-i', first), 'up');
  await mustBeInSync(scene, first);
  good(await scene.lvsform('down', '--yes', '-p', 'playbooks/site.yml', '-i', first), 'down');
});

test('a table made by hand is taken over: nothing of it changes, and no client loses a request', async ({
  scene,
}) => {
  for (const host of ['lvs01', 'web01', 'web02'])
    good(await scene.on(host, byHand[host] ?? byHand['web01'] ?? ''), host);
  const table = async () => (await scene.on('lvs01', 'ipvsadm -Sn; ipvsadm -L --timeout')).stdout;
  const before = await table();
  const taken = join(scene.directory, 'taken.yml');
  await imported(scene, taken);
  const text = await readFile(taken, 'utf8');
  for (const word of [
    'mode: static',
    'scheduler: wrr',
    'weight: 3',
    'persistence: 300',
    'upper_threshold: 100',
  ])
    assert.match(text, word);
  await inLab(taken);
  const found = await changes(scene, taken);
  assert.equal(
    found.filter(each => / (delete|replace) | (address|virtual-server|ipvs-timeouts)\//.test(each)),
    [],
  );
  const load = scene.on(
    'client',
    `curl -sS --http1.1 -H 'Connection: close' -m 3 --rate 20/s -o /dev/null -w '%{http_code}\\n' 'http://192.168.0.240/?n=[1-400]' 2>/dev/null; :`,
  );
  good(await scene.lvsform('up', '--yes', '--no-verify', '-i', taken), 'up');
  const rows = (await load).stdout.split('\n').filter(row => row !== '');
  assert.is(rows.length, 400);
  assert.equal(
    rows.filter(row => row !== '200'),
    [],
  );
  assert.is(await table(), before);
  await mustBeInSync(scene, taken);
  const again = join(scene.directory, 'again.yml');
  await imported(scene, again);
  await inLab(again);
  assert.equal(await changes(scene, again), []);
});

test.run();
