// timeout: 180 s
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { exit } from '../../src/model/problem.ts';
import { Fleet, planned, site } from '../engine/fleet.ts';
import { program } from '../program.ts';
import { unless } from '../transport/sshd.ts';

/** `init` on a terminal: a pseudo terminal of script(1), on which the answers are typed. */
const test = suite<{ directory: string }>('init by questions');
const root = new URL('../..', import.meta.url).pathname;
const noScript = spawnSync('script', ['--version']).status === 0 ? undefined : 'no script(1) of util-linux';
const onTerminal = unless(noScript, test);

/** Answers each question when it is asked; answers the exit code and all that was on the screen. */
async function typed(
  out: string,
  answers: readonly (readonly [question: RegExp, answer: string])[],
): Promise<{ readonly code: number | null; readonly screen: string }> {
  const self = [...program, 'init', '--out', out];
  const child = spawn('script', ['-q', '-e', '-c', self.map(word => `'${word}'`).join(' '), '/dev/null'], {
    cwd: root,
    env: { ...process.env, TERM: 'dumb', SHELL: '/bin/sh', NO_COLOR: '1' },
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  let screen = '';
  let read = 0;
  const left = [...answers];
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    screen += text;
    const [question, answer] = left[0] ?? [];
    const found = question?.exec(screen.slice(read));
    if (!found || answer === undefined) return;
    read = screen.length;
    left.shift();
    child.stdin.write(answer);
  });
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  });
  assert.equal(left, [], `asked for everything:\n${screen}`);
  return { code, screen };
}

test.before(context => {
  context.directory = mkdtempSync(join(tmpdir(), 'lvsform-questions-'));
});

test.after(({ directory }) => {
  rmSync(directory, { recursive: true, force: true });
});

onTerminal(
  'answers that are typed become an inventory that validates, and plans a whole cluster',
  async ({ directory }) => {
    const out = join(directory, 'typed.yml');
    const { code, screen } = await typed(out, [
      [/Name of the cluster \[web\]: $/, 'shop\r'],
      [/Directors .*: $/, 'lvs01=192.168.0.210/24 lvs02=192.168.0.211/24\r'],
      // What cannot be is told, and asked again; a slip of the finger is rubbed out.
      [/VIP, .*: $/, 'nowhere\r'],
      [/"nowhere" is no address: write 192\.168\.0\.240.*\s+VIP, .*: $/, '192.168.0.2499\x7f\x7f0\r'],
      [/Forwarding method.* \[DR\]: $/, '\r'],
      [/Real servers .*: $/, '\r'],
      [/Real servers .*: $/, 'web01=192.168.0.223/24 web02=192.168.0.224/24\r'],
      [/Port of the service \[80\]: $/, '8080\r'],
      [/Scheduler \[rr\]: $/, 'wrr\r'],
      [/Clients .*: $/, 'client=192.168.0.220/24\r'],
      [/Who logs in by SSH \[root\]: $/, 'admin\r'],
    ]);
    assert.is(code, exit.ok, screen);
    assert.match(screen, `wrote ${out}: look through it`);

    const validated = spawnSync(program[0], [program[1], 'validate', '-i', out], { encoding: 'utf8' });
    assert.is(validated.status, exit.ok, validated.stderr);

    const fleet = new Fleet(['lvs01', 'lvs02', 'web01', 'web02', 'client']);
    const run = await fleet.open(out, site);
    const changes = planned(run);
    await run.close();
    for (const change of [
      'web01 create address/lo/192.168.0.240/32',
      'lvs01 create file//etc/keepalived/keepalived.conf',
      'lvs02 create service/keepalived',
    ])
      assert.ok(changes.includes(change), `${change} is not among\n${changes.join('\n')}`);
    await fleet.up(out);
    const node = fleet.host('lvs01').state.files['/etc/keepalived/keepalived.conf'];
    const conf = node?.type === 'file' ? Buffer.from(node.bytes, 'base64').toString() : '';
    for (const words of [
      'virtual_server 192.168.0.240 8080',
      'lvs_sched wrr',
      'real_server 192.168.0.224 8080',
    ])
      assert.ok(conf.includes(words), `${words}: ${conf}`);
    const again = await fleet.open(out, site);
    assert.equal(planned(again), []);
    await again.close();
  },
);

onTerminal('Ctrl-C half-way ends it, and nothing is written', async ({ directory }) => {
  const out = join(directory, 'interrupted.yml');
  const { code, screen } = await typed(out, [
    [/Name of the cluster \[web\]: $/, '\r'],
    [/Directors .*: $/, '\x03'],
  ]);
  assert.is(code, exit.interrupted, screen);
  assert.not(existsSync(out));
});

test.run();
