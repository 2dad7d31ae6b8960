import type { Schema } from '../../model/kind.ts';

/*
 * The texts that an inventory may hold. Each is an allow-list that leaves out whatever a shell or
 * keepalived.conf would take for more than text: line ends, control characters, quotes, braces, `$`, `;`,
 * backslashes, backticks, comment signs and a leading `-`.
 *
 * Beside the words of JSON Schema these schemas use annotations of our own (vocabulary.ts): `synonyms`,
 * `refused`, `secret`, and `patternErrorMessage`, which editors know too.
 */

const byte = '(25[0-5]|2[0-4][0-9]|1[0-9][0-9]|[1-9]?[0-9])';
const ipv4 = `${byte}(\\.${byte}){3}`;

/** A DNS label: names of hosts. */
export const hostName = {
  pattern: '^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$',
  patternErrorMessage: 'must be a DNS label: at most 63 of a-z, 0-9 and -, not at the ends',
} as const;

const range = '\\[[0-9]{1,9}:[0-9]{1,9}(:[0-9]{1,9})?\\]';
const ranged = (letters: string) =>
  `${hostName.pattern}|^([${letters}]|${range})(([${letters}-]|${range}){0,126}([${letters}]|${range}))?$`;

/** The name of a host, or one with ranges that stands for several. */
export const hostNames = {
  pattern: ranged('a-z0-9'),
  patternErrorMessage: hostName.patternErrorMessage,
} as const;

/** Hosts that stand elsewhere in the inventory: by name, range or pattern. */
export const hostsMeant = {
  pattern: ranged('a-z0-9*?'),
  patternErrorMessage: hostName.patternErrorMessage,
} as const;

/** Names that the author of an inventory gives to VIPs, services, instances. */
export const givenName = {
  pattern: '^[A-Za-z0-9]([A-Za-z0-9_-]{0,61}[A-Za-z0-9])?$',
  patternErrorMessage: 'must be a name: at most 63 letters, digits, _ and -, not at the ends',
} as const;

/** A network interface as the kernel takes it (IFNAMSIZ), less what is special to a shell. */
export const interfaceName = {
  pattern: '^[A-Za-z0-9][A-Za-z0-9_.@-]{0,14}$',
  patternErrorMessage: 'must be the name of an interface: at most 15 letters, digits, _ . @ and -',
} as const;

/** An IPv4 address. */
export const ipv4Address: Schema = {
  type: 'string',
  pattern: `^${ipv4}$`,
  patternErrorMessage: 'must be an IPv4 address, such as 192.168.0.240',
};

/** An IPv4 address, or the first and the last of several. */
export const addressRange: Schema = {
  type: 'string',
  pattern: `^${ipv4}(-${ipv4})?$`,
  patternErrorMessage: 'must be an IPv4 address, or the first and the last of several: 10.0.0.100-10.0.0.103',
};

/** An address of either family, alone or with the length of its network's prefix; a format of our own, too. */
export const vipAddress: Schema = {
  type: 'string',
  format: 'ip-or-cidr',
  patternErrorMessage: 'must be an IP address, such as 192.168.0.240/24 or fd00::240',
};

/** An address of either family; `ip` is our own format (formats.ts): JSON Schema's has one a family. */
export const ipAddress: Schema = {
  type: 'string',
  format: 'ip',
  patternErrorMessage: 'must be an IP address, such as 192.168.0.100',
};

/** An address of either family with the length of its network's prefix. */
export const cidr: Schema = {
  type: 'string',
  format: 'cidr',
  patternErrorMessage: 'must be an address with the length of its prefix, such as 192.168.0.210/24',
};

/** The same, or a range of them (formats.ts). */
export const hostAddress: Schema = {
  type: 'string',
  format: 'cidr-or-range',
  patternErrorMessage: 'must be an address with the length of its prefix, such as 192.168.0.210/24',
};

/** A network. */
export const network: Schema = {
  ...cidr,
  patternErrorMessage: 'must be a network, such as 192.168.0.0/24',
};

