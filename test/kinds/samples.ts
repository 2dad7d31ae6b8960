import type { JsonObject } from '../../src/model/json.ts';
import type { HostState } from '../../src/transport/memory/index.ts';
import { fingerprint, put } from '../../src/transport/memory/programs/files.ts';

/**
 * For each kind: a subject's spec and states of it, as `read` would give them. undefined (absent) is a sample of every
 * kind. `host` prepares a host on which all of them can be reached.
 */
export interface Samples {
  readonly spec: JsonObject;
  readonly states: readonly JsonObject[];
  readonly host?: (state: HostState) => void;
}

const conf = '/etc/app.conf';
const httpOpening = '-d 192.168.0.240 -p tcp --dport 80 -j ACCEPT';
const owned = { owner: 'root', group: 'root', mode: '0644' };

export const samples: { readonly [kind: string]: Samples } = {
  package: { spec: { name: 'keepalived' }, states: [{ installed: true }] },
  'source-build': {
    spec: {
      name: 'tool',
      source: '/root/tool.tar.gz',
      sha256: 'a'.repeat(64),
      programs: ['tool', 'tool-save'],
    },
    states: [
      { sha256: 'a'.repeat(64), intact: true },
      { sha256: 'b'.repeat(64), intact: true },
      { sha256: 'b'.repeat(64), intact: false },
    ],
  },
  'kernel-module': {
    spec: { name: 'ip-vs' },
    states: [
      { loaded: true, boot: true },
      { loaded: true, boot: false },
      { loaded: false, boot: true },
    ],
  },
  sysctl: {
    spec: { key: 'net.ipv4.tcp_rmem', value: '1 2 3' },
    states: [
      { value: '1 2 3', boot: '1 2 3' },
      { value: '1 2 3', boot: null },
      { value: '4 5 6', boot: '1 2 3' },
      { value: '4 5 6', boot: null },
    ],
  },
  file: {
    spec: { path: conf, content: '' },
    states: [
      { content: 'one\n', ...owned },
      { content: 'no newline at the end', ...owned },
      { content: '', ...owned },
      { content: 'öçł — ✓\r\n\n', ...owned, mode: '0600', group: 'adm' },
      { content: 'AAEC/w==', encoding: 'base64', ...owned },
      { link: 'target with spaces' },
    ],
  },
  directory: {
    spec: { path: '/etc/app' },
    states: [
      { ...owned, mode: '0755' },
      { ...owned, owner: 'www-data', mode: '2750' },
    ],
  },
  service: {
    spec: { name: 'app', reload_on: [conf], restart_on: ['/etc/default/app'] },
    states: [
      { running: true, enabled: true, current: 'yes' },
      { running: true, enabled: true, current: 'reload' },
      { running: true, enabled: false, current: 'restart' },
      { running: true, enabled: false, current: 'unknown' },
      { running: false, enabled: true, current: 'yes' },
      { running: true, enabled: false, current: 'yes' },
    ],
    host: ({ units }) => {
      units['app'] = { file: 'disabled', active: false, starts: 0, reloads: 0 };
    },
  },
  address: {
    spec: { interface: 'eth0', address: '192.168.0.240/32' },
    states: [
      { label: 'eth0:240', scope: 'global' },
      { label: null, scope: 'global' },
      { label: null, scope: 'host' },
    ],
  },
  route: {
    spec: { to: '10.0.0.0/8', via: '192.168.0.1' },
    states: [
      { via: '192.168.0.1', interface: 'eth0', source: null },
      { via: '192.168.0.2', interface: 'eth0', source: '192.168.0.10' },
      { via: null, interface: 'eth1', source: null },
    ],
  },
  iptables: {
    spec: { chain: 'INPUT', rule: ['-p', '112', '-j', 'ACCEPT'] },
    states: [
      { rule: '-p 112 -j ACCEPT', copies: 1 },
      { rule: '-p 112 -j ACCEPT', copies: 2 },
    ],
    host: ({ packages }) => install(packages, 'iptables'),
  },
  opening: {
    spec: { protocol: 'tcp', to: '192.168.0.240', port: '80' },
    states: [
      { rule: httpOpening, iptables: ['own'], zones: [], permanentZones: [] },
      { rule: httpOpening, iptables: ['own', 'other'], zones: [], permanentZones: [] },
      { rule: httpOpening, iptables: ['other'], zones: ['public'], permanentZones: [] },
      {
        rule: httpOpening,
        iptables: [],
        zones: ['internal', 'public'],
        permanentZones: ['internal', 'public'],
      },
      { rule: httpOpening, iptables: [], zones: [], permanentZones: ['internal'] },
    ],
    host: state => {
      install(state.packages, 'iptables');
      state.firewalld = {
        public: { active: false, runtime: [], permanent: [] },
        internal: { active: true, runtime: [], permanent: [] },
        drop: { active: false, runtime: [], permanent: [] },
      };
    },
  },
  'virtual-server': {
    spec: {
      ...{ protocol: 'tcp', address: '192.168.0.240', port: 80, scheduler: 'rr', method: 'DR' },
      servers: [],
    },
    states: [
      { scheduler: 'rr', persistence: 0, servers: {} },
      {
        ...{ scheduler: 'wrr', persistence: 300 },
        servers: {
          '192.168.0.1:80': { method: 'DR', weight: 1 },
          '192.168.0.2:80': { method: 'TUN', weight: 0 },
        },
      },
      {
        ...{ scheduler: 'mh', schedulerFlags: ['mh-fallback', 'mh-port'], persistence: 60, prefix: 24 },
        ...{ engine: 'sip', onePacket: true, flags: ['--new'] },
        servers: {
          '192.168.0.2:80': { method: 'DR', weight: 3, upper: 100, lower: 50 },
          '192.168.0.4:80': { method: 'DR', weight: 3, upper: 100 },
          '[fd00::3]:8080': { method: 'TUN', weight: 1, tunnel: '--tun-type gre' },
        },
      },
    ],
    host: ({ packages }) => install(packages, 'ipvsadm'),
  },
  'ipvs-timeouts': {
    spec: { tcp: 600, tcp_fin: 60, udp: 60 },
    states: [
      { tcp: 600, tcpFin: 60, udp: 60 },
      { tcp: 900, tcpFin: 120, udp: 10 },
    ],
    host: ({ packages }) => install(packages, 'ipvsadm'),
  },
  leaving: {
    spec: {
      services: [{ service: 'tcp:192.168.0.240:80', drain: 30, servers: ['192.168.0.1:80'] }],
      state: 'absent',
    },
    states: [
      { 'tcp:192.168.0.240:80': { '192.168.0.2:80': 1 } },
      { 'tcp:192.168.0.240:80': { '192.168.0.2:80': 3, '192.168.0.3:80': 1 } },
    ],
    host: state => {
      install(state.packages, 'ipvsadm');
      const server = { method: '-g', weight: 1, upper: 10, lower: 5, active: 0 };
      state.modules['ip_vs'] = { ...state.modules['ip_vs'], loaded: true };
      state.services['-t 192.168.0.240:80'] = {
        words: ['-s', 'rr'],
        servers: Object.fromEntries([1, 2, 3].map(n => [`192.168.0.${n}:80`, { ...server }])),
      };
    },
  },
  'kept-table': {
    spec: {
      conf,
      services: [
        {
          protocol: 'tcp',
          address: '192.168.0.240',
          port: 80,
          scheduler: 'rr',
          method: 'DR',
          persistence: 60,
          servers: [
            { address: '192.168.0.1', port: 80, weight: 1 },
            { address: '192.168.0.2', port: 80, weight: 3 },
          ],
        },
      ],
      state: 'absent',
    },
    states: [
      {
        'tcp:192.168.0.240:80': {
          scheduler: { is: 'wrr', shall: 'rr', flags: '' },
          weights: { '192.168.0.1:80': { is: 5, shall: 1 } },
        },
      },
      { 'tcp:192.168.0.240:80': { weights: { '192.168.0.2:80': { is: 7, shall: 3 } } } },
      {
        'tcp:192.168.0.240:80': {
          weights: {},
          missing: { '192.168.0.1:80': { method: 'DR', weight: 1 } },
          extra: { '192.168.0.9:80': { method: 'DR', weight: 2 } },
        },
      },
      {
        'tcp:192.168.0.240:80': {
          weights: {},
          gone: { scheduler: 'rr', persistence: 60, servers: {} },
          missing: {
            '192.168.0.1:80': { method: 'DR', weight: 1 },
            '192.168.0.2:80': { method: 'DR', weight: 3 },
          },
        },
      },
    ],
    host: state => {
      install(state.packages, 'ipvsadm');
      const server = { method: '-g', weight: 3, upper: 0, lower: 0, active: 0 };
      state.checks = { '192.168.0.1': 'silent', '192.168.0.2': 'silent' };
      state.modules['ip_vs'] = { ...state.modules['ip_vs'], loaded: true };
      state.services['-t 192.168.0.240:80'] = {
        words: ['-s', 'wlc', '-p', '60'],
        servers: { '192.168.0.1:80': server, '192.168.0.2:80': { ...server } },
      };
      const servers = 'real_server 192.168.0.1 80 {\n}\nreal_server 192.168.0.2 80 {\nweight 3\n}\n';
      const text = `virtual_server 192.168.0.240 80 {\nprotocol TCP\nlvs_sched rr\n${servers}}\n`;
      put(state, conf, Buffer.from(text));
      state.units['keepalived'] = { file: 'enabled', active: true, starts: 1, reloads: 0 };
      const record = Buffer.from(fingerprint(state, [conf]));
      put(state, '/var/lib/lvsform/loaded/keepalived.reload', record);
    },
  },
  command: {
    spec: {
      name: 'mark',
      run: ['touch', '/root/mark'],
      unless: ['test', '-e', '/root/mark'],
      undo: ['rm', '/root/mark'],
    },
    states: [{ done: true }],
  },
};

function install(packages: HostState['packages'], name: string): void {
  const one = packages[name];
  if (one?.candidate !== undefined) one.installed = one.candidate;
}
