import type { JsonObject } from '../model/json.ts';
import type { HostWords } from './host-words.ts';
import { type Remark, type Sketch, said } from './sketch.ts';

/** What has to be known before an inventory can be begun. */
export interface Beginning {
  readonly name: string;
  readonly directors: readonly HostWords[];
  readonly realServers: readonly HostWords[];
  readonly clients: readonly HostWords[];
  /** An address, or an address with the length of its prefix. */
  readonly vip: string;
  /** The VIP that NAT real servers have as their default route. */
  readonly innerVip: string | undefined;
  readonly port: number;
  readonly scheduler: string;
  readonly method: 'DR' | 'NAT' | 'TUN' | 'FULLNAT';
  /** Who logs in; root needs no sudo. */
  readonly user: string;
  /** It shall run on the embedded lab. */
  readonly lab: boolean;
}

/** The first inventory of a cluster, with comments that say what each part is for and what one may want next. */
export function firstInventory(beginning: Beginning): Sketch {
  const { name, directors, realServers, clients, vip, innerVip, port, scheduler, method, user } = beginning;
  const spare = directors.length > 1;
  const route = method === 'NAT' ? (innerVip?.split('/')[0] ?? addressOf(directors[0])) : undefined;
  const hosts = [
    ...directors.map((host, index) =>
      entry(host, { roles: ['director'], ...(spare && { priority: Math.max(254 - 4 * index, 1) }) }),
    ),
    ...realServers.map(host => entry(host, said({ roles: ['real_server'], default_route: route }))),
    ...clients.map(host => entry(host, { roles: ['client'] })),
  ];
  const data = said({
    version: 1,
    name,
    lab: beginning.lab ? {} : undefined,
    ssh: user === 'root' ? { user } : { user, become: true },
    hosts: Object.fromEntries(hosts),
    director: { mode: spare ? 'keepalived' : 'static' },
    vips: { [name]: { address: vip }, ...(innerVip !== undefined && { inner: { address: innerVip } }) },
    vrrp: spare ? instances(name, vip, innerVip) : undefined,
    services: {
      [`${name}-${port}`]: {
        vip: name,
        port,
        scheduler,
        method,
        ...(spare && { check: { type: 'tcp' } }),
        real_servers: Object.fromEntries(realServers.map(server => [server.name, { weight: 1 }])),
      },
    },
  });
  return { head: headOf(beginning), data, comments: [...remarks(beginning, spare)] };
}

/** The last number of an IPv4 address makes a router id that is easy to keep unique on a segment. */
function routerId(address: string): number {
  const last = Number(address.split('/')[0]?.split('.').at(-1));
  return Number.isInteger(last) && last >= 1 && last <= 255 ? last : 51;
}

function instances(name: string, vip: string, innerVip: string | undefined): JsonObject {
  const first = { virtual_router_id: routerId(vip), vips: [name] };
  if (innerVip === undefined) return { [name]: first };
  const id = routerId(innerVip);
  const second = { virtual_router_id: id === first.virtual_router_id ? (id % 255) + 1 : id, vips: ['inner'] };
  return { [name]: first, inner: second };
}

function entry(host: HostWords, members: JsonObject): [string, JsonObject] {
  const interfaces: { [name: string]: string | string[] } = {};
  for (const { name, address } of host.interfaces) {
    const known = interfaces[name];
    interfaces[name] = known === undefined ? address : [known, address].flat();
  }
  return [host.name, { ...members, interfaces }];
}

function addressOf(host: HostWords | undefined): string | undefined {
  return host?.interfaces.at(-1)?.address.split('/')[0];
}

function headOf({ name, method }: Beginning): readonly string[] {
  return [
    `The LVS cluster ${name}, forwarding method ${method}.`,
    '',
    'lvsform validate   says everything that is wrong with this file',
    'lvsform plan       shows what would be done on the hosts, and writes nothing there',
    'lvsform up         does it, reads the hosts again, and asks the service from the clients',
    'lvsform down       takes away all that lvsform made',
    '',
    'All keys are in docs/inventory.md.',
  ];
}

const why: Readonly<Record<Beginning['method'], string>> = {
  DR: 'DR: a real server answers the client itself, by its own default route; it is in the network of the directors.',
  NAT: 'NAT: a real server answers through the director, so its default route leads there.',
  TUN: 'TUN: a real server answers the client itself, and may be in any network.',
  FULLNAT:
    'FULLNAT: a real server sees the address of the director as its client, and needs no route to the clients.',
};

function* remarks(
  { method, clients, directors, realServers, vip }: Beginning,
  spare: boolean,
): Generator<Remark> {
  yield {
    path: ['ssh'],
    text: 'How every host is reached; what ~/.ssh/config says of a host holds too. A host may say otherwise in its own `ssh`.',
  };
  const [director, server, client] = [directors[0]?.name, realServers[0]?.name, clients[0]?.name];
  if (director !== undefined && spare)
    yield {
      path: ['hosts', director],
      text: 'The director with the higher priority holds the VIP; the other takes it when the first is gone, the sooner the nearer its own is to 255.',
    };
  if (server !== undefined) yield { path: ['hosts', server], text: why[method] };
  if (client !== undefined)
    yield { path: ['hosts', client], text: '`lvsform verify` asks the service from here.' };
  yield {
    path: ['director'],
    text: spare
      ? "keepalived moves the VIP, holds the IPVS rules and checks the real servers' health."
      : "lvsform's own unit holds the VIP and the IPVS rules. Nothing takes over when this director is lost: add a second one, and mode keepalived.",
  };
  if (spare)
    yield {
      path: ['vrrp'],
      text: `Each number is unique on its network segment. A password keeps accidents away: auth_pass: { env: VRRP_PASS }`,
    };
  yield {
    path: ['services'],
    text: `What is balanced: a port of ${vip.split('/')[0]}, how, and among whom.`,
  };
  if (clients.length === 0)
    yield {
      path: ['services'],
      text: 'A host of the role `client` lets `lvsform verify` prove it: client01: { roles: [client], interfaces: { eth0: ADDRESS/PREFIX } }',
    };
}
