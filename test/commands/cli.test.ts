// timeout: 180 s
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { Input } from '../../src/commands/command.ts';
import { confirm } from '../../src/commands/confirm.ts';
import { commands } from '../../src/commands/table.ts';
import { Problem } from '../../src/model/problem.ts';
import { program } from '../program.ts';

const root = new URL('../..', import.meta.url).pathname;

function lvsform(args: readonly string[], env: NodeJS.ProcessEnv = {}) {
  const { status, stdout, stderr } = spawnSync(program[0], [program[1], ...args], {
    cwd: root,
    encoding: 'utf8',
    env: { ...process.env, NO_COLOR: '1', ...env },
    input: '',
  });
  return { code: status, stdout, stderr };
}

const test = suite<{ directory: string }>('command line');

test.before(context => {
  context.directory = mkdtempSync(join(tmpdir(), 'lvsform-cli-'));
});

test.after(({ directory }) => {
  rmSync(directory, { recursive: true, force: true });
});

test('the help names every command, and each command has its own', () => {
  const help = lvsform(['--help']);
  assert.is(help.code, 0);
  for (const name of Object.keys(commands)) assert.match(help.stdout, new RegExp(`^  ${name} `, 'm'));
  const plan = lvsform(['plan', '--help']);
  assert.match(plan.stdout, '--detailed-exitcode');
  assert.is(lvsform(['--version']).code, 0);
});

test('a mistake on the command line ends with 64 and says what was meant', () => {
  const none = lvsform([]);
  assert.is(none.code, 64);
  const verb = lvsform(['plna']);
  assert.is(verb.code, 64);
  assert.match(verb.stderr, 'did you mean plan?');
  const option = lvsform(['plan', '--inventroy', 'x']);
  assert.is(option.code, 64);
  assert.match(option.stderr, 'did you mean --inventory?');
  for (const args of [
    ['plan', '--format', 'xml'],
    ['plan', '--color', 'pink', '-i', 'inventories/dr.yml'],
    ['run'],
    ['lab', 'fly', '-i', 'inventories/dr.yml'],
    ['plan', '--parallel', '0', '-i', 'inventories/dr-static.yml'],
  ]) {
    assert.is(lvsform(args).code, 64, args.join(' '));
  }
});

test('a word that a command does not take is refused, before anything is read', () => {
  for (const args of [
    ['down', 'web01'],
    ['plan', 'web01'],
    ['up', 'plan.json', 'web01'],
    ['verify', 'x'],
    ['constructor'],
    ['plan', '--parallel', '1.5'],
  ]) {
    const { code, stderr } = lvsform([...args, '-i', 'inventories/dr-static.yml']);
    assert.is(code, 64, args.join(' '));
    assert.not.match(stderr, '    at ');
  }
});

test('one Ctrl-C ends with 130, also when it comes twice within an instant', async ({ directory }) => {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const file = join(directory, 'silent.yml');
  writeFileSync(
    file,
    `version: 1
name: silent
ssh: { host: 127.0.0.1, port: ${port} }
hosts:
  lvs01: { roles: [director], interfaces: { eth0: 10.9.0.1/24 } }
  web01: { roles: [real_server], interfaces: { eth0: 10.9.0.2/24 } }
vips: { web: { address: 10.9.0.9/24 } }
services: { http: { vip: web, port: 80, real_servers: [web01] } }
`,
  );
  try {
    for (const signals of [1, 2]) {
      const child = spawn(program[0], [program[1], 'plan', '--json', '-i', file]);
      let stdout = '';
      child.stdout.setEncoding('utf8').on('data', (text: string) => {
        if (!stdout.includes('host.connecting') && text.includes('host.connecting')) {
          for (let sent = 0; sent < signals; sent += 1) child.kill('SIGINT');
        }
        stdout += text;
      });
      const [code] = await once(child, 'close');
      assert.is(code, 130, stdout);
      assert.match(stdout, '"event":"run.finished","ok":false,"code":130');
    }
  } finally {
    server.close();
  }
});

test('every example inventory is valid', () => {
  for (const name of ['dr', 'dr-static', 'dr-vrrp']) {
    const { code, stdout, stderr } = lvsform(['validate', '-i', `inventories/${name}.yml`]);
    assert.is(code, 0, stderr);
    assert.match(stdout, 'ok');
    assert.is(stderr, '');
  }
});

test('a wrong inventory ends with 3, and every mistake stands at the beginning of a line of stderr', ({
  directory,
}) => {
  const file = join(directory, 'wrong.yml');
  writeFileSync(
    file,
    'version: 1\nname: x\nhosts:\n  a: { roles: [directr], interfaces: { eth0: 10.0.0.300/24 } }\n',
  );
  const { code, stdout, stderr } = lvsform(['validate', '-i', file]);
  assert.is(code, 3);
  assert.is(stdout, '');
  assert.ok(stderr.split('\n').filter(line => line.startsWith(`${file}:4:`)).length >= 2, stderr);
  assert.match(stderr, 'director');

  const json = lvsform(['validate', '--json', '-i', file]);
  assert.is(json.code, 3);
  const events = json.stdout
    .trim()
    .split('\n')
    .map(line => JSON.parse(line) as Record<string, unknown>);
  assert.equal(
    events.map(({ event }) => event),
    ['problem', 'run.finished'],
  );
  assert.ok(events.every(({ v }) => v === 1));
});

test('a missing inventory is bad input that names the file', () => {
  const { code, stderr } = lvsform(['plan', '-i', '/nowhere/inventory.yml']);
  assert.is(code, 3);
  assert.match(stderr, '/nowhere/inventory.yml');
  assert.not.match(stderr, '    at ');
});

test('a lab that is not up is unreachable, with the command that boots it', ({ directory }) => {
  const file = join(directory, 'lab.yml');
  writeFileSync(
    file,
    `version: 1
name: off
lab: { name: never-up }
hosts:
  lvs01: { roles: [director], interfaces: { eth0: 10.9.0.1/24 } }
  web01: { roles: [real_server], interfaces: { eth0: 10.9.0.2/24 } }
vips: { web: { address: 10.9.0.9/24 } }
services: { http: { vip: web, port: 80, real_servers: [web01] } }
`,
  );
  const { code, stderr } = lvsform(['plan', '-i', file]);
  assert.is(code, 4, stderr);
  assert.match(stderr, `lvsform lab up -i ${file}`);
});

test('without a terminal to ask on, nothing goes on unless --yes is given', async () => {
  const input = (yes: boolean) =>
    ({ values: { flag: () => yes }, signal: new AbortController().signal }) as unknown as Input;
  await confirm(input(true), 'Do this?');
  try {
    await confirm(input(false), 'Do this?');
    assert.unreachable();
  } catch (error) {
    assert.instance(error, Problem);
    assert.is((error as Problem).code, 64);
  }
});

test.run();
