import { inventorySchema } from '../schema/inventory.ts';
import { secret } from '../schema/secret.ts';
import { section } from './markdown.ts';
import { type Node, sections } from './walk.ts';

const intro = `# The inventory

<!-- Made from the schema: edit src/config/schema/, then run \`npx tsx test/config/generate.ts\`. -->

An inventory is one YAML file that describes a cluster: its hosts, its virtual addresses, and what is
balanced among whom. [inventories/dr.yml](../inventories/dr.yml) is a whole one with comments. An editor that speaks the
YAML language server checks and completes it after this first line:

\`\`\`yaml
# yaml-language-server: $schema=../docs/schema/inventory.schema.json
\`\`\`

\`lvsform validate\` tells every mistake at once, each with line and column and what to write instead. What can be
derived may be left out: the interface of a VIP, the address of a real server, the MASTER.`;

const secretsText = `Wherever a secret stands, a reference may stand instead. It is followed when lvsform needs the secret (\`plan\`, \`up\`
and so on, not \`validate\`), and the secret is shown nowhere: not in plans, not in logs, not in errors. A file that
others than its owner can read is a warning.`;

/** docs/inventory.md: every key of an inventory. */
export function inventoryReference(): string {
  const parts = [intro];
  for (const { path, node, example } of sections(inventorySchema)) {
    const heading = path === '' ? '## Top level' : `## \`${path}\`: ${String(node['title'] ?? '')}`;
    parts.push(section(heading, node, inventorySchema, example));
  }
  const references = secret('Secret', '') as Node;
  parts.push(section('## Secrets', { ...references, description: secretsText }, inventorySchema));
  return `${parts.join('\n\n')}\n`;
}
