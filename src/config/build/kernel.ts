import type { Inventory } from '../inventory-yaml.ts';

/** How the kernel writes the ways of a defence. It turns 1 into 2 and back by itself (ip_vs_ctl.c, update_defense_level). */
const ways: Readonly<Record<string, string>> = { off: '0', when_needed: '1', always: '3' };

/** The settings of net.ipv4.vs that an inventory asks for, by name. */
export function buildKernel({ director }: Inventory): Readonly<Record<string, string>> {
  const settings = Object.entries(director?.kernel ?? {}).map(([name, value]) => [name, written(value)]);
  const defences = Object.entries(director?.defences ?? {}).map(([name, way]) => [name, ways[way] ?? '']);
  return Object.fromEntries([...settings, ...defences]);
}

function written(value: boolean | number | readonly number[]): string {
  if (typeof value === 'boolean') return value ? '1' : '0';
  return typeof value === 'number' ? String(value) : value.join(' ');
}
