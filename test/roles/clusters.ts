import type {
  Cluster,
  DirectorMode,
  ForwardingMethod,
  Host,
  IpNet,
  RoleName,
  Vip,
  VirtualService,
} from '../../src/model/cluster.ts';
import type { HealthCheck } from '../../src/model/health-check.ts';
import type { KeepalivedSettings } from '../../src/model/keepalived.ts';
import { Secret } from '../../src/model/secret.ts';
import type { Following, GarpSettings } from '../../src/model/vrrp.ts';

/** Clusters as the loader would give them, made by hand: the tests of roles and templates need no inventory. */

const tcpCheck: HealthCheck = { type: 'tcp', connectTimeout: 8, retries: 3, retryDelay: 3 };

export const httpCheck: HealthCheck = {
  type: 'http',
  tls: false,
  urls: [{ path: '/health?full=1', status: ['200'] }],
  connectTimeout: 5,
  retries: 2,
  retryDelay: 1,
};

export function net(text: string): IpNet {
  const [ip = '', prefix] = text.split('/');
  return { ip, prefix: Number(prefix), family: ip.includes(':') ? 6 : 4 };
}

export function host(
  name: string,
  role: RoleName,
  interfaces: Readonly<Record<string, string>>,
  more: Partial<Host> = {},
): Host {
  return {
    name,
    roles: [role],
    interfaces: Object.entries(interfaces).map(([device, address]) => ({
      name: device,
      addresses: [net(address)],
    })),
    defaultRoute: undefined,
    localAddresses: undefined,
    priority: undefined,
    firewall: undefined,
    ssh: {
      host: name,
      port: undefined,
      user: 'root',
      identityFiles: [],
      identityPassphrase: undefined,
      password: undefined,
      become: undefined,
      proxyJump: undefined,
      knownHostsFile: undefined,
      acceptNew: false,
      timeout: 20,
    },
    vars: {},
    ...more,
  };
}

const unlimited = { upperThreshold: 0, lowerThreshold: 0 };

const web: Vip = { name: 'web', address: net('192.168.0.240/24'), interface: 'eth0', label: 'eth0:240' };

const gateway = '192.168.0.100';

export const plainGarp: GarpSettings = {
  masterDelay: undefined,
  masterRepeat: undefined,
  masterRefresh: undefined,
  masterRefreshRepeat: undefined,
  lowerPrioDelay: undefined,
  lowerPrioRepeat: undefined,
};

export const following: Following = {
  trackInterface: [],
  trackScript: [],
  trackProcess: [],
  notify: [],
  smtpAlert: undefined,
};

/** A keepalived of which the inventory says nothing. */
export const plainKeepalived: KeepalivedSettings = {
  routerId: undefined,
  mail: {
    to: [],
    from: undefined,
    server: undefined,
    port: undefined,
    heloName: undefined,
    connectTimeout: undefined,
    alert: undefined,
    alertVrrp: undefined,
    alertChecker: undefined,
  },
  scriptUser: 'root',
  skipCheckAdvAddr: false,
  garpInterval: undefined,
  gnaInterval: undefined,
  garp: plainGarp,
  minGarp: false,
  startupDelay: undefined,
  snmp: [],
  snmpSocket: undefined,
  log: undefined,
  trackScripts: [],
  trackProcesses: [],
  syncGroups: [],
};

