import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { bootState, consoleTail } from '../../src/lab/console.ts';
import { executableTmpfs } from '../../src/lab/memory.ts';
import { parseStat } from '../../src/lab/process-table.ts';
import { capable, type MachineFacts, unmet } from '../../src/lab/requirements.ts';
import { checkSameHosts, checkSpec, type LabHost, type LabSpec } from '../../src/lab/spec.ts';
import { hasWideRegisters } from '../../src/lab/wide-registers.ts';

const fit: MachineFacts = {
  platform: 'linux',
  architecture: 'x64',
  root: true,
  capable: true,
  distribution: 'debian',
  codename: 'bookworm',
  apt: true,
  tun: true,
  namespaces: true,
  memoryMiB: 2000,
  plainPaths: true,
  diskMiB: 5000,
};
const needs = { memoryMiB: 1344, diskMiB: 4000 };

const lacks: [Partial<MachineFacts>, RegExp][] = [
  [{ platform: 'darwin' }, /darwin/],
  [{ architecture: 'arm64' }, /x86_64/],
  [{ root: false, capable: false }, /not root/],
  [{ capable: false }, /container/],
  [{ distribution: 'fedora' }, /fedora, not a Debian/],
  [{ distribution: '', codename: '' }, /unknown system/],
  [{ apt: false }, /apt-get/],
  [{ tun: false }, /tun/],
  [{ namespaces: false }, /namespaces/],
  [{ memoryMiB: 1000 }, /1344 MiB of memory are needed, 1000/],
  [{ diskMiB: 100 }, /4000 MiB of disk/],
  [{ plainPaths: false }, /path of the cache/],
];

test('a processor with AMX has registers that User Mode Linux has no room for', () => {
  assert.ok(hasWideRegisters('model name\t: X\nflags\t\t: fpu avx512f amx_tile amx_int8\nbugs\t\t:\n'));
  assert.not.ok(hasWideRegisters('flags\t\t: fpu avx512f\nbugs\t\t: amx_tile\n'));
  assert.not.ok(hasWideRegisters(''));
});

test('a fit machine lacks nothing', () => {
  assert.equal(unmet(fit, needs), []);
});

for (const [lack, expected] of lacks) {
  test(`a machine is told what it lacks: ${Object.keys(lack)}`, () => {
    const told = unmet({ ...fit, ...lack }, needs);
    assert.is(told.length, 1, told.join('; '));
    assert.match(told[0] ?? '', expected);
  });
}

test('capabilities are read from the effective set', () => {
  assert.ok(capable('CapPrm:\t0\nCapEff:\t000001ffffffffff\n'));
  assert.not(capable('CapEff:\t00000000a80425fb\n')); // Docker's default.
  assert.not(capable(''));
});

test('shared memory serves guests only when it is a tmpfs that may be executed', () => {
  assert.ok(executableTmpfs('tmpfs /dev/shm tmpfs rw,nosuid 0 0\n', '/dev/shm'));
  assert.not(executableTmpfs('shm /dev/shm tmpfs rw,noexec,size=64k 0 0\n', '/dev/shm'));
  assert.not(executableTmpfs('tmpfs /dev/shm tmpfs rw 0 0\n/dev/vda /dev/shm ext4 rw 0 0\n', '/dev/shm'));
});

test('a process is read whatever its name, and a corpse is none', () => {
  const stat = (state: string) =>
    `42 (a) b (c) ${state} 7 42 40 0 -1 4194304 1 2 3 4 5 6 7 8 20 0 1 0 9876 1 2`;
  assert.equal(parseStat(stat('T')), { pid: 42, parent: 7, session: 40, state: 'T', startTime: 9876 });
  assert.is(parseStat(stat('Z')), undefined);
});

test('a console tells how its last boot went', () => {
  assert.is(bootState('Linux version 6.1\n'), 'booting');
  assert.is(bootState('Linux version 6.1\n<lab: ready>\r\n'), 'up');
  assert.is(bootState('<lab: ready>\nreboot: Restarting system\nLinux version'), 'booting');
  assert.equal(bootState('x\n<lab: not configured> link vec0 eth0\r\n'), {
    failure: '<lab: not configured> link vec0 eth0',
  });
  assert.equal(bootState('Kernel panic - not syncing: VFS\n'), {
    failure: 'Kernel panic - not syncing: VFS',
  });
});

test('the end of a console is told without colours and blank lines', () => {
  assert.is(consoleTail('a\n\n[\u001b[0;32m  OK  \u001b[0m] b\r\n\r\n', 1), '[  OK  ] b');
});

const host: LabHost = { name: 'rs1', nics: [{ name: 'eth0', addresses: ['10.0.0.1/24'], segment: 'lan' }] };
const spec: LabSpec = { name: 'dr', hosts: [host] };

const faults: [string, LabSpec, RegExp][] = [
  ['a long name', { ...spec, name: 'a'.repeat(13) }, /12 of a-z/],
  ['a path as a name', { ...spec, name: '../x' }, /12 of a-z/],
  ['no hosts', { ...spec, hosts: [] }, /no hosts/],
  [
    'a host twice',
    { ...spec, hosts: [host, host] },
    /rs1 appears twice; two cards have 10.0.0.1 on segment lan/,
  ],
  ['a host with an option for a name', { ...spec, hosts: [{ ...host, name: '-x' }] }, /not a host name/],
  ['no address', { ...spec, hosts: [{ ...host, nics: [] }] }, /no address/],
  ['a bad address', withNic({ addresses: ['10.0.0.1'] }), /10.0.0.1 is not an address with a prefix/],
  ['a card named lo', withNic({ name: 'lo' }), /lo is not a name for a card/],
  ['a bad next hop', { ...spec, hosts: [{ ...host, defaultRoute: 'gw' }] }, /default route gw/],
  ['too little memory', { ...spec, hosts: [{ ...host, memoryMiB: 64 }] }, /128 MiB/],
];

function withNic(nic: Partial<LabHost['nics'][number]>): LabSpec {
  return { ...spec, hosts: [{ ...host, nics: host.nics.map(old => ({ ...old, ...nic })) }] };
}

for (const [what, faulty, expected] of faults) {
  test(`a spec is refused: ${what}`, () => {
    assert.throws(
      () => checkSpec(faulty),
      (error: { why: string }) => expected.test(error.why),
    );
  });
}

test('a lab may grow, but what is there must not change', () => {
  const grown = { ...spec, hosts: [host, { ...host, name: 'rs2' }] };
  checkSameHosts(spec, grown);
  assert.throws(() => checkSameHosts(grown, spec), 'is up with other hosts');
});

test.run();
