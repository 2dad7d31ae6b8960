import { kinds as registry } from '../../kinds/index.ts';
import { roleNames, roleParts } from '../../model/cluster.ts';
import type { AnyKind, Schema } from '../../model/kind.ts';

type Kinds = ReadonlyMap<string, AnyKind>;

/**
 * The schema of playbooks. `spec` says what stands below a kind's name: the loader leaves it open, because
 * each spec is checked by its own kind; the published schema has all of it.
 */
export function playbookSchema(kinds: Kinds, spec: (kind: AnyKind) => Schema = () => ({})): Schema {
  return {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    title: 'Playbook',
    description:
      'What is wanted on which hosts, in stages: a stage begins when the one before is done on all of its hosts.',
    type: 'object',
    synonyms: { plays: 'stages', steps: 'stages', tasks: 'stages' },
    properties: {
      version: { const: 1, description: 'Version of this format.', examples: [1] },
      name: {
        type: 'string',
        description: 'Name of the playbook. Hosts remember by it what it made: a new name is a new playbook.',
        pattern: '^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$',
        patternErrorMessage: 'must be a name: at most 63 of a-z, 0-9 and -, not at the ends',
        examples: ['site'],
      },
      at_once_while_idle: {
        title: 'At once while idle',
        description:
          'While no director answers anybody yet (a first run), hosts do not wait for each other: each goes through its stages by itself.',
        type: 'boolean',
        default: false,
        examples: [true],
      },
      stages: {
        title: 'Stages',
        description: 'The stages, in order.',
        type: 'array',
        items: stage(kinds, spec),
        minItems: 1,
      },
    },
    required: ['version', 'name', 'stages'],
    additionalProperties: false,
  };
}

function stage(kinds: Kinds, spec: (kind: AnyKind) => Schema): Schema {
  return {
    title: 'Stage',
    description: 'Some hosts, and what is wanted there: roles, single resources, or both.',
    type: 'object',
    examples: [
      {
        name: 'web servers',
        hosts: ['real_server'],
        resources: [
          { package: { name: 'nginx-light' } },
          { file: { path: '/var/www/html/index.html', content: '{{host.name}}\n' } },
          { service: { name: 'nginx' } },
        ],
      },
    ],
    synonyms: { tasks: 'resources', role: 'roles', host: 'hosts' },
    properties: {
      name: {
        type: 'string',
        description: 'Name of the stage, for those who watch.',
        minLength: 1,
        maxLength: 80,
        pattern: '^[^\\p{C}\\p{Zl}\\p{Zp}]*$',
        patternErrorMessage: 'must be text on one line',
        examples: ['web servers'],
      },
      hosts: {
        type: 'array',
        description:
          'Whom it is about: `all`, a role (`director`, `real_server`, `proxy`, `gateway`, `client`), `director_master`, `director_backup`, `pool_server` (who stands in a pool of `proxy`), names of hosts, or patterns of names such as `web*`.',
        items: {
          type: 'string',
          pattern: '^[A-Za-z0-9*?][A-Za-z0-9_*?-]*$',
          patternErrorMessage: 'must be a group, the name of a host, or a pattern such as web*',
        },
        minItems: 1,
        examples: [['real_server'], ['web*', 'lvs01']],
      },
      roles: {
        type: 'array',
        description:
          'What the cluster needs of hosts with these roles. A role is left out on hosts that do not have it. `draining` is the part of `director` that gives real servers which leave weight 0 and waits for their connections: in a stage of its own, before all directors change.',
        items: {
          type: 'string',
          enum: [...roleNames, ...Object.keys(roleParts)],
          synonyms: { realserver: 'real_server', rs: 'real_server' },
        },
        uniqueItems: true,
        examples: [['director']],
      },
      resources: {
        type: 'array',
        description: "Single resources, in order: a kind's name, and below it what is wanted.",
        items: {
          title: 'Resource',
          description: 'One resource.',
          type: 'object',
          synonyms: kindSynonyms,
          properties: Object.fromEntries([...kinds].map(([name, kind]) => [name, spec(kind)])),
          minProperties: 1,
          maxProperties: 1,
          additionalProperties: false,
        },
        examples: [[{ package: { name: 'nginx-light' } }, { service: { name: 'nginx' } }]],
      },
    },
    required: ['name', 'hosts'],
    anyOf: [{ required: ['roles'] }, { required: ['resources'] }],
    additionalProperties: false,
  };
}

const kindSynonyms = {
  apt: 'package',
  yum: 'package',
  dnf: 'package',
  modprobe: 'kernel-module',
  module: 'kernel-module',
  copy: 'file',
  template: 'file',
  systemd: 'service',
  shell: 'command',
  exec: 'command',
  ipvsadm: 'virtual-server',
  firewall: 'iptables',
};

/** A kind's schema as the world sees it: wherever a value stands, an expression may stand too. */
export function withExpressions(schema: Schema): Schema {
  return relaxed(schema) as Schema;
}

const expression: Schema = { type: 'string', pattern: '\\{\\{' };

function relaxed(node: unknown): unknown {
  if (Array.isArray(node)) return node.map(relaxed);
  if (node === null || typeof node !== 'object') return node;
  const { properties, items, additionalProperties, anyOf, oneOf, allOf, ...rest } = node as Schema;
  const inner = Object.fromEntries(
    Object.entries({ items, additionalProperties, anyOf, oneOf, allOf })
      .filter(([, value]) => value !== undefined)
      .map(([key, value]) => [key, relaxed(value)]),
  );
  if (properties !== undefined) inner['properties'] = each(properties as Schema);
  const scalar = ['string', 'integer', 'number', 'boolean'].includes(String(rest['type'])) || 'enum' in rest;
  const held = ['pattern', 'enum', 'format', 'maxLength'].some(word => word in rest);
  if (!scalar || (rest['type'] === 'string' && !held)) return { ...rest, ...inner };
  const { title, description, default: usual, examples, ...strict } = rest;
  const told = Object.fromEntries(
    Object.entries({ title, description, default: usual, examples }).filter(
      ([, value]) => value !== undefined,
    ),
  );
  return { ...told, anyOf: [strict, expression] };
}

function each(properties: Schema): Schema {
  return Object.fromEntries(
    Object.entries(properties).map(([name, node]) => [name, relaxed(node)]),
  ) as Schema;
}

/** The schema of playbooks of the kinds that there are. */
export const registrySchema = playbookSchema(registry);
