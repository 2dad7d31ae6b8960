import { createHash } from 'node:crypto';

/*
 * Every name in the lab follows from the spec, so that a second `lab up` and a `lab down` after a
 * crash find what the first one made.
 */

const longestInterfaceName = 15;

/** The network namespace that holds the whole lab. */
export function namespaceOf(lab: string): string {
  return `lvsform-${lab}`;
}

/** Where `ip netns` keeps a namespace, for nsenter. */
export function namespaceFile(namespace: string): string {
  return `/run/netns/${namespace}`;
}

/** The bridge that is a segment. */
export function bridgeName(segment: string): string {
  return interfaceName('br', segment);
}

/** The controller's end of a card's cable. */
export function tapName(host: string, nic: string): string {
  return interfaceName(host, nic);
}

/** A card's address on the Ethernet: locally administered, and the same each time. */
export function macOf(lab: string, host: string, nic: string): string {
  return `02:${digest(lab, host, nic).slice(0, 10).match(/../g)?.join(':')}`;
}

/** The systemd machine id of a host: 32 hexadecimal digits. */
export function machineIdOf(lab: string, host: string): string {
  return digest('machine', lab, host).slice(0, 32);
}

/** `rs1.eth0` where the kernel's 15 characters allow it, else `a-long-n-3f2a9c`. */
function interfaceName(...parts: readonly string[]): string {
  const plain = parts.join('.');
  if (plain.length <= longestInterfaceName && /^[a-z0-9.-]+$/.test(plain)) return plain;
  return `${plain.replaceAll(/[^a-z0-9.-]/g, '').slice(0, 8)}-${digest(...parts).slice(0, 6)}`;
}

function digest(...parts: readonly string[]): string {
  return createHash('sha256').update(parts.join('/')).digest('hex');
}
