import type { AnyKind, Schema } from '../../model/kind.ts';
import { playbookSchema } from '../schema/playbook.ts';
import { helpers } from '../template/helpers.ts';
import { block, columns, section } from './markdown.ts';
import { code } from './type-words.ts';
import { type Node, sections } from './walk.ts';

const intro = `# Playbooks

<!-- Made from the schemas: edit src/config/schema/ and src/kinds/, then run \`npx tsx test/config/generate.ts\`. -->

A playbook is one YAML file that says what is wanted on which hosts. \`lvsform up\` runs
[playbooks/site.yml](../playbooks/site.yml), which stands the cluster up; \`lvsform run FILE\` runs yours. Nothing in a
playbook is a command to be run again and again: each resource is a state, and what is in it already is left alone. An editor
that speaks the YAML language server checks and completes a playbook after this first line:

\`\`\`yaml
# yaml-language-server: $schema=../docs/schema/playbook.schema.json
\`\`\``;

const expressions = `## Expressions

A text in a resource may hold expressions of [Handlebars](https://handlebarsjs.com), rendered for each host. A value that is
one expression alone keeps its type: \`port: "{{vars.port}}"\` is a number where the kind wants one. Quote such texts, because
YAML takes a plain \`{{\` for something else; write \`\\{{\` where two braces are meant as such. A name that is not set is a
mistake, also in \`{{#if}}\`.

NAMES

A name with a dash or a dot stands in brackets: \`{{cluster.hosts.[lan-client].address}}\`. Secrets are not among them.

A \`file\` with \`template: NAME\` takes \`templates/NAME.hbs\` beside the playbook, or else one of lvsform's own; it sees these
names, its own \`data\`, and \`versions\`.

HELPERS

Blocks are \`{{#if}}\`, \`{{#unless}}\`, \`{{#each}}\` and \`{{#with}}\`.`;

const names: readonly (readonly [string, string])[] = [
  ['`host.name`, `host.address`, `host.roles`', 'the host, its first address, its roles'],
  ['`host.interfaces.eth0.address`', 'first address of an interface; all with `prefix` in `addresses`'],
  ['`host.default_route`, `host.priority`', 'as in the inventory, or empty'],
  ['`host.pools`', 'list of `name`, `address`, `port`, `client_address`: the pools that it serves in'],
  ['`vars.NAME`', "the host's `vars`"],
  ['`cluster.name`, `cluster.mode`', 'name of the cluster, mode of its directors'],
  ['`cluster.hosts.NAME`', 'another host, with the same names as `host`'],
  ['`cluster.vips.NAME.address`, `prefix`, `interface`', 'a VIP'],
  ['`cluster.services.NAME.vip`, `port`, `protocol`, `method`, `scheduler`', 'a service'],
  ['`cluster.services.NAME.real_servers`', 'list of `host`, `rip`, `port`, `weight`'],
  ['`cluster.pools.NAME.client_address`, `servers`', 'a pool; list of `host`, `address`, `port`, `weight`'],
];

/** docs/playbook.md: every key of a playbook, every kind of resource, and expressions. */
export function playbookReference(kinds: ReadonlyMap<string, AnyKind>): string {
  const schema = playbookSchema(kinds);
  const parts = [intro];
  for (const { path, node, example } of sections(schema)) {
    if (path === 'stages[].resources[]') continue;
    parts.push(section(path === '' ? '## Top level' : `## \`${path}\``, node, schema, example));
  }
  parts.push(withTables(expressions), '## Kinds of resources');
  for (const [name, { schema: own }] of kinds) parts.push(kindSection(name, own));
  return `${parts.join('\n\n')}\n`;
}

function withTables(text: string): string {
  const rows = Object.values(helpers).map(({ example, description }) => [code(example), description]);
  return text
    .replace('NAMES', () => columns(['Name', 'What it is'], names))
    .replace('HELPERS', () => columns(['Helper', 'What it gives'], rows));
}

function kindSection(name: string, schema: Schema): string {
  const samples = (schema['examples'] ?? []) as readonly unknown[];
  const parts = [section(`### \`${name}\``, schema as Node, schema)];
  for (const { path, node } of sections(schema)) {
    if (path !== '') parts.push(section(`#### \`${name}.${path}\``, node, schema));
  }
  if (samples.length > 0) parts.push(block(samples.map(sample => ({ [name]: sample }))));
  return parts.join('\n\n');
}
