import { spawnSync } from 'node:child_process';
import { createServer } from 'node:net';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { VirtualService } from '../../src/model/cluster.ts';
import type { Command } from '../../src/model/command.ts';
import type { AskSettings, VerifySettings } from '../../src/model/verification.ts';
import { ask, replies } from '../../src/verify/ask.ts';
import { service } from './scene.ts';

const web = { type: 'http', path: '/', host: undefined, certificate: 'ignore' } as const;
const asking = (question: AskSettings, expect?: string): VerifySettings => ({
  ...question,
  expect,
  requests: 2,
  hold: 0,
});
const at = (port: number, address = '127.0.0.1') =>
  ({ address, port, through: 'vip', virtual: `${address}:${port}` }) as const;
const asked = (
  question: AskSettings,
  port = 80,
  address = '10.0.0.240',
  change: Partial<VirtualService> = {},
) => ask(service({ verify: asking(question), ...change }), at(port, address), 2)?.argv.slice(5) ?? [];

const ok = (stdout: string) => ({ code: 0, stdout, stderr: '' });
const line = (text: string, code = 0) => `${Buffer.from(text).toString('base64')} ${code}\n`;
const read = (stdout: string, settings: VerifySettings, requests = 1) =>
  replies(ok(stdout), settings, requests);

test('pages are what curl printed, whatever they hold', () => {
  const page = 'x\n200 0\n';
  const [one, two, three] = read(
    line(`${page}\n200`) + line('\n503') + line('curl: (7) refused\n000', 7),
    asking(web),
    3,
  );
  assert.equal([one?.ok, one?.page], [true, page]);
  assert.equal([two?.ok, two?.error], [false, 'HTTP status 503']);
  assert.equal([three?.ok, three?.error], [false, 'curl: (7) refused']);
});

test('what an answer must contain is looked for as it is written', () => {
  const settings = asking(web, 'a.c (1)');
  assert.ok(read(line('so: a.c (1)!\n200'), settings)[0]?.ok);
  const [other] = read(line('abc 1\n200'), settings);
  assert.equal([other?.ok, other?.error], [false, 'the answer does not contain "a.c (1)"']);
});

test('a DNS server that refuses is no answer, a name that does not exist is one', () => {
  const dns = asking({ type: 'dns', name: 'x.example' });
  const header = (status: string) => line(`;; ->>HEADER<<- opcode: QUERY, status: ${status}, id: 1\n`);
  const seen = read(header('NOERROR') + header('NXDOMAIN') + header('REFUSED'), dns, 3).map(({ ok }) => ok);
  assert.equal(seen, [true, true, false]);
});

test('fewer answers than requests is an error, unless the client gave up', () => {
  assert.throws(() => read('', asking(web), 2), /0 of 2/);
  assert.throws(() => read(line('a\n200'), asking(web), 2), /1 of 2/);
  assert.throws(
    () => replies({ code: 127, stdout: '', stderr: 'curl is not installed' }, asking(web), 2),
    /could not ask/,
  );
  const lost = line('curl: (28) timed out\n000', 28);
  const seen = read(lost + lost + lost, asking(web), 5);
  assert.equal(seen.map(({ error }) => error).slice(2), ['curl: (28) timed out', 'given up', 'given up']);
});

test('addresses, ports and names are arguments of their own, IPv6 in brackets where it must be', () => {
  assert.is(asked(web, 8080).at(-1), 'http://10.0.0.240:8080/');
  assert.is(asked(web, 80, 'fd00::240').at(-1), 'http://[fd00::240]:80/');
  assert.is(asked(web, 443).at(-1), 'https://10.0.0.240:443/');
  assert.ok(asked({ ...web, type: 'https' }, 8443).includes('--insecure'));
  const named = asked(
    { ...web, type: 'https', host: 'www.example.org', certificate: 'check' },
    443,
    'fd00::240',
  );
  assert.not.ok(named.includes('--insecure'));
  assert.equal(named.slice(-4), ['--connect-to', '::[fd00::240]:443', '--', 'https://www.example.org:443/']);
  assert.ok(asked({ type: 'dns', name: 'x.y' }, 53).includes('+tcp'));
  assert.not.ok(asked({ type: 'dns', name: 'x.y' }, 53, '10.0.0.240', { protocol: 'udp' }).includes('+tcp'));
  const run = {
    type: 'command',
    run: ['nc', '{{address}}', '{{port}}', '$(id) {{port}}'],
    packages: [],
  } as const;
  assert.equal(asked(run, 53, 'fd00::240'), ['timeout', '10', 'nc', 'fd00::240', '53', '$(id) 53']);
  assert.equal(asked({ type: 'none' }), []);
});