/** The cluster of inventories/dr.yml. */
export const dr: Cluster = {
  name: 'dr',
  hosts: [
    host('lvs01', 'director', { eth0: '192.168.0.210/24' }, { priority: 150, defaultRoute: gateway }),
    host('lvs02', 'director', { eth0: '192.168.0.211/24' }, { priority: 100, defaultRoute: gateway }),
    host('web01', 'real_server', { eth0: '192.168.0.223/24' }, { defaultRoute: gateway }),
    host('web02', 'real_server', { eth0: '192.168.0.224/24' }, { defaultRoute: gateway }),
    host('lan-client', 'client', { eth0: '192.168.0.220/24' }, { defaultRoute: gateway }),
    host('wan-client', 'client', { eth1: '192.168.200.200/24' }),
    host('gateway', 'gateway', { eth0: '192.168.0.100/24', eth1: '192.168.200.100/24' }),
  ],
  director: {
    mode: 'keepalived',
    timeouts: { tcp: 30, tcpFin: 5, udp: 60 },
    kernel: {},
    syncDaemon: undefined,
  },
  vips: [web],
  vrrp: [
    {
      name: 'web',
      virtualRouterId: 55,
      interface: 'eth0',
      version: 2,
      advertInterval: 1,
      authType: 'PASS',
      authPass: new Secret('1111'),
      vips: [web],
      unicast: false,
      nopreempt: false,
      preemptDelay: undefined,
      vmac: undefined,
      garp: plainGarp,
      members: [
        { host: 'lvs01', priority: 150, state: 'MASTER', address: undefined },
        { host: 'lvs02', priority: 100, state: 'BACKUP', address: undefined },
      ],
      ...following,
    },
  ],
  keepalived: plainKeepalived,
  services: [
    {
      name: 'http',
      group: 'http',
      vip: web,
      port: 80,
      mark: undefined,
      protocol: 'tcp',
      scheduler: 'rr',
      method: 'DR',
      schedulerFlags: [],
      persistence: 0,
      persistencePrefix: undefined,
      persistenceEngine: undefined,
      onePacket: false,
      realServers: [
        { host: 'web01', rip: '192.168.0.223', port: 80, weight: 1, ...unlimited },
        { host: 'web02', rip: '192.168.0.224', port: 80, weight: 1, ...unlimited },
      ],
      checks: [tcpCheck],
      availability: {},
      delayLoop: 6,
      drain: 30,
      verify: {
        type: 'http',
        path: '/',
        host: undefined,
        certificate: 'ignore',
        expect: undefined,
        requests: 8,
        hold: 12,
      },
    },
  ],
  gateway: {
    forwards: [
      {
        address: '192.168.200.100',
        ports: { first: 80, last: 80 },
        protocol: 'tcp',
        service: 'http',
        to: { address: '192.168.0.240', port: 80 },
      },
    ],
    masquerade: [{ network: net('192.168.0.0/24'), interface: 'eth1' }],
    snat: [],
  },
  proxy: undefined,
  lab: undefined,
};

export function inMode(cluster: Cluster, mode: DirectorMode): Cluster {
  return {
    ...cluster,
    director: { ...cluster.director, mode },
    vrrp: mode === 'static' ? [] : cluster.vrrp,
  };
}

export function withServices(cluster: Cluster, change: Partial<VirtualService>): Cluster {
  return { ...cluster, services: cluster.services.map(service => ({ ...service, ...change })) };
}

export function withMethod(cluster: Cluster, method: ForwardingMethod): Cluster {
  return withServices(cluster, { method });
}

const dns: Vip = { name: 'dns', address: net('192.168.0.241/32'), interface: 'eth0', label: undefined };

const six: Vip = { name: 'six', address: net('fd00::240/64'), interface: 'eth0', label: undefined };
const other: Vip = { name: 'other', address: net('fd00::241/64'), interface: 'eth0', label: undefined };
const seven: Vip = { name: 'seven', address: net('10.7.0.1/24'), interface: 'eth1.7', label: undefined };

/** Everything that a template tells apart: weight 0, persistence, each check, UDP, two VIPs, no authentication. */
export const rich: Cluster = {
  ...dr,
  name: 'rich',
  vips: [web, dns],
  vrrp: dr.vrrp.map(instance => ({ ...instance, authPass: undefined, vips: [web, dns] })),
  services: dr.services.flatMap(http => [
    {
      ...http,
      checks: [httpCheck],
      persistence: 300,
      scheduler: 'wrr',
      realServers: http.realServers.map((server, index) => ({ ...server, weight: index * 3 })),
    },
    {
      ...http,
      name: 'dns',
      group: 'dns',
      vip: dns,
      port: 53,
      protocol: 'udp',
      scheduler: 'sh',
      checks: [],
      drain: 0,
      realServers: http.realServers.map(server => ({ ...server, port: 53 })),
    },
  ]),
};