/** An IPv4 address and a port, or ports from the first to the last. */
export const ipv4Ports: Schema = {
  type: 'string',
  pattern: `^${ipv4}:[1-9][0-9]{0,4}(-[1-9][0-9]{0,4})?$`,
  patternErrorMessage:
    'must be an IPv4 address and a port, such as 192.168.200.100:80, or ports, such as 192.168.200.100:8000-8010',
};

/** A name of ours, or an IPv4 address with or without a port or ports. */
export const nameOrPlace: Schema = {
  type: 'string',
  pattern: `${givenName.pattern}|^${ipv4}(:[1-9][0-9]{0,4}(-[1-9][0-9]{0,4})?)?$`,
  patternErrorMessage:
    'must be the name of a service, or the address of a host with or without a port, such as 192.168.0.50:22',
};

/** An IPv4 address, or addresses from the first to the last. */
export const ipv4Range: Schema = {
  type: 'string',
  pattern: `^${ipv4}(-${ipv4})?$`,
  patternErrorMessage: 'must be an IPv4 address, or a range of them, such as 192.168.200.101-192.168.200.110',
};

export const port: Schema = { type: 'integer', minimum: 1, maximum: 65535 };

/** A port, or ports from the first to the last: `8000-8010`. */
export const portRange: Schema = {
  type: ['integer', 'string'],
  minimum: 1,
  maximum: 65535,
  pattern: '^[1-9][0-9]{0,4}-[1-9][0-9]{0,4}$',
  patternErrorMessage: 'must be a port, or a range of them, such as 8000-8010',
};

/** The path of a URL, with its query. */
export const urlPath = {
  pattern: '^/[A-Za-z0-9/._~%?&=+,:@-]*$',
  patternErrorMessage: 'must be the path of a URL: / and then letters, digits and / . _ ~ % ? & = + , : @ -',
} as const;

const label = '[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?';

/** A name that clients ask for by HTTP: haproxy.cfg compares it in lower case, whatever the client wrote. */
export const domainName = {
  pattern: `^${label}(\\.${label})*$`,
  patternErrorMessage: 'must be a name such as app.example.org: lower-case letters, digits, - and .',
} as const;

/** The same, or all names under one: `*.example.org`. */
export const domainPattern = {
  pattern: `^(\\*\\.)?${label}(\\.${label})*$`,
  patternErrorMessage:
    'must be a name such as app.example.org or *.example.org: lower-case letters, digits, - and .',
} as const;

/** A path as it stands in a request's first line, without its query. */
export const requestPath = {
  pattern: '^/([A-Za-z0-9/._~=+,:@-]|%[0-9A-Fa-f]{2})*$',
  patternErrorMessage:
    'must be a path: / and then letters, digits and / . _ ~ = + , : @ - or %XX (a query is not looked at)',
} as const;

/** An absolute path on a host, of a socket. */
export const socketPath = {
  pattern: '^(/[A-Za-z0-9_][A-Za-z0-9._-]*)+$',
  patternErrorMessage: 'must be an absolute path of letters, digits and . _ - (not first)',
} as const;

/** A file's path on this machine: anything printable. */
export const localPath = {
  pattern: '^[^\\p{C}\\p{Zl}\\p{Zp}-][^\\p{C}\\p{Zl}\\p{Zp}]*$',
  patternErrorMessage: 'must be the path of a file: printable characters, not beginning with -',
} as const;

/** User names and hosts for SSH, which end up on a command line of ours. */
export const sshWord = {
  pattern: '^[A-Za-z0-9_][A-Za-z0-9_.@:%-]*$',
  patternErrorMessage: 'must be made of letters, digits and _ . @ : % -, not beginning with -',
} as const;

/** The same, or a range. */
export const sshWords = {
  pattern: `^([A-Za-z0-9_]|${range})([A-Za-z0-9_.@:%-]|${range})*$`,
  patternErrorMessage: sshWord.patternErrorMessage,
} as const;

/** A VRRP password: keepalived cuts it after 8 characters, so a longer one would not be what it seems. */
export const authPass = {
  maxLength: 8,
  pattern: '^[A-Za-z0-9._+=/:,%@*^?][A-Za-z0-9._+=/:,%@*^?-]*$',
  patternErrorMessage:
    'must be 1 to 8 letters, digits and . _ + = / : , % @ * ^ ? - (not first), because keepalived gives the others a meaning',
} as const;
