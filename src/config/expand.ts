import type { Host, Inventory } from './inventory-yaml.ts';
import type { Path } from './path.ts';

/** A host as the inventory writes it, under its own name. */
export interface HostEntry {
  readonly name: string;
  /** Where it stands in the file. */
  readonly path: Path;
  readonly yaml: Host;
}

/** The hosts of an inventory, one by one: the only place that knows how an entry of `hosts` becomes hosts. */
export function expandHosts(hosts: Inventory['hosts']): readonly HostEntry[] {
  return Object.entries(hosts).map(([name, yaml]) => ({ name, path: ['hosts', name], yaml }));
}
