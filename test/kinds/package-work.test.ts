// timeout: 240 s
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { file } from '../../src/kinds/file.ts';
import { packageKind } from '../../src/kinds/package.ts';
import type { Command } from '../../src/model/command.ts';

/** Steps about packages, and a disk that is full, for real: a mount namespace in which this machine's folders are overlays. */
const test = suite('package work, for real');

const place = mkdtempSync(join(tmpdir(), 'lvsform-packages-'));

/** Packages of the test's own, which a slow or a failing script makes worth testing; and an apt that knows one of them. */
const prepare = `set -e
place=$1
mkdir -p "$place/disk"
mount -t tmpfs -o size=300m tmpfs "$place/disk"
for folder in etc usr var; do
  mkdir -p "$place/disk/$folder/up" "$place/disk/$folder/work"
  mount -t overlay overlay -o "lowerdir=/$folder,upperdir=$place/disk/$folder/up,workdir=$place/disk/$folder/work" "/$folder"
done
make() {
  mkdir -p "$place/disk/$1/DEBIAN"
  printf 'Package: %s\\nVersion: 1\\nArchitecture: all\\nMaintainer: nobody <a@example.org>\\nDescription: of a test\\n' "$1" >"$place/disk/$1/DEBIAN/control"
  printf '#!/bin/sh\\n%s\\n' "$2" >"$place/disk/$1/DEBIAN/postinst"
  chmod 0755 "$place/disk/$1/DEBIAN/postinst"
  dpkg-deb --root-owner-group --build "$place/disk/$1" "$place/disk/$1.deb" >/dev/null
}
make lvsform-slow 'echo $$ >/etc/lvsform-slow; [ -e /etc/lvsform-quick ] || sleep "$(cat /etc/lvsform-sleep)"'
make lvsform-plain 'exit 0'
cd "$place/disk"
{ cat lvsform-plain/DEBIAN/control; printf 'Filename: ./lvsform-plain.deb\\nSize: %s\\nSHA256: %s\\n' "$(stat -c %s lvsform-plain.deb)" "$(sha256sum lvsform-plain.deb | cut -d ' ' -f 1)"; } >Packages
rm -rf /etc/apt/sources.list /etc/apt/sources.list.d
mkdir /etc/apt/sources.list.d
echo "deb [trusted=yes] file:$place/disk ./" >/etc/apt/sources.list
printf 'APT::Sandbox::User "root";\\n' >/etc/apt/apt.conf.d/99test
rm -f /usr/sbin/policy-rc.d
apt-get -q update >/dev/null 2>&1
echo ready
exec sleep 600
`;

let inside: ChildProcess | undefined;

function run(text: string) {
  const argv = ['-t', String(inside?.pid), '-m', 'sh', '-c', text];
  return spawnSync('nsenter', argv, { encoding: 'utf8' });
}

function act({ argv, stdin = '' }: Command) {
  const words = ['-t', String(inside?.pid), '-m', ...argv];
  const { status, stdout, stderr } = spawnSync('nsenter', words, { input: stdin, encoding: 'utf8' });
  return { code: status ?? -1, stdout, stderr };
}

const [settle, install] = packageKind.move({ name: 'lvsform-plain' }, undefined, { installed: true });
const here = process.getuid?.() === 0 && spawnSync('dpkg-deb', ['--version']).status === 0;

