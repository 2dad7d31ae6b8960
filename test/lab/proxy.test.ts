// timeout: 600 s
// runs: asked
// grace: 60 s
import { cp, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { RuleVerdict } from '../../src/verify/rule-judge.ts';
import { type Ended, events, Scene } from './scene.ts';
import { differences, snapshots } from './snapshot.ts';
import { good } from './verdicts.ts';

/** inventories/proxy.yml on real hosts: rules, a refused configuration, a reload under load. */
const test = suite<{ scene: Scene; inventory: string; blank: ReadonlyMap<string, string> }>('proxies');

const hosts = ['lvs01', 'proxy01', 'proxy02', 'app01', 'static01', 'client'];
const proxies = ['proxy01', 'proxy02'];
const root = new URL('../..', import.meta.url).pathname;
const own = '192.168.0.220';

const up = async (scene: Scene, inventory: string): Promise<Ended> =>
  good(await scene.lvsform('up', '--yes', '--no-verify', '-i', inventory), 'up');

const isInSync = async (scene: Scene, inventory: string) => {
  const plan = await scene.lvsform('plan', '-i', inventory, '--detailed-exitcode');
  assert.is(plan.code, 0, `${plan.stdout}\n${plan.stderr}`);
};

const rules = (stdout: string): readonly RuleVerdict[] =>
  events(stdout).flatMap(({ event, result }) => (event === 'verify.rule' ? [result as RuleVerdict] : []));

/** The page that the client gets for a URL by the VIP, with other words of curl's before it. */
const page = async (scene: Scene, url: string, ...words: readonly string[]): Promise<string> => {
  const place = url.replace(/^\//, '192.168.0.240/');
  const quoted = words.map(word => `'${word}'`).join(' ');
  const { stdout } = await scene.on(
    'client',
    `curl -sS -m 5 --connect-to ::192.168.0.240: -w '%{http_code}' ${quoted} 'http://${place}'`,
  );
  return stdout.trim().replace(/\s+/g, ' ');
};

/** 50 requests a second from the client while something is done; the rows that were no 200. */
const underLoad = async (scene: Scene, seconds: number, words: string, work: () => Promise<unknown>) => {
  const count = seconds * 50;
  const load = scene.on(
    'client',
    `curl -sS --http1.1 ${words} -m 5 --rate 50/s -o /dev/null -w '%{http_code} %{errormsg}\\n' 'http://192.168.0.240/?n=[1-${count}]' 2>/dev/null; :`,
  );
  await work();
  const { stdout } = await load;
  const rows = stdout.split('\n').filter(row => row !== '');
  assert.is(rows.length, count);
  return rows.filter(row => !row.startsWith('200'));
};

/** What runs and what lies on the disk: the master, its newest worker, the file. */
const state = async (scene: Scene): Promise<readonly string[]> => {
  const text =
    'systemctl show -p MainPID haproxy; pgrep -n -x haproxy; sha256sum /etc/haproxy/haproxy.cfg; stat -c %i /etc/haproxy/haproxy.cfg';
  return (await Promise.all(proxies.map(host => scene.on(host, text)))).map(({ stdout }) => stdout);
};

test.before(async context => {
  try {
    context.scene = await Scene.open('proxy-t');
    context.inventory = await context.scene.inventory('proxy');
    good(await context.scene.lvsform('lab', 'up', '-i', context.inventory), 'lab up');
    context.blank = await snapshots(context.scene, hosts);
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.stack : String(error)}\n`);
    await context.scene?.end();
    throw error;
  }
});

test.after(async ({ scene }) => {
  await scene.end();
});

test('up ends with a request for each rule, answered by its pool, which sees the client; then nothing is left to do', async ({
  scene,
  inventory,
}) => {
  good(await scene.lvsform('run', 'playbooks/pools.yml', '--yes', '-i', inventory), 'run pools.yml');
  const { stdout } = good(await scene.lvsform('up', '--yes', '--json', '-i', inventory), 'up');
  const verdicts = rules(stdout);
  assert.equal(
    verdicts.map(({ rule, expected, requests, answered, address, faults }) => [
      ...[rule, expected, requests, answered, address],
      ...faults,
    ]),
    [
      ['rule 1: app.example.org, *.apps.example.org', 'pool app', 4, 4, 'client'],
      ['rule 2: /api/...', 'pool app', 4, 4, 'client'],
      ['rule 3: old.example.org with /, /index.html', 'pool legacy', 4, 4, 'client'],
      ['what no rule takes', 'pool static', 2, 2, 'client'],
    ],
  );
  const seen = verdicts.map(({ servers }) => servers.reduce((sum, server) => sum + server.seen, 0));
  assert.equal(seen, [4, 4, 4, 2]);
  await isInSync(scene, inventory);
});

test("host and path decide, the pool sees the client's own address, whatever the client writes", async ({
  scene,
}) => {
  assert.is(await page(scene, 'APP.example.org:80/x?y=1'), `app01 app ${own} 200`);
  assert.is(await page(scene, 'a.b.apps.example.org/'), `app01 app ${own} 200`);
  assert.is(await page(scene, '/api'), `app01 app ${own} 200`);
  assert.match(await page(scene, '/apiary'), new RegExp(`^(static01|app01) static ${own} 200$`));
  assert.match(await page(scene, 'apps.example.org/'), /^(static01|app01) static/);
  assert.match(await page(scene, 'old.example.org/other'), /^(static01|app01) static/);
  assert.is(
    await page(scene, 'app.example.org/', '-H', 'X-Forwarded-For: 203.0.113.9'),
    `app01 app ${own} 200`,
  );
  // The PROXY protocol, not a header: nothing that the client writes has to do with it.
  assert.is(
    await page(scene, 'old.example.org/', '-H', 'X-Forwarded-For: 203.0.113.9'),
    `app01 legacy ${own} 200`,
  );
  assert.match(await page(scene, '/proxy-health'), /OK.* 200$/);
  assert.is.not(
    (await scene.on('static01', 'grep -c "GET /proxy-health" /var/log/nginx/access.log')).code,
    0,
  );
});

test('a configuration that HAProxy refuses never becomes live', async ({ scene, inventory }) => {
  const before = await state(scene);
  await cp(join(root, 'playbooks'), join(scene.directory, 'playbooks'), { recursive: true });
  await cp(join(root, 'templates'), join(scene.directory, 'playbooks', 'templates'), { recursive: true });
  const template = join(scene.directory, 'playbooks', 'templates', 'haproxy.cfg.hbs');
  const text = await readFile(template, 'utf8');
  await writeFile(template, text.replace('    retries 3\n', '    retries 3\n    nonsense on\n'));
  const site = join(scene.directory, 'playbooks', 'site.yml');
  const refused = await scene.lvsform('run', site, '--yes', '-i', inventory);
  assert.is(refused.code, 1, refused.stdout);
  assert.match(refused.stderr, '/etc/haproxy/haproxy.cfg is left as it was: haproxy refuses the new one');
  assert.equal(await state(scene), before);
  assert.match(await page(scene, 'app.example.org/'), /^app01 app/);
});

test('no request fails while a rule is changed, with a connection for each and with one for all', async ({
  scene,
  inventory,
}) => {
  const changed = await scene.inventory('proxy', text =>
    text.replace('path_prefix: /api,', 'path_prefix: /rest,'),
  );
  const before = await state(scene);
  assert.equal(await underLoad(scene, 20, "-H 'Connection: close'", () => up(scene, changed)), []);
  assert.match(await page(scene, '/rest/x'), /^app01 app/);
  assert.match(await page(scene, '/api'), /^(static01|app01) static/);
  assert.equal(await underLoad(scene, 20, '', () => up(scene, inventory)), []);
  assert.match(await page(scene, '/api'), /^app01 app/);
  const after = await state(scene);
  const master = (text = '') => text.split('\n')[0];
  assert.equal(after.map(master), before.map(master));
  assert.ok(after.every((text, index) => text !== before[index]));
});

test('a reload that fails, because a port is taken, is told; the old configuration goes on', async ({
  scene,
  inventory,
}) => {
  await scene.on('proxy02', 'systemd-run --quiet --unit=taken socat TCP-LISTEN:8000,reuseaddr,fork PIPE');
  const two = await scene.inventory('proxy', text =>
    text
      .replace('\nproxy:', '\n  inner: { vip: web, port: 8000, real_servers: [proxy01, proxy02] }\n\nproxy:')
      .replace('  pools:\n', '    inner: { port: 8000, default: app }\n  pools:\n'),
  );
  const failed = await scene.lvsform('up', '--yes', '--no-verify', '-i', two);
  assert.is(failed.code, 1, failed.stdout);
  assert.match(failed.stderr, 'HAProxy goes on with its old configuration');
  assert.match(failed.stderr, /cannot bind socket \(Address already in use\) for \[0\.0\.0\.0:8000\]/);
  assert.not.match((await scene.on('lvs01', 'ipvsadm -Ln')).stdout, ':8000');
  for (let at = 0; at < 4; at++) assert.match(await page(scene, 'app.example.org/'), /^app01 app/);
  await scene.on('proxy02', 'systemctl stop taken');
  await up(scene, inventory);
  await isInSync(scene, inventory);
});

test('a rule that does not do what it says is found by verify, its file by plan', async ({
  scene,
  inventory,
}) => {
  await scene.on(
    'proxy01',
    "sed -i 's/default_backend static/default_backend app/' /etc/haproxy/haproxy.cfg && systemctl reload haproxy && sleep 3",
  );
  const verify = await scene.lvsform('verify', '--json', '-i', inventory);
  assert.is(verify.code, 1);
  assert.equal(
    rules(verify.stdout).flatMap(({ rule, faults }) => faults.map(fault => `${rule}: ${fault}`)),
    ['what no rule takes: the proxies gave 1 of 2 answered requests to pool static, expected all'],
  );
  assert.is((await scene.lvsform('plan', '--detailed-exitcode', '-i', inventory)).code, 2);
  await up(scene, inventory);
  await isInSync(scene, inventory);
});

test('after down each host is as it was before the first up', async ({ scene, inventory, blank }) => {
  good(await scene.lvsform('down', '--yes', '-i', inventory), 'down');
  const left = differences(blank, await snapshots(scene, hosts));
  // Where the unit of Debian's package has systemd mount the log's socket; it goes with the package, which was here before.
  assert.equal(
    left.filter(
      line => !line.endsWith(' /var/lib/haproxy/dev/log') && !line.endsWith(' /var/lib/haproxy/dev/log '),
    ),
    [],
  );
});

test.run();
