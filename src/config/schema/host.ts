import { labImages, roleNames } from '../../model/cluster.ts';
import type { Schema } from '../../model/kind.ts';
import { defaults } from '../defaults.ts';
import { addressRange, hostAddress, hostNames, interfaceName, ipAddress } from './text.ts';

/** Plain data of any shape, less what no template could use: control characters. */
export const json: Schema = {
  title: 'Data',
  description: 'Text, numbers, true and false, null, lists and maps.',
  type: ['null', 'boolean', 'number', 'string', 'array', 'object'],
  pattern: '^[^\\u0000-\\u0008\\u000b\\u000c\\u000e-\\u001f\\u007f]*$',
  patternErrorMessage: 'must not hold control characters',
  items: { $ref: '#/$defs/json' },
  additionalProperties: { $ref: '#/$defs/json' },
};

const interfaces: Schema = {
  title: 'Interfaces',
  description:
    "The host's interfaces with their own addresses: one, or a list. Never a VIP. lvsform does not set them; it knows the networks by them.",
  type: 'object',
  propertyNames: interfaceName,
  additionalProperties: {
    ...hostAddress,
    type: ['string', 'array'],
    items: hostAddress,
    minItems: 1,
    title: 'Addresses',
    description:
      'An address with the length of its prefix, or a list of them. Where the name of the host has a range the address has one of the same length.',
    examples: ['192.168.0.210/24', ['192.168.0.210/24', 'fd00::210/64'], '10.0.1.[1:200]/24'],
  },
  examples: [{ eth0: '192.168.0.210/24' }],
};

/** One host. */
export const host: Schema = {
  title: 'Host',
  description: 'A machine, what it is in the cluster, and where it stands in the networks.',
  type: 'object',
  synonyms: {
    role: 'roles',
    interface: 'interfaces',
    ip: 'interfaces',
    address: 'interfaces',
    addresses: 'interfaces',
    gateway: 'default_route',
    snat: 'local_addresses',
    local_address: 'local_addresses',
    laddr: 'local_addresses',
    pool: 'local_addresses',
    default_gateway: 'default_route',
    variables: 'vars',
  },
  refused: { ansible_host: 'an address for SSH stands in ssh: { host: ADDRESS }' },
  properties: {
    roles: {
      type: 'array',
      description:
        '`director` schedules connections, `real_server` answers them, `proxy` reads requests and chooses who answers, `gateway` connects networks, `client` is where `verify` asks from.',
      items: {
        type: 'string',
        enum: [...roleNames],
        synonyms: {
          rs: 'real_server',
          realserver: 'real_server',
          backend: 'real_server',
          server: 'real_server',
          web: 'real_server',
          lb: 'director',
          loadbalancer: 'director',
          balancer: 'director',
          lvs: 'director',
          ds: 'director',
          dispatcher: 'director',
          router: 'gateway',
          firewall: 'gateway',
          haproxy: 'proxy',
          l7: 'proxy',
        },
      },
      minItems: 1,
      uniqueItems: true,
      examples: [['director']],
    },
    interfaces,
    default_route: {
      ...ipAddress,
      description:
        "Next hop of the host's default route. Checked, and used by the lab; a NAT service needs it to be the directors' inner VIP.",
      examples: ['192.168.0.100'],
    },
    local_addresses: {
      ...addressRange,
      description:
        'FULLNAT: addresses that only this director has, one or the first and the last of several. Real servers see them instead of its own address; each is good for some 60000 connections to one port of one real server. lvsform puts them on the interface of their subnet.',
      examples: ['10.0.0.100-10.0.0.103'],
    },
    priority: {
      type: 'integer',
      description:
        'VRRP priority of a director: the highest is the MASTER. A BACKUP waits (256 - priority)/256 of an advertisement longer before it takes over (RFC 5798, Skew_Time): 254 and 250 are quicker than 150 and 100.',
      minimum: 1,
      maximum: 255,
      default: defaults.priority,
      examples: [150],
    },
    firewall: { $ref: '#/$defs/firewall' },
    ssh: { $ref: '#/$defs/ssh' },
    lab: {
      title: 'Lab host',
      description:
        'What this host is in the lab. Its SSH server there also listens on the port of its `ssh`.',
      type: 'object',
      synonyms: { system: 'image', os: 'image' },
      properties: {
        image: {
          type: 'string',
          description:
            '`debian` has systemd and apt; `rpm` the same with dnf and rpm in the place of apt, `yum` and `zypper` with those in the place of dnf; `busybox` the same as `debian` with the tools and the sh of busybox, and no bash; `sysv` has scripts of /etc/init.d in the place of systemd, no package of ipvsadm, and a compiler.',
          enum: [...labImages],
          synonyms: {
            dnf: 'rpm',
            fedora: 'rpm',
            rhel: 'rpm',
            suse: 'zypper',
            alpine: 'busybox',
            sysvinit: 'sysv',
          },
          default: defaults.lab.image,
          examples: ['rpm'],
        },
      },
      additionalProperties: false,
      examples: [{ image: 'sysv' }],
    },
    vars: {
      title: 'Variables',
      description: 'Free data of yours: `{{vars.NAME}}` in playbooks and templates.',
      type: 'object',
      propertyNames: {
        pattern: '^[A-Za-z][A-Za-z0-9_]*$',
        patternErrorMessage: 'must be a name: letters, digits and _, beginning with a letter',
      },
      additionalProperties: { $ref: '#/$defs/json' },
      examples: [{ site: 'east' }],
    },
  },
  required: ['roles'],
  additionalProperties: false,
};

/** All hosts by name. */
export const hosts: Schema = {
  title: 'Hosts',
  description:
    'The machines of the cluster, by name. A name with a range stands for as many hosts: `web[001:200]` for web001 to web200, `web[1:9:2]` for every second one; their addresses (and `ssh.host`) are ranges of the same length.',
  type: 'object',
  propertyNames: hostNames,
  additionalProperties: { $ref: '#/$defs/host' },
  minProperties: 1,
  examples: [
    {
      lvs01: {
        roles: ['director'],
        priority: 150,
        interfaces: { eth0: '192.168.0.210/24' },
        default_route: '192.168.0.100',
      },
      web01: { roles: ['real_server'], interfaces: { eth0: '192.168.0.223/24' } },
      'app[01:20]': { roles: ['real_server'], interfaces: { eth0: '10.0.1.[1:20]/24' } },
    },
  ],
};
