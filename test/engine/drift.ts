import fc from 'fast-check';
import type { HostState } from '../../src/transport/memory/state.ts';

/** One thing that somebody did on a host by hand; what it hits is chosen by `pick` among what there is. */
export interface Drift {
  readonly host: number;
  readonly what: keyof typeof edits;
  readonly pick: number;
}

/** What a person, or time, does to a host that lvsform keeps. Each leaves a host as a real one could be. */
const edits = {
  content(state: HostState, pick: number) {
    const path = one(ours(state, 'file'), pick);
    const node = path === undefined ? undefined : state.files[path];
    if (path === undefined || node?.type !== 'file') return;
    state.clock += 1;
    const bytes = Buffer.concat([Buffer.from(node.bytes, 'base64'), Buffer.from('# by hand\n')]);
    state.files[path] = {
      ...node,
      bytes: bytes.toString('base64'),
      inode: state.clock,
      changed: state.clock,
    };
  },
  mode(state: HostState, pick: number) {
    const node = state.files[one([...ours(state, 'file'), ...ours(state, 'directory')], pick) ?? ''];
    if (node !== undefined && node.type !== 'link') node.mode = '0700';
  },
  owner(state: HostState, pick: number) {
    const node = state.files[one(ours(state, 'file'), pick) ?? ''];
    if (node?.type === 'file') node.owner = 'www-data';
  },
  removed(state: HostState, pick: number) {
    const path = one(ours(state, 'file'), pick);
    if (path !== undefined) delete state.files[path];
  },
  sysctl(state: HostState, pick: number) {
    const path = one(Object.keys(state.sysctls).filter(isSwitch), pick);
    if (path !== undefined) state.sysctls[path] = state.sysctls[path] === '1' ? '0' : '1';
  },
  address(state: HostState, pick: number) {
    const gone = one(
      state.addresses.filter(({ address }) => address.endsWith('/32')),
      pick,
    );
    state.addresses = state.addresses.filter(each => each !== gone);
  },
  rule(state: HostState, pick: number) {
    const gone = one(state.rules, pick);
    state.rules = state.rules.filter(each => each !== gone);
  },
  server(state: HostState, pick: number) {
    const service = state.services[one(Object.keys(state.services), pick) ?? ''];
    const name = service && one(Object.keys(service.servers), pick);
    if (service !== undefined && name !== undefined) delete service.servers[name];
  },
  weight(state: HostState, pick: number) {
    const service = state.services[one(Object.keys(state.services), pick) ?? ''];
    const name = service && one(Object.keys(service.servers), pick);
    const server = name === undefined ? undefined : service?.servers[name];
    if (service !== undefined && name !== undefined && server !== undefined)
      service.servers[name] = { ...server, weight: server.weight + 1 };
  },
  stopped(state: HostState, pick: number) {
    const unit = state.units[one(Object.keys(state.units), pick) ?? ''];
    if (unit !== undefined) unit.active = false;
  },
  disabled(state: HostState, pick: number) {
    const unit = state.units[one(Object.keys(state.units), pick) ?? ''];
    if (unit?.file === 'enabled') unit.file = 'disabled';
  },
} satisfies Record<string, (state: HostState, pick: number) => void>;

export const drifts: fc.Arbitrary<readonly Drift[]> = fc.array(
  fc.record({
    host: fc.nat(20),
    what: fc.constantFrom(...(Object.keys(edits) as (keyof typeof edits)[])),
    pick: fc.nat(1000),
  }),
  { maxLength: 6 },
);

/** Does it. */
export function drift(states: readonly HostState[], { host, what, pick }: Drift): void {
  const state = one(states, host);
  if (state !== undefined) edits[what](state, pick);
}

/** What a host may have had before lvsform came. */
export interface Past {
  readonly installed: readonly string[];
  readonly running: boolean;
  readonly switches: readonly number[];
  readonly files: readonly (readonly [path: string, mode: string, content: string])[];
  readonly loaded: boolean;
  readonly foreign: boolean;
}

export const pasts: fc.Arbitrary<Past> = fc.record({
  installed: fc.subarray(['keepalived', 'ipvsadm', 'iptables', 'iputils-arping']),
  running: fc.boolean(),
  switches: fc.array(fc.nat(1000), { maxLength: 5 }),
  files: fc.array(
    fc.tuple(
      fc.constantFrom(
        '/usr/local/sbin/ipvs_server.sh',
        '/usr/local/sbin/rs_server.sh',
        '/etc/keepalived/keepalived.conf',
        '/etc/default/keepalived',
      ),
      fc.constantFrom('0600', '0644', '0755'),
      fc.constantFrom('', '# old\n', 'net.ipv4.ip_forward = 0\n'),
    ),
    { maxLength: 3 },
  ),
  loaded: fc.boolean(),
  foreign: fc.boolean(),
});

/** Gives a blank host its past. */
export function live(state: HostState, past: Past): void {
  for (const name of past.installed) {
    const known = state.packages[name];
    if (known?.candidate === undefined) continue;
    known.installed = known.candidate;
    for (const needed of known.needs ?? []) {
      const other = state.packages[needed];
      if (other?.candidate !== undefined) Object.assign(other, { installed: other.candidate, auto: true });
    }
    for (const unit of known.units ?? [])
      state.units[unit] = {
        file: past.running ? 'enabled' : 'disabled',
        active: false,
        starts: 0,
        reloads: 0,
      };
    for (const path of known.directories ?? [])
      state.files[path] ??= { type: 'directory', owner: 'root', group: 'root', mode: '0755' };
  }
  const switches = Object.keys(state.sysctls).filter(isSwitch);
  for (const pick of past.switches) {
    const path = one(switches, pick);
    if (path !== undefined) state.sysctls[path] = '1';
  }
  for (const [path, mode, content] of past.files) {
    if (state.files[path.replace(/\/[^/]*$/, '')] === undefined) continue;
    state.clock += 1;
    state.files[path] = {
      ...{ type: 'file', bytes: Buffer.from(content).toString('base64'), owner: 'root', group: 'root', mode },
      ...{ inode: state.clock, changed: state.clock },
    };
  }
  const module = state.modules['ip_vs'];
  if (past.loaded && module !== undefined) {
    module.loaded = true;
    Object.assign(state.sysctls, module.sysctls);
  }
  if (!past.foreign) return;
  state.rules.push({
    program: 'iptables',
    table: 'filter',
    chain: 'INPUT',
    words: ['-p', 'icmp', '-j', 'ACCEPT'],
  });
  state.files['/etc/motd'] = {
    ...{ type: 'file', bytes: '', owner: 'root', group: 'root', mode: '0644', inode: 3, changed: 3 },
  };
}

function one<Item>(items: readonly Item[], pick: number): Item | undefined {
  return items.length === 0 ? undefined : items[pick % items.length];
}

/** Sysctls that are on or off and that lvsform sets. */
function isSwitch(path: string): boolean {
  return /ip_forward$|\/(arp_ignore|rp_filter|send_redirects)$|vs\/(conntrack|expire_nodest_conn)$/.test(
    path,
  );
}

/** What lies where lvsform writes, the ledger and its records apart. */
function ours(state: HostState, type: 'file' | 'directory'): readonly string[] {
  return Object.entries(state.files).flatMap(([path, node]) =>
    node.type === type &&
    /lvsform|keepalived|_server\.sh|gateway\.sh/.test(path) &&
    !path.startsWith('/var/lib/')
      ? [path]
      : [],
  );
}
