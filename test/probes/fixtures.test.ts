import { readdirSync, readFileSync } from 'node:fs';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { Answers, Probe } from '../../src/model/probe.ts';
import type { Problem } from '../../src/model/problem.ts';
import { addresses } from '../../src/probes/addresses.ts';
import { builds } from '../../src/probes/builds.ts';
import { commands } from '../../src/probes/commands.ts';
import { connections } from '../../src/probes/connections.ts';
import { files } from '../../src/probes/files.ts';
import { filters } from '../../src/probes/filters.ts';
import { firewalld } from '../../src/probes/firewalld.ts';
import { init } from '../../src/probes/init.ts';
import { ipvs } from '../../src/probes/ipvs.ts';
import { ipvsTimeoutsProbe } from '../../src/probes/ipvs-timeouts.ts';
import { keepalivedChecks } from '../../src/probes/keepalived-checks.ts';
import { keepalivedStates } from '../../src/probes/keepalived-states.ts';
import { modules } from '../../src/probes/modules.ts';
import { packages, upstreamVersion } from '../../src/probes/packages.ts';
import { routes } from '../../src/probes/routes.ts';
import { rules } from '../../src/probes/rules.ts';
import { sysctlPath, sysctls } from '../../src/probes/sysctls.ts';
import { units } from '../../src/probes/units.ts';

const test = suite('what hosts printed, and what it means');

const probes: readonly Probe<unknown>[] = [
  ...[
    addresses,
    commands,
    files,
    filters,
    firewalld,
    builds,
    connections,
    commands,
    files,
    init,
    ipvs,
    ipvsTimeoutsProbe,
    keepalivedChecks,
    keepalivedStates,
    modules,
    packages,
    routes,
    rules,
    sysctls,
    units,
  ],
];

/** `fixtures/<probe>[-<case>].json`: the lines that a host printed, and the answers, `absent` for undefined. */
interface Fixture {
  readonly keys: readonly string[];
  readonly stdout: readonly string[];
  readonly answers?: { readonly [key: string]: unknown };
  readonly problem?: string;
}

const folder = new URL('fixtures/', import.meta.url);

for (const name of readdirSync(folder)) {
  const { keys, stdout, answers, problem } = JSON.parse(
    readFileSync(new URL(name, folder), 'utf8'),
  ) as Fixture;
  const probe = probes
    .filter(one => name.startsWith(`${one.name}.`) || name.startsWith(`${one.name}-`))
    .sort((a, b) => b.name.length - a.name.length)[0];

  test(name, () => {
    assert.ok(probe, 'no probe of this name');
    const result = { code: 0, stdout: stdout.map(line => `${line}\n`).join(''), stderr: '' };
    if (problem !== undefined) {
      assert.throws(
        () => probe.parse(result, keys),
        (error: Problem) => `${error.message} ${error.why}`.includes(problem),
      );
      return;
    }
    const found = [...probe.parse(result, keys)].map(([key, value]) => [
      key,
      value === undefined ? 'absent' : value,
    ]);
    assert.equal(Object.fromEntries(found), answers);
  });

  test(`${name}, cut anywhere, is never taken for an answer`, () => {
    const whole = stdout.map(line => `${line}\n`).join('');
    for (let length = 0; length < whole.length; length++) {
      const result = { code: 0, stdout: whole.slice(0, length), stderr: '' };
      assert.throws(
        () => probe?.parse(result, keys),
        (error: Problem) => error.name === 'Problem',
      );
    }
  });
}

test('the upstream version is the installed one, or the candidate, without epoch and revision', () => {
  const version = (entry: object | undefined) =>
    upstreamVersion({ get: () => entry } as unknown as Answers, 'keepalived');
  assert.is(version({ manager: 'apt', installed: '1:2.2.7-1+b2', candidate: '1:2.2.9-1' }), '2.2.7');
  assert.is(version({ manager: 'apt', candidate: '1.8.9-2' }), '1.8.9');
  assert.is(version({ manager: 'dnf', installed: '2.2.8-4.el9' }), '2.2.8');
  assert.is(version({ manager: 'apt', installed: '2.2.7+dfsg-1' }), '2.2.7');
  assert.is(version({ manager: 'apt' }), undefined);
});

test('both spellings of a sysctl are one path', () => {
  assert.is(sysctlPath('net.ipv4.conf.eth0/100.arp_ignore'), 'net/ipv4/conf/eth0.100/arp_ignore');
  assert.is(sysctlPath('net/ipv4/conf/eth0.100/arp_ignore'), 'net/ipv4/conf/eth0.100/arp_ignore');
  assert.is(sysctlPath('net.ipv4.ip_forward'), 'net/ipv4/ip_forward');
});

test.run();