/** A gateway with everything: ports in ranges, each protocol, services and hosts, stated sources. */
export const manyForwards: Cluster = {
  ...rich,
  name: 'forwards',
  gateway: {
    forwards: [
      ...dr.gateway.forwards,
      {
        address: '192.168.200.101',
        ports: { first: 53, last: 53 },
        protocol: 'udp',
        service: 'dns',
        to: { address: '192.168.0.241', port: 53 },
      },
      {
        address: '192.168.200.101',
        ports: { first: 8000, last: 8010 },
        protocol: 'tcp',
        service: undefined,
        to: { address: '192.168.0.223', port: undefined },
      },
      {
        address: '192.168.200.100',
        ports: { first: 2905, last: 2905 },
        protocol: 'sctp',
        service: undefined,
        to: { address: '192.168.0.224', port: 2906 },
      },
    ],
    masquerade: dr.gateway.masquerade,
    snat: [
      { network: net('192.168.0.224/32'), interface: 'eth1', to: '192.168.200.101' },
      { network: net('192.168.0.0/28'), interface: 'eth1', to: '192.168.200.102-192.168.200.110' },
    ],
  },
};

/** Every host filters; one has a DNS service over TUN beside its web service, so that each kind of opening is there. */
export const filtering: Cluster = {
  ...rich,
  name: 'filtering',
  hosts: rich.hosts.map(each => ({ ...each, firewall: each.name === 'web02' ? 'firewalld' : 'auto' })),
  services: rich.services.map(each => (each.name === 'dns' ? { ...each, method: 'TUN' } : each)),
};

const outer: Vip = { name: 'outer', address: net('10.0.0.10/24'), interface: 'eth0', label: undefined };
const inner: Vip = { name: 'inner', address: net('10.7.0.1/24'), interface: 'eth1.7', label: undefined };

/** NAT with an outer VIP and an inner one, which is the real servers' default route; ports are rewritten. */
export const nat: Cluster = {
  ...dr,
  name: 'nat',
  hosts: [
    host('lvs01', 'director', { eth0: '10.0.0.11/24', 'eth1.7': '10.7.0.11/24' }, { priority: 150 }),
    host('lvs02', 'director', { eth0: '10.0.0.12/24', 'eth1.7': '10.7.0.12/24' }, { priority: 100 }),
    host('web01', 'real_server', { eth0: '10.7.0.21/24' }, { defaultRoute: '10.7.0.1' }),
    host('web02', 'real_server', { eth0: '10.7.0.22/24' }, { defaultRoute: '10.7.0.1' }),
  ],
  director: { mode: 'keepalived', timeouts: undefined, kernel: {}, syncDaemon: undefined },
  vips: [outer, inner],
  vrrp: dr.vrrp.flatMap(instance => [
    { ...instance, name: 'outer', vips: [outer] },
    { ...instance, name: 'inner', virtualRouterId: 56, interface: 'eth1.7', vips: [inner] },
  ]),
  services: dr.services.map(http => ({
    ...http,
    vip: outer,
    method: 'NAT',
    realServers: [
      { host: 'web01', rip: '10.7.0.21', port: 8080, weight: 1, ...unlimited },
      { host: 'web02', rip: '10.7.0.22', port: 8080, weight: 1, ...unlimited },
    ],
  })),
  gateway: { forwards: [], masquerade: [], snat: [] },
};

const poolCheck = { type: 'tcp', interval: 2, rise: 2, fall: 3 } as const;

