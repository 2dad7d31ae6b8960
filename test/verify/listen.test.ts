// timeout: 60 s
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { listen, parseHeard } from '../../src/verify/directors/listen.ts';

/**
 * Listening for virtual routers on a wire of this machine: two namespaces, and in one of them somebody who sends what
 * keepalived 2.2.7 sends (RFC 3768, RFC 5798) and answers ARP as every kernel does.
 */
const test = suite<{ names: readonly [string, string]; folder: string }>('listening on a segment');

const run = (program: string, ...args: readonly string[]) =>
  spawnSync(program, [...args], { encoding: 'utf8' });
const able = process.getuid?.() === 0 && run('ip', '-V').status === 0 && run('perl', '-v').status === 0;

/** Advertisements of VRRP: version 2 by IPv4, version 3 by IPv6, by raw sockets to their multicast groups. */
const sender = `use Socket;
socket(my $four, AF_INET, SOCK_RAW, 112) or die;
socket(my $six, AF_INET6, SOCK_RAW, 112) or die;
my $index = do { open(my $file, '<', '/sys/class/net/wire/ifindex'); <$file> + 0 };
my $two = pack('C C C C C C n a4 x8', 0x21, 77, 120, 1, 0, 1, 0, inet_aton('10.9.0.77'));
my $three = pack('C C C C n n a16', 0x31, 78, 90, 1, 100, 0, '');
for (1 .. 40) {
  send($four, $two, 0, pack_sockaddr_in(0, inet_aton('224.0.0.18')));
  send($six, $three, 0, Socket::pack_sockaddr_in6(0, Socket::inet_pton(AF_INET6, 'ff02::12'), $index, 0));
  select(undef, undef, undef, 0.2);
}`;

test.before(context => {
  const id = `${process.pid}`;
  context.names = [`lvsf-a-${id}`, `lvsf-b-${id}`];
  context.folder = mkdtempSync(join(tmpdir(), 'lvsform-listen-'));
  if (!able) return;
  const [a, b] = context.names;
  for (const name of context.names) run('ip', 'netns', 'add', name);
  run('ip', '-n', a, 'link', 'add', 'wire', 'type', 'veth', 'peer', 'name', 'wire', 'netns', b);
  run('ip', '-n', a, 'addr', 'add', '10.9.0.1/24', 'dev', 'wire');
  run('ip', '-n', b, 'addr', 'add', '10.9.0.2/24', 'dev', 'wire');
  for (const name of context.names) run('ip', '-n', name, 'link', 'set', 'wire', 'up');
  run('ip', '-n', a, 'route', 'add', '224.0.0.0/4', 'dev', 'wire');
});

test.after(({ names, folder }) => {
  for (const name of names) run('ip', 'netns', 'del', name);
  rmSync(folder, { recursive: true });
});

/** What is heard with these programs alone on the PATH. */
function heard(b: string, a: string, folder: string, programs: readonly string[]) {
  const path = join(folder, programs.join('-'));
  spawnSync('mkdir', ['-p', path]);
  for (const program of programs) {
    const found = run('sh', '-c', 'command -v "$1"', 'which', program).stdout.trim();
    if (found === '') return undefined;
    const real =
      program === 'python3' ? run('python3', '-c', 'import sys; print(sys.executable)').stdout.trim() : found;
    symlinkSync(real, join(path, program));
  }
  const command = listen(
    3,
    ['wire', 'gone'],
    [
      { interface: 'wire', ip: '10.9.0.1' },
      { interface: 'wire', ip: '10.9.0.99' },
    ],
  );
  const [, ...args] = command.argv;
  const talking = run(
    'sh',
    '-c',
    `ip netns exec ${a} sh -c 'sleep 0.3; exec perl -e "$0"' "$1" >/dev/null 2>&1 &`,
    'talk',
    sender,
  );
  assert.is(talking.status, 0);
  const { status, stdout, stderr } = run('ip', 'netns', 'exec', b, 'env', `PATH=${path}`, '/bin/sh', ...args);
  return parseHeard({ code: status ?? 1, stdout, stderr });
}

for (const programs of [
  ['perl', 'cat', 'sh'],
  ['python3', 'cat', 'sh'],
]) {
  test(`by ${programs[0]}: who sends, with what priority, and who answers ARP`, ({
    names: [a, b],
    folder,
  }) => {
    if (!able) return;
    const found = heard(b, a, folder, programs);
    if (found === undefined) return;
    const [four, six] = [...found.senders].sort((x, y) => x.virtualRouterId - y.virtualRouterId);
    assert.equal(four, { interface: 'wire', ip: '10.9.0.1', virtualRouterId: 77, priority: 120 });
    assert.is(six?.virtualRouterId, 78);
    assert.is(six?.priority, 90);
    assert.match(six?.ip ?? '', /^fe80::/);
    assert.equal(
      found.answerers.map(({ ip }) => ip),
      ['10.9.0.1'],
    );
    assert.not(found.deaf);
  });
}

test('a host without any program that listens says so', ({ names: [a, b], folder }) => {
  if (!able) return;
  assert.ok(heard(b, a, folder, ['cat', 'sh'])?.deaf);
});

test.run();
