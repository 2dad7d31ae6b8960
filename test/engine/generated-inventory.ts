import fc from 'fast-check';
import type { JsonObject } from '../../src/model/json.ts';

/** Hosts of every generated inventory: some of them have nothing to do in it. */
export const hostNames = ['lvs01', 'lvs02', 'd1', 'd2', 'd3', 'n1', 'n2', 'n3', 'client', 'gateway'] as const;

interface Wish {
  readonly method: 'DR' | 'TUN' | 'NAT' | 'FULLNAT';
  readonly protocol: 'tcp' | 'udp' | 'sctp';
  readonly scheduler: string;
  readonly weights: readonly (number | undefined)[];
  readonly persistence: number | undefined;
  readonly thresholds: boolean;
  readonly ports: 'one' | 'two' | 'mark';
  readonly vips: 'first' | 'second' | 'both';
  readonly check: 'none' | 'tcp' | 'http';
}

const wish: fc.Arbitrary<Wish> = fc.record({
  method: fc.constantFrom('DR', 'TUN', 'NAT', 'FULLNAT'),
  protocol: fc.constantFrom('tcp', 'tcp', 'udp', 'sctp'),
  scheduler: fc.constantFrom(
    'rr',
    'wrr',
    'lc',
    'wlc',
    'sh',
    'mh',
    'dh',
    'sed',
    'nq',
    'fo',
    'ovf',
    'lblc',
    'lblcr',
  ),
  weights: fc.array(fc.option(fc.nat(9), { nil: undefined }), { minLength: 1, maxLength: 3 }),
  persistence: fc.option(fc.integer({ min: 1, max: 3600 }), { nil: undefined }),
  thresholds: fc.boolean(),
  ports: fc.constantFrom('one', 'one', 'two', 'mark'),
  vips: fc.constantFrom('first', 'first', 'second', 'both'),
  check: fc.constantFrom('none', 'tcp', 'http'),
});

const whole = fc.record({
  mode: fc.constantFrom('keepalived', 'vrrp', 'static'),
  pair: fc.boolean(),
  wishes: fc.array(wish, { minLength: 1, maxLength: 3 }),
  timeouts: fc.boolean(),
  kernel: fc.boolean(),
  defences: fc.boolean(),
  firewall: fc.boolean(),
  gateway: fc.constantFrom('none', 'masquerade', 'forwards'),
  password: fc.option(fc.stringMatching(/^[A-Za-z0-9]{1,8}$/), { nil: undefined }),
  interval: fc.integer({ min: 1, max: 5 }),
  unicast: fc.boolean(),
  label: fc.boolean(),
});

/** Clusters of every mode and method. Most are valid; what the lint refuses is for the caller to leave out. */
export const inventories: fc.Arbitrary<JsonObject> = whole.map(made => {
  const { mode, wishes } = made;
  const pair = mode !== 'static' && made.pair;
  const uses = (...methods: readonly string[]) => wishes.some(({ method }) => methods.includes(method));
  const inside = uses('NAT', 'FULLNAT');
  const used = new Set<string>(
    wishes.flatMap(({ method, weights }) => weights.map((_, index) => serverOf(method, index))),
  );
  const twoVips = wishes.some(({ vips }) => vips !== 'first');
  return {
    version: 1,
    name: 'generated',
    ssh: { user: 'root' },
    hosts: {
      lvs01: director(1, made.firewall, inside, uses('FULLNAT')),
      ...(pair ? { lvs02: director(2, made.firewall, inside, uses('FULLNAT')) } : {}),
      ...Object.fromEntries([...used].map(name => [name, server(name, mode, made.firewall)])),
      client: { roles: ['client'], interfaces: { eth0: '192.168.0.220/24' } },
      ...(made.gateway === 'none'
        ? {}
        : {
            gateway: {
              roles: ['gateway'],
              interfaces: { eth0: '192.168.0.100/24', eth1: '192.168.200.100/24' },
            },
          }),
    },
    director: {
      mode,
      ...(made.timeouts ? { timeouts: { tcp: 30, tcp_fin: 5, udp: 60 } } : {}),
      ...(made.kernel ? { kernel: { sloppy_tcp: true, conn_reuse_mode: 1 } } : {}),
      ...(made.defences ? { defences: { drop_entry: 'when_needed', secure_tcp: 'when_needed' } } : {}),
    },
    vips: {
      web: { address: '192.168.0.240/24', ...(made.label ? { label: 'eth0:240' } : {}) },
      ...(twoVips ? { other: { address: '192.168.0.241/24' } } : {}),
      ...(uses('NAT') && mode !== 'static' ? { back: { address: '10.0.0.1/24' } } : {}),
    },
    ...(mode === 'static' ? {} : { vrrp: vrrp(made, twoVips, uses('NAT'), pair) }),
    services: Object.fromEntries(wishes.map((one, index) => [`s${index}`, service(one, index, mode)])),
    ...(made.gateway === 'none'
      ? {}
      : {
          gateway: {
            masquerade: [{ network: '192.168.0.0/24', interface: 'eth1' }],
            ...(made.gateway === 'forwards' ? { forwards: [{ from: '192.168.200.100:80', to: 's0' }] } : {}),
          },
        }),
  };
});