/** Runs a command as the client would, on this machine. */
const ran = (command: Command | undefined) => {
  const [program = '', ...args] = command?.argv ?? [];
  const { status, stdout, stderr } = spawnSync(program, args, { encoding: 'utf8', timeout: 20_000 });
  return { code: status ?? -1, stdout, stderr };
};

test('a command is run for each request; who is not answered three times in a row asks no more', () => {
  const run = (...argv: string[]) => asking({ type: 'command', run: argv, packages: [] });
  const result = (verify: VerifySettings, count: number) =>
    replies(ran(ask(service({ verify }), at(7), count)), verify, count);
  const good = result(run('printf', '%s\n', 'to {{address}} {{port}} $(id) \'"'), 2);
  assert.equal(
    good.map(({ page }) => page),
    Array(2).fill('to 127.0.0.1 7 $(id) \'"\n'),
  );
  const bad = result(run('false'), 5);
  assert.equal(
    bad.map(({ error }) => error),
    [...Array(3).fill('exit code 1'), 'given up', 'given up'],
  );
  const missing = run('no-such-program');
  assert.match(result(missing, 1)[0]?.error ?? '', 'no-such-program');
});

test('connecting, and saying and hearing a text, each by a connection of its own', async () => {
  const heard: Buffer[] = [];
  const server = createServer(socket => {
    let all = Buffer.alloc(0);
    socket.on('data', data => {
      all = Buffer.concat([all, data]);
      // bash writes a line at a time.
      const whole = all.includes(0) || all.includes('quit') || all.includes('%s') || all.includes('x');
      if (!whole) return;
      heard.push(all);
      socket.end(all.includes(0) ? 'N' : `VERSION 1.6 ${all.length}\r\n`);
    });
    socket.on('error', () => undefined);
  });
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  // The server lives in this process, so the client must not block it.
  const { spawn } = await import('node:child_process');
  const result = (verify: VerifySettings) =>
    new Promise<ReturnType<typeof replies>>((resolve, reject) => {
      const [program = '', ...args] = ask(service({ verify }), at(port), 2)?.argv ?? [];
      const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'inherit'] });
      let stdout = '';
      child.stdout.on('data', text => {
        stdout += text;
      });
      child.once('close', code => {
        try {
          resolve(replies({ code: code ?? -1, stdout, stderr: '' }, verify, 2));
        } catch (error) {
          reject(error);
        }
      });
    });
  try {
    const seen = async (question: AskSettings, expect?: string) =>
      (await result(asking(question, expect))).map(({ ok }) => ok);
    assert.equal(await seen({ type: 'connect', send: undefined }), [true, true]);
    assert.equal(await seen({ type: 'memcached' }), [true, true]);
    assert.equal(heard.splice(0).map(String), Array(2).fill('version\r\nquit\r\n'));
    assert.equal(await seen({ type: 'redis' }), [false, false]);
    heard.splice(0);
    assert.equal(await seen({ type: 'postgresql' }), [true, true]);
    assert.equal(heard.splice(0)[0], Buffer.from([0, 0, 0, 8, 4, 210, 22, 47]));
    assert.equal(await seen({ type: 'connect', send: 'a\\n%s\n' }, '1.6 6'), [true, true]);
    assert.is(String(heard[0]), 'a\\n%s\n');
    assert.equal(await seen({ type: 'connect', send: 'x' }, '*'), [false, false]);
  } finally {
    server.close();
  }
  assert.equal(
    (await result(asking({ type: 'connect', send: undefined }))).map(({ ok }) => ok),
    [false, false],
  );
});

test.run();