/** DR whose real servers are proxies, and pools behind them: each pattern, check and way of telling the client's address. */
export const proxied: Cluster = {
  ...dr,
  name: 'proxied',
  hosts: [
    ...dr.hosts
      .filter(({ name }) => name !== 'wan-client' && name !== 'gateway')
      .map(
        (each): Host => (each.name.startsWith('web') ? { ...each, roles: ['real_server', 'proxy'] } : each),
      ),
    host('app01', 'real_server', { eth0: '192.168.0.231/24' }),
    host('static01', 'real_server', { eth0: '192.168.0.232/24' }),
  ],
  gateway: { forwards: [], masquerade: [], snat: [] },
  proxy: {
    listeners: [
      {
        name: 'web',
        port: 80,
        rules: [
          {
            hosts: [
              { type: 'exact', name: 'app.example.org' },
              { type: 'any', name: 'apps.example.org' },
            ],
            paths: [],
            pool: 'app',
          },
          {
            hosts: [],
            paths: [
              { type: 'exact', path: '/login' },
              { type: 'prefix', path: '/api' },
              { type: 'prefix', path: '/v2/' },
            ],
            pool: 'app',
          },
          {
            hosts: [{ type: 'exact', name: 'spoken.example.org' }],
            paths: [{ type: 'prefix', path: '/x' }],
            pool: 'spoken',
          },
        ],
        defaultPool: 'static',
        healthPath: '/proxy-health',
      },
      {
        name: 'admin',
        port: 8000,
        rules: [{ hosts: [], paths: [{ type: 'prefix', path: '/app' }], pool: 'app' }],
        defaultPool: undefined,
        healthPath: undefined,
      },
    ],
    pools: [
      {
        name: 'app',
        balance: 'leastconn',
        clientAddress: 'forwarded',
        check: { ...poolCheck, type: 'http', path: '/health?full=1', host: 'app.example.org', status: 200 },
        servers: [
          { host: 'app01', address: '192.168.0.231', port: 8080, weight: 2 },
          { host: 'static01', address: '192.168.0.232', port: 8080, weight: 0 },
        ],
      },
      {
        name: 'spoken',
        balance: 'source',
        clientAddress: 'proxy_protocol',
        check: poolCheck,
        servers: [{ host: 'app01', address: '192.168.0.231', port: 8081, weight: 1 }],
      },
      {
        name: 'static',
        balance: 'roundrobin',
        clientAddress: 'none',
        check: { type: 'none' },
        servers: [{ host: 'static01', address: 'fd00::232', port: 8080, weight: 1 }],
      },
    ],
    timeouts: { connect: 5, client: 30, server: 30, stop: 60 },
    statsSocket: '/run/haproxy.sock',
  },
};

/** FULLNAT on the hosts of `nat`, which have no default route here; lvs02 has local addresses. */
export const fullNat: Cluster = {
  ...withMethod(nat, 'FULLNAT'),
  name: 'fullnat',
  hosts: nat.hosts.map(one => ({
    ...one,
    defaultRoute: undefined,
    localAddresses:
      one.name === 'lvs02'
        ? { interface: 'eth1.7', addresses: ['10.7.0.31', '10.7.0.32', '10.7.0.33'] }
        : undefined,
  })),
  vips: [outer],
  vrrp: nat.vrrp.filter(({ name }) => name === 'outer'),
};

/** Services of several methods with the same real servers, each on a port of its own. */
export function combined(cluster: Cluster, methods: readonly ForwardingMethod[]): Cluster {
  const [service] = cluster.services;
  if (service === undefined) throw new Error('no service');
  return {
    ...cluster,
    services: methods.map((method, index) => ({
      ...service,
      name: method.toLowerCase(),
      port: service.port + index,
      method,
      realServers: service.realServers.map(server => ({ ...server, port: service.port + index })),
    })),
  };
}