/** DR and TUN want real servers beside the VIP, NAT and FULLNAT behind the director. */
function serverOf(method: string, index: number): string {
  return `${method === 'DR' || method === 'TUN' ? 'd' : 'n'}${index + 1}`;
}

function director(number: number, firewall: boolean, inside: boolean, local: boolean): JsonObject {
  return {
    roles: ['director'],
    priority: 200 - 50 * number,
    interfaces: {
      eth0: `192.168.0.${209 + number}/24`,
      ...(inside ? { eth1: `10.0.0.${10 + number}/24` } : {}),
    },
    ...(local ? { local_addresses: `10.0.0.10${2 * number - 1}-10.0.0.10${2 * number}` } : {}),
    ...(firewall ? { firewall: { open: true } } : {}),
  };
}

function server(name: string, mode: string, firewall: boolean): JsonObject {
  const number = Number(name.slice(1));
  const behind = name.startsWith('n');
  return {
    roles: ['real_server'],
    interfaces: { eth0: behind ? `10.0.0.${20 + number}/24` : `192.168.0.${222 + number}/24` },
    ...(behind ? { default_route: mode === 'static' ? '10.0.0.11' : '10.0.0.1' } : {}),
    ...(firewall ? { firewall: { open: true } } : {}),
  };
}

function vrrp(
  made: { readonly interval: number; readonly password: string | undefined; readonly unicast: boolean },
  twoVips: boolean,
  back: boolean,
  pair: boolean,
): JsonObject {
  const common = {
    advert_interval: made.interval,
    ...(made.password === undefined ? {} : { auth_pass: made.password }),
    ...(made.unicast && pair ? { unicast: true } : {}),
  };
  return {
    front: { virtual_router_id: 51, vips: twoVips ? ['web', 'other'] : ['web'], ...common },
    ...(back ? { behind: { virtual_router_id: 52, vips: ['back'], ...common } } : {}),
  };
}

function service(one: Wish, index: number, mode: string): JsonObject {
  const { method, protocol, scheduler, persistence, check } = one;
  const base = 8000 + 100 * index;
  const marked = one.ports !== 'one';
  const vips = { first: 'web', second: 'other', both: ['web', 'other'] }[one.vips];
  return {
    vip: vips,
    port: { one: base, two: [base, base + 1], mark: [`${base}-${base + 9}`] }[one.ports],
    ...(marked ? { fwmark: 10 + index } : {}),
    protocol,
    scheduler,
    method,
    ...(persistence === undefined ? {} : { persistence: { timeout: persistence } }),
    ...(mode === 'keepalived' && check !== 'none' && protocol === 'tcp' && !marked
      ? { check: check === 'tcp' ? { type: 'tcp' } : { type: 'http', path: '/', status: 200 } }
      : {}),
    real_servers: Object.fromEntries(
      one.weights.map((weight, at) => [
        serverOf(method, at),
        {
          ...(weight === undefined ? {} : { weight }),
          ...(one.thresholds ? { upper_threshold: 100 + at, lower_threshold: 10 + at } : {}),
        },
      ]),
    ),
  };
}
