import { stat } from 'node:fs/promises';
import { inside } from './inside.ts';
import { bridgeName, namespaceFile, namespaceOf, tapName } from './names.ts';
import { run } from './run.ts';
import type { LabState } from './state.ts';

/** Makes what is missing of a lab's network: the namespace, a bridge a segment, a tap a card. */
export async function ensureNetwork(state: LabState): Promise<void> {
  const namespace = namespaceOf(state.spec.name);
  if (!(await namespaceWorks(namespace))) {
    if (await namespaceExists(state.spec.name)) await run(['ip', 'netns', 'delete', namespace]);
    await run(['ip', 'netns', 'add', namespace]);
  }
  for (const [setting, value] of kernelSettings) {
    await run(inside(namespace, ['tee', `/proc/sys/net/ipv4/${setting}`]), { input: `${value}\n` });
  }
  const links = JSON.parse((await run(['ip', '-json', '-n', namespace, 'link', 'show'])) || '[]') as {
    ifname: string;
  }[];
  const steps = networkSteps(state, new Set(links.map(link => link.ifname)));
  await run(['ip', '-n', namespace, '-batch', '-'], {
    input: steps.map(step => `${step.join(' ')}\n`).join(''),
  });
}

/** Whether there is a namespace, or at least the file that would have become one. */
export async function namespaceExists(lab: string): Promise<boolean> {
  return (await stat(namespaceFile(namespaceOf(lab))).catch(() => undefined)) !== undefined;
}

/** A killed `ip netns add` may leave a plain file, without the namespace mounted on it. */
async function namespaceWorks(namespace: string): Promise<boolean> {
  const file = await stat(namespaceFile(namespace)).catch(() => undefined);
  return file?.dev === (await stat('/proc/self/ns/net')).dev;
}

// A new namespace inherits these from the machine, whose forwarding must not bypass the lab's gateways.
const kernelSettings = [
  ['ip_forward', 0],
  ['conf/all/rp_filter', 0],
  ['conf/all/arp_ignore', 1],
  ['conf/all/arp_announce', 2],
] as const;

/**
 * The `ip` commands, each without `ip`, that bring a namespace with the links `existing` to what
 * the lab needs. Bridges learn at once and pass all multicast on, which VRRP depends on.
 */
export function networkSteps(state: LabState, existing: ReadonlySet<string>): string[][] {
  const nics = state.spec.hosts.flatMap(host =>
    host.nics.map(nic => ({ ...nic, tap: tapName(host.name, nic.name) })),
  );
  const segments = Object.entries(state.controller).map(([segment, addresses]) => ({
    bridge: bridgeName(segment),
    addresses,
  }));
  return [
    ['link', 'set', 'lo', 'up'],
    ...segments
      .filter(({ bridge }) => !existing.has(bridge))
      .map(({ bridge }) => ['link', 'add', bridge, 'type', 'bridge', ...bridgeSettings]),
    ...segments.flatMap(({ bridge, addresses }) => [
      ['link', 'set', bridge, 'up'],
      ...addresses.map(address => [
        'address',
        'replace',
        address,
        'dev',
        bridge,
        ...(address.includes(':') ? ['nodad'] : []),
      ]),
    ]),
    ...nics
      .filter(({ tap }) => !existing.has(tap))
      .flatMap(({ tap, segment }) => [
        ['tuntap', 'add', 'dev', tap, 'mode', 'tap'],
        ['link', 'set', tap, 'master', bridgeName(segment), 'up'],
      ]),
  ];
}

const bridgeSettings = ['forward_delay', '0', 'stp_state', '0', 'mcast_snooping', '0'];