/** Every setting of VRRP and of the daemon as a whole that a template knows. */
export const followed: Cluster = {
  ...dr,
  name: 'followed',
  hosts: dr.hosts.map(one =>
    one.roles.includes('director')
      ? { ...one, interfaces: [...one.interfaces, { name: 'eth1.7', addresses: [net('10.7.0.11/24')] }] }
      : one,
  ),
  director: {
    ...dr.director,
    syncDaemon: {
      instance: 'web',
      interface: 'eth0',
      id: 55,
      maxlen: 1400,
      port: 8848,
      ttl: 2,
      group: '224.0.0.81',
      backupOnly: true,
    },
  },
  vips: [web, dns, six],
  vrrp: dr.vrrp.flatMap(instance => [
    {
      ...instance,
      version: 3,
      advertInterval: 0.2,
      authPass: undefined,
      vips: [web, six],
      unicast: true,
      preemptDelay: 2.5,
      garp: { ...plainGarp, masterDelay: 1, masterRepeat: 2, masterRefresh: 60, masterRefreshRepeat: 1 },
      members: instance.members.map((member, index) => ({ ...member, address: `192.168.0.21${index}` })),
      trackInterface: [{ name: 'eth1.7', weight: -20 }],
      trackScript: [{ name: 'fit', weight: undefined }],
      trackProcess: [{ name: 'shell', weight: -10 }],
      notify: [
        { event: 'master', script: ['/bin/true', 'master'], user: undefined },
        { event: 'any', script: ['/bin/true'], user: 'nobody' },
      ],
      smtpAlert: false,
    },
    {
      ...instance,
      name: 'dns',
      virtualRouterId: 56,
      vips: [dns],
      nopreempt: true,
      authType: 'AH',
      vmac: { xmitBase: true },
      members: [...instance.members].reverse().map((member, index) => ({
        ...member,
        priority: 150 - 50 * index,
        state: index === 0 ? ('MASTER' as const) : ('BACKUP' as const),
      })),
    },
    { ...instance, name: 'six', virtualRouterId: 57, version: 3, authPass: undefined, vips: [other] },
    { ...instance, name: 'seven', virtualRouterId: 58, interface: 'eth1.7', vips: [seven] },
  ]),
  keepalived: {
    ...plainKeepalived,
    routerId: 'LVS_DEVEL',
    mail: {
      to: ['admin@example.com', 'root@localhost'],
      from: 'keepalived@example.com',
      server: '192.168.200.1',
      port: 587,
      heloName: 'lvs.example.com',
      connectTimeout: 30,
      alert: true,
      alertVrrp: true,
      alertChecker: false,
    },
    scriptUser: 'nobody',
    skipCheckAdvAddr: true,
    garpInterval: 0.001,
    gnaInterval: 0.0001,
    garp: { ...plainGarp, lowerPrioDelay: 1, lowerPrioRepeat: 1 },
    minGarp: true,
    startupDelay: 1.5,
    snmp: ['enable_snmp_vrrp', 'enable_traps'],
    snmpSocket: 'udp:127.0.0.1:705',
    log: { detail: true, facility: 3 },
    trackScripts: [
      {
        name: 'fit',
        script: ['/usr/bin/test', '-e', '/run/fit'],
        interval: 1,
        timeout: 2,
        rise: 2,
        fall: 3,
        weight: -60,
        user: 'nobody',
        initFail: true,
      },
    ],
    trackProcesses: [
      {
        name: 'shell',
        process: ['sh', '-c'],
        paramMatch: 'partial',
        fullCommand: true,
        weight: 5,
        quorum: 1,
        quorumMax: 4,
        forkDelay: 0.5,
        terminateDelay: 0.5,
      },
    ],
    syncGroups: [
      {
        name: 'both',
        instances: ['six', 'seven'],
        ...following,
        trackProcess: [{ name: 'shell', weight: undefined }],
        notify: [{ event: 'stop', script: ['/bin/true', 'stop'], user: 'root' }],
      },
    ],
  },
};
