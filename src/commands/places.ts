import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Input } from './command.ts';

/** Where the product's own templates, playbooks and inventories are, from src as from dist. */
export const productRoot = join(dirname(fileURLToPath(import.meta.url)), '..', '..');

/** The playbook that stands a cluster up. */
export const sitePlaybook = join(productRoot, 'playbooks', 'site.yml');

/** The inventory that the user means. */
export function inventoryPath({ values }: Input): string {
  return values.text('inventory') ?? process.env['LVSFORM_INVENTORY'] ?? 'inventory.yml';
}
