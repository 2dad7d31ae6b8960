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
    description: 'how long a host may take to answer (default 10)',
  },
  parallel: { type: 'string', value: 'N', description: 'hosts at the same time (default 64)' },
  'accept-new': { type: 'boolean', description: 'record the SSH keys of hosts that are not known yet' },
  timings: { type: 'boolean', description: 'say where the time went, by host and phase' },
};

const out: Options = {
  out: {
    type: 'string',
    short: 'o',
    value: 'FILE',
    description: 'where the inventory is written (default inventory.yml)',
  },
};

const yes: Options = {
  yes: { type: 'boolean', short: 'y', description: 'do not ask' },
};

/** Of the commands that change hosts. */
const changing: Options = {
  ...yes,
  'lock-timeout': {
    type: 'string',
    value: 'SECONDS',
    description: 'how long to wait for hosts on which another run is at work (default 0)',
  },
  'confirm-timeout': {
    type: 'string',
    value: 'SECONDS',
    description: 'when a host undoes what may have cut it off, unless a new login confirms it (default 30)',
  },
};

const acceptGap: Options = {
  'accept-gap': {
    type: 'boolean',
    description:
      'go on where clients may get no answer for a while: no director to take over, no real server left',
  },
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
  init: {
    summary: 'write the first inventory of a cluster, by a few questions or flags',
    options: {
      ...everywhere,
      ...out,
      name: { type: 'string', value: 'NAME', description: 'name of the cluster (default web)' },
      director: {
        type: 'string',
        multiple: true,
        value: 'HOST',
        description: 'a director: NAME=ADDRESS/PREFIX[@INTERFACE][,...] (may be given again)',
      },
      'real-server': {
        type: 'string',
        multiple: true,
        value: 'HOST',
        description: 'a real server (may be given again)',
      },
      client: {
        type: 'string',
        multiple: true,
        value: 'HOST',
        description: 'a client to verify from (may be given again)',
      },
      vip: { type: 'string', value: 'ADDRESS', description: 'the address that clients call' },
      'inner-vip': {
        type: 'string',
        value: 'ADDRESS',
        description: "with NAT and two directors: the real servers' default route",
      },
      port: { type: 'string', value: 'PORT', description: 'port of the service (default 80)' },
      method: { type: 'string', value: 'METHOD', description: 'DR, NAT, TUN or FULLNAT (default DR)' },
      scheduler: { type: 'string', value: 'NAME', description: 'the scheduler (default rr)' },
      user: { type: 'string', value: 'USER', description: 'who logs in by SSH (default root)' },
      lab: { type: 'boolean', description: 'for the embedded lab' },
      yes: { type: 'boolean', short: 'y', description: 'do not ask: what is left out has its default' },
    },
    load: () => import('./init.ts'),
  },
  import: {
    summary: 'write an inventory of what is there: of an Ansible inventory, or of a cluster made by hand',
    usage: 'ansible FILE | live --host DIRECTOR...',
    most: 2,
    options: {
      ...everywhere,
      ...out,
      name: { type: 'string', value: 'NAME', description: 'name of the cluster' },
      vip: { type: 'string', value: 'ADDRESS', description: 'ansible: the VIP, where the file names none' },
      group: {
        type: 'string',
        multiple: true,
        value: 'GROUP=ROLE',
        description: 'ansible: the role of a group whose name does not tell (may be given again)',
      },
      address: {
        type: 'string',
        multiple: true,
        value: 'HOST',
        description: 'ansible: NAME=ADDRESS/PREFIX[@INTERFACE] of a host without one (may be given again)',
      },
      host: {
        type: 'string',
        multiple: true,
        value: 'HOST',
        description: 'live: a director, [USER@]NAME[:PORT] (may be given again)',
      },
      user: { type: 'string', value: 'USER', description: 'live: who logs in' },
      become: { type: 'boolean', description: 'live: read as root by sudo' },
      identity: { type: 'string', value: 'FILE', description: 'live: the private key' },
      'known-hosts': { type: 'string', value: 'FILE', description: 'live: the file of known host keys' },
      timeout: {
        type: 'string',
        value: 'SECONDS',
        description: 'live: how long a host may take to answer (default 10)',
      },
      'accept-new': {
        type: 'boolean',
        description: 'live: record the SSH keys of hosts that are not known yet',
      },
    },
    load: () => import('./import.ts'),
  },
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
      ...acceptGap,
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
      ...acceptGap,
      ...playbook,
      ...changing,
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
  status: {
    summary: 'say who is MASTER of each VIP, and who gets requests by which director; asks no service',
    options: { ...everywhere, ...hosts },
    load: () => import('./status.ts'),
  },
  drain: {
    summary: 'take real servers out of use now: weight 0 on all directors, then wait for their connections',
    usage: 'REAL_SERVER...',
    most: Number.POSITIVE_INFINITY,
    options: {
      ...everywhere,
      ...inventory,
      ...yes,
      ...acceptGap,
      undo: { type: 'boolean', description: "give them the inventory's weights again" },
      timeout: {
        type: 'string',
        value: 'SECONDS',
        description: "how long connections may take to end (default: the service's drain)",
      },
      'accept-new': { type: 'boolean', description: 'record the SSH keys of hosts that are not known yet' },
    },
    load: () => import('./drain.ts'),
  },
  run: {
    summary: 'do what another playbook says',
    usage: 'PLAYBOOK',
    most: 1,
    options: { ...everywhere, ...hosts, ...acceptGap, ...changing },
    load: () => import('./run.ts'),
  },
  down: {
    summary: 'take away all that lvsform made, and restore what was there before',
    options: {
      ...everywhere,
      ...hosts,
      ...changing,
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