test.before(async () => {
  if (!here) return;
  inside = spawn('unshare', ['--mount', '--propagation', 'private', 'sh', '-c', prepare, 'sh', place], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const child = inside;
  await new Promise<void>((resolve, reject) => {
    child.stdout?.once('data', () => resolve());
    child.once('exit', () => reject(new Error('the namespace cannot be made')));
  });
});

test.after(async () => {
  if (inside !== undefined) {
    const gone = new Promise(resolve => inside?.once('exit', resolve));
    inside.kill('SIGKILL');
    await gone;
  }
  rmSync(place, { recursive: true, force: true });
});

const status = (name: string) => run(`dpkg-query -W -f '\${db:Status-Status}' ${name}`).stdout;

/** Has dpkg work at a package for some seconds; answers that dpkg. */
async function busyFor(seconds: number): Promise<ChildProcess> {
  run(`rm -f /etc/lvsform-slow /etc/lvsform-quick; echo ${seconds} >/etc/lvsform-sleep`);
  const argv = ['-t', String(inside?.pid), '-m', 'dpkg', '-i', join(place, 'disk', 'lvsform-slow.deb')];
  const dpkg = spawn('nsenter', argv, { stdio: 'ignore' });
  while (run('test -e /etc/lvsform-slow').status !== 0) await sleep(100);
  return dpkg;
}

const real = here ? test : test.skip;

real('other package work is waited for', async () => {
  assert.ok(settle && install);
  const dpkg = await busyFor(5);
  const ended = new Promise(resolve => dpkg.once('exit', resolve));
  const since = performance.now();
  assert.equal(act(settle), { code: 0, stdout: '', stderr: '' });
  assert.ok(performance.now() - since > 3000);
  await ended;
  assert.is(act(install).code, 0);
  assert.is(status('lvsform-plain'), 'installed');
  run('dpkg --purge lvsform-plain lvsform-slow');
});

real('a dpkg that was killed is finished, and that is a step of its own', async () => {
  assert.ok(settle && install);
  const dpkg = await busyFor(600);
  const ended = new Promise(resolve => dpkg.once('exit', resolve));
  dpkg.kill('SIGKILL');
  await ended;
  const script = Number(run('cat /etc/lvsform-slow').stdout);
  for (const child of spawnSync('pgrep', ['-P', String(script)], { encoding: 'utf8' }).stdout.split('\n'))
    if (child !== '') process.kill(Number(child), 'SIGKILL');
  run('touch /etc/lvsform-quick');
  assert.is(status('lvsform-slow'), 'half-configured');
  assert.match(settle.label ?? '', 'finish what was interrupted');
  assert.equal(act(settle), { code: 0, stdout: '', stderr: '' });
  assert.is(status('lvsform-slow'), 'installed');
  assert.is(run('test -e /usr/sbin/policy-rc.d').status, 1, 'nothing of ours is left');
  assert.is(act(install).code, 0);
  run('dpkg --purge lvsform-plain lvsform-slow');
});

real('who holds the lock for ever is named after a minute', async () => {
  assert.ok(settle);
  const dpkg = await busyFor(600);
  const since = performance.now();
  const { code, stderr } = act(settle);
  const seconds = (performance.now() - since) / 1000;
  assert.is(code, 1);
  assert.ok(seconds > 55 && seconds < 100, `${seconds} s`);
  assert.match(
    stderr,
    new RegExp(`lock-frontend is held by process ${dpkg.pid} \\(dpkg -i .*lvsform-slow.deb`),
  );
  const script = Number(run('cat /etc/lvsform-slow').stdout);
  for (const child of spawnSync('pgrep', ['-P', String(script)], { encoding: 'utf8' }).stdout.split('\n'))
    if (child !== '') process.kill(Number(child), 'SIGKILL');
});

real('a disk that is full: the old file stays, no other is left beside it, and the error says so', () => {
  run('mkdir -p /etc/full && mount -t tmpfs -o size=64k tmpfs /etc/full && echo old >/etc/full/app.conf');
  const own = { owner: 'root', group: 'root', mode: '0644' };
  const from = { content: 'old\n', ...own };
  const big = 'x'.repeat(100_000);
  writeFileSync(join(place, 'big'), big);
  const [step] = file.move({ path: '/etc/full/app.conf' }, from, { content: big, ...own });
  assert.ok(step);
  const { code, stderr } = act(step);
  assert.is(code, 1);
  assert.match(stderr, 'No space left on device');
  assert.is(run('cat /etc/full/app.conf').stdout, 'old\n');
  assert.is(run('ls -A /etc/full').stdout, 'app.conf\n');
});

test.run();
