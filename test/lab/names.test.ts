import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { controllerAddresses } from '../../src/lab/controller-addresses.ts';
import { bridgeName, machineIdOf, macOf, tapName } from '../../src/lab/names.ts';
import { networkSteps } from '../../src/lab/network.ts';
import type { LabSpec } from '../../src/lab/spec.ts';
import type { LabState } from '../../src/lab/state.ts';

const spec: LabSpec = {
  name: 'dr',
  hosts: [
    {
      name: 'gw',
      nics: [
        { name: 'eth0', addresses: ['192.168.0.254/24', '2001:db8::1/64'], segment: 'lan' },
        { name: 'eth1', addresses: ['10.0.0.1/30'], segment: 'wan' },
      ],
    },
    {
      name: 'rs1',
      nics: [{ name: 'eth0', addresses: ['192.168.0.1/24'], segment: 'lan' }],
      defaultRoute: '192.168.0.253',
    },
  ],
  reserved: ['192.168.0.252'],
};

test('an interface has the plain name where the kernel allows it, else a short and certain one', () => {
  assert.is(tapName('rs1', 'eth0'), 'rs1.eth0');
  const long = tapName('a-very-long-host-name', 'eth0');
  assert.ok(long.length <= 15 && long.startsWith('a-very-l'), long);
  assert.is.not(long, tapName('a-very-long-host-name', 'eth1'));
  assert.match(bridgeName('192.168.0.0/24'), /^[a-z0-9.-]{1,15}$/);
  assert.is.not(bridgeName('192.168.0.0/24'), bridgeName('192.168.0.0/25'));
});

test('cards and machines have addresses and ids of their own, the same each time', () => {
  assert.match(macOf('dr', 'rs1', 'eth0'), /^02(:[0-9a-f]{2}){5}$/);
  assert.is(macOf('dr', 'rs1', 'eth0'), macOf('dr', 'rs1', 'eth0'));
  assert.is(
    new Set(['rs1', 'rs2'].flatMap(host => [macOf('dr', host, 'eth0'), macOf('x', host, 'eth0')])).size,
    4,
  );
  assert.match(machineIdOf('dr', 'rs1'), /^[0-9a-f]{32}$/);
});

test('the controller takes the highest address that no host, next hop or VIP has', () => {
  assert.equal(controllerAddresses(spec), {
    lan: ['192.168.0.251/24', '2001:db8::ffff:ffff:ffff:ff7f/64'],
    wan: ['10.0.0.2/30'],
  });
});

test('a subnet without room gives the controller no address', () => {
  const addresses = ['10.0.0.1/32', '10.1.0.0/31', '2001:db8::1/128'];
  const tight: LabSpec = {
    name: 'x',
    hosts: [{ name: 'a', nics: [{ name: 'eth0', addresses, segment: 's' }] }],
  };
  assert.equal(controllerAddresses(tight), { s: [] });
});

test('a network that is whole needs no new links, and a new one a bridge a segment and a tap a card', () => {
  const state: LabState = { version: 2, spec, images: {}, controller: controllerAddresses(spec) };
  const made = networkSteps(state, new Set())
    .filter(([, verb]) => verb === 'add')
    .map(step => step.join(' '));
  assert.equal(
    made.map(step => step.replace(/ type.*/, '')),
    [
      'link add br.lan',
      'link add br.wan',
      'tuntap add dev gw.eth0 mode tap',
      'tuntap add dev gw.eth1 mode tap',
      'tuntap add dev rs1.eth0 mode tap',
    ],
  );
  assert.match(made[0] ?? '', 'mcast_snooping 0');
  const all = new Set(['br.lan', 'br.wan', 'gw.eth0', 'gw.eth1', 'rs1.eth0']);
  assert.equal(
    networkSteps(state, all).filter(([, verb]) => verb === 'add'),
    [],
  );
});

test.run();
