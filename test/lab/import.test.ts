// timeout: 700 s
// grace: 60 s
import type { spawn } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { execIn } from '../../src/lab/index.ts';
import type { Change } from '../../src/model/change.ts';
import { program } from '../program.ts';
import { type Ended, Scene } from './scene.ts';
import { good } from './verdicts.ts';

/** `init` begins a cluster, and `import live` takes over one that was made by hand: keepalived, two directors, DR. */
const test = suite<{ scene: Scene; first: string; taken: string }>('import');

const root = new URL('../..', import.meta.url).pathname;
const name = 't-import';

const keepalivedConf = (state: string, priority: number) => `global_defs {
    router_id LVS_DEVEL
}
vrrp_instance VI_1 {
    state ${state}
    interface eth0
    virtual_router_id 51
    priority ${priority}
    advert_int 1
    authentication {
        auth_type PASS
        auth_pass 1111
    }
    virtual_ipaddress {
        192.168.0.240/24 dev eth0
    }
}
virtual_server 192.168.0.240 80 {
    delay_loop 6
    lb_algo rr
    lb_kind DR
    protocol TCP
    real_server 192.168.0.223 80 {
        weight 1
        TCP_CHECK {
            connect_timeout 3
        }
    }
    real_server 192.168.0.224 80 {
        weight 1
        TCP_CHECK {
            connect_timeout 3
        }
    }
}
`;

const byHand = `sysctl -qw net.ipv4.conf.all.arp_ignore=1 net.ipv4.conf.all.arp_announce=2 net.ipv4.conf.lo.arp_ignore=1 net.ipv4.conf.lo.arp_announce=2
ip addr add 192.168.0.240/32 dev lo label lo:240`;

/** Imports from inside the lab's network, with its key, as a user at a host of that network would. */
async function imported(scene: Scene, out: string): Promise<Ended> {
  const lab = await scene.lab();
  const words = ['--host', '192.168.0.210', '--host', '192.168.0.211', '--user', 'root', '--name', name];
  const keys = ['--identity', lab.identityFile, '--known-hosts', lab.knownHostsFile, '--out', out];
  const child = execIn(lab, [...program, 'import', 'live', ...words, ...keys], {
    cwd: root,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  return ended(child);
}

function ended(child: ReturnType<typeof spawn>): Promise<Ended> {
  let [stdout, stderr] = ['', ''];
  child.stdout?.setEncoding('utf8').on('data', (text: string) => {
    stdout += text;
  });
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
  });
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', code => resolve({ code: code ?? -1, stdout, stderr }));
  });
}

/** What was written, made an inventory of the lab. */
async function inLab(file: string): Promise<void> {
  const text = await readFile(file, 'utf8');
  await writeFile(file, text.replace(`name: ${name}\n`, `name: ${name}\nlab: { preinstalled: true }\n`));
}

async function changes(scene: Scene, inventory: string): Promise<readonly string[]> {
  const { stdout } = good(await scene.lvsform('plan', '--format', 'json', '-i', inventory), 'plan');
  const { hosts } = JSON.parse(stdout) as { hosts: { host: string; changes: Change[] }[] };
  return hosts.flatMap(({ host, changes }) =>
    changes.map(({ action, address }) => `${host} ${action} ${address}`),
  );
}

test.before(async context => {
  process.env['VRRP_PASS'] = '1111';
  context.scene = await Scene.open(name);
  context.first = join(context.scene.directory, 'first.yml');
  context.taken = join(context.scene.directory, 'taken.yml');
});

test.after(async ({ scene }) => {
  await scene.end();
});

test('init writes an inventory that boots as a lab', async ({ scene, first }) => {
  const directors = ['--director', 'lvs01=192.168.0.210/24', '--director', 'lvs02=192.168.0.211/24'];
  const servers = ['--real-server', 'web01=192.168.0.223/24', '--real-server', 'web02=192.168.0.224/24'];
  const rest = ['--client', 'client=192.168.0.220/24', '--vip', '192.168.0.240/24', '--lab', '--yes'];
  good(
    await scene.lvsform('init', '--out', first, '--name', name, ...directors, ...servers, ...rest),
    'init',
  );
  const again = await scene.lvsform(
    'init',
    '--out',
    first,
    '--name',
    name,
    ...directors,
    ...servers,
    ...rest,
  );
  assert.is(again.code, 64);
  await writeFile(first, (await readFile(first, 'utf8')).replace('lab: {}', 'lab: { preinstalled: true }'));
  good(await scene.lvsform('lab', 'up', '-i', first), 'lab up');
});

test('import live writes an inventory of what was made by hand, without its password', async ({
  scene,
  first,
  taken,
}) => {
  good(await scene.lvsform('run', 'playbooks/web.yml', '--yes', '-i', first), 'web.yml');
  for (const [host, state, priority] of [
    ['lvs01', 'MASTER', 150],
    ['lvs02', 'BACKUP', 100],
  ] as const) {
    const text = keepalivedConf(state, priority);
    good(
      await scene.on(
        host,
        `cat > /etc/keepalived/keepalived.conf <<'END'\n${text}END\nsystemctl restart keepalived`,
      ),
      host,
    );
  }
  for (const host of ['web01', 'web02']) good(await scene.on(host, byHand), host);
  good(await imported(scene, taken), 'import live');
  const text = await readFile(taken, 'utf8');
  assert.not.match(text, '1111');
  assert.match(text, 'web01: { weight: 1 }');
  await inLab(taken);
});

test('its plan names what it would normalise: texts of files, units, settings that persist; nothing live goes', async ({
  scene,
  taken,
}) => {
  const found = await changes(scene, taken);
  assert.ok(found.includes('lvs01 update file//etc/keepalived/keepalived.conf'), found.join('\n'));
  assert.equal(
    found.filter(text => / (delete|replace) /.test(text)),
    [],
  );
  assert.equal(
    found.filter(text => / (address|virtual-server)\//.test(text)),
    [],
  );
});

test('up takes the cluster over while a client loses nothing; then the import of what it made plans nothing', async ({
  scene,
  taken,
}) => {
  const load = scene.on(
    'client',
    `curl -sS --http1.1 -H 'Connection: close' -m 2 --rate 20/s -o /dev/null -w '%{http_code}\\n' 'http://192.168.0.240/?n=[1-500]' 2>/dev/null; :`,
  );
  good(await scene.lvsform('up', '--yes', '--no-verify', '-i', taken), 'up');
  const rows = (await load).stdout.split('\n').filter(row => row !== '');
  assert.is(rows.length, 500);
  assert.equal(
    rows.filter(row => row !== '200'),
    [],
  );
  assert.equal(await changes(scene, taken), []);
  const again = join(scene.directory, 'again.yml');
  good(await imported(scene, again), 'import live');
  await inLab(again);
  assert.equal(await changes(scene, again), []);
});

test.run();
