import type { JsonObject } from '../model/json.ts';
import type { Schema } from '../model/kind.ts';

/** Every spec may say that its resource shall not be there. */
const state: Schema = {
  title: 'State',
  description: 'Whether the resource shall be there.',
  enum: ['present', 'absent'],
  default: 'present',
};

/** A kind's schema: an object of these properties and `state`, and no others. */
export function schemaOf(
  about: { readonly title: string; readonly description: string; readonly examples: readonly JsonObject[] },
  required: readonly string[],
  properties: { readonly [name: string]: Schema },
): Schema {
  return {
    ...about,
    type: 'object',
    additionalProperties: false,
    required,
    properties: { ...properties, state },
  };
}

/** A condition: these properties are given. */
export function given(...names: readonly string[]): Schema {
  return { required: names, properties: Object.fromEntries(names.map(name => [name, true])) };
}

/** A string that matches a pattern; where a pattern alone decides what may reach a host. */
export function text(title: string, description: string, pattern: string, more: JsonObject = {}): Schema {
  return { title, description, type: 'string', pattern, ...more };
}

/** A whole number within bounds. */
export function integer(title: string, description: string, minimum: number, maximum: number): Schema {
  return { title, description, type: 'integer', minimum, maximum };
}

/** A list of items of one schema. */
export function list(title: string, description: string, items: Schema, more: JsonObject = {}): Schema {
  return { title, description, type: 'array', items, ...more };
}

const octet = '(25[0-5]|2[0-4][0-9]|1[0-9][0-9]|[1-9]?[0-9])';
const ipv4 = `${octet}(\\.${octet}){3}`;
/** Wide: what it lets through and is no address, `ipaddr.js` refuses later. */
const ipv6 = '(?=[0-9A-Fa-f]*:)[0-9A-Fa-f:]{2,39}(\\.[0-9]{1,3}){0,3}';

/** Patterns of what specs name. None matches a control character, a space at an edge, or a leading `-`. */
export const patterns = {
  /** An absolute path without `.`, `..` or empty parts. */
  path: '^(/(?!\\.{1,2}(/|$))[^/\\x00-\\x1f\\x7f]+)+$',
  account: '^[a-z_][a-z0-9_.-]{0,30}[a-z0-9_$-]?$',
  mode: '^0[0-7]{3}$|^[1-7][0-7]{3}$',
  package: '^[A-Za-z0-9]([A-Za-z0-9+._-]*[A-Za-z0-9+])?$',
  module: '^[A-Za-z0-9][A-Za-z0-9_-]*$',
  unit: '^[A-Za-z0-9][A-Za-z0-9:_.@\\\\-]*$',
  interface: '^[A-Za-z0-9_][A-Za-z0-9._@-]{0,14}$',
  address: `^(${ipv4}|${ipv6})$`,
  network: `^(${ipv4}/(3[0-2]|[12]?[0-9])|${ipv6}/(12[0-8]|1[01][0-9]|[1-9]?[0-9]))$`,
  /** A virtual service by protocol, address and port, or by firewall mark. */
  service: '^((tcp|udp|sctp):[0-9a-fA-F.:\\[\\]]+:[0-9]{1,5}|fwmark6?:[0-9]{1,10})$',
  /** One word of a program's argv. */
  word: '^[^\\x00-\\x1f\\x7f]*$',
  identifier: '^[A-Za-z_][A-Za-z0-9_-]*$',
} as const;

/** A program and its arguments, each as it is: no shell takes part. */
export function argv(title: string, description: string): Schema {
  return list(title, description, { type: 'string', pattern: patterns.word }, { minItems: 1 });
}
