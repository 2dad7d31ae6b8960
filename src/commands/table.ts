import type { CommandEntry, Options } from './command.ts';

/** Options of every command. */
export const everywhere: Options = {
  json: {
    type: 'boolean',
    description: 'events as JSON, one a line, on stdout; text for people goes to stderr',
  },
  color: { type: 'string', value: 'WHEN', description: 'auto, always or never (auto also minds NO_COLOR)' },
  verbose: { type: 'boolean', short: 'v', description: 'say more of what happens' },
  help: { type: 'boolean', short: 'h', description: 'show this help' },
};

const inventory: Options = {
  inventory: {
    type: 'string',
    short: 'i',
    value: 'FILE',
    description: 'the inventory (default: $LVSFORM_INVENTORY, else inventory.yml)',
  },
};

const playbook: Options = {
  playbook: {
    type: 'string',
    short: 'p',
    value: 'FILE',
    description: 'the playbook (default: site.yml, which stands the cluster up)',
  },
};

const hosts: Options = {
  ...inventory,
  host: {
    type: 'string',
    multiple: true,
    value: 'NAME',
    description: 'only this host (may be given again; globs work)',
  },
  role: {
    type: 'string',
    multiple: true,
    value: 'ROLE',
    description: 'only hosts of this role (may be given again)',
  },
  timeout: {
    type: 'string',
    value: 'SECONDS',
    description: 'how long a host may take to let us in (default 10)',
  },
  parallel: { type: 'string', value: 'N', description: 'hosts at the same time (default 64)' },
  'accept-new': { type: 'boolean', description: 'record the SSH keys of hosts that are not known yet' },
};

const yes: Options = {
  yes: { type: 'boolean', short: 'y', description: 'do not ask' },
};

const requests: Options = {
  requests: {
    type: 'string',
    short: 'n',
    value: 'N',
    description: "requests from each client to each service (default: the service's)",
  },
};

/** Every verb. The help, the completion and the documentation are made of this table. */
export const commands: { readonly [name: string]: CommandEntry } = {
  validate: {
    summary: 'check an inventory (and a playbook) and say everything that is wrong with it',
    options: {
      ...everywhere,
      ...inventory,
      ...playbook,
    },
    load: () => import('./validate.ts'),
  },
  plan: {
    summary: 'show what up would do, as a diff; writes nothing on any host',
    options: {
      ...everywhere,
      ...hosts,
      ...playbook,
      out: { type: 'string', short: 'o', value: 'FILE', description: 'save the plan, for up FILE' },
      format: { type: 'string', value: 'FORMAT', description: 'text, json or sh (default text)' },
      'detailed-exitcode': { type: 'boolean', description: 'exit with 2 when there are changes' },
    },
    load: () => import('./plan.ts'),
  },
  up: {
    summary: 'make the hosts as the inventory says, read them again, and verify from the clients',
    usage: '[PLANFILE]',
    most: 1,
    options: {
      ...everywhere,
      ...hosts,
      ...playbook,
      ...yes,
      ...requests,
      'no-verify': { type: 'boolean', description: 'do not ask the services from the clients afterwards' },
    },
    load: () => import('./up.ts'),
  },
  verify: {
    summary: 'ask each service from each client: who answers, in what shares, by way of a director',
    options: {
      ...everywhere,
      ...hosts,
      ...requests,
      failover: {
        type: 'boolean',
        description: 'also stop keepalived on the MASTER for a moment and measure the gap',
      },
    },
    load: () => import('./verify.ts'),
  },
  run: {
    summary: 'do what another playbook says',
    usage: 'PLAYBOOK',
    most: 1,
    options: { ...everywhere, ...hosts, ...yes },
    load: () => import('./run.ts'),
  },
  down: {
    summary: 'take away all that lvsform made, and restore what was there before',
    options: {
      ...everywhere,
      ...hosts,
      ...yes,
      playbook: { type: 'string', short: 'p', value: 'FILE', description: 'only what this playbook made' },
    },
    load: () => import('./down.ts'),
  },
  lab: {
    summary: 'boot the hosts of a lab inventory as real Linux machines on this machine',
    usage: 'up|down|status|ssh HOST|exec HOST -- COMMAND...',
    most: Number.POSITIVE_INFINITY,
    options: { ...everywhere, ...inventory },
    load: () => import('./lab.ts'),
  },
  demo: {
    summary: 'the whole story on the embedded lab: up, take turns, re-run, fail over and back, down',
    options: {
      ...everywhere,
      static: { type: 'boolean', description: 'one director, the scripts alone, no keepalived' },
      vrrp: { type: 'boolean', description: 'keepalived moves the VIP, the scripts hold the rules' },
      keep: { type: 'boolean', description: 'leave the lab and the cluster up' },
    },
    load: () => import('./demo.ts'),
  },
};
